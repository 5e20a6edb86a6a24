// SPDX-License-Identifier: Apache-2.0
#include "../endings.hpp"
#include "../helpers.hpp"
#include <ebb/base/contract.hpp>

#include <catch2/catch.hpp>

#include <csignal>

using namespace ebb;

namespace {

void ignore(const Error&) {}

}  // namespace

TEST_CASE("set_violation_handler answers the handler so far", "[base][contract]") {
  const ViolationHandler before = set_violation_handler(&ignore);

  CHECK(set_violation_handler(before) == &ignore);
}

TEST_CASE("set_violation_handler sets the default for null", "[base][contract]") {
  const ViolationHandler before = set_violation_handler(nullptr);

  CHECK(set_violation_handler(before) == &detail::print_and_abort);
}

TEST_CASE("violate goes on when the handler returns", "[base][contract]") {
  const Violations violations;

  detail::violate(WrongThread("text."));

  CHECK(violations.count() == 1);
  CHECK(violations.last() == "ebb-E07 WrongThread: text. docs/errors/E07.md");
}

TEST_CASE("The default handler prints the message and aborts", "[base][contract]") {
  const Ending ending = ending_of([] {
    set_violation_handler(nullptr);
    detail::violate(BadRequest("nobody catches this."));
  });

  CHECK(ending.signal == SIGABRT);
  CHECK(contains(ending.text, "ebb-E06 BadRequest: nobody catches this. docs/errors/E06.md\n"));
}

TEST_CASE("raise throws the error with its own type", "[base][contract]") {
  CHECK_THROWS_AS(detail::raise(SpaceRefused("text.")), SpaceRefused);
}
