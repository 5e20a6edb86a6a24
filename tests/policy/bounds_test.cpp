// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/arithmetic.hpp>
#include <ebb/policy/bounds.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <type_traits>

using namespace ebb;

static_assert(std::is_empty_v<Unbounded> && std::is_empty_v<Bounds<16, 4096>>);
static_assert(std::is_empty_v<Bounds<16, 16>>);
static_assert(sizeof(Bounds<dynamic, 4096>) == sizeof(std::size_t));
static_assert(sizeof(Bounds<16>) == sizeof(std::size_t));
static_assert(std::is_same_v<Bounds<16>, Bounds<16, dynamic>>);
static_assert(!std::is_default_constructible_v<Bounds<dynamic>>);
static_assert(!std::is_constructible_v<Bounds<16, 4096>, std::size_t>);
static_assert(Bounds<16, 4096>{}.clamp(5000) == 4096);
static_assert(!BoundsPolicy<int>);

TEST_CASE("Unbounded leaves every size alone", "[policy][bounds]") {
  CHECK(Unbounded::clamp(0) == 0);
  CHECK(Unbounded::clamp(max_bytes) == max_bytes);
}

TEST_CASE("Bounds brings sizes between its ends", "[policy][bounds]") {
  const Bounds<16, 4096> policy;

  CHECK(policy.clamp(0) == 16);
  CHECK(policy.clamp(15) == 16);
  CHECK(policy.clamp(16) == 16);
  CHECK(policy.clamp(17) == 17);
  CHECK(policy.clamp(4096) == 4096);
  CHECK(policy.clamp(4097) == 4096);
}

TEST_CASE("Bounds with a minimum alone has no maximum", "[policy][bounds]") {
  CHECK(Bounds<16>{}.clamp(0) == 16);
  CHECK(Bounds<16>{}.clamp(max_bytes) == max_bytes);
  CHECK(Bounds<dynamic>{16}.clamp(0) == 16);
  CHECK(Bounds<dynamic>{16}.clamp(max_bytes) == max_bytes);
}

TEST_CASE("Bounds takes at run time what is not in its type", "[policy][bounds]") {
  const Bounds<16, dynamic> maximum_later{64};
  const Bounds<dynamic, 64> minimum_later{16};
  const Bounds<dynamic, dynamic> both_later{16, 64};

  CHECK((maximum_later.clamp(0) == 16 && maximum_later.clamp(100) == 64));
  CHECK((minimum_later.clamp(0) == 16 && minimum_later.clamp(100) == 64));
  CHECK((both_later.clamp(0) == 16 && both_later.clamp(100) == 64));
}

TEST_CASE("Bounds is valid when the minimum is not above the maximum", "[policy][bounds]") {
  CHECK(Bounds<16, 64>{}.valid());
  CHECK(Bounds<16>{}.valid());
  CHECK(Bounds<dynamic, dynamic>{64, 64}.valid());
  CHECK_FALSE(Bounds<dynamic, dynamic>{65, 64}.valid());
  CHECK_FALSE(Bounds<16, dynamic>{15}.valid());
}

TEST_CASE("Bounds shows ends that contradict each other through clamp", "[policy][bounds]") {
  const Bounds<dynamic, dynamic> upside_down{65, 64};

  CHECK(upside_down.clamp(0) > upside_down.clamp(max_bytes));
}
