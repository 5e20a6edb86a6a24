// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Epoch cells: how a handle knows that its cycle is over, without counting references.
///
/// A workspace owns one *epoch cell*; a handle is pointer + size + cell + number. A check is one
/// load and one compare. Cells live in mapped pages that are never given back, so the load is
/// defined when the workspace, or the shared library it lived in, is gone. A cell is issued again
/// only with a higher number; 64 bits do not wrap.
///
/// The number is `4 × generation + state`:
///
/// | event     | open → | closed → | generation |
/// |-----------|--------|----------|------------|
/// | enter     | (same) | open     | + 1        |
/// | close     | closed | –        | same       |
/// | destroy   | destroyed | destroyed | + 1    |
/// | gone      | (after destroy) `core` is null | | same |

#include <ebb/base/config.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <utility>

namespace ebb {

class Core;

/// The state part of an epoch number.
enum class EpochState : unsigned char { open, closed, destroyed };

/// The number a handle carries and its cell must still show.
///
/// - Units: `4 × generation + state`, counted on through every owner of the cell
using EpochNumber = std::uint64_t;

[[nodiscard]] constexpr EpochState epoch_state(EpochNumber number) noexcept {
  return static_cast<EpochState>(number & 3U);
}

/// From the number of one cycle to that of the next: the same state, one generation on.
[[nodiscard]] constexpr EpochNumber next_epoch(EpochNumber number) noexcept { return number + 4; }

/// The numbers of the same generation in another state; `open` is a number whose state is that.
[[nodiscard]] constexpr EpochNumber closed_epoch(EpochNumber open) noexcept {
  return open + static_cast<EpochNumber>(EpochState::closed);
}
[[nodiscard]] constexpr EpochNumber destroyed_epoch(EpochNumber open) noexcept {
  return open + static_cast<EpochNumber>(EpochState::destroyed);
}

/// What a handle looks at. Two cache lines: the hot one alone is touched by checks, and neighbours
/// owned by different threads do not share it.
///
/// - For: workspaces, handles and adapters; a program never names one
/// - Threads: any thread may read at any time; the owner of the workspace writes
struct alignas(128) EpochCell {
  static constexpr std::size_t name_bytes = 40;
  // Above all addresses, so that with this bit or with a thread no sum is a number of entries.
  static constexpr std::uintptr_t attention_bit = std::uintptr_t{1} << 63U;

  std::atomic<EpochNumber> number{0};
  std::atomic<Core*> core{nullptr};        ///< read it only after `number` matched
  std::atomic<bool> is_detached{false};    ///< pieces of this cycle say they are on the heap
  std::atomic<bool> minds_keeping{false};  ///< `core` is to be told of what is kept
  std::atomic<std::uintptr_t>* attention{nullptr};  ///< a word of the owner; guarded by the slab
  EpochCell* made_before{nullptr};                  ///< guarded by the slab
  alignas(64) std::atomic<EpochNumber> first{0};    ///< the present owner's first number
  std::atomic<std::uint64_t> stale_handles{0};      ///< failed checks of the present owner
  std::array<std::atomic<std::uint64_t>, name_bytes / 8>
      name{};                     ///< in words, so readers never race
  EpochCell* next_free{nullptr};  ///< guarded by the slab

  /// Says whether the cell still shows a number.
  ///
  /// - Note: by reference, so that the compare reads it from memory after the load: one instruction
  ///   fewer
  [[nodiscard]] EBB_ALWAYS_INLINE bool shows(const EpochNumber& expected) const noexcept {
    const EpochNumber shown = number.load(std::memory_order_acquire);
    return shown == expected;
  }

  /// The generation that a number of the present owner stands for.
  [[nodiscard]] std::uint64_t generation(EpochNumber at) const noexcept {
    return (at - first.load(std::memory_order_relaxed)) / 4;
  }

