// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Address space reserved once, with memory behind as much of it as is in use.
///
///     reserved once: |<----------------------- reserved_bytes -------------------------->|
///     block:         |<-- committed -->|<-- growth: more pages, the same addresses -->|
///
/// | a request at                | gets                                                 |
/// |-----------------------------|------------------------------------------------------|
/// | `max_alignment`             | a reservation of its own: it can grow without moving |
/// | less: a piece that is alone | memory of the heap, which never grows                |
///
/// A workspace asks its block and its chunks at `max_alignment`. The block grows in place also in
/// the middle of a cycle, so nothing spills before the reservation is full.

#include <ebb/base/alignment.hpp>
#include <ebb/base/pages.hpp>
#include <ebb/space/host.hpp>
#include <ebb/space/space.hpp>

#include <algorithm>
#include <cstddef>

namespace ebb {

/// Memory of an inner space whose block grows in place; one specialisation for each such space.
///
/// - For: `ReservedIn<Host>`, for which `Reserved` is another name
template <class Inner>
class ReservedIn {
  static_assert(
      sizeof(Inner) == 0,
      "ebb::ReservedIn: nobody has said how this space grows in place; `ReservedIn<Host>` "
      "does");
};

/// Memory of the host that grows in place.
///
/// - For: blocks whose addresses must not change, or that are too large to exist twice while one is
///   exchanged for another; demands that grow for a long time
/// - Units: bytes of address space for each block; the same number bounds the block
/// - Costs: two system calls for a block and one each time it grows or shrinks; new pages fault
///   when first touched, and no others do; what is reserved and not used costs address space alone
/// - Errors: null beyond the reservation, where address space (`ulimit -v`) or memory has an end;
///   nothing has changed
/// - Threads: one at a time
/// - Note: without a number, 64 GiB are reserved; where a limit forbids that, a quarter to an
///   eighth of what it leaves
template <>
class ReservedIn<Host> {
 public:
  using slot = SpaceSlot;

  static constexpr std::size_t max_alignment = Host::max_alignment;
  static constexpr std::size_t default_bytes = std::size_t{1} << 36U;

  constexpr ReservedIn() noexcept = default;
  constexpr explicit ReservedIn(std::size_t reserved_bytes) noexcept
      : reserved_bytes_(reserved_bytes), may_be_less_(false) {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (alignment < max_alignment) return Host::allocate(bytes, alignment);
    std::byte* const begin = reserve(bytes);
    if (begin == nullptr) return nullptr;
    if (detail::commit_pages(begin, bytes)) return begin;
    detail::unmap_pages(begin, reserved_bytes_);
    return nullptr;
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    if (alignment < max_alignment) return Host::deallocate(pointer, bytes, alignment);
    detail::unmap_pages(static_cast<std::byte*>(pointer), reserved_bytes_);
  }

  [[nodiscard]] bool resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                            std::size_t alignment) noexcept {
    if (alignment < max_alignment) return new_bytes <= old_bytes;
    if (new_bytes > reserved_bytes_) return false;
    auto* const begin = static_cast<std::byte*>(pointer);
    const std::size_t before = detail::in_whole_pages(old_bytes);
    const std::size_t after = detail::in_whole_pages(new_bytes);
    if (after >= before) return detail::commit_pages(begin + before, after - before);
    detail::decommit_pages(begin + after, before - after);
    return true;
  }
  [[nodiscard]] static constexpr bool is_resizable() noexcept { return true; }

  /// The address space of one block, and the most that it can grow to.
  [[nodiscard]] constexpr std::size_t reserved_bytes() const noexcept { return reserved_bytes_; }

 private:
  // Once a reservation was granted its size stays: a give-back has to know it.
  [[nodiscard]] std::byte* reserve(std::size_t bytes) noexcept {
    if (bytes > reserved_bytes_) return nullptr;
    std::size_t reserved = std::max(reserved_bytes_, std::size_t{1});
    std::byte* begin = detail::reserve_pages(reserved);
    if (begin == nullptr && may_be_less_) {
      const std::size_t least = std::max(bytes, max_alignment);
      while (begin == nullptr && reserved / 2 >= least)
        begin = detail::reserve_pages(reserved /= 2);
      // The heap, chunks and other workspaces need addresses too.
      if (begin != nullptr && reserved / 4 >= least) {
        detail::unmap_pages(begin, reserved);
        begin = detail::reserve_pages(reserved /= 4);
      }
    }
    if (begin == nullptr) return nullptr;
    reserved_bytes_ = reserved;
    may_be_less_ = false;
    return begin;
  }

  std::size_t reserved_bytes_ = default_bytes;
  bool may_be_less_ = true;
};

/// Memory of the host that grows in place, as a word of a sentence.
///
/// - Example: `examples/spaces.cpp`
using Reserved = ReservedIn<Host>;

static_assert(ResizableSpace<Reserved> && !OneBlockSpace<Reserved>);

}  // namespace ebb
