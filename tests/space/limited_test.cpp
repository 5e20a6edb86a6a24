// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/arithmetic.hpp>
#include <ebb/space/buffer.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/space/failing.hpp>
#include <ebb/space/limited.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>

using namespace ebb;

static_assert(Limited<Buffer>::max_alignment == 64 && Limited<>::max_alignment == 4096);
static_assert(OneBlockSpace<Limited<Buffer>> && !OneBlockSpace<Limited<Host>>);

TEST_CASE("Limited grants up to its limit and not a byte more", "[space][limited]") {
  Limited<> space{Host{}, 100};
  void* const first = space.allocate(60, 8);

  CHECK(first != nullptr);
  CHECK(space.allocate(41, 8) == nullptr);
  void* const second = space.allocate(40, 8);
  CHECK(second != nullptr);
  CHECK(space.outstanding_bytes() == space.limit_bytes());

  space.deallocate(second, 40, 8);
  space.deallocate(first, 60, 8);
  CHECK(space.outstanding_bytes() == 0);
}

TEST_CASE("Limited grants again what was given back", "[space][limited]") {
  Limited<> space{Host{}, 100};
  space.deallocate(space.allocate(100, 8), 100, 8);

  void* const pointer = space.allocate(100, 8);

  CHECK(pointer != nullptr);
  space.deallocate(pointer, 100, 8);
}

TEST_CASE("Limited does not wrap at the largest request", "[space][limited]") {
  Limited<> space{Host{}, 100};
  void* const pointer = space.allocate(60, 8);

  CHECK(space.allocate(max_bytes, 8) == nullptr);
  CHECK(space.allocate(max_bytes - 59, 8) == nullptr);

  space.deallocate(pointer, 60, 8);
}

TEST_CASE("Limited does not ask the inner space beyond the limit", "[space][limited]") {
  Limited<Counted<>> space{Counted<>{}, 100};

  CHECK(space.allocate(101, 8) == nullptr);

  CHECK(space.space().calls() == 0);
}

TEST_CASE("Limited does not count what the inner space refuses", "[space][limited]") {
  Limited<Failing<>> space{Failing<>{Host{}, 1}, 100};

  CHECK(space.allocate(60, 8) == nullptr);

  CHECK(space.outstanding_bytes() == 0);
}

TEST_CASE("Limited round one block is a block within the limit", "[space][limited]") {
  alignas(64) std::array<std::byte, 256> memory{};
  const Limited<Buffer> below{Buffer{memory}, 100};
  const Limited<Buffer> above{Buffer{memory}, 1000};

  CHECK(below.one_block_bytes() == 100);
  CHECK(above.one_block_bytes() == 256);
}
