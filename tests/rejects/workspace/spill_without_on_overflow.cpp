// rejects: ebb::Workspace: the spill policy is incomplete
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

struct HalfAnswered {
  using slot = ebb::SpillSlot;
#ifdef EBB_ACCEPT
  static constexpr ebb::Overflow on_overflow(ebb::Shortfall) noexcept {
    return ebb::Overflow::outside;
  }
#endif
  static constexpr std::size_t next_block(ebb::CycleUse use) noexcept { return use.block; }
};

ebb::Workspace<HalfAnswered> workspace;
