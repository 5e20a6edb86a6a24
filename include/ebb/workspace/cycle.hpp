// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The tokens of scopes: a cycle, a borrow, and a place outside every workspace.
///
/// | token     | made by          | while it lives                         | when it goes               |
/// |-----------|------------------|----------------------------------------|----------------------------|
/// | `Cycle`   | `w.enter()`      | `w` is open, and current               | the last one ends the cycle |
/// | `Borrow`  | `w.borrow()`     | `w` is current; never keeps it open    | what was current is again  |
/// | `Outside` | `ebb::outside()` | nothing is current                     | what was current is again  |
///
/// A token names its entry on the scopes of the thread that made it, and the number it was made
/// with. Closing out of order removes only its own entry; closing twice, or after the workspace was
/// destroyed, does nothing. On a foreign thread a close changes nothing and tells the violation
/// handler.

#include <ebb/base/config.hpp>
#include <ebb/base/contract.hpp>
#include <ebb/base/generation.hpp>
#include <ebb/engine/core.hpp>
#include <ebb/engine/stack.hpp>

#include <cstddef>
#include <utility>

namespace ebb {

class CycleResource;

namespace detail {

enum class ScopeKind : unsigned char { cycle, borrow };

// What `Cycle` and `Borrow` share: an entry that is closed once.
template <ScopeKind Kind>
class [[nodiscard]] ScopeToken {
 public:
  EBB_ALWAYS_INLINE ScopeToken(Core& core, const Scope& scope) noexcept
      : core_(&core), scope_(scope) {}
  ScopeToken(ScopeToken&& other) noexcept : core_(other.core_), scope_(other.scope_) {
    other.scope_.number = 0;
  }
  ScopeToken& operator=(ScopeToken&&) = delete;
  EBB_ALWAYS_INLINE ~ScopeToken() { close(); }

  /// Closes now instead of at the end of the scope; a second call does nothing.
  EBB_ALWAYS_INLINE void close() noexcept {
    const Scope scope = scope_;
    scope_.number = 0;
    // The core is touched only after the number matched: else it may be gone.
    if (!scope.cell->shows(scope.number)) return;
    if constexpr (Kind == ScopeKind::cycle) {
      core_->close(scope);
    } else {
      core_->close_borrow(scope);
    }
  }

 protected:
  Core* core_;
  Scope scope_;  ///< with number 0 once closed or moved from: no cell shows it
};

}  // namespace detail

/// Keeps a workspace open.
///
/// - For: the scope in which a cycle's arrays live
/// - Effects: the last one of a workspace to go ends the cycle: its memory is used again
/// - Costs: of enter and leave together, at most 44 instructions where nothing is to be learnt
/// - Threads: closed on the thread that made it
class [[nodiscard]] Cycle : public detail::ScopeToken<detail::ScopeKind::cycle> {
 public:
  using ScopeToken::ScopeToken;
  Cycle(Cycle&&) noexcept = default;
  EBB_ALWAYS_INLINE ~Cycle() = default;  // a call here would keep the token in memory

  /// A `std::pmr::memory_resource` on this cycle, by value; include `ebb/adapt/pmr.hpp`.
  ///
  /// - Errors: `NoOpenCycle` if this token is closed
  /// - Costs: one load and one compare
  [[nodiscard]] CycleResource resource() const;
};

/// Makes an open workspace current again, without opening it or keeping it open.
///
/// - For: code between, that takes from the current workspace, and should take from this one
/// - Costs: of borrow and close together, an entry on the scopes of the thread
/// - Threads: closed on the thread that made it
class [[nodiscard]] Borrow : public detail::ScopeToken<detail::ScopeKind::borrow> {
 public:
  using ScopeToken::ScopeToken;
};

/// Makes nothing current: the free `make` takes from the heap.
///
/// - For: what must outlive every cycle, such as accumulators
/// - Costs: of making and closing together, an entry on the scopes of the thread
/// - Threads: closed on the thread that made it
class [[nodiscard]] Outside {
 public:
  /// Puts the entry on the scopes of this thread.
  ///
  /// - Errors: `SpaceRefused` when the heap has no room for one more scope; nothing has changed
  /// - Costs: beyond 32 scopes, one heap call per doubling
  Outside() : stack_(&detail::scope_stack_v1) {
    if (!stack_->reserve())
      detail::raise_failure({.kind = Failure::Kind::scope_refused}, "outside");
    depth_ = stack_->push(detail::ScopeStack::outside_entry());
  }
  Outside(Outside&& other) noexcept
      : stack_(std::exchange(other.stack_, nullptr)), depth_(other.depth_) {}
  Outside& operator=(Outside&&) = delete;
  ~Outside() { close(); }

  /// Closes now instead of at the end of the scope; a second call does nothing.
  EBB_COLD void close() noexcept {
    detail::ScopeStack* const stack = std::exchange(stack_, nullptr);
    if (stack == nullptr) return;
    if (stack != &detail::scope_stack_v1)
      return detail::report_violation({.kind = Failure::Kind::wrong_thread}, "outside");
    Core::remove_scope(depth_);
  }

 private:
  detail::ScopeStack* stack_;
  std::size_t depth_ = 0;
};

/// Makes nothing current until the token goes.
///
/// - Errors: `SpaceRefused` when the heap has no room for one more scope; nothing has changed
/// - Costs: an entry on the scopes of the thread
[[nodiscard]] inline Outside outside() { return Outside(); }

/// The workspace that is current on this thread, or null.
[[nodiscard]] inline Core* current() noexcept { return detail::scope_stack_v1.current(); }

}  // namespace ebb
