// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief What every policy shares: a slot, and parameters that are known now or later.
///
/// A policy only decides: named numbers in, an answer out. It owns no memory and calls nobody.
/// Parameters are `std::size_t`. A static one costs no bytes; `dynamic` says that the number comes
/// with the object, as in `Overallocate<dynamic>{12}`.

#include <ebb/base/slot.hpp>

#include <cstddef>
#include <span>

namespace ebb {

/// In the place of a policy's parameter: the number is given when the policy is made.
inline constexpr std::size_t dynamic = std::dynamic_extent;

/// A policy's number, known when compiling.
///
/// - For: base of a policy; `value()` is the number either way
/// - Threads: a value; anybody
template <std::size_t Value>
struct Parameter {
  [[nodiscard]] static constexpr std::size_t value() noexcept { return Value; }
};

/// A policy's number, known when the policy is made.
template <>
struct Parameter<dynamic> {
  constexpr Parameter(std::size_t value) noexcept : value_(value) {}  // NOLINT: reads as the number
  [[nodiscard]] constexpr std::size_t value() const noexcept { return value_; }

 private:
  std::size_t value_;
};

/// One finished cycle as a policy sees it. Bytes, after rounding to the granule.
struct CycleUse {
  std::size_t block;   ///< the size of the block
  std::size_t demand;  ///< the smallest block with which nothing would have overflowed
};

}  // namespace ebb
