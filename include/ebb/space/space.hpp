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
/// | more, where they are?   | `resize(…)`, of a space that can; then the new number counts  |
/// | are they still there?   | `is_lost()`, of a space that others can take away from        |
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
/// - Models: `Host`, `HugePages`, `Reserved`, `MappedFile`, `Buffer`, `MemoryResource`; round a
///   space `Limited`, `Counted`, `Failing`, `Retrying`, `Prefault`, `OnNode`
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
/// - Laws: *whole*, `allocate(one_block_bytes(), max_alignment)` is granted
/// - Models: `Buffer`, `MappedFile`, and any space round them
/// - Check yours: `ebb/testing/laws/space.hpp`
template <class S>
concept OneBlockSpace = Space<S> && StatesOneBlock<S>;

// clang-format off
template <class S>
concept ResizesInPlace = requires(S space, void* pointer, std::size_t bytes, std::size_t alignment) {
  { space.resize(pointer, bytes, bytes, alignment) } noexcept -> std::same_as<bool>;
};
template <class S>
concept SaysIfResizable = requires(const S space) {
  { space.is_resizable() } noexcept -> std::same_as<bool>;
};
// clang-format on

/// A space whose pieces can become larger and smaller where they are: a workspace asks that of its
/// block before it asks for another one.
///
/// - Needs: what `Space` needs, `bool resize(pointer, old_bytes, new_bytes, alignment) noexcept`
///   for a piece of `old_bytes`, and `bool is_resizable() const noexcept`, false for a space chosen
///   at run time that never grants it
/// - Laws: *in place*, what lies in the smaller of both sizes keeps what was written, and a granted
///   piece has `new_bytes` from then on; *apart*, no byte of a resized piece is in another one;
///   *unchanged*, a refused piece is as it was; *shrinks*, less is never refused
/// - Models: `Reserved`, `MappedFile`, and any space round them
/// - Check yours: `ebb/testing/laws/space.hpp`
template <class S>
concept ResizableSpace = Space<S> && ResizesInPlace<S> && SaysIfResizable<S>;

// clang-format off
template <class S>
concept SaysIfLost = requires(const S space) {
  { space.is_lost() } noexcept -> std::same_as<bool>;
};
// clang-format on

/// A space from which somebody else can take memory away that is out: a workspace asks it at every
/// enter, and at every end of a cycle.
///
/// - Needs: what `Space` needs, and `bool is_lost() const noexcept`
/// - Laws: *sound*, what nobody took away is not lost
/// - Models: `MappedFile`, and any space round it
/// - Check yours: `ebb/testing/laws/space.hpp`
template <class S>
concept LosableSpace = Space<S> && SaysIfLost<S>;

}  // namespace ebb
