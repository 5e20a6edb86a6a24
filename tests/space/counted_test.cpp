// SPDX-License-Identifier: Apache-2.0
#include <ebb/space/buffer.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/space/failing.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <type_traits>

using namespace ebb;

static_assert(OneBlockSpace<Counted<Buffer>> && !OneBlockSpace<Counted<Host>>);
static_assert(std::is_default_constructible_v<Counted<>> &&
              !std::is_default_constructible_v<Counted<Buffer>>);

TEST_CASE("Counted begins at nothing", "[space][counted]") {
  const Counted<> space;

  CHECK(space.calls() == 0);
  CHECK(space.refusals() == 0);
  CHECK(space.releases() == 0);
  CHECK(space.outstanding_bytes() == 0);
  CHECK(space.peak_bytes() == 0);
}

TEST_CASE("Counted knows what is out and the most that ever was", "[space][counted]") {
  Counted<> space;
  void* const first = space.allocate(100, 8);
  void* const second = space.allocate(50, 8);
  space.deallocate(first, 100, 8);
  void* const third = space.allocate(20, 8);

  CHECK(space.calls() == 3);
  CHECK(space.releases() == 1);
  CHECK(space.outstanding_bytes() == 70);
  CHECK(space.peak_bytes() == 150);

  space.deallocate(second, 50, 8);
  space.deallocate(third, 20, 8);
  CHECK(space.outstanding_bytes() == 0);
  CHECK(space.peak_bytes() == 150);
}

TEST_CASE("Counted counts a refusal as a call without bytes", "[space][counted]") {
  Counted<Failing<>> space{Failing<>{Host{}, 1}};

  CHECK(space.allocate(100, 8) == nullptr);

  CHECK(space.calls() == 1);
  CHECK(space.refusals() == 1);
  CHECK(space.outstanding_bytes() == 0);
  CHECK(space.peak_bytes() == 0);
}

TEST_CASE("Counted round one block is the same block", "[space][counted]") {
  alignas(64) std::array<std::byte, 256> memory{};
  const Counted<Buffer> space{Buffer{memory}};

  CHECK(space.one_block_bytes() == 256);
}
