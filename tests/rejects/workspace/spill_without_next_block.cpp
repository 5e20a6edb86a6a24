// rejects: next_block
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

struct HalfAnswered {
  using slot = ebb::SpillSlot;
  static constexpr ebb::Overflow on_overflow(ebb::Shortfall) noexcept {
    return ebb::Overflow::refuse;
  }
#ifdef EBB_ACCEPT
  static constexpr std::size_t next_block(ebb::CycleUse use) noexcept { return use.block; }
#endif
};

ebb::Workspace<HalfAnswered, ebb::NoLearning> workspace;
