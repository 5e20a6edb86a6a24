// rejects: Policies = \{Blue\}|does not satisfy 'Slot'
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

struct ColourSlot {};

struct Blue {
#ifdef EBB_ACCEPT
  using slot = ebb::SpillSlot;
#else
  using slot = ColourSlot;
#endif
  static constexpr ebb::Overflow on_overflow(ebb::Shortfall) noexcept {
    return ebb::Overflow::outside;
  }
  static constexpr std::size_t next_block(ebb::CycleUse use) noexcept { return use.block; }
};

ebb::Workspace<Blue> workspace;
