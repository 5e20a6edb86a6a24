// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The memory of the process, from `operator new`.

#include <ebb/space/space.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

namespace ebb {

/// The heap of the process.
///
/// - For: everything that has no better place; the default
/// - Units: bytes
/// - Costs: one `operator new` or `operator delete` per call; fresh pages fault when first touched
/// - Errors: null where the heap has no more, or more than `PTRDIFF_MAX` bytes are asked for;
///   nothing has changed
/// - Threads: anybody at any time
struct Host {
  using slot = SpaceSlot;

  static constexpr std::size_t max_alignment = 4096;

  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    // `operator new` rounds up to the alignment, which must not wrap.
    if (bytes > PTRDIFF_MAX - max_alignment) return nullptr;
    return ::operator new(bytes, std::align_val_t{alignment}, std::nothrow);
  }
  static void deallocate(void* pointer, std::size_t, std::size_t alignment) noexcept {
    ::operator delete(pointer, std::align_val_t{alignment});
  }
};

static_assert(Space<Host> && !OneBlockSpace<Host> && std::is_empty_v<Host>);

}  // namespace ebb
