// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A space that counts what is asked of it.
///
/// | number                | goes up with                        | goes down with |
/// |-----------------------|-------------------------------------|----------------|
/// | `calls()`             | every request, growth in place too  | –              |
/// | `refusals()`          | a refused request                   | –              |
/// | `releases()`          | every give-back of a whole piece    | –              |
/// | `outstanding_bytes()` | a granted request                   | its give-back  |
/// | `peak_bytes()`        | a new largest `outstanding_bytes()` | –              |

#include <ebb/space/host.hpp>
#include <ebb/space/space.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <utility>

namespace ebb {

/// A space round a space that keeps count.
///
/// - For: a test or a report that must show how often a space was asked
/// - Units: bytes as asked for
/// - Costs: a few additions per call, besides the costs of the inner space
/// - Errors: those of the inner space
/// - Threads: one at a time
template <Space Inner = Host>
class Counted {
 public:
  using slot = SpaceSlot;

  static constexpr std::size_t max_alignment = Inner::max_alignment;

  constexpr Counted() noexcept
  requires std::default_initializable<Inner>
  = default;
  constexpr explicit Counted(Inner space) noexcept : space_(std::move(space)) {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    ++calls_;
    void* const pointer = space_.allocate(bytes, alignment);
    if (pointer == nullptr) {
      ++refusals_;
      return nullptr;
    }
    outstanding_bytes_ += bytes;
    peak_bytes_ = std::max(peak_bytes_, outstanding_bytes_);
    return pointer;
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    ++releases_;
    outstanding_bytes_ -= bytes;
    space_.deallocate(pointer, bytes, alignment);
  }

  [[nodiscard]] bool resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                            std::size_t alignment) noexcept
  requires ResizableSpace<Inner>
  {
    if (new_bytes > old_bytes) ++calls_;
    if (!space_.resize(pointer, old_bytes, new_bytes, alignment)) {
      if (new_bytes > old_bytes) ++refusals_;
      return false;
    }
    outstanding_bytes_ = outstanding_bytes_ - old_bytes + new_bytes;
    peak_bytes_ = std::max(peak_bytes_, outstanding_bytes_);
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

  [[nodiscard]] constexpr std::size_t calls() const noexcept { return calls_; }
  [[nodiscard]] constexpr std::size_t refusals() const noexcept { return refusals_; }
  [[nodiscard]] constexpr std::size_t releases() const noexcept { return releases_; }
  [[nodiscard]] constexpr std::size_t outstanding_bytes() const noexcept {
    return outstanding_bytes_;
  }
  [[nodiscard]] constexpr std::size_t peak_bytes() const noexcept { return peak_bytes_; }
  [[nodiscard]] constexpr Inner& space() noexcept { return space_; }
  [[nodiscard]] constexpr const Inner& space() const noexcept { return space_; }

 private:
  [[no_unique_address]] Inner space_;
  std::size_t calls_ = 0;
  std::size_t refusals_ = 0;
  std::size_t releases_ = 0;
  std::size_t outstanding_bytes_ = 0;
  std::size_t peak_bytes_ = 0;
};

static_assert(Space<Counted<>> && !OneBlockSpace<Counted<>>);

}  // namespace ebb
