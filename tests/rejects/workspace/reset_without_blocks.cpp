// rejects: ebb::Workspace: the reset policy is incomplete
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

struct Half {
  using slot = ebb::ResetSlot;
#ifdef EBB_ACCEPT
  static constexpr std::size_t blocks() noexcept { return 1; }
#endif
};

ebb::Workspace<Half> workspace;
