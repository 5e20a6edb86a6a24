// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/error.hpp>

#include <catch2/catch.hpp>

#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

using namespace ebb;

static_assert(std::is_base_of_v<std::runtime_error, Error>);

namespace {

template <class E>
void check_id(const std::string& id, const std::string& type) {
  const E error("who had what. Do this.");

  CHECK(error.id() == id);
  CHECK(error.what() ==
        "ebb-" + id + " " + type + ": who had what. Do this. docs/errors/" + id + ".md");
}

}  // namespace

TEST_CASE("Every error begins with its id and ends with its page", "[base][error]") {
  check_id<OutOfWorkspace>("E01", "OutOfWorkspace");
  check_id<StaleArray>("E02", "StaleArray");
  check_id<NoOpenCycle>("E03", "NoOpenCycle");
  check_id<NotOpen>("E04", "NotOpen");
  check_id<SpaceRefused>("E05", "SpaceRefused");
  check_id<BadRequest>("E06", "BadRequest");
  check_id<WrongThread>("E07", "WrongThread");
  check_id<BadConfiguration>("E09", "BadConfiguration");
}

TEST_CASE("Every error is caught as Error", "[base][error]") {
  CHECK_THROWS_AS(throw NotOpen("text."), Error);
  CHECK_THROWS_AS(throw BadConfiguration("text."), Error);
}

TEST_CASE("grouped writes digits in threes", "[base][error]") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1 000");
  CHECK(grouped(1048576) == "1 048 576");
  CHECK(grouped(std::numeric_limits<unsigned long long>::max()) == "18 446 744 073 709 551 615");
}
