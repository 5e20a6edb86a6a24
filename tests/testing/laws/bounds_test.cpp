// SPDX-License-Identifier: Apache-2.0
#include <ebb/testing/laws/bounds.hpp>

#include <catch2/catch.hpp>

#include <cstddef>

using namespace ebb;

namespace {

struct Doubling {
  using slot = BoundsSlot;
  static constexpr std::size_t clamp(std::size_t bytes) noexcept { return 2 * bytes; }
};
constexpr Bounds<dynamic, dynamic> upside_down{20, 10};

}  // namespace

TEST_CASE("A policy that moves a size within bounds breaks idempotent", "[testing][laws][bounds]") {
  STATIC_REQUIRE(testing::BoundsLaws<Unbounded>::idempotent(1));
  STATIC_REQUIRE_FALSE(testing::BoundsLaws<Doubling>::idempotent(1));
}

TEST_CASE("Bounds with ends that contradict each other breaks monotone",
          "[testing][laws][bounds]") {
  STATIC_REQUIRE(testing::BoundsLaws<Bounds<16>>::monotone(0, 30));
  STATIC_REQUIRE_FALSE(testing::BoundsLaws<Bounds<dynamic, dynamic>>::monotone(0, 30, upside_down));
}
