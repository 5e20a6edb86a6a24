// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Memory of the host in pages of 2 MiB, where the kernel grants them.
///
/// | a request of    | gets                                                      |
/// |-----------------|-----------------------------------------------------------|
/// | less than 2 MiB | memory of the heap: a huge page would waste the rest      |
/// | 2 MiB and more  | a multiple of 2 MiB: huge pages, and a rest in small ones |
///
/// A huge page is a wish: the kernel grants it when the memory is first touched, and where it has
/// none the same memory comes in small pages, with nobody told. So the space can be asked:
///
/// | question          | answer                                       |
/// |-------------------|----------------------------------------------|
/// | `are_offered()`   | whether kernel and process allow them at all |
/// | `wished_bytes()`  | what is out and could lie in huge pages      |
/// | `granted_bytes()` | how much of that does, now                   |

#include <ebb/base/alignment.hpp>
#include <ebb/base/block.hpp>
#include <ebb/base/pages.hpp>
#include <ebb/space/host.hpp>
#include <ebb/space/space.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <new>
#include <sys/mman.h>
#include <sys/prctl.h>

namespace ebb {

namespace detail {

/// Reads a file of the kernel line by line; nothing where there is none.
template <class Visitor>
void for_each_line(const char* path, Visitor&& visit) noexcept {
  std::FILE* const file = std::fopen(path, "re");
  if (file == nullptr) return;
  char line[512];
  while (std::fgets(line, sizeof line, file) != nullptr) visit(static_cast<const char*>(line));
  std::fclose(file);
}

}  // namespace detail

/// Memory of the host in huge pages.
///
/// - For: blocks of many megabytes: one fault in place of 512, and fewer misses of the address
///   cache
/// - Units: bytes; a huge page has 2 MiB
/// - Costs: two or three system calls and a small piece of heap per request of 2 MiB or more;
///   zeroing a whole huge page when one byte of it is first touched
/// - Errors: null where address space or memory has an end; nothing has changed. Small pages in
///   place of huge ones are no error: ask `granted_bytes()`
/// - Threads: one at a time
/// - Note: a copy begins with nothing out
class HugePages {
 public:
  using slot = SpaceSlot;

  static constexpr std::size_t max_alignment = Host::max_alignment;
  static constexpr std::size_t huge_page_bytes = std::size_t{2} << 20U;

  constexpr HugePages() noexcept = default;
  constexpr HugePages(const HugePages&) noexcept {}
  HugePages& operator=(const HugePages&) = delete;
  ~HugePages() {
    while (first_ != nullptr) forget(first_->block.begin);
  }

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (bytes < huge_page_bytes) return Host::allocate(bytes, alignment);
    auto* const piece = new (std::nothrow) Piece;
    std::byte* const begin = piece == nullptr ? nullptr : map(bytes);
    if (begin == nullptr) {
      delete piece;
      return nullptr;
    }
    const std::size_t wished = round_down(bytes, huge_page);
    // Where the kernel was built without them it says no, and the memory is as good.
    static_cast<void>(::madvise(begin, wished, MADV_HUGEPAGE));
    *piece = {{begin, wished}, first_};
    first_ = piece;
    return begin;
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    if (bytes < huge_page_bytes) return Host::deallocate(pointer, bytes, alignment);
    forget(pointer);
    detail::unmap_pages(static_cast<std::byte*>(pointer), bytes);
  }

  /// Says whether the kernel offers huge pages to this process on request.
  ///
  /// - Costs: reads a file of the kernel
  [[nodiscard]] static bool are_offered() noexcept {
    if (::prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1) return false;
    bool offered = false;
    detail::for_each_line("/sys/kernel/mm/transparent_hugepage/enabled", [&](const char* line) {
      offered = std::strstr(line, "[never]") == nullptr;
    });
    return offered;
  }

  /// What is out and could lie in huge pages.
  ///
  /// - Units: bytes, a multiple of a huge page
  [[nodiscard]] std::size_t wished_bytes() const noexcept {
    std::size_t bytes = 0;
    for (const Piece* piece = first_; piece != nullptr; piece = piece->next)
      bytes += piece->block.bytes;
    return bytes;
  }

  /// What is out and lies in huge pages; pages that were never touched do not yet lie anywhere.
  ///
  /// - Units: bytes; where the kernel has joined a piece with its neighbour, at most the size of
  ///   the piece is counted
  /// - Costs: reads all mappings of the process
  [[nodiscard]] std::size_t granted_bytes() const noexcept {
    std::size_t granted = 0;
    std::size_t overlap = 0;  // of the mapping that is being read, and what is out
    detail::for_each_line("/proc/self/smaps", [&](const char* line) {
      unsigned long begin = 0;
      unsigned long end = 0;
      unsigned long kilobytes = 0;
      if (std::sscanf(line, "%lx-%lx ", &begin, &end) == 2) {
        overlap = overlap_with(begin, end);
      } else if (overlap != 0 && std::sscanf(line, "AnonHugePages: %lu kB", &kilobytes) == 1) {
        granted += std::min<std::size_t>(overlap, std::size_t{kilobytes} * 1024);
      }
    });
    return granted;
  }

 private:
  static constexpr Alignment huge_page{huge_page_bytes};

  // What is out; beside the memory, because that may not be touched before its owner does it.
  struct Piece {
    Block block;  ///< the whole huge pages
    Piece* next;
  };

  [[nodiscard]] static std::byte* map(std::size_t bytes) noexcept {
    // Newer kernels align a large mapping by themselves.
    std::byte* const lucky = detail::map_pages(bytes);
    if (lucky == nullptr || is_aligned(lucky, huge_page)) return lucky;
    detail::unmap_pages(lucky, bytes);
    std::byte* const begin = detail::map_pages(saturating_add(bytes, huge_page_bytes));
    if (begin == nullptr) return nullptr;
    const std::size_t front = (0 - address_of(begin)) & (huge_page_bytes - 1);
    const std::size_t used = detail::in_whole_pages(bytes);
    const std::size_t all = detail::in_whole_pages(bytes + huge_page_bytes);
    detail::unmap_pages(begin, front);
    detail::unmap_pages(begin + front + used, all - front - used);
    return begin + front;
  }

  void forget(const void* pointer) noexcept {
    for (Piece** link = &first_; *link != nullptr; link = &(*link)->next) {
      Piece* const piece = *link;
      if (piece->block.begin != pointer) continue;
      *link = piece->next;
      delete piece;
      return;
    }
  }

  [[nodiscard]] std::size_t overlap_with(std::uintptr_t begin, std::uintptr_t end) const noexcept {
    std::size_t bytes = 0;
    for (const Piece* piece = first_; piece != nullptr; piece = piece->next) {
      const std::uintptr_t from = std::max(begin, address_of(piece->block.begin));
      const std::uintptr_t to = std::min(end, address_of(piece->block.end()));
      if (from < to) bytes += to - from;
    }
    return bytes;
  }

  Piece* first_ = nullptr;
};

static_assert(Space<HugePages> && !OneBlockSpace<HugePages> && !ResizableSpace<HugePages>);

}  // namespace ebb
