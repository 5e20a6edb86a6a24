// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/arithmetic.hpp>
#include <ebb/policy/allocation.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <type_traits>

using namespace ebb;

static_assert(std::is_empty_v<Strict> && std::is_empty_v<Overallocate<10>>);
static_assert(std::is_aggregate_v<Overallocate<dynamic>>);
static_assert(!std::is_default_constructible_v<Overallocate<dynamic>>);
static_assert(Strict::with_headroom(1000) == 1000);
static_assert(Overallocate<30>{}.with_headroom(1000) == 1300);
static_assert(!AllocationPolicy<int>);

TEST_CASE("Strict adds nothing", "[policy][allocation]") {
  CHECK(Strict::with_headroom(0) == 0);
  CHECK(Strict::with_headroom(max_bytes) == max_bytes);
}

TEST_CASE("Overallocate adds its percentage rounded down", "[policy][allocation]") {
  CHECK(Overallocate<10>{}.with_headroom(0) == 0);
  CHECK(Overallocate<10>{}.with_headroom(9) == 9);
  CHECK(Overallocate<10>{}.with_headroom(19) == 20);
  CHECK(Overallocate<0>{}.with_headroom(1000) == 1000);
  CHECK(Overallocate<250>{}.with_headroom(1000) == 3500);
}

TEST_CASE("Overallocate takes its percentage at run time", "[policy][allocation]") {
  const Overallocate<dynamic> policy{12};

  CHECK(policy.with_headroom(1000) == 1120);
}

TEST_CASE("Overallocate answers the largest size when the sum does not fit",
          "[policy][allocation]") {
  CHECK(Overallocate<30>{}.with_headroom(max_bytes) == max_bytes);
  CHECK(Overallocate<100>{}.with_headroom(max_bytes / 2 + 1) == max_bytes);
  CHECK(Overallocate<dynamic>{max_bytes}.with_headroom(1000) == max_bytes);
}
