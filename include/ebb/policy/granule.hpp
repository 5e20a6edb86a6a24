// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The granule slot: to what sizes are rounded.
///
/// | question                     | `Granule<64>` | `Granule<256>` |
/// |------------------------------|---------------|----------------|
/// | a request of 100 bytes takes | 128           | 256            |
/// | pieces are aligned to        | 64            | 256            |

#include <ebb/base/alignment.hpp>
#include <ebb/policy/policy.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace ebb {

// clang-format off
template <class P>
concept ChoosesGranule = requires(const P policy) {
  { policy.bytes() } noexcept -> std::same_as<std::size_t>;
};
// clang-format on

/// A policy for the granule slot.
///
/// - Needs: `using slot = ebb::GranuleSlot;`, `std::size_t bytes()`
/// - Laws: *power_of_two*, `bytes()` can be an alignment; *steady*, asked again it answers the same
/// - Models: `Granule`
/// - Check yours: `ebb/testing/laws/granule.hpp`
template <class P>
concept GranulePolicy = PolicyFor<P, GranuleSlot> && ChoosesGranule<P>;

/// Sizes are rounded up to a multiple of this.
///
/// - For: the width of a cache line or of a vector register; 64 is the default on the host
/// - Units: bytes, a power of two
/// - Costs: up to one granule less one byte per request
/// - Errors: `BadConfiguration` where the number given at run time is not `valid()`
template <std::size_t Bytes>
struct Granule : Parameter<Bytes> {
  static_assert(Bytes == dynamic || is_alignment(Bytes),
                "ebb::Granule: the number of bytes must be a power of two");

  using slot = GranuleSlot;

  [[nodiscard]] constexpr std::size_t bytes() const noexcept { return this->value(); }

  /// Says whether the number is a power of two.
  [[nodiscard]] constexpr bool valid() const noexcept { return is_alignment(bytes()); }
};

static_assert(GranulePolicy<Granule<64>> && std::is_empty_v<Granule<64>>);
static_assert(GranulePolicy<Granule<dynamic>>);

}  // namespace ebb
