// rejects: ebb::Workspace: `Fail` with a learning policy and `Empty` refuses the very cycle
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

#ifdef EBB_ACCEPT
ebb::Workspace<ebb::FirstLoop, ebb::Fail, ebb::StartWith<4096>> workspace;
#else
ebb::Workspace<ebb::FirstLoop, ebb::Fail, ebb::Empty> workspace;
#endif
