// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Memory that the caller has already: an array, a page, the rest of a stack.
///
/// | state     | a request that fits                 | a give-back     |
/// |-----------|-------------------------------------|-----------------|
/// | untouched | granted from the first aligned byte | –               |
/// | taken     | refused                             | untouched again |

#include <ebb/base/alignment.hpp>
#include <ebb/base/block.hpp>
#include <ebb/space/space.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace ebb {

/// The caller's memory as one block.
///
/// - For: targets without a heap, memory on the stack, a region that must not move
/// - Units: bytes
/// - Costs: nothing; a beginning that is not aligned loses the bytes before the first aligned one
/// - Errors: null for what does not fit after aligning, or while the memory is out; nothing has
///   changed
/// - Threads: one at a time
/// - Note: the memory must outlive the space; copies share it, so only one of them may be used
class Buffer {
 public:
  using slot = SpaceSlot;

  static constexpr std::size_t max_alignment = 64;

  constexpr explicit Buffer(std::span<std::byte> memory) noexcept
      : memory_{memory.data(), memory.size()} {}
  Buffer(void* memory, std::size_t bytes) noexcept
      : memory_{static_cast<std::byte*>(memory), bytes} {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (taken_ || !memory_) return nullptr;
    const std::size_t skipped = bytes_before(Alignment{alignment});
    if (skipped > memory_.bytes || bytes > memory_.bytes - skipped) return nullptr;
    taken_ = true;
    return memory_.begin + skipped;
  }
  void deallocate(void*, std::size_t, std::size_t) noexcept { taken_ = false; }

  /// The largest request at `max_alignment` that is granted while nothing is out.
  [[nodiscard]] std::size_t one_block_bytes() const noexcept {
    const std::size_t skipped = bytes_before(Alignment{max_alignment});
    return skipped < memory_.bytes ? memory_.bytes - skipped : 0;
  }

 private:
  [[nodiscard]] std::size_t bytes_before(Alignment alignment) const noexcept {
    // The distance to the next multiple, without forming an address that may wrap.
    return (0 - address_of(memory_.begin)) & (alignment.bytes() - 1);
  }

  Block memory_;
  bool taken_ = false;
};

static_assert(OneBlockSpace<Buffer>);

}  // namespace ebb
