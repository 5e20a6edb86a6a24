// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/granule.hpp>
#include <ebb/testing/laws/granule.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <cstddef>

using namespace ebb;

TEMPLATE_TEST_CASE("every granule policy keeps the granule laws", "[policy][granule]", Granule<1>,
                   Granule<64>, Granule<256>) {
  using Laws = testing::GranuleLaws<TestType>;
  STATIC_REQUIRE(Laws::power_of_two());
  STATIC_REQUIRE(Laws::steady());
}

TEST_CASE("Granule keeps the granule laws with any valid size", "[policy][granule]") {
  using Laws = testing::GranuleLaws<Granule<dynamic>>;
  rc::prop("power_of_two", [](std::size_t bytes) {
    RC_ASSERT(Laws::power_of_two({bytes}) == Granule<dynamic>{bytes}.valid());
  });
  rc::prop("steady", [](std::size_t bytes) { RC_ASSERT(Laws::steady({bytes})); });
}
