// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Sizes in bytes that never wrap: an overflow is an answer.
///
/// | function           | when the result does not fit |
/// |--------------------|------------------------------|
/// | `checked_add`      | `std::nullopt`               |
/// | `checked_multiply` | `std::nullopt`               |
/// | `saturating_add`   | the largest `std::size_t`    |
/// | `percent_of`       | the largest `std::size_t`    |

#include <cstddef>
#include <limits>
#include <optional>

namespace ebb {

inline constexpr std::size_t max_bytes = std::numeric_limits<std::size_t>::max();

/// Adds two sizes.
///
/// - Returns: nothing when the sum does not fit
[[nodiscard]] constexpr std::optional<std::size_t> checked_add(std::size_t a,
                                                               std::size_t b) noexcept {
  if (b > max_bytes - a) return std::nullopt;
  return a + b;
}

/// Multiplies a count by a size.
///
/// - Returns: nothing when the product does not fit
[[nodiscard]] constexpr std::optional<std::size_t> checked_multiply(std::size_t a,
                                                                    std::size_t b) noexcept {
  if (b != 0 && a > max_bytes / b) return std::nullopt;
  return a * b;
}

/// Adds two sizes; a sum that does not fit is the largest size.
[[nodiscard]] constexpr std::size_t saturating_add(std::size_t a, std::size_t b) noexcept {
  return checked_add(a, b).value_or(max_bytes);
}

/// A share of a size, rounded down; a share that does not fit is the largest size.
///
/// - Units: `percent` of `bytes`; both are split into hundreds, so only a share that does not fit
///   can overflow, and a larger size never has a smaller share
[[nodiscard]] constexpr std::size_t percent_of(std::size_t bytes, std::size_t percent) noexcept {
  const auto hundreds = checked_multiply(bytes / 100, percent);
  if (!hundreds) return max_bytes;
  const std::size_t rest = bytes % 100;
  return saturating_add(*hundreds, rest * (percent / 100) + rest * (percent % 100) / 100);
}

}  // namespace ebb
