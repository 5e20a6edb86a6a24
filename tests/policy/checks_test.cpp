// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/checks.hpp>

#include <catch2/catch.hpp>

#include <type_traits>

using namespace ebb;

static_assert(std::is_empty_v<Trusting> && std::is_empty_v<Generational>);
static_assert(!ChecksPolicy<int>);

TEST_CASE("Generational checks views where Trusting does not", "[policy][checks]") {
  STATIC_REQUIRE(Generational::checks_views());
  STATIC_REQUIRE_FALSE(Trusting::checks_views());
}