  /// The first 40 bytes of the present owner's name.
  [[nodiscard]] std::string owner_name() const {
    std::array<std::uint64_t, name_bytes / 8> words{};
    for (std::size_t i = 0; i < words.size(); ++i)
      words[i] = name[i].load(std::memory_order_relaxed);
    std::string text(name_bytes, '\0');
    std::memcpy(text.data(), words.data(), name_bytes);
    text.resize(std::min(text.find('\0'), name_bytes));
    return text;
  }

  void set_owner_name(std::string_view text) noexcept {
    std::array<std::uint64_t, name_bytes / 8> words{};
    std::memcpy(words.data(), text.data(), std::min(text.size(), name_bytes));
    for (std::size_t i = 0; i < words.size(); ++i)
      name[i].store(words[i], std::memory_order_relaxed);
  }
};

namespace detail {

/// Keeps a flag that only one thread at a time has.
class BusyLock {
 public:
  explicit BusyLock(std::atomic_flag& busy) noexcept : busy_(busy) {
    while (busy_.test_and_set(std::memory_order_acquire)) busy_.wait(true);
  }
  ~BusyLock() {
    busy_.clear(std::memory_order_release);
    busy_.notify_one();
  }
  BusyLock(const BusyLock&) = delete;
  BusyLock& operator=(const BusyLock&) = delete;

 private:
  std::atomic_flag& busy_;
};

/// All epoch cells of the process.
class EpochSlab {
 public:
  constexpr EpochSlab() noexcept = default;

  /// Issues a cell whose numbers are higher than all it ever showed; null when no page can be had.
  [[nodiscard]] EpochCell* issue(Core* owner, std::string_view name) noexcept {
    const BusyLock lock(busy_);
    EpochCell* cell = free_;
    if (cell != nullptr) {
      free_ = cell->next_free;
    } else {
      if (fresh_ == fresh_end_ && !map_pages()) return nullptr;
      cell = ::new (static_cast<void*>(fresh_++)) EpochCell;
      cell->made_before = std::exchange(made_, cell);
    }
    const EpochNumber first =
        next_epoch(cell->number.load(std::memory_order_relaxed) & ~EpochNumber{3});
    cell->first.store(first, std::memory_order_relaxed);
    cell->stale_handles.store(0, std::memory_order_relaxed);
    cell->minds_keeping.store(false, std::memory_order_relaxed);
    cell->set_owner_name(name);
    cell->core.store(owner, std::memory_order_relaxed);
    cell->number.store(closed_epoch(first), std::memory_order_release);
    return cell;
  }

  /// Takes a cell back whose workspace is gone. The cell keeps its number and name until reissued.
  void retire(EpochCell* cell) noexcept {
    const BusyLock lock(busy_);
    cell->core.store(nullptr, std::memory_order_relaxed);
    cell->attention = nullptr;
    cell->next_free = free_;
    free_ = cell;
  }

  /// From here on the owner of a cell hears of what concerns all owners, in a word that outlives
  /// the cell's retirement.
  void listen(EpochCell* cell, std::atomic<std::uintptr_t>* attention) noexcept {
    const BusyLock lock(busy_);
    cell->attention = attention;
  }

  /// Sets the attention bit of the word of every owner.
  void ask_for_attention() noexcept {
    const BusyLock lock(busy_);
    for (EpochCell* cell = made_; cell != nullptr; cell = cell->made_before)
      if (cell->attention != nullptr)
        cell->attention->fetch_or(EpochCell::attention_bit, std::memory_order_relaxed);
  }

 private:
  bool map_pages() noexcept {
    constexpr std::size_t bytes = 64 * 1024;
    void* pages =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) return false;
    fresh_ = static_cast<EpochCell*>(pages);
    fresh_end_ = fresh_ + bytes / sizeof(EpochCell);
    return true;
  }

  std::atomic_flag busy_;
  EpochCell* free_ = nullptr;
  EpochCell* made_ = nullptr;  ///< the last one; each knows the one before
  EpochCell* fresh_ = nullptr;
  EpochCell* fresh_end_ = nullptr;
};

// One slab for all shared libraries of a process: hence visible, and versioned by its layout.
EBB_SHARED inline constinit EpochSlab epoch_slab_v1{};

}  // namespace detail

}  // namespace ebb
