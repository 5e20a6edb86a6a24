// rejects: ebb::Workspace: the bounds policy is incomplete
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

struct Half {
  using slot = ebb::BoundsSlot;
#ifdef EBB_ACCEPT
  static constexpr std::size_t clamp(std::size_t bytes) noexcept { return bytes; }
#endif
};

ebb::Workspace<Half> workspace;
