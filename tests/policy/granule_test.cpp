// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/granule.hpp>

#include <catch2/catch.hpp>

#include <type_traits>

using namespace ebb;

static_assert(std::is_empty_v<Granule<64>> && Granule<64>{}.bytes() == 64);
static_assert(!std::is_default_constructible_v<Granule<dynamic>>);
static_assert(!GranulePolicy<int>);

TEST_CASE("Granule takes its size at run time", "[policy][granule]") {
  const Granule<dynamic> policy{256};

  CHECK(policy.bytes() == 256);
}

TEST_CASE("Granule is valid when it is a power of two", "[policy][granule]") {
  CHECK(Granule<1>{}.valid());
  CHECK(Granule<dynamic>{4096}.valid());
  CHECK_FALSE(Granule<dynamic>{48}.valid());
  CHECK_FALSE(Granule<dynamic>{0}.valid());
}
