// rejects: ebb::Workspace: the granule is larger than the largest alignment of the space
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

#ifdef EBB_ACCEPT
ebb::Workspace<ebb::Granule<4096>, ebb::Host> workspace;
#else
ebb::Workspace<ebb::Granule<8192>, ebb::Host> workspace;
#endif
