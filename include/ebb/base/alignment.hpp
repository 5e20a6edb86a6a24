// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Powers of two: what an address is a multiple of, and how sizes are rounded to it.
///
/// Rounding adds the complement of the remainder, never the remainder itself.

#include <ebb/base/arithmetic.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace ebb {

/// A power of two that an address or a size is a multiple of.
///
/// - Units: bytes
/// - Threads: a value; anybody
class Alignment {
 public:
  /// Takes a power of two.
  ///
  /// - Expects: `std::has_single_bit(bytes)`; ask `is_alignment` first where the number is foreign
  constexpr explicit Alignment(std::size_t bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] constexpr std::size_t bytes() const noexcept { return bytes_; }

  friend constexpr auto operator<=>(Alignment, Alignment) noexcept = default;

 private:
  std::size_t bytes_;
};

/// Says whether a number can be an alignment.
[[nodiscard]] constexpr bool is_alignment(std::size_t bytes) noexcept {
  return std::has_single_bit(bytes);
}

/// The smallest multiple of `alignment` that is not below `bytes`.
///
/// - Expects: the result fits; ask `checked_round_up` where it may not
[[nodiscard]] constexpr std::size_t round_up(std::size_t bytes, Alignment alignment) noexcept {
  const std::size_t mask = alignment.bytes() - 1;
  return (bytes + mask) & ~mask;
}

/// The largest multiple of `alignment` that is not above `bytes`.
[[nodiscard]] constexpr std::size_t round_down(std::size_t bytes, Alignment alignment) noexcept {
  return bytes & ~(alignment.bytes() - 1);
}

/// `round_up` for numbers from outside.
///
/// - Returns: nothing when the result does not fit
[[nodiscard]] constexpr std::optional<std::size_t> checked_round_up(std::size_t bytes,
                                                                    Alignment alignment) noexcept {
  if (bytes > max_bytes - (alignment.bytes() - 1)) return std::nullopt;
  return round_up(bytes, alignment);
}

/// The number behind an address.
[[nodiscard]] inline std::uintptr_t address_of(const void* pointer) noexcept {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

/// Says whether an address is a multiple of an alignment.
[[nodiscard]] inline bool is_aligned(const void* pointer, Alignment alignment) noexcept {
  return (address_of(pointer) & (alignment.bytes() - 1)) == 0;
}

}  // namespace ebb
