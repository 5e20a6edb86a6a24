// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A space with a budget.
///
/// | a request that, with what is out, is | answer            |
/// |--------------------------------------|-------------------|
/// | within the limit                     | the inner space's |
/// | beyond it                            | refused           |

#include <ebb/space/host.hpp>
#include <ebb/space/space.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace ebb {

/// A space round a space that never has more than a limit out.
///
/// - For: a share of a machine; a test of what happens when memory ends
/// - Units: bytes as asked for, all requests together
/// - Costs: one comparison per call, besides those of the inner space
/// - Errors: null beyond the limit, and where the inner space refuses; nothing has changed
/// - Threads: one at a time
template <Space Inner = Host>
class Limited {
 public:
  using slot = SpaceSlot;

  static constexpr std::size_t max_alignment = Inner::max_alignment;

  constexpr Limited(Inner space, std::size_t limit_bytes) noexcept
      : space_(std::move(space)), limit_bytes_(limit_bytes) {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (bytes > limit_bytes_ - outstanding_bytes_) return nullptr;
    void* const pointer = space_.allocate(bytes, alignment);
    if (pointer != nullptr) outstanding_bytes_ += bytes;
    return pointer;
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    space_.deallocate(pointer, bytes, alignment);
    outstanding_bytes_ -= bytes;
  }

  [[nodiscard]] bool resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                            std::size_t alignment) noexcept
  requires ResizableSpace<Inner>
  {
    const bool grows = new_bytes > old_bytes;
    if (grows && new_bytes - old_bytes > limit_bytes_ - outstanding_bytes_) return false;
    if (!space_.resize(pointer, old_bytes, new_bytes, alignment)) return false;
    outstanding_bytes_ = outstanding_bytes_ - old_bytes + new_bytes;
    return true;
  }

  [[nodiscard]] std::size_t one_block_bytes() const noexcept
  requires OneBlockSpace<Inner>
  {
    return std::min(space_.one_block_bytes(), limit_bytes_);
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

  [[nodiscard]] constexpr std::size_t limit_bytes() const noexcept { return limit_bytes_; }
  [[nodiscard]] constexpr std::size_t outstanding_bytes() const noexcept {
    return outstanding_bytes_;
  }
  [[nodiscard]] constexpr Inner& space() noexcept { return space_; }
  [[nodiscard]] constexpr const Inner& space() const noexcept { return space_; }

 private:
  [[no_unique_address]] Inner space_;
  std::size_t limit_bytes_;
  std::size_t outstanding_bytes_ = 0;
};

static_assert(Space<Limited<>> && !OneBlockSpace<Limited<>>);

}  // namespace ebb
