// rejects: ebb::Workspace: the allocation policy is incomplete
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

struct Half {
  using slot = ebb::AllocationSlot;
#ifdef EBB_ACCEPT
  static constexpr std::size_t with_headroom(std::size_t bytes) noexcept { return bytes; }
#endif
};

ebb::Workspace<Half> workspace;
