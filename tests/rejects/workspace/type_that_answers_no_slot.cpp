// rejects: Policies = \{int\}|'int' does not satisfy 'Policy'
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

#ifdef EBB_ACCEPT
ebb::Workspace<ebb::Strict> workspace;
#else
ebb::Workspace<int> workspace;
#endif
