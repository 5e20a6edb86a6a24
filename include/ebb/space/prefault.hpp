// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A space that touches every page of what it hands out.
///
/// | moment            | a page that was never written | a warm page |
/// |-------------------|-------------------------------|-------------|
/// | the request       | faults here                   | one write   |
/// | use by the caller | no fault                      | no fault    |

#include <ebb/base/alignment.hpp>
#include <ebb/space/host.hpp>
#include <ebb/space/space.hpp>

#include <concepts>
#include <cstddef>
#include <utility>

namespace ebb {

/// A space round a space that takes the page faults when memory is asked for.
///
/// - For: loops that may wait at the beginning but not in the middle
/// - Units: bytes; a page has 4096
/// - Costs: one write per page, besides the costs of the inner space
/// - Errors: those of the inner space
/// - Threads: those of the inner space
/// - Note: for memory that the host can write
template <Space Inner = Host>
class Prefault {
 public:
  using slot = SpaceSlot;

  static constexpr std::size_t max_alignment = Inner::max_alignment;
  static constexpr std::size_t page_bytes = 4096;

  constexpr Prefault() noexcept
  requires std::default_initializable<Inner>
  = default;
  constexpr explicit Prefault(Inner space) noexcept : space_(std::move(space)) {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    void* const pointer = space_.allocate(bytes, alignment);
    if (pointer != nullptr) touch(static_cast<volatile std::byte*>(pointer), bytes);
    return pointer;
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    space_.deallocate(pointer, bytes, alignment);
  }

  [[nodiscard]] bool resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                            std::size_t alignment) noexcept
  requires ResizableSpace<Inner>
  {
    if (!space_.resize(pointer, old_bytes, new_bytes, alignment)) return false;
    if (new_bytes > old_bytes)
      touch(static_cast<volatile std::byte*>(pointer) + old_bytes, new_bytes - old_bytes);
    return true;
  }

  [[nodiscard]] std::size_t one_block_bytes() const noexcept
  requires OneBlockSpace<Inner>
  {
    return space_.one_block_bytes();
  }
  [[nodiscard]] bool is_resizable() const noexcept
  requires ResizableSpace<Inner>
  {
    return space_.is_resizable();
  }
  [[nodiscard]] bool is_lost() const noexcept
  requires LosableSpace<Inner>
  {
    return space_.is_lost();
  }

  [[nodiscard]] constexpr Inner& space() noexcept { return space_; }
  [[nodiscard]] constexpr const Inner& space() const noexcept { return space_; }

 private:
  static void touch(volatile std::byte* memory, std::size_t bytes) noexcept {
    if (bytes == 0) return;
    // What is read is written back: the pages may be those of a file.
    for (std::size_t offset = 0; offset < bytes; offset += page_bytes)
      memory[offset] = std::byte{memory[offset]};
    // Where the beginning lies in the middle of a page, the steps can miss the last one.
    memory[bytes - 1] = std::byte{memory[bytes - 1]};
  }

  [[no_unique_address]] Inner space_;
};

static_assert(Space<Prefault<>> && !OneBlockSpace<Prefault<>>);

}  // namespace ebb
