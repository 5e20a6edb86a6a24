// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/policy.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <limits>
#include <type_traits>

using namespace ebb;

static_assert(dynamic == std::numeric_limits<std::size_t>::max());
static_assert(std::is_empty_v<Parameter<12>> && Parameter<12>::value() == 12);
static_assert(sizeof(Parameter<dynamic>) == sizeof(std::size_t));
static_assert(!std::is_default_constructible_v<Parameter<dynamic>>);

TEST_CASE("A dynamic parameter answers the number that it was made with", "[policy]") {
  const Parameter<dynamic> parameter{12};

  CHECK(parameter.value() == 12);
}
