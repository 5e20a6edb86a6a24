// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/spill.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <type_traits>

using namespace ebb;

namespace {

struct HalfAnswered {
  using slot = SpillSlot;
  static constexpr Overflow on_overflow(Shortfall) noexcept { return Overflow::refuse; }
};

}  // namespace

static_assert(std::is_empty_v<External> && std::is_empty_v<Reallocate> && std::is_empty_v<Fail>);
static_assert(External::on_overflow({.wanted = 65, .left = 64, .outside = 0}) == Overflow::outside);
static_assert(Reallocate::on_overflow({.wanted = 65, .left = 64, .outside = 0}) ==
              Overflow::outside);
static_assert(Fail::on_overflow({.wanted = 65, .left = 64, .outside = 0}) == Overflow::refuse);
static_assert(!SpillPolicy<int>);
static_assert(DecidesOverflow<HalfAnswered> && !SpillPolicy<HalfAnswered>);

TEST_CASE("Reallocate grows the block to the demand of the cycle that overflowed",
          "[policy][spill]") {
  const CycleUse use{.block = 64, .demand = 200};

  const std::size_t next = Reallocate::next_block(use);

  CHECK(next == 200);
}

TEST_CASE("Reallocate leaves a block that was big enough", "[policy][spill]") {
  CHECK(Reallocate::next_block({.block = 200, .demand = 64}) == 200);
  CHECK(Reallocate::next_block({.block = 200, .demand = 200}) == 200);
}

TEST_CASE("External keeps the size of the block", "[policy][spill]") {
  CHECK(External::next_block({.block = 64, .demand = 200}) == 64);
}

TEST_CASE("Fail keeps the size of the block", "[policy][spill]") {
  CHECK(Fail::next_block({.block = 64, .demand = 200}) == 64);
}
