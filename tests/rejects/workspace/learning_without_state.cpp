// rejects: ebb::Workspace: the learning policy is incomplete
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

struct Half {
  using slot = ebb::LearningSlot;
#ifdef EBB_ACCEPT
  struct State {};
  static constexpr std::optional<std::size_t> learn(State&, ebb::CycleUse use) noexcept {
    return use.demand;
  }
#endif
};

ebb::Workspace<Half> workspace;
