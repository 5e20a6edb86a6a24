// SPDX-License-Identifier: Apache-2.0
#include <ebb/testing/laws/allocation.hpp>

#include <catch2/catch.hpp>

#include <cstddef>

using namespace ebb;

namespace {

struct Stingy {
  using slot = AllocationSlot;
  static constexpr std::size_t with_headroom(std::size_t bytes) noexcept { return bytes / 2; }
};
struct Wrapping {
  using slot = AllocationSlot;
  static constexpr std::size_t with_headroom(std::size_t bytes) noexcept { return bytes + 64; }
};

}  // namespace

TEST_CASE("A policy that takes bytes away breaks enough", "[testing][laws][allocation]") {
  STATIC_REQUIRE(testing::AllocationLaws<Strict>::enough(10));
  STATIC_REQUIRE_FALSE(testing::AllocationLaws<Stingy>::enough(10));
}

TEST_CASE("A policy whose sum wraps breaks monotone", "[testing][laws][allocation]") {
  STATIC_REQUIRE(testing::AllocationLaws<Overallocate<30>>::monotone(1, max_bytes));
  STATIC_REQUIRE_FALSE(testing::AllocationLaws<Wrapping>::monotone(1, max_bytes));
}

TEST_CASE("The allocation laws take a policy with a number of its own",
          "[testing][laws][allocation]") {
  STATIC_REQUIRE(testing::AllocationLaws<Overallocate<dynamic>>::enough(10, {30}));
}
