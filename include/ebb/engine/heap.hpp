// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Arrays outside every workspace: the heap, in the shape of a core.
///
/// An array made while no workspace is current carries the heap's cell, which shows its number for
/// ever; giving it back goes the way of every array and ends in `std::free`.

#include <ebb/base/alignment.hpp>
#include <ebb/base/generation.hpp>
#include <ebb/engine/core.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace ebb::detail {

/// The alignment of arrays on the heap: that of a host workspace, so that results agree to the bit.
inline constexpr std::size_t heap_alignment = 64;

/// Takes bytes from the heap; null when it refuses.
[[nodiscard]] inline void* heap_allocate(std::size_t bytes, std::size_t alignment) noexcept {
  const Alignment wanted(std::max(alignment, heap_alignment));
  const auto size = checked_round_up(std::max<std::size_t>(bytes, 1), wanted);
  return size ? std::aligned_alloc(wanted.bytes(), *size) : nullptr;
}

/// Takes bytes from the heap.
///
/// - Errors: `SpaceRefused`
[[nodiscard]] inline void* heap_allocate_or_raise(std::size_t bytes, std::size_t alignment) {
  void* const pointer = heap_allocate(bytes, alignment);
  if (pointer == nullptr)
    raise_failure({.kind = Failure::Kind::space_refused, .wanted = bytes}, "heap");
  return pointer;
}

/// The owner of the heap's cell. Never open, so every give comes the slow way.
class HeapCore final : public Core {
 public:
  constexpr HeapCore() noexcept : Core("heap") {}

 private:
  void give_elsewhere(void* pointer, std::size_t) noexcept override { std::free(pointer); }

  void* space_allocate(std::size_t, std::size_t) noexcept override { return nullptr; }
  void space_deallocate(void*, std::size_t, std::size_t) noexcept override {}
  std::size_t max_alignment() const noexcept override { return heap_alignment; }
  std::size_t one_block_bytes() const noexcept override { return 0; }
  std::size_t first_block_bytes() const noexcept override { return 0; }
  std::size_t clamp(std::size_t bytes) const noexcept override { return bytes; }
  std::size_t with_headroom(std::size_t bytes) const noexcept override { return bytes; }
  Overflow on_overflow(Shortfall) const noexcept override { return Overflow::refuse; }
  bool would_grow(CycleUse) const noexcept override { return false; }
  bool is_learning() const noexcept override { return false; }
  void learn(CycleUse, bool) noexcept override {}
  void forget() noexcept override {}
};

// Never destroyed (nobody destroys a member of a union): arrays with static storage may be given
// back after every destructor of this library has run.
union ImmortalHeapCore {
  HeapCore core;
  constexpr ImmortalHeapCore() noexcept : core() {}
  ~ImmortalHeapCore() {}
};
EBB_SHARED inline constinit ImmortalHeapCore heap_core_v1{};

inline constexpr EpochNumber heap_number = next_epoch(0);
EBB_SHARED inline constinit EpochCell heap_cell_v1{
    .number{heap_number}, .core{&heap_core_v1.core}, .is_detached{true}, .minds_keeping{true}};

}  // namespace ebb::detail
