// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The spill slot: what happens to a request that does not fit in the block.
///
/// An overflow raises two questions, and a spill policy answers both.
///
/// | question                       | External | Reallocate | Fail   |
/// |--------------------------------|----------|------------|--------|
/// | this request, now?             | outside  | outside    | refuse |
/// | the block, at the cycle's end? | keep     | grow       | keep   |
///
/// The second answer also says how `outside` is served. Where the block would grow for the larger
/// demand, it is closed for the rest of the cycle and a chunk continues its position: one space
/// call per chunk, each chunk bigger than the one before. Where it would keep its size, the request
/// goes out alone: one space call per request, and the block stays open. While there is no block at
/// all, chunks serve either way.
///
/// A policy only decides. Taking, counting and returning memory is the engine's work, so every
/// policy here is empty and usable at compile time.

#include <ebb/policy/policy.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <type_traits>

namespace ebb {

/// What to do with one request that does not fit.
enum class Overflow : unsigned char {
  outside,  ///< serve it from the space, outside the block, until it is given back or the cycle
            ///< ends
  refuse,   ///< serve nothing: `allocate` throws `OutOfWorkspace`, `try_allocate` returns null
};

/// One overflow as a policy sees it. Bytes, after rounding to the granule.
struct Shortfall {
  std::size_t wanted;   ///< the request that did not fit
  std::size_t left;     ///< what the block still has; less than `wanted` and its padding need
  std::size_t outside;  ///< what this cycle already holds outside the block
};

// clang-format off
template <class P>
concept DecidesOverflow = requires(const P policy, Shortfall shortfall) {
  { policy.on_overflow(shortfall) } noexcept -> std::same_as<Overflow>;
};
template <class P>
concept DecidesNextBlock = requires(const P policy, CycleUse use) {
  { policy.next_block(use) } noexcept -> std::same_as<std::size_t>;
};
// clang-format on

/// A policy for the spill slot.
///
/// - Needs: `using slot = ebb::SpillSlot;`, `Overflow on_overflow(Shortfall)`,
///   `std::size_t next_block(CycleUse)`
/// - Laws: *monotone*, `next_block(use) >= use.block`; *steady*, `use.demand <= use.block` implies
///   `next_block(use) == use.block`
/// - Models: `External`, `Reallocate`, `Fail`
/// - Check yours: `ebb/testing/laws/spill.hpp`
template <class P>
concept SpillPolicy = PolicyFor<P, SpillSlot> && DecidesOverflow<P> && DecidesNextBlock<P>;

/// Overflow goes to the space; the block keeps its size.
///
/// - For: a block sized by hand, with rare peaks that must not make it bigger for good
/// - Costs: one `Space::allocate` per overflow, one `Space::deallocate` when it is given back or at
///   the cycle's end
/// - Errors: those of the space
struct External {
  using slot = SpillSlot;

  [[nodiscard]] static constexpr Overflow on_overflow(Shortfall) noexcept {
    return Overflow::outside;
  }
  [[nodiscard]] static constexpr std::size_t next_block(CycleUse use) noexcept { return use.block; }
};

/// Overflow goes to the space; the cycle's end makes the block big enough for this cycle.
///
/// - For: a peak that nobody knows before it has been seen; the default
/// - Costs: one `Space::allocate` per chunk in a cycle that overflows, and one exchange of the
///   block at its end; nothing in any later cycle below the same peak
/// - Errors: those of the space; if the exchange fails, the old block stays and is used on
struct Reallocate {
  using slot = SpillSlot;

  [[nodiscard]] static constexpr Overflow on_overflow(Shortfall) noexcept {
    return Overflow::outside;
  }
  [[nodiscard]] static constexpr std::size_t next_block(CycleUse use) noexcept {
    return std::max(use.block, use.demand);
  }
};

/// Overflow is an error.
///
/// - For: a hard budget, or a test that must show that a size is enough
/// - Costs: nothing
/// - Errors: `OutOfWorkspace`, with the shortfall in its message, on every overflow; the workspace
///   is unchanged
/// - Note: with a learning policy and no first size nothing could be learnt, so `Workspace` rejects
///   that
struct Fail {
  using slot = SpillSlot;

  [[nodiscard]] static constexpr Overflow on_overflow(Shortfall) noexcept {
    return Overflow::refuse;
  }
  [[nodiscard]] static constexpr std::size_t next_block(CycleUse use) noexcept { return use.block; }
};

static_assert(SpillPolicy<External> && SpillPolicy<Reallocate> && SpillPolicy<Fail>);
static_assert(std::is_empty_v<External> && std::is_empty_v<Reallocate> && std::is_empty_v<Fail>);

}  // namespace ebb
