// rejects: OneAnswerPerSlot<ebb::External, ebb::Fail>|Policies = \{ebb::External, ebb::Fail\}
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

#ifdef EBB_ACCEPT
ebb::Workspace<ebb::External, ebb::Strict> workspace;
#else
ebb::Workspace<ebb::External, ebb::Fail> workspace;
#endif
