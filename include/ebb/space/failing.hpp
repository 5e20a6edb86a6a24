// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A space that refuses once, on purpose.
///
/// | request, growth in place too | answer            |
/// |------------------------------|-------------------|
/// | the `call`-th                | refused           |
/// | any other                    | the inner space's |

#include <ebb/space/host.hpp>
#include <ebb/space/space.hpp>

#include <concepts>
#include <cstddef>
#include <utility>

namespace ebb {

/// A space round a space that refuses one request by its number.
///
/// - For: tests that must see a refusal at every possible place
/// - Units: `call` counts requests from 1; 0 refuses none
/// - Costs: one comparison per request, besides the costs of the inner space
/// - Errors: null for that request, which the inner space does not see; else those of the inner
///   space
/// - Threads: one at a time
template <Space Inner = Host>
class Failing {
 public:
  using slot = SpaceSlot;

  static constexpr std::size_t max_alignment = Inner::max_alignment;

  constexpr Failing() noexcept
  requires std::default_initializable<Inner>
  = default;
  constexpr Failing(Inner space, std::size_t call) noexcept
      : space_(std::move(space)), failing_call_(call) {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (++calls_ == failing_call_) return nullptr;
    return space_.allocate(bytes, alignment);
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    space_.deallocate(pointer, bytes, alignment);
  }

  [[nodiscard]] bool resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                            std::size_t alignment) noexcept
  requires ResizableSpace<Inner>
  {
    if (new_bytes > old_bytes && ++calls_ == failing_call_) return false;
    return space_.resize(pointer, old_bytes, new_bytes, alignment);
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

  /// Requests so far, the refused one included.
  [[nodiscard]] constexpr std::size_t calls() const noexcept { return calls_; }
  [[nodiscard]] constexpr Inner& space() noexcept { return space_; }
  [[nodiscard]] constexpr const Inner& space() const noexcept { return space_; }

 private:
  [[no_unique_address]] Inner space_;
  std::size_t failing_call_ = 0;
  std::size_t calls_ = 0;
};

static_assert(Space<Failing<>> && !OneBlockSpace<Failing<>>);

}  // namespace ebb
