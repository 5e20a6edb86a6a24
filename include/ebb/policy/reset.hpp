// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The reset slot: when memory is used again.
///
/// | question                                  | `BlockLeft`       |
/// |-------------------------------------------|-------------------|
/// | when is a block used again?               | in the next cycle |
/// | how many blocks stand behind one another? | 1                 |

#include <ebb/policy/policy.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace ebb {

// clang-format off
template <class P>
concept CountsBlocks = requires(const P policy) {
  { policy.blocks() } noexcept -> std::same_as<std::size_t>;
};
// clang-format on

/// A policy for the reset slot.
///
/// - Needs: `using slot = ebb::ResetSlot;`, `std::size_t blocks()`, how many cycles run in blocks
///   of their own before memory is used again
/// - Laws: *some*, `blocks() >= 1`; *steady*, asked again it answers the same
/// - Models: `BlockLeft`
/// - Check yours: `ebb/testing/laws/reset.hpp`
template <class P>
concept ResetPolicy = PolicyFor<P, ResetSlot> && CountsBlocks<P>;

/// A block is used again as soon as its cycle has ended.
///
/// - For: everything that does not outlive its cycle; the default
/// - Costs: nothing
/// - Errors: none
struct BlockLeft {
  using slot = ResetSlot;

  [[nodiscard]] static constexpr std::size_t blocks() noexcept { return 1; }
};

static_assert(ResetPolicy<BlockLeft> && std::is_empty_v<BlockLeft>);

}  // namespace ebb
