// rejects: ebb::Workspace: an answer that is none of the policies of this sentence
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

#ifdef EBB_ACCEPT
ebb::Workspace<ebb::External> workspace{"step", ebb::External{}};
#else
ebb::Workspace<ebb::External> workspace{"step", ebb::Reallocate{}};
#endif
