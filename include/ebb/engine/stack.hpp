// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The scopes of one thread: which workspace is current, and which lie beneath.
///
/// | entry             | meaning                                                      |
/// |-------------------|--------------------------------------------------------------|
/// | a `Core*`         | a cycle or a borrow of that workspace                        |
/// | `outside_entry`   | nothing is current here                                      |
/// | `removed_entry`   | closed out of order; leaves with the entries above it        |
///
/// A token knows the depth of its entry, so entries never move. The topmost entry is never a
/// removed one. An array of pointers, not a list through the tokens: a token whose address escapes
/// costs one load per allocation.

#include <ebb/base/config.hpp>

#include <cstddef>
#include <new>

namespace ebb {

class Core;

namespace detail {

/// The entries of one thread.
class ScopeStack {
 public:
  static constexpr std::size_t near_entries = 32;

  [[nodiscard]] static Core* outside_entry() noexcept { return nullptr; }
  [[nodiscard]] static Core* removed_entry() noexcept { return reinterpret_cast<Core*>(1); }

  constexpr ScopeStack() noexcept = default;
  ScopeStack(const ScopeStack&) = delete;
  ScopeStack& operator=(const ScopeStack&) = delete;

  [[nodiscard]] EBB_ALWAYS_INLINE std::size_t size() const noexcept { return size_; }

  /// The entry at a depth, counted from 1.
  [[nodiscard]] Core*& at(std::size_t depth) noexcept {
    return depth <= near_entries ? near_[depth - 1] : far_[depth - 1 - near_entries];
  }

  /// The workspace that is current, or null.
  [[nodiscard]] Core* current() noexcept { return size_ == 0 ? nullptr : at(size_); }

  /// Makes room for one more entry.
  ///
  /// - Returns: false when the heap refuses; nothing has changed
  [[nodiscard]] EBB_COLD bool reserve() noexcept {
    if (size_ < near_entries + far_capacity_) return true;
    const std::size_t capacity = far_capacity_ == 0 ? near_entries : 2 * far_capacity_;
    Core** const more = new (std::nothrow) Core*[capacity];
    if (more == nullptr) return false;
    for (std::size_t i = 0; i < far_capacity_; ++i) more[i] = far_[i];
    delete[] far_;
    far_ = more;
    far_capacity_ = capacity;
    free_at_thread_exit();
    return true;
  }

  /// Adds an entry; there is room.
  ///
  /// - Returns: its depth
  std::size_t push(Core* entry) noexcept {
    at(++size_) = entry;
    return size_;
  }

  // The same for the first entries, which need no look at the heap.
  [[nodiscard]] EBB_ALWAYS_INLINE bool has_near_room() const noexcept {
    return size_ < near_entries;
  }
  EBB_ALWAYS_INLINE std::size_t push_near(Core* entry) noexcept {
    const std::size_t index = size_;
    near_[index] = entry;
    size_ = index + 1;
    return index + 1;
  }
  EBB_ALWAYS_INLINE void pop_near(std::size_t depth) noexcept { size_ = depth - 1; }

  /// Removes one entry, wherever it stands.
  ///
  /// - Returns: the workspace that now lies above a removed entry and has to be removed by this
  ///   function too (not by `pop_near`), or null
  Core* remove(std::size_t depth) noexcept {
    if (depth == size_) {
      do --size_;
      while (size_ != 0 && at(size_) == removed_entry());
      return nullptr;
    }
    at(depth) = removed_entry();
    Core* const above = at(depth + 1);
    return above == removed_entry() ? nullptr : above;
  }

 private:
  EBB_COLD void free_at_thread_exit() noexcept {
    struct Reaper {
      ScopeStack* stack;
      ~Reaper() {
        delete[] stack->far_;
        stack->far_ = nullptr;
        stack->far_capacity_ = 0;
      }
    };
    // A thread-local of its own: a destructor in the stack itself would guard every access to it.
    static thread_local Reaper reaper{this};
    static_cast<void>(reaper);
  }

  std::size_t size_ = 0;
  Core* near_[near_entries] = {};
  Core** far_ = nullptr;
  std::size_t far_capacity_ = 0;
};

// One stack a thread for all shared libraries: hence visible, and versioned by its layout.
EBB_SHARED inline constinit thread_local ScopeStack scope_stack_v1{};

}  // namespace detail

}  // namespace ebb
