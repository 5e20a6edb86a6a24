// rejects: ebb::Workspace: a reset policy of more than one block is a ring
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

struct Ring {
  using slot = ebb::ResetSlot;
#ifdef EBB_ACCEPT
  static constexpr std::size_t blocks() noexcept { return 1; }
#else
  static constexpr std::size_t blocks() noexcept { return 2; }
#endif
};

ebb::Workspace<Ring> workspace;
