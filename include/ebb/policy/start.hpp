// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The start slot: how big the block is before anything was learnt.
///
/// | question                     | `Empty`                        | `StartWith<Bytes>` |
/// |------------------------------|--------------------------------|--------------------|
/// | bytes at the first enter?    | none                           | `Bytes`, exactly   |
/// | the first cycle is served by | chunks, as the spill slot says | the block          |
///
/// The block is taken at the first outer `enter`, never in a constructor, and without head-room.

#include <ebb/policy/policy.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace ebb {

// clang-format off
template <class P>
concept ChoosesFirstBlock = requires(const P policy) {
  { policy.first_block() } noexcept -> std::same_as<std::size_t>;
};
// clang-format on

/// A policy for the start slot.
///
/// - Needs: `using slot = ebb::StartSlot;`, `std::size_t first_block()`
/// - Laws: *steady*, asked again it answers the same
/// - Models: `Empty`, `StartWith`
/// - Check yours: `ebb/testing/laws/start.hpp`
template <class P>
concept StartPolicy = PolicyFor<P, StartSlot> && ChoosesFirstBlock<P>;

/// There is no block until something was learnt.
///
/// - For: a demand that nobody knows before it has been seen; the default
/// - Costs: the first cycle is served outside the block
/// - Errors: none
struct Empty {
  using slot = StartSlot;

  [[nodiscard]] static constexpr std::size_t first_block() noexcept { return 0; }
};

/// The first block has a size chosen by hand.
///
/// - For: a known demand, or a first cycle that must not spill
/// - Units: bytes, before rounding to the granule
/// - Costs: one space call at the first enter
/// - Errors: `SpaceRefused` from that enter; `BadRequest` if the size is beyond the bounds
template <std::size_t Bytes>
struct StartWith : Parameter<Bytes> {
  using slot = StartSlot;

  [[nodiscard]] constexpr std::size_t first_block() const noexcept { return this->value(); }
};

static_assert(StartPolicy<Empty> && std::is_empty_v<Empty>);
static_assert(StartPolicy<StartWith<4096>> && std::is_empty_v<StartWith<4096>>);
static_assert(StartPolicy<StartWith<dynamic>>);

}  // namespace ebb
