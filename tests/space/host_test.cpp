// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/alignment.hpp>
#include <ebb/base/arithmetic.hpp>
#include <ebb/space/host.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <cstring>
#include <type_traits>

using namespace ebb;

static_assert(std::is_empty_v<Host> && Host::max_alignment == 4096);
static_assert(Space<Host> && !OneBlockSpace<Host>);

TEST_CASE("Host grants memory at every alignment up to its largest", "[space][host]") {
  for (std::size_t alignment = 1; alignment <= Host::max_alignment; alignment *= 2) {
    void* const pointer = Host::allocate(100, alignment);

    REQUIRE(pointer != nullptr);
    CHECK(is_aligned(pointer, Alignment{alignment}));
    std::memset(pointer, 0x5a, 100);
    Host::deallocate(pointer, 100, alignment);
  }
}

TEST_CASE("Host grants zero bytes", "[space][host]") {
  void* const pointer = Host::allocate(0, 64);

  CHECK(pointer != nullptr);
  Host::deallocate(pointer, 0, 64);
}

TEST_CASE("Host refuses what no heap has", "[space][host]") {
  CHECK(Host::allocate(max_bytes, 1) == nullptr);
  CHECK(Host::allocate(max_bytes - 4095, 4096) == nullptr);
  CHECK(Host::allocate(max_bytes / 2, 4096) == nullptr);
}
