// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Three ways to notice that memory is touched by whom it does not belong to.
///
/// | way    | notices              | when                 | needs                        |
/// |--------|----------------------|----------------------|------------------------------|
/// | poison | reads and writes     | at the instruction   | AddressSanitizer or Valgrind |
/// | fence  | writes beside pieces | when it is looked at | nothing                      |
/// | pages  | reads and writes     | at the instruction   | whole pages                  |

#include <ebb/base/alignment.hpp>
#include <ebb/base/config.hpp>
#include <ebb/base/pages.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <sys/mman.h>

#if EBB_HAS_ASAN
extern "C" {
void __asan_poison_memory_region(void const volatile* begin, std::size_t bytes);
void __asan_unpoison_memory_region(void const volatile* begin, std::size_t bytes);
}
#elif EBB_HAS_VALGRIND
#include <valgrind/memcheck.h>
#endif

namespace ebb::detail {

/// Tells the tool that nobody may touch these bytes.
inline void poison([[maybe_unused]] const void* begin,
                   [[maybe_unused]] std::size_t bytes) noexcept {
#if EBB_HAS_ASAN
  __asan_poison_memory_region(begin, bytes);
#elif EBB_HAS_VALGRIND
  static_cast<void>(VALGRIND_MAKE_MEM_NOACCESS(begin, bytes));
#endif
}

/// Tells the tool that these bytes may be used; to Valgrind, that nothing was written there.
inline void unpoison([[maybe_unused]] const void* begin,
                     [[maybe_unused]] std::size_t bytes) noexcept {
#if EBB_HAS_ASAN
  __asan_unpoison_memory_region(begin, bytes);
#elif EBB_HAS_VALGRIND
  static_cast<void>(VALGRIND_MAKE_MEM_UNDEFINED(begin, bytes));
#endif
}

/// Says whether the program runs under Valgrind.
[[nodiscard]] inline bool runs_on_valgrind() noexcept {
#if EBB_HAS_VALGRIND
  return RUNNING_ON_VALGRIND != 0;
#else
  return false;
#endif
}

/// Gives Valgrind words for an address that it reports.
///
/// - Returns: a number for `forget_words`
inline unsigned give_words([[maybe_unused]] const void* begin, [[maybe_unused]] std::size_t bytes,
                           [[maybe_unused]] const char* text) noexcept {
#if EBB_HAS_VALGRIND
  return static_cast<unsigned>(VALGRIND_CREATE_BLOCK(begin, bytes, text));
#else
  return 0;
#endif
}
inline void forget_words([[maybe_unused]] unsigned number) noexcept {
#if EBB_HAS_VALGRIND
  static_cast<void>(VALGRIND_DISCARD(number));
#endif
}

// Depends on the address, so that no copied bytes look like a fence.
[[nodiscard]] inline std::byte fence_byte(const std::byte* at) noexcept {
  return static_cast<std::byte>((address_of(at) * 31U + 0xA5U) & 0xFFU);
}

/// Writes a fence.
inline void write_fence(std::byte* begin, const std::byte* end) noexcept {
  for (std::byte* at = begin; at != end; ++at) *at = fence_byte(at);
}

/// The first broken byte of a fence, or null; `backwards`, the last one.
[[nodiscard]] inline const std::byte* broken_byte(const std::byte* begin, const std::byte* end,
                                                  bool backwards) noexcept {
  const std::byte* broken = nullptr;
  for (const std::byte* at = begin; at != end; ++at)
    if (*at != fence_byte(at)) {
      broken = at;
      if (!backwards) break;
    }
  return broken;
}

/// Makes every use of the whole pages within a run a fault.
inline void protect_pages(void* begin, std::size_t bytes) noexcept {
  const Alignment page(page_bytes());
  const std::uintptr_t first = round_up(address_of(begin), page);
  const std::uintptr_t end = round_down(address_of(begin) + bytes, page);
  if (first < end) ::mprotect(reinterpret_cast<void*>(first), end - first, PROT_NONE);
}

/// Makes the pages that a run touches usable again.
///
/// - Returns: false when the system refuses
[[nodiscard]] inline bool unprotect_pages(void* begin, std::size_t bytes) noexcept {
  const Alignment page(page_bytes());
  const std::uintptr_t first = round_down(address_of(begin), page);
  const std::uintptr_t end = round_up(address_of(begin) + bytes, page);
  return first >= end ||
         ::mprotect(reinterpret_cast<void*>(first), end - first, PROT_READ | PROT_WRITE) == 0;
}

}  // namespace ebb::detail
