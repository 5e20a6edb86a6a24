// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/checks.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <type_traits>

using namespace ebb;

static_assert(std::is_empty_v<Trusting> && std::is_empty_v<Generational>);
static_assert(std::is_empty_v<Poisoning> && std::is_empty_v<Fenced<64>> &&
              std::is_empty_v<Quarantined<2>>);
static_assert(sizeof(Fenced<dynamic>) == sizeof(std::size_t));
static_assert(!std::is_default_constructible_v<Fenced<dynamic>>);
static_assert(!std::is_default_constructible_v<Quarantined<dynamic>>);
static_assert(!ChecksPolicy<int>);
static_assert(!DebuggingChecksPolicy<Generational> && !DebuggingChecksPolicy<int>);

TEST_CASE("Generational checks views where Trusting does not", "[policy][checks]") {
  STATIC_REQUIRE(Generational::checks_views());
  STATIC_REQUIRE_FALSE(Trusting::checks_views());
}

TEST_CASE("Every debugging check watches one thing and checks views", "[policy][checks]") {
  CHECK(Poisoning::watch() == Watch{.poisons = true});
  CHECK(Fenced<64>{}.watch() == Watch{.fence_bytes = 64});
  CHECK(Quarantined<2>{}.watch() == Watch{.quarantine_cycles = 2});
  STATIC_REQUIRE(Poisoning::checks_views() && Fenced<1>::checks_views() &&
                 Quarantined<1>::checks_views());
}

TEST_CASE("Fenced takes at run time what is not in its type", "[policy][checks]") {
  CHECK(Fenced<dynamic>{16}.watch() == Watch{.fence_bytes = 16});
  CHECK(Fenced<dynamic>{1}.valid());
  CHECK(Fenced<dynamic>{most_fence_bytes}.valid());
  CHECK_FALSE(Fenced<dynamic>{0}.valid());
  CHECK_FALSE(Fenced<dynamic>{most_fence_bytes + 1}.valid());
}

TEST_CASE("Quarantined takes at run time what is not in its type", "[policy][checks]") {
  CHECK(Quarantined<dynamic>{3}.watch() == Watch{.quarantine_cycles = 3});
  CHECK(Quarantined<dynamic>{1}.valid());
  CHECK(Quarantined<dynamic>{most_quarantine_cycles}.valid());
  CHECK_FALSE(Quarantined<dynamic>{0}.valid());
  CHECK_FALSE(Quarantined<dynamic>{most_quarantine_cycles + 1}.valid());
}
