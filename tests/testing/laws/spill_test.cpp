// SPDX-License-Identifier: Apache-2.0
#include <ebb/testing/laws/spill.hpp>

#include <catch2/catch.hpp>

#include <cstddef>

using namespace ebb;

namespace {

/// What `Reallocate` would be without its maximum.
struct Forgetful {
  using slot = SpillSlot;
  static constexpr Overflow on_overflow(Shortfall) noexcept { return Overflow::outside; }
  static constexpr std::size_t next_block(CycleUse use) noexcept { return use.demand; }
};

}  // namespace

TEST_CASE("A policy that answers the demand alone breaks monotone and steady",
          "[testing][laws][spill]") {
  STATIC_REQUIRE(testing::SpillLaws<Reallocate>::monotone({.block = 1, .demand = 0}));
  STATIC_REQUIRE(testing::SpillLaws<Reallocate>::steady({.block = 1, .demand = 0}));
  STATIC_REQUIRE_FALSE(testing::SpillLaws<Forgetful>::monotone({.block = 1, .demand = 0}));
  STATIC_REQUIRE_FALSE(testing::SpillLaws<Forgetful>::steady({.block = 1, .demand = 0}));
}
