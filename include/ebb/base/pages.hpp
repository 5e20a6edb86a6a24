// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Pages of the process: address space, and the memory in it.
///
/// | state of an address | memory behind it           | comes with                        |
/// |---------------------|----------------------------|-----------------------------------|
/// | reserved            | none; an access faults     | `reserve_pages`, `decommit_pages` |
/// | committed           | zeros, from first touch on | `commit_pages`, `map_pages`       |
/// | free                | the kernel's to give       | `unmap_pages`                     |
///
/// Beginnings are multiples of a page; sizes are rounded up to pages here.

#include <ebb/base/alignment.hpp>
#include <ebb/base/arithmetic.hpp>

#include <cstddef>
#include <sys/mman.h>
#include <unistd.h>

namespace ebb::detail {

/// The size of a page of this machine.
[[nodiscard]] inline std::size_t page_bytes() noexcept {
  static const auto bytes = static_cast<std::size_t>(::getpagesize());
  return bytes;
}

/// Rounds up to pages; what does not fit into a number becomes more than any machine has.
[[nodiscard]] inline std::size_t in_whole_pages(std::size_t bytes) noexcept {
  const Alignment page(page_bytes());
  return checked_round_up(bytes, page).value_or(round_down(max_bytes, page));
}

[[nodiscard]] inline std::byte* map_at_will(std::size_t bytes, int protection, int flags) noexcept {
  if (bytes == 0 || bytes > max_bytes / 2) return nullptr;
  void* const begin = ::mmap(nullptr, in_whole_pages(bytes), protection,
                             MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  return begin == MAP_FAILED ? nullptr : static_cast<std::byte*>(begin);
}

/// Takes address space without memory; null when there is no more.
[[nodiscard]] inline std::byte* reserve_pages(std::size_t bytes) noexcept {
  return map_at_will(bytes, PROT_NONE, MAP_NORESERVE);
}

/// Takes address space with memory, zeros at first touch; null when there is no more.
[[nodiscard]] inline std::byte* map_pages(std::size_t bytes) noexcept {
  return map_at_will(bytes, PROT_READ | PROT_WRITE, 0);
}

/// Puts memory behind reserved addresses; false when there is no more, and nothing has changed.
[[nodiscard]] inline bool commit_pages(std::byte* begin, std::size_t bytes) noexcept {
  return bytes == 0 || ::mprotect(begin, in_whole_pages(bytes), PROT_READ | PROT_WRITE) == 0;
}

/// Takes the memory away and keeps the addresses.
inline void decommit_pages(std::byte* begin, std::size_t bytes) noexcept {
  if (bytes == 0) return;
  constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
  if (::mmap(begin, in_whole_pages(bytes), PROT_NONE, flags, -1, 0) != MAP_FAILED) return;
  // The kernel has no room for one more mapping: at least the memory goes back.
  static_cast<void>(::madvise(begin, in_whole_pages(bytes), MADV_DONTNEED));
}

/// Gives addresses back, with what is behind them.
inline void unmap_pages(std::byte* begin, std::size_t bytes) noexcept {
  if (bytes != 0) ::munmap(begin, in_whole_pages(bytes));
}

}  // namespace ebb::detail
