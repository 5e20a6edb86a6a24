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
///
/// Another thread can *summon* this one: its next enter or close then goes the slow way and
/// attends. That costs the fast ones nothing, because they compare with two numbers of the stack in
/// any case, the room that is left and the thread whose closes are plain, and a summons changes
/// these.

#include <ebb/base/config.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
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

  // The same for the first entries, which need no look at the heap. `beside` is what has to be
  // nothing as well, such as the owner of a workspace, which is more than any room.
  [[nodiscard]] EBB_ALWAYS_INLINE bool has_near_room(std::size_t beside = 0) const noexcept {
    return size_ + beside < near_room_.load(std::memory_order_relaxed);
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

  /// The thread pointer, which names a thread in one instruction; the address of a thread-local
  /// takes two.
  [[nodiscard]] EBB_ALWAYS_INLINE static std::uintptr_t this_thread() noexcept {
    return reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
  }

  /// The owner whose workspaces may close the fast way: this thread, or nobody.
  [[nodiscard]] EBB_ALWAYS_INLINE std::uintptr_t plain_closer() const noexcept {
    return plain_closer_.load(std::memory_order_relaxed);
  }

  /// Sends the next enter and the next close of the thread the slow way, where it attends.
  ///
  /// - Threads: any, as long as the thread of this stack lives
  void summon() noexcept {
    near_room_.store(0, std::memory_order_relaxed);
    summon_at_close();
  }
  /// The same for the next close alone.
  void summon_at_close() noexcept { plain_closer_.store(0, std::memory_order_relaxed); }

  /// Says whether somebody waits for `attend`; before its first close, a thread is summoned by
  /// nobody.
  [[nodiscard]] bool is_summoned() const noexcept { return plain_closer() != this_thread(); }

  /// Calls whoever is to be told of a summons; what it does to a closed workspace is done when this
  /// returns.
  EBB_COLD void attend(bool cycle_has_ended) noexcept {
    // First, so that a summons from now on is one more.
    near_room_.store(near_entries, std::memory_order_relaxed);
    plain_closer_.store(this_thread(), std::memory_order_relaxed);
    if (attendant_ != nullptr) attendant_(attendant_self_, cycle_has_ended);
  }

  using Attendant = void (*)(void* self, bool cycle_has_ended) noexcept;

  /// Sets who is told; null for nobody.
  void set_attendant(Attendant attendant, void* self) noexcept {
    attendant_ = attendant;
    attendant_self_ = self;
  }

  /// Gives the entries on the heap back when the thread ends, after what is made later on it.
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

 private:
  std::size_t size_ = 0;
  std::atomic<std::size_t> near_room_{near_entries};
  std::atomic<std::uintptr_t> plain_closer_{0};
  Core* near_[near_entries] = {};
  Core** far_ = nullptr;
  std::size_t far_capacity_ = 0;
  Attendant attendant_ = nullptr;
  void* attendant_self_ = nullptr;
};

// One stack a thread for all shared libraries: hence visible, and versioned by its layout.
EBB_SHARED inline constinit thread_local ScopeStack scope_stack_v1{};

}  // namespace detail

}  // namespace ebb
