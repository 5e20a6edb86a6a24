// rejects: ebb::Workspace: a policy with a dynamic number, or a space with state, must be given
// SPDX-License-Identifier: Apache-2.0
#include <ebb/space/limited.hpp>
#include <ebb/workspace/workspace.hpp>

#ifdef EBB_ACCEPT
ebb::Workspace<ebb::Limited<>> workspace{"step", ebb::Limited<>{ebb::Host{}, 4096}};
#else
ebb::Workspace<ebb::Limited<>> workspace{"step"};
#endif
