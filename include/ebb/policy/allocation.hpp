// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The allocation slot: how much more than was needed a block gets.
///
/// Head-room is asked for at every growth of the block, never for a first size that was given by
/// hand.
///
/// | question                | `Strict` | `Overallocate<Percent>`       |
/// |-------------------------|----------|-------------------------------|
/// | a block for 1000 bytes? | 1000     | 1000 and `Percent` of it more |
/// | what does not fit?      | –        | the largest size              |

#include <ebb/base/arithmetic.hpp>
#include <ebb/policy/policy.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace ebb {

// clang-format off
template <class P>
concept AddsHeadroom = requires(const P policy, std::size_t bytes) {
  { policy.with_headroom(bytes) } noexcept -> std::same_as<std::size_t>;
};
// clang-format on

/// A policy for the allocation slot.
///
/// - Needs: `using slot = ebb::AllocationSlot;`, `std::size_t with_headroom(bytes)`
/// - Laws: *enough*, `with_headroom(bytes) >= bytes`; *monotone*, `a <= b` implies
///   `with_headroom(a) <= with_headroom(b)`
/// - Models: `Strict`, `Overallocate`
/// - Check yours: `ebb/testing/laws/allocation.hpp`
template <class P>
concept AllocationPolicy = PolicyFor<P, AllocationSlot> && AddsHeadroom<P>;

/// A block is as big as was needed.
///
/// - For: demands that repeat to the byte, or a budget without slack
/// - Costs: no bytes; every larger cycle grows the block again
/// - Errors: none
struct Strict {
  using slot = AllocationSlot;

  [[nodiscard]] static constexpr std::size_t with_headroom(std::size_t bytes) noexcept {
    return bytes;
  }
};

/// A block is some percent bigger than was needed.
///
/// - For: demands that vary a little from cycle to cycle; 30 percent is the default
/// - Units: `Percent` of the bytes needed, rounded down; 100 doubles
/// - Costs: the percentage in bytes, once per block
/// - Errors: none; a size that does not fit is the largest one
template <std::size_t Percent>
struct Overallocate : Parameter<Percent> {
  using slot = AllocationSlot;

  [[nodiscard]] constexpr std::size_t with_headroom(std::size_t bytes) const noexcept {
    return saturating_add(bytes, percent_of(bytes, this->value()));
  }
};

static_assert(AllocationPolicy<Strict> && std::is_empty_v<Strict>);
static_assert(AllocationPolicy<Overallocate<30>> && std::is_empty_v<Overallocate<30>>);
static_assert(AllocationPolicy<Overallocate<dynamic>>);

}  // namespace ebb
