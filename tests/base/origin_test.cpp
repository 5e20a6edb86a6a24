// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/base/origin.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <type_traits>

using namespace ebb;

static_assert(std::is_empty_v<detail::NoOrigin>);
static_assert(std::is_trivially_copyable_v<Origin>);

namespace {

Place place_of_the_call(Place place = Place::here()) { return place; }
Origin origin_of_the_call(Origin origin = Origin::here()) { return origin; }

}  // namespace

TEST_CASE("A default argument is the line of the call", "[base][origin]") {
  const unsigned line = __LINE__ + 1;
  const Place place = place_of_the_call();
  const Origin origin = origin_of_the_call();
  const Origin with_name = named("weights");

  CHECK(place.line == line);
  CHECK(contains(place.file, "origin_test.cpp"));
  CHECK(origin.place == Place{place.file, line + 1});
  CHECK(origin.name == nullptr);
  CHECK(with_name.place == Place{place.file, line + 2});
  CHECK(std::string(with_name.name) == "weights");
}

TEST_CASE("An origin reads as a person would say it", "[base][origin]") {
  const Place place{"main.cpp", 1234};

  CHECK(to_string({.place = place, .name = "weights", .taker = Taker::array}) ==
        "array \"weights\", made at main.cpp:1234");
  CHECK(to_string({.place = place, .taker = Taker::container}) ==
        "container, made at main.cpp:1234");
  CHECK(to_string({.place = place, .taker = Taker::raw, .is_of_cycle = true}) ==
        "piece, made in the cycle entered at main.cpp:1234");
  CHECK(to_string(Origin{}) == "piece");
}
