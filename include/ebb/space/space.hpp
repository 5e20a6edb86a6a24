// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The space slot: where the bytes live.
///
/// A space is what others call an upstream or a memory resource. It is asked rarely: for a block,
/// for a chunk when a cycle overflows, for a piece that goes out alone.
///
/// | question                | answer                                                        |
/// |-------------------------|---------------------------------------------------------------|
/// | some bytes?             | `allocate(bytes, alignment)`; null is a refusal               |
/// | these are done with     | `deallocate(pointer, bytes, alignment)`, with the same numbers |
/// | how aligned, at most?   | `max_alignment`; a workspace asks its blocks at it            |

#include <ebb/base/slot.hpp>

#include <concepts>
#include <cstddef>

namespace ebb {

// clang-format off
template <class S>
concept AllocatesBytes = requires(S space, std::size_t bytes, std::size_t alignment) {
  { space.allocate(bytes, alignment) } noexcept -> std::same_as<void*>;
};
template <class S>
concept DeallocatesBytes = requires(S space, void* pointer, std::size_t bytes, std::size_t alignment) {
  { space.deallocate(pointer, bytes, alignment) } noexcept;
};
template <class S>
concept StatesMaxAlignment = requires {
  { S::max_alignment } -> std::convertible_to<std::size_t>;
};
// clang-format on

/// A space.
///
/// - Needs: `using slot = ebb::SpaceSlot;`, `void* allocate(bytes, alignment) noexcept`,
///   `void deallocate(pointer, bytes, alignment) noexcept`,
///   `static constexpr std::size_t max_alignment`
/// - Laws: *aligned*, an answer is a multiple of the alignment asked for; *disjoint*, no byte is in
///   two answers at once; *writable*, every byte keeps what was written until it is given back;
///   *refuses*, what cannot be had is null, and nothing has changed
/// - Models: `Host`, `Buffer`, `Limited`, `Counted`, `Failing`, `Retrying`, `Prefault`
/// - Check yours: `ebb/testing/laws/space.hpp`
template <class S>
concept Space =
    PolicyFor<S, SpaceSlot> && AllocatesBytes<S> && DeallocatesBytes<S> && StatesMaxAlignment<S>;

// clang-format off
template <class S>
concept StatesOneBlock = requires(const S space) {
  { space.one_block_bytes() } noexcept -> std::same_as<std::size_t>;
};
// clang-format on

/// A space that is one block: a workspace takes all of it at the first enter, for good.
///
/// - Needs: what `Space` needs, and `std::size_t one_block_bytes() const noexcept`, the largest
///   request at `max_alignment` that an untouched space grants
/// - Laws: *whole*, `allocate(one_block_bytes(), max_alignment)` is granted once
/// - Models: `Buffer`, and any space round it
/// - Check yours: `ebb/testing/laws/space.hpp`
template <class S>
concept OneBlockSpace = Space<S> && StatesOneBlock<S>;

}  // namespace ebb
