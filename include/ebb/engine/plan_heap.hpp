// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A best-fit heap over ranges of addresses; it touches none of the memory.
///
/// | serves                      | with ranges                                     |
/// |-----------------------------|-------------------------------------------------|
/// | a cycle while it is recorded | the block and the chunks of the workspace       |
/// | the solver's time order     | one that starts at 0 and has no end             |
///
/// Best fit with immediate coalescing, ties at the lowest address: see Wilson, Johnstone, Neely and
/// Boles, *Dynamic Storage Allocation: A Survey and Critical Review*, 1995.

#include <ebb/base/alignment.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace ebb {

/// Free ranges by address and by size.
///
/// - Units: bytes; sizes and ends are multiples of the granule of the caller
/// - Errors: `std::bad_alloc` from the trees; the heap is then unusable and must be cleared
/// - Costs: logarithmic in the number of free ranges
/// - Threads: the owner of the workspace
class PlanHeap {
 public:
  void clear() noexcept {
    by_address_.clear();
    by_size_.clear();
  }

  /// Makes a range available. Ranges that touch are joined.
  void add(std::uintptr_t begin, std::size_t bytes) {
    if (bytes == 0) return;
    auto next = by_address_.lower_bound(begin);
    if (next != by_address_.begin()) {
      const auto previous = std::prev(next);
      if (previous->first + previous->second == begin) {
        begin = previous->first;
        bytes += previous->second;
        erase(previous);
      }
    }
    if (next != by_address_.end() && begin + bytes == next->first) {
      bytes += next->second;
      erase(next);
    }
    insert(begin, bytes);
  }

  /// Takes from the smallest range that fits.
  ///
  /// - Returns: the address, or nothing
  [[nodiscard]] std::optional<std::uintptr_t> take(std::size_t bytes, Alignment alignment) {
    for (auto fit = by_size_.lower_bound({bytes, 0}); fit != by_size_.end(); ++fit) {
      const auto [range_bytes, begin] = *fit;
      const std::uintptr_t at = round_up(begin, alignment);
      if (at - begin > range_bytes - bytes) continue;
      cut(by_address_.find(begin), at, bytes);
      return at;
    }
    return std::nullopt;
  }

  /// Takes one particular range, which is free.
  void take_at(std::uintptr_t at, std::size_t bytes) {
    if (bytes != 0) cut(std::prev(by_address_.upper_bound(at)), at, bytes);
  }

 private:
  using ByAddress = std::map<std::uintptr_t, std::size_t>;

  void insert(std::uintptr_t begin, std::size_t bytes) {
    by_address_.emplace(begin, bytes);
    by_size_.emplace(bytes, begin);
  }
  void erase(ByAddress::const_iterator range) {
    by_size_.erase({range->second, range->first});
    by_address_.erase(range);
  }
  // Removes [at, at + bytes) from a free range that contains it.
  void cut(ByAddress::const_iterator range, std::uintptr_t at, std::size_t bytes) {
    const auto [begin, range_bytes] = *range;
    erase(range);
    if (at != begin) insert(begin, at - begin);
    const std::size_t after = range_bytes - (at - begin) - bytes;
    if (after != 0) insert(at + bytes, after);
  }

  ByAddress by_address_;
  std::set<std::pair<std::size_t, std::uintptr_t>> by_size_;
};

}  // namespace ebb
