// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/checks.hpp>
#include <ebb/testing/laws/checks.hpp>

#include <catch2/catch.hpp>

using namespace ebb;

TEMPLATE_TEST_CASE("every checks policy keeps the checks laws", "[policy][checks]", Trusting,
                   Generational, Poisoning, Fenced<1>, Fenced<most_fence_bytes>, Quarantined<1>,
                   Quarantined<most_quarantine_cycles>) {
  STATIC_REQUIRE(testing::ChecksLaws<TestType>::known());
  STATIC_REQUIRE(testing::ChecksLaws<TestType>::bounded());
}
