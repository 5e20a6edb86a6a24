// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A program with a bug, and its repaired twin: `PROGRAM CASE [repaired]`.
///
/// It prints what a report has to say; `expect_report` runs it and looks for that in what else was
/// printed. Without arguments it lists its cases.

#include <ebb/ebb.hpp>

#include <cstdio>
#include <cstring>

/// Gives a name to an array, and prints how a report has to call it.
inline ebb::Origin expected(const char* name, ebb::Place place = ebb::Place::here()) {
  std::printf("expects: array \"%s\", made at %s:%u\n", name, place.file, place.line);
  std::fflush(stdout);
  return ebb::named(name, place);
}

struct Case {
  const char* name;
  void (*run)(bool is_repaired);
};

template <std::size_t Count>
int run_case(const Case (&cases)[Count], int count, char** arguments) {
  for (const Case& each : cases) {
    if (count < 2) std::printf("%s\n", each.name);
    if (count < 2 || std::strcmp(each.name, arguments[1]) != 0) continue;
    each.run(count > 2);
    return 0;
  }
  return count < 2 ? 0 : 2;
}

/// Reads and writes so that no compiler leaves it out.
template <class T>
void touch(T* at) {
  volatile T* const seen = at;
  *seen = static_cast<T>(*seen + 1);
}
