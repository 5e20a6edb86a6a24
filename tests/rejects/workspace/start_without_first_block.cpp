// rejects: ebb::Workspace: the start policy is incomplete
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

struct Half {
  using slot = ebb::StartSlot;
#ifdef EBB_ACCEPT
  static constexpr std::size_t first_block() noexcept { return 0; }
#endif
};

ebb::Workspace<Half> workspace;
