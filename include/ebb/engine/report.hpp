// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief What a workspace knows about itself, in numbers.

#include <ebb/base/error.hpp>
#include <ebb/base/fixed_text.hpp>
#include <ebb/base/origin.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ebb {

/// What a learned plan knows about itself; all zero where there is none.
///
/// - Units: bytes and cycles
/// - Threads: a value; anybody
struct PlanReport {
  std::uint64_t bytes = 0;            ///< the size of the plan
  std::uint64_t live_bytes = 0;       ///< the least any plan could need
  std::uint64_t bump_bytes = 0;       ///< what a cursor that only rises would have needed
  std::uint64_t followed_cycles = 0;  ///< cycles that kept to the plan
  std::uint64_t diverged_cycles = 0;  ///< cycles that left it
  std::string first_mismatch;         ///< the event that left it, both sides
};

/// What the debugging checks know of a place where memory was made.
///
/// - Units: bytes as they were asked for
/// - Threads: a value; anybody
struct PlaceReport {
  Origin origin;
  std::uint64_t bytes = 0;  ///< held at the end; of `growing`, the most alive in the last cycle
  std::uint64_t count = 0;  ///< of pieces; of `growing`, of cycles that each asked for more
};

/// The numbers of one workspace, as they are at one moment.
///
/// - Units: bytes after rounding to the granule; `space_calls` and the totals count from the
///   constructor on
/// - Threads: a value; anybody
struct Report {
  std::string name;
  std::uint64_t cycles = 0;                ///< closed so far
  std::uint64_t generation = 0;            ///< real enters, plus one for each destroy
  std::uint64_t block_bytes = 0;           ///< the block
  std::uint64_t demand_bytes = 0;          ///< of the open cycle so far; 0 while closed
  std::uint64_t last_demand_bytes = 0;     ///< of the last closed cycle
  std::uint64_t largest_demand_bytes = 0;  ///< of all closed cycles
  std::uint64_t live_peak_bytes = 0;       ///< most bytes alive at once in the last closed cycle
  std::uint64_t headroom_percent = 0;      ///< what the allocation policy adds to a demand
  std::uint64_t spilled_bytes = 0;         ///< total of bytes served outside the block
  std::uint64_t spilled_requests = 0;      ///< requests that opened a chunk or went out alone
  std::uint64_t oversize_bytes = 0;        ///< total of bytes that went out alone
  std::uint64_t space_calls = 0;           ///< allocations asked of the space, refused ones too
  std::uint64_t space_refusals = 0;        ///< those refused
  std::uint64_t stale_handles = 0;         ///< uses of handles whose cycle was over
  bool sealed = false;                     ///< addresses are frozen
  PlanReport plan;
  std::vector<PlaceReport> escapes;  ///< held by arrays and containers when the last cycle ended
  std::vector<PlaceReport> growing;  ///< places that ask for more and more; both largest first

  /// Calls `visit(name, member)` for every number, in the order of a printed report.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    visit("cycles", cycles);
    visit("generation", generation);
    visit("block_bytes", block_bytes);
    visit("demand_bytes", demand_bytes);
    visit("last_demand_bytes", last_demand_bytes);
    visit("largest_demand_bytes", largest_demand_bytes);
    visit("live_peak_bytes", live_peak_bytes);
    visit("headroom_percent", headroom_percent);
    visit("spilled_bytes", spilled_bytes);
    visit("spilled_requests", spilled_requests);
    visit("oversize_bytes", oversize_bytes);
    visit("space_calls", space_calls);
    visit("space_refusals", space_refusals);
    visit("stale_handles", stale_handles);
  }
};

/// A report as a table of two columns, a line each, and the places that the debugging checks name.
///
/// - Errors: `std::bad_alloc`
/// - Costs: one string, built a line at a time
[[nodiscard]] inline std::string to_string(const Report& report) {
  constexpr std::size_t label_width = 24;
  constexpr std::size_t number_width = 20;
  std::string table = "workspace \"" + report.name + "\"\n";
  report.for_each([&](std::string_view label, std::uint64_t number) {
    const std::string digits = grouped(number);
    table.append("  ").append(label);
    table.append(label_width > label.size() ? label_width - label.size() : 1, ' ');
    table.append(number_width > digits.size() ? number_width - digits.size() : 0, ' ');
    table.append(digits).append("\n");
  });
  const auto add = [&](const PlaceReport& place, std::string_view what, std::string_view count) {
    FixedText line;
    detail::describe(place.origin, line.append("  ").append(what));
    line.append(" (").append(place.bytes).append(" bytes, ").append(place.count).append(count);
    table.append(line.view()).append(")\n");
  };
  for (const PlaceReport& place : report.escapes) add(place, "held beyond the cycle: ", " pieces");
  for (const PlaceReport& place : report.growing)
    add(place, "growing: ", " cycles that each asked for more");
  return table;
}

/// Prints a report as a table.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                             const Report& report) {
  const std::string table = to_string(report);
  return out.write(table.data(), static_cast<std::ptrdiff_t>(table.size()));
}

}  // namespace ebb
