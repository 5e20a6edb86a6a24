// SPDX-License-Identifier: Apache-2.0
#pragma once

// Histories from RapidCheck, and what they are played in.

#include "fixed_seed.hpp"
#include <ebb/testing/history.hpp>

#include <rapidcheck/catch.h>

#include <array>
#include <cstddef>
#include <ostream>
#include <string>

namespace ebb::testing {

inline void showValue(const Command& command, std::ostream& out) { out << to_string(command); }

inline rc::Gen<History> histories(const HistoryShape& shape = {}) {
  return rc::gen::container<History>(rc::gen::exec([shape] {
    return command_from([](std::size_t bound) { return *rc::gen::inRange<std::size_t>(0, bound); },
                        shape);
  }));
}

// Fails with the history as text, which RapidCheck has made as short as it could.
inline void expect_kept(const std::string& violation, const History& history) {
  if (!violation.empty()) RC_FAIL(violation + "\n" + to_string(history));
}

// The memory of a `Buffer`.
struct Memory {
  alignas(64) std::array<std::byte, 8192> buffer;
};

}  // namespace ebb::testing
