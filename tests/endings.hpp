// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief How a child process ends, for what ends the process that tests it.

#include <catch2/catch.hpp>

#include <csignal>
#include <cstddef>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

struct Ending {
  int signal;
  std::string text;  // what it printed to the standard error stream
};

/// Runs a function in a child process.
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
