// rejects: ebb::Workspace: the space is incomplete
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

struct Unaligned {
  using slot = ebb::SpaceSlot;
#ifdef EBB_ACCEPT
  static constexpr std::size_t max_alignment = 64;
#endif
  static void* allocate(std::size_t, std::size_t) noexcept { return nullptr; }
  static void deallocate(void*, std::size_t, std::size_t) noexcept {}
};

ebb::Workspace<Unaligned> workspace;
