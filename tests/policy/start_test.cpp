// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/start.hpp>

#include <catch2/catch.hpp>

#include <type_traits>

using namespace ebb;

static_assert(std::is_empty_v<Empty> && std::is_empty_v<StartWith<4096>>);
static_assert(!std::is_default_constructible_v<StartWith<dynamic>>);
static_assert(Empty::first_block() == 0);
static_assert(StartWith<4096>{}.first_block() == 4096);
static_assert(!StartPolicy<int>);

TEST_CASE("StartWith takes its size at run time", "[policy][start]") {
  const StartWith<dynamic> policy{1000};

  CHECK(policy.first_block() == 1000);
}
