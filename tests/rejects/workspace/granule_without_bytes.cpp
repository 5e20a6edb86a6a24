// rejects: ebb::Workspace: the granule policy is incomplete
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

struct Half {
  using slot = ebb::GranuleSlot;
#ifdef EBB_ACCEPT
  static constexpr std::size_t bytes() noexcept { return 64; }
#endif
};

ebb::Workspace<Half> workspace;
