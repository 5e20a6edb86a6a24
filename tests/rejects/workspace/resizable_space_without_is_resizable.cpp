// rejects: SaysIfResizable
// SPDX-License-Identifier: Apache-2.0
#include <ebb/space/host.hpp>
#include <ebb/space/space.hpp>

struct Growing : ebb::Host {
  static bool resize(void*, std::size_t, std::size_t, std::size_t) noexcept { return false; }
#ifdef EBB_ACCEPT
  static bool is_resizable() noexcept { return true; }
#endif
};

static_assert(ebb::ResizableSpace<Growing>);
