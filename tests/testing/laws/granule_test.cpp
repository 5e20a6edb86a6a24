// SPDX-License-Identifier: Apache-2.0
#include <ebb/testing/laws/granule.hpp>

#include <catch2/catch.hpp>

#include <cstddef>

using namespace ebb;

namespace {

struct Moody {
  using slot = GranuleSlot;
  static std::size_t bytes() noexcept {
    static std::size_t mood = 0;
    return ++mood;
  }
};

}  // namespace

TEST_CASE("A granule of 48 bytes breaks power_of_two", "[testing][laws][granule]") {
  STATIC_REQUIRE(testing::GranuleLaws<Granule<64>>::power_of_two());
  STATIC_REQUIRE_FALSE(testing::GranuleLaws<Granule<dynamic>>::power_of_two({48}));
}

TEST_CASE("A policy that changes its granule breaks steady", "[testing][laws][granule]") {
  CHECK(testing::GranuleLaws<Granule<64>>::steady());
  CHECK_FALSE(testing::GranuleLaws<Moody>::steady());
}
