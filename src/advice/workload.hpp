// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief What a program does cycle after cycle: recorded, or made from a recorded cycle.
///
/// | cycles that            | by            |
/// |------------------------|---------------|
/// | are all alike          | `repeated`    |
/// | vary in size           | `varying`     |
/// | grow slowly            | `growing`     |
/// | burst once             | `bursting`    |
/// | alternate between two  | `alternating` |
/// | are recorded one by one | `Workload` itself |
///
/// Only sizes differ from cycle to cycle, as they do with the size of a batch; all of it is the
/// same in every run.

#include <ebb/testing/trace.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace advice {

/// Cycles in the order in which they are played.
///
/// - Units: bytes, before rounding to a granule
struct Workload {
  std::string name;
  std::vector<ebb::testing::Trace> traces;  ///< each different cycle once
  std::vector<std::size_t> order;           ///< indices into `traces`, one a cycle

  [[nodiscard]] const ebb::testing::Trace& cycle(std::size_t index) const {
    return traces[order[index]];
  }
  [[nodiscard]] std::size_t cycles() const noexcept { return order.size(); }

  /// All bytes that are taken in all cycles.
  [[nodiscard]] std::uint64_t taken_bytes() const;

  /// The most bytes alive at once in a cycle, on average: the least that any sentence could hold.
  ///
  /// - Note: rounded to a granule of 64 bytes, the default
  [[nodiscard]] double live_bytes() const;

  /// The block with which no cycle spills where memory is used again in the next cycle only.
  ///
  /// - Note: what lies on top is used again at once, so this is less than what is taken
  [[nodiscard]] std::size_t demand_bytes() const;
};

/// The same events with sizes of so many per cent, and at least one byte.
[[nodiscard]] ebb::testing::Trace scaled(const ebb::testing::Trace& trace, std::size_t percent);

[[nodiscard]] Workload repeated(std::string name, ebb::testing::Trace trace, std::size_t cycles);

/// Every cycle has its own size, evenly spread over 100 ± `percent` per cent.
[[nodiscard]] Workload varying(std::string name, const ebb::testing::Trace& trace,
                               std::size_t cycles, std::size_t percent);

/// From 100 per cent up to `last_percent`, evenly.
[[nodiscard]] Workload growing(std::string name, const ebb::testing::Trace& trace,
                               std::size_t cycles, std::size_t last_percent);

/// All alike but for one in the middle, which has `percent` per cent.
[[nodiscard]] Workload bursting(std::string name, const ebb::testing::Trace& trace,
                                std::size_t cycles, std::size_t percent);

/// 100 per cent and `percent` per cent by turns, the smaller first.
[[nodiscard]] Workload alternating(std::string name, const ebb::testing::Trace& trace,
                                   std::size_t cycles, std::size_t percent);

}  // namespace advice
