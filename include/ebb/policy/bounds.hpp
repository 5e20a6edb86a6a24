// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The bounds slot: how small and how big a block may be.
///
/// | a block of this size would do | `Unbounded` | `Bounds<Min, Max>` |
/// |-------------------------------|-------------|--------------------|
/// | less than `Min`               | as it is    | `Min`              |
/// | between                       | as it is    | as it is           |
/// | more than `Max`               | as it is    | `Max`              |
///
/// What is needed beyond the maximum spills in every cycle. The smallest and the largest block of
/// any policy are `clamp(0)` and `clamp(max_bytes)`; the first above the second is a contradiction.

#include <ebb/base/arithmetic.hpp>
#include <ebb/policy/policy.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace ebb {

// clang-format off
template <class P>
concept ClampsBlocks = requires(const P policy, std::size_t bytes) {
  { policy.clamp(bytes) } noexcept -> std::same_as<std::size_t>;
};
// clang-format on

/// A policy for the bounds slot.
///
/// - Needs: `using slot = ebb::BoundsSlot;`, `std::size_t clamp(bytes)`
/// - Laws: *idempotent*, `clamp(clamp(bytes)) == clamp(bytes)`; *monotone*, `a <= b` implies
///   `clamp(a) <= clamp(b)`
/// - Models: `Unbounded`, `Bounds`
/// - Check yours: `ebb/testing/laws/bounds.hpp`
template <class P>
concept BoundsPolicy = PolicyFor<P, BoundsSlot> && ClampsBlocks<P>;

/// A block may have any size.
///
/// - For: workspaces that share a machine with nobody; the default
/// - Costs: nothing
/// - Errors: none
struct Unbounded {
  using slot = BoundsSlot;

  [[nodiscard]] static constexpr std::size_t clamp(std::size_t bytes) noexcept { return bytes; }
};

/// The lower end of `Bounds`: a number, now or later.
///
/// - Units: bytes
/// - Threads: a value; anybody
template <std::size_t Bytes>
struct SmallestBlock : Parameter<Bytes> {
  using Parameter<Bytes>::Parameter;
};

/// The upper end of `Bounds`: a number, now or later.
///
/// - Units: bytes
/// - Threads: a value; anybody
template <std::size_t Bytes>
struct LargestBlock : Parameter<Bytes> {
  using Parameter<Bytes>::Parameter;
};

/// A block is neither smaller nor bigger than this.
///
/// - For: a share of a machine, or a device whose memory others need too
/// - Units: bytes of one block, before rounding to the granule; `dynamic` numbers come with the
///   object, `Bounds<Min>{}` has no maximum
/// - Costs: nothing
/// - Errors: `BadRequest` for a single request above the maximum, and for a first size out of
///   bounds; `BadConfiguration` where the ends given at run time are not `valid()`
template <std::size_t Min, std::size_t Max = dynamic>
struct Bounds : private SmallestBlock<Min>, private LargestBlock<Max> {
  static_assert(Min == dynamic || Max == dynamic || Min <= Max,
                "ebb::Bounds: the minimum is above the maximum; the order is Bounds<Min, Max>");

  using slot = BoundsSlot;

  /// Both ends are in the type, or there is no maximum.
  constexpr Bounds() noexcept
  requires(Min != dynamic && Max != dynamic)
  = default;
  constexpr Bounds() noexcept
  requires(Min != dynamic && Max == dynamic)
      : LargestBlock<Max>(max_bytes) {}

  /// The one end that is not in the type; no maximum where neither is.
  constexpr explicit Bounds(std::size_t maximum_bytes) noexcept
  requires(Min != dynamic && Max == dynamic)
      : LargestBlock<Max>(maximum_bytes) {}
  constexpr explicit Bounds(std::size_t minimum_bytes) noexcept
  requires(Min == dynamic && Max != dynamic)
      : SmallestBlock<Min>(minimum_bytes) {}
  constexpr explicit Bounds(std::size_t minimum_bytes) noexcept
  requires(Min == dynamic && Max == dynamic)
      : SmallestBlock<Min>(minimum_bytes), LargestBlock<Max>(max_bytes) {}

  /// Both ends.
  constexpr Bounds(std::size_t minimum_bytes, std::size_t maximum_bytes) noexcept
  requires(Min == dynamic && Max == dynamic)
      : SmallestBlock<Min>(minimum_bytes), LargestBlock<Max>(maximum_bytes) {}

  [[nodiscard]] constexpr std::size_t minimum_bytes() const noexcept {
    return SmallestBlock<Min>::value();
  }
  [[nodiscard]] constexpr std::size_t maximum_bytes() const noexcept {
    return LargestBlock<Max>::value();
  }

  /// Says whether the minimum is not above the maximum.
  [[nodiscard]] constexpr bool valid() const noexcept { return minimum_bytes() <= maximum_bytes(); }

  [[nodiscard]] constexpr std::size_t clamp(std::size_t bytes) const noexcept {
    if (bytes < minimum_bytes()) return minimum_bytes();
    if (bytes > maximum_bytes()) return maximum_bytes();
    return bytes;
  }
};

static_assert(BoundsPolicy<Unbounded> && std::is_empty_v<Unbounded>);
static_assert(BoundsPolicy<Bounds<16, 16>> && std::is_empty_v<Bounds<16, 16>>);
static_assert(BoundsPolicy<Bounds<16>> && BoundsPolicy<Bounds<dynamic, 64>>);
static_assert(BoundsPolicy<Bounds<dynamic>>);

}  // namespace ebb
