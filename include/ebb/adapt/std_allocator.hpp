// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The standard containers in a workspace.
///
/// The container must live inside the cycle. Outliving it is harmless only for contiguous
/// containers of trivially destructible elements: their memory is gone, but nothing in it is
/// touched.

#include <ebb/base/arithmetic.hpp>
#include <ebb/base/config.hpp>
#include <ebb/base/generation.hpp>
#include <ebb/base/origin.hpp>
#include <ebb/engine/core.hpp>
#include <ebb/engine/stale.hpp>

#include <atomic>
#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace ebb {

/// An allocator that takes from the open cycle of a workspace: two words, the cycle it was made in.
///
/// - For: any container of the standard library, within one cycle
/// - Errors: making one on a closed workspace is `NoOpenCycle`; once the cycle is over, `allocate`
///   throws `StaleArray` and `deallocate` gives back nothing
/// - Costs: of the workspace, plus one compare
/// - Threads: the owner of the workspace
/// - Note: equal means the same cycle. Copy and move assignment do not propagate: elements go to
///   the target's memory; swap does
template <class T>
class std_allocator {
 public:
  using value_type = T;
  using propagate_on_container_copy_assignment = std::false_type;
  using propagate_on_container_move_assignment = std::false_type;
  using propagate_on_container_swap = std::true_type;
  using is_always_equal = std::false_type;

  /// Takes from the cycle that is open now.
  ///
  /// - Errors: `NoOpenCycle`, `WrongThread`
  /// - Costs: one compare
  std_allocator(const Core& workspace)  // NOLINT: `vector<int> v{w}` reads as it should
      : cell_(workspace.cell()), number_(workspace.number()) {
    workspace.expect_open();
  }
  /// The same for what owns a workspace, such as `AnyWorkspace`.
  template <class W>
  requires(!std::derived_from<W, Core> && std::convertible_to<const W&, Core&>)
  std_allocator(const W& workspace)  // NOLINT: as above
      : std_allocator(static_cast<const Core&>(workspace)) {}
  template <class U>
  std_allocator(const std_allocator<U>& other) noexcept  // NOLINT: an allocator rebinds
      : cell_(other.cell_), number_(other.number_) {}

  /// Takes memory for `count` elements.
  ///
  /// - Units: elements
  /// - Errors: `StaleArray` once the cycle is over; those of the workspace's `allocate`; nothing
  ///   has changed
  /// - Costs: those of the workspace's `allocate`, plus one compare
  [[nodiscard]] EBB_ALWAYS_INLINE T* allocate(std::size_t count) {
    EpochCell* const cell = cell_;
    const EpochNumber number = number_;
    void* piece;
    if (!cell->shows(number) || count > max_bytes / sizeof(T) ||
        !cell->core.load(std::memory_order_relaxed)
             ->allocate_quickly(count * sizeof(T), alignof(T), piece)) [[unlikely]]
      piece = allocate_slowly(cell, number, count);
    return static_cast<T*>(piece);
  }

  /// Gives memory back, unless its cycle is over.
  EBB_ALWAYS_INLINE void deallocate(T* pointer, std::size_t count) noexcept {
    EpochCell* const cell = cell_;
    if (!cell->shows(number_)) return;
    Core& workspace = *cell->core.load(std::memory_order_relaxed);
    workspace.deallocate_in_any_order(pointer, count * sizeof(T));
  }

  template <class U>
  friend bool operator==(const std_allocator& a, const std_allocator<U>& b) noexcept {
    return a.is_same_cycle(b);
  }

 private:
  template <class U>
  [[nodiscard]] bool is_same_cycle(const std_allocator<U>& other) const noexcept {
    return cell_ == other.cell_ && number_ == other.number_;
  }

  // One call for all that is out of the ordinary, so that the rest is small enough to be inlined.
  // By value: a container whose address escapes is kept in memory.
  EBB_COLD static void* allocate_slowly(EpochCell* cell, EpochNumber number, std::size_t count) {
    if (!cell->shows(number)) detail::raise_stale(*cell, number, "std_allocator::allocate", {});
    Core& workspace = *cell->core.load(std::memory_order_relaxed);
    if (count > max_bytes / sizeof(T)) workspace.raise_size_overflow(count, sizeof(T));
    return workspace.allocate(count * sizeof(T), alignof(T), {.taker = Taker::container});
  }

  EpochCell* cell_;
  EpochNumber number_;

  template <class U>
  friend class std_allocator;
};

/// A vector in a workspace: `ebb::vector<float> values{workspace};`
template <class T>
using vector = std::vector<T, std_allocator<T>>;

/// A string in a workspace: `ebb::string text{workspace};`
using string = std::basic_string<char, std::char_traits<char>, std_allocator<char>>;

}  // namespace ebb
