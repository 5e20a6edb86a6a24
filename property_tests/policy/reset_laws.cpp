// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/reset.hpp>
#include <ebb/testing/laws/reset.hpp>

#include <catch2/catch.hpp>

using namespace ebb;

TEMPLATE_TEST_CASE("every reset policy keeps the reset laws", "[policy][reset]", BlockLeft) {
  using Laws = testing::ResetLaws<TestType>;
  STATIC_REQUIRE(Laws::some());
  STATIC_REQUIRE(Laws::steady());
}
