// rejects: ebb::Workspace: the space is incomplete
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

struct OneWay {
  using slot = ebb::SpaceSlot;
  static constexpr std::size_t max_alignment = 64;
  static void* allocate(std::size_t, std::size_t) noexcept { return nullptr; }
#ifdef EBB_ACCEPT
  static void deallocate(void*, std::size_t, std::size_t) noexcept {}
#endif
};

ebb::Workspace<OneWay> workspace;
