// rejects: diagnose_mapped_file_with_learning
// SPDX-License-Identifier: Apache-2.0
#include <ebb/space/limited.hpp>
#include <ebb/space/mapped_file.hpp>
#include <ebb/workspace/workspace.hpp>

using File = ebb::Limited<ebb::MappedFile>;

#ifdef EBB_ACCEPT
ebb::Workspace<File, ebb::NoLearning> workspace{"step", File{ebb::MappedFile("memory"), 4096}};
#else
ebb::Workspace<File, ebb::LearnPlan> workspace{"step", File{ebb::MappedFile("memory"), 4096}};
#endif
