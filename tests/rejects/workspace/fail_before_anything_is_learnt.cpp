// rejects: ebb::Workspace: .Fail. with a learning policy and .Empty. refuses the very cycle
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

#ifdef EBB_ACCEPT
ebb::Workspace<ebb::Fail, ebb::FirstLoop, ebb::StartWith<4096>> workspace;
#else
ebb::Workspace<ebb::Fail, ebb::FirstLoop, ebb::Empty> workspace;
#endif
