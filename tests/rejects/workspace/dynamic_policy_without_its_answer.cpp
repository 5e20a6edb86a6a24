// rejects: ebb::Workspace: a policy with a dynamic number, or a space with state, must be given
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

#ifdef EBB_ACCEPT
ebb::Workspace<ebb::Overallocate<ebb::dynamic>> workspace{"step",
                                                          ebb::Overallocate<ebb::dynamic>{5}};
#else
ebb::Workspace<ebb::Overallocate<ebb::dynamic>> workspace{"step"};
#endif
