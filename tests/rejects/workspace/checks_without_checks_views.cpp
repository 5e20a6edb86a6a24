// rejects: ebb::Workspace: the checks policy is incomplete
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

struct Half {
  using slot = ebb::ChecksSlot;
#ifdef EBB_ACCEPT
  static constexpr bool checks_views() noexcept { return true; }
#endif
};

ebb::Workspace<Half> workspace;
