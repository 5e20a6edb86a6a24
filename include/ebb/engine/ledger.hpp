// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The books of a workspace: the measure of one cycle, and totals over all.
///
/// Nothing is counted when memory is taken. What a cycle needs is derived from cursor positions
/// when they fall, when something leaves the straight path, and at the end.

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace ebb {

/// The measure of one cycle, in bytes after rounding to the granule.
///
/// A *position* is where the cursor would stand, had one block served everything. Between two calls
/// of `note`, `dead` and `outside` are constant, so both maxima lie at the highest position.
struct CycleMeter {
  std::size_t position_peak = 0;  ///< the highest position
  std::size_t live_peak = 0;      ///< the largest sum of bytes alive at once
  std::size_t dead = 0;           ///< below the cursor, but given back or padding
  std::size_t outside = 0;        ///< alive, and out alone
  std::size_t outside_peak = 0;   ///< the largest sum of those

  /// Takes down the highest position since the last call.
  void note(std::size_t position) noexcept {
    position_peak = std::max(position_peak, position);
    const std::size_t held = position + outside;
    live_peak = std::max(live_peak, held > dead ? held - dead : 0);
  }

  void piece_goes_out(std::size_t bytes) noexcept {
    outside += bytes;
    outside_peak = std::max(outside_peak, outside);
  }

  /// The smallest block with which the cycle would not have spilled. With pieces that went out
  /// alone, an estimate: what was given back among them, a cursor might still hold.
  [[nodiscard]] std::size_t demand() const noexcept { return position_peak + outside_peak; }
};

/// What is counted from the constructor on.
struct Totals {
  std::uint64_t spilled_bytes = 0;
  std::uint64_t spilled_requests = 0;
  std::uint64_t oversize_bytes = 0;
  std::uint64_t space_calls = 0;
  std::uint64_t space_refusals = 0;
  std::uint64_t destroys = 0;
};

}  // namespace ebb
