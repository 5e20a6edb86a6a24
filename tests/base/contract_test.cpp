// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/contract.hpp>

#include "../helpers.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

using namespace ebb;

namespace {

void ignore(const Error&) {}

struct Ending {
  int signal;
  std::string text;  // what it printed to the standard error stream
};

// Runs a function in a child process.
template <class Body>
Ending ending_of(Body&& body) {
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    ::dup2(pipe_ends[1], STDERR_FILENO);
    body();
    ::_exit(0);
  }
  ::close(pipe_ends[1]);
  Ending ending{0, {}};
  char buffer[512];
  for (ssize_t got = 0; (got = ::read(pipe_ends[0], buffer, sizeof buffer)) > 0;)
    ending.text.append(buffer, static_cast<std::size_t>(got));
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) ending.signal = WTERMSIG(status);
  return ending;
}

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
