// rejects: ebb::Workspace: .MappedFile. with a learning policy: the size is that of the file
// SPDX-License-Identifier: Apache-2.0
#include <ebb/space/mapped_file.hpp>
#include <ebb/workspace/workspace.hpp>

#ifdef EBB_ACCEPT
ebb::Workspace<ebb::MappedFile, ebb::NoLearning> workspace{"step", ebb::MappedFile("memory")};
#else
ebb::Workspace<ebb::MappedFile, ebb::FirstLoop> workspace{"step", ebb::MappedFile("memory")};
#endif
