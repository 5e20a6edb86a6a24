// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A space that asks somebody to make room before it refuses.
///
/// | inner space | handler says | answer                         |
/// |-------------|--------------|--------------------------------|
/// | grants      | –            | the inner space's              |
/// | refuses     | true         | the inner space is asked again |
/// | refuses     | false        | refused                        |

#include <ebb/space/host.hpp>
#include <ebb/space/space.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace ebb {

// clang-format off
template <class H>
concept MakesRoom = requires(H handler, std::size_t bytes, std::size_t alignment) {
  { handler(bytes, alignment) } noexcept -> std::same_as<bool>;
};
// clang-format on

/// The handler of `Retrying` where nothing else is said.
using RetryHandler = bool (*)(std::size_t bytes, std::size_t alignment) noexcept;

/// A space round a space that tries again after a handler made room.
///
/// - For: caches that can be emptied, or a wait for others to give back
/// - Units: the handler is told the bytes and the alignment of the refused request
/// - Costs: those of the inner space; at a refusal, the handler and another request
/// - Errors: null where the inner space refuses and the handler says false; nothing has changed
/// - Threads: those of the inner space and the handler
/// - Note: a handler that always says true asks for ever; refused growth in place is not asked for
///   again, because the request for another block that follows it is
template <Space Inner = Host, MakesRoom Handler = RetryHandler>
class Retrying {
 public:
  using slot = SpaceSlot;

  static constexpr std::size_t max_alignment = Inner::max_alignment;

  constexpr Retrying() noexcept
  requires(std::default_initializable<Inner> && std::default_initializable<Handler> &&
           !std::is_pointer_v<Handler>)
  = default;
  constexpr Retrying(Inner space, Handler on_refusal) noexcept
      : space_(std::move(space)), handler_(std::move(on_refusal)) {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    void* pointer = space_.allocate(bytes, alignment);
    while (pointer == nullptr && handler_(bytes, alignment)) {
      pointer = space_.allocate(bytes, alignment);
    }
    return pointer;
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    space_.deallocate(pointer, bytes, alignment);
  }

  [[nodiscard]] bool resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                            std::size_t alignment) noexcept
  requires ResizableSpace<Inner>
  {
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

  [[nodiscard]] constexpr Inner& space() noexcept { return space_; }
  [[nodiscard]] constexpr const Inner& space() const noexcept { return space_; }
  [[nodiscard]] constexpr Handler& handler() noexcept { return handler_; }
  [[nodiscard]] constexpr const Handler& handler() const noexcept { return handler_; }

 private:
  [[no_unique_address]] Inner space_;
  [[no_unique_address]] Handler handler_;
};

static_assert(Space<Retrying<>> && !OneBlockSpace<Retrying<>>);

}  // namespace ebb
