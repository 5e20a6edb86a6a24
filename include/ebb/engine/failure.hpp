// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Why a request was not served: numbers first, words only when somebody throws them.
///
/// The slow path answers with a `Failure`, so that the `try_…` forms never build a text.

#include <ebb/base/contract.hpp>
#include <ebb/base/error.hpp>
#include <ebb/base/fixed_text.hpp>
#include <ebb/base/origin.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ebb {

/// A fence that does not have the contents that it was given.
///
/// - Units: bytes
/// - Threads: a value; anybody
struct BrokenFence {
  Origin origin;             ///< of the piece
  std::size_t bytes = 0;     ///< of the piece
  bool is_behind = false;    ///< the piece; else before it
  std::size_t distance = 0;  ///< of the broken byte from the piece; 0 touches it
  bool at_end = false;       ///< found when the cycle ended; else before
  std::uint64_t cycle = 0;
};

/// Why a request was not served. Bytes, after rounding where a size could be rounded.
struct Failure {
  enum class Kind : unsigned char {
    none,
    out_of_workspace,  ///< the spill policy refuses
    no_open_cycle,     ///< the workspace is closed
    not_open,          ///< borrowed while closed
    no_target,         ///< a copy to the current workspace or its parent, and there is none
    space_refused,     ///< the space has no more
    space_lost,        ///< somebody has cut the file short that the block lies in
    scope_refused,     ///< the heap has no room for one more scope
    size_overflow,     ///< the size does not fit in `std::size_t`
    bad_alignment,     ///< no power of two, or more than the space can give
    beyond_bounds,     ///< not what the bounds allow
    plan_open,         ///< plans are set inside a cycle
    other_key,         ///< entered with one key, open with another
    plan_mismatch,     ///< an event that is not the plan's, and the spill policy refuses
    reserve_open,      ///< `reserve` inside a cycle
    trim_open,         ///< `trim` inside a cycle
    foreign_piece,     ///< something was given back that is not of this cycle
    fence_broken,      ///< something was written beside a piece
    wrong_thread,      ///< another thread has the workspace open
  };

  Kind kind = Kind::none;
  std::size_t wanted = 0;              ///< bytes, or the alignment for `bad_alignment`
  std::size_t left = 0;                ///< what the block still had
  std::size_t block = 0;               ///< the size of the block
  std::size_t limit = 0;               ///< the most that could be served
  const BrokenFence* fence = nullptr;  ///< the first one, for `fence_broken`; `wanted` of them

  [[nodiscard]] explicit operator bool() const noexcept { return kind != Kind::none; }
};

namespace detail {

/// Appends which fence is broken, where, and what to do.
EBB_COLD inline void describe(const BrokenFence& fence, std::size_t count,
                              FixedText& text) noexcept {
  text.append(": byte ").append(fence.distance + 1);
  text.append(fence.is_behind ? " behind the end of " : " before the begin of ");
  describe(fence.origin, text);
  text.append(" (").append(fence.bytes).append(" bytes) was written; seen when ");
  text.append(fence.at_end ? "its cycle ended" : "it was given back or expanded");
  text.append(", in cycle ").append_plain(fence.cycle);
  if (count > 1) text.append(", and ").append(count - 1).append(" more");
  text.append(". Look for an index or a size that is too ");
  text.append(fence.is_behind ? "large" : "small").append(" between there and here.");
}

/// Calls `visit(error)` with the typed error that a failure stands for.
template <class Visitor>
EBB_COLD void visit_error(const Failure& failure, std::string_view workspace, Visitor&& visit) {
  const std::string who = '"' + std::string(workspace) + '"';
  const std::string wanted = grouped(failure.wanted);
  const std::string of_block =
      grouped(failure.left) + " of " + grouped(failure.block) + " bytes left";
  switch (failure.kind) {
    case Failure::Kind::none:
      break;
    case Failure::Kind::out_of_workspace:
      return visit(OutOfWorkspace(
          who + " had " + of_block + " and was asked for " + wanted +
          " (the spill policy refuses). Use Reallocate or External, or a first size of at least " +
          grouped(failure.limit) + " bytes."));
    case Failure::Kind::no_open_cycle:
      return visit(NoOpenCycle(
          who + " is closed" +
          (failure.wanted == 0 ? std::string() : " and was asked for " + wanted + " bytes") +
          ". Keep the token of `enter()` while memory is taken."));
    case Failure::Kind::not_open:
      return visit(
          NotOpen(who + " is closed; it cannot be borrowed or copied to. Enter it first."));
    case Failure::Kind::no_target:
      return visit(NotOpen("an array of " + who +
                           " has no workspace to be copied to: this thread has no current one, or "
                           "none beneath it. Use `detach()`, or enter the target first."));
    case Failure::Kind::space_refused:
      return visit(SpaceRefused("the space of " + who + " refused " + wanted +
                                " bytes; the block has " + grouped(failure.block) +
                                ". Give the space more, ask for less, or give back earlier."));
    case Failure::Kind::space_lost:
      return visit(SpaceRefused("the file of " + who +
                                " was cut short, or has pages that could not be had; " + wanted +
                                " bytes of it were in use. Give the file its length again, and "
                                "`destroy()` the workspace."));
    case Failure::Kind::scope_refused:
      return visit(
          SpaceRefused("the heap refused room for one more scope on this thread when entering " +
                       who + ". Close scopes that are not needed."));
    case Failure::Kind::size_overflow:
      return visit(BadRequest(who + " was asked for " + wanted + " × " + grouped(failure.limit) +
                              " bytes, more than any address space has. Check the count."));
    case Failure::Kind::bad_alignment:
      return visit(BadRequest(who + " was asked for the alignment " + wanted +
                              ". Use a power of two of at most " + grouped(failure.limit) +
                              ", the largest of its space."));
    case Failure::Kind::beyond_bounds:
      return visit(BadRequest(who + " was asked for " + wanted + " bytes, and its bounds allow " +
                              grouped(failure.limit) +
                              (failure.limit < failure.wanted
                                   ? ". Raise the maximum of `Bounds`."
                                   : ". Lower the minimum of `Bounds`, or ask for more.")));
    case Failure::Kind::plan_open:
      return visit(BadRequest(
          who + " is open; plans are solved and loaded between cycles. Close it first."));
    case Failure::Kind::other_key:
      return visit(BadRequest(who + " is open and was entered with the key " + wanted +
                              ", which is not the key of its cycle. Nest with the same key, or "
                              "enter another workspace."));
    case Failure::Kind::plan_mismatch:
      return visit(
          PlanMismatch(who + " left its plan with a piece of " + wanted +
                       " bytes, and the spill policy refuses to serve it elsewhere; "
                       "`report().plan.first_mismatch` "
                       "has both sides. Use Reallocate, or a key for each kind of cycle."));
    case Failure::Kind::reserve_open:
      return visit(BadRequest(who + " is open; `reserve(" + wanted +
                              ")` sets a size between cycles. Call it while closed."));
    case Failure::Kind::trim_open:
      return visit(BadRequest(who + " is open; `trim()` gives the block back between cycles. Call "
                                    "it while closed."));
    case Failure::Kind::foreign_piece:
      return visit(BadRequest(who + " was given back a piece of " + wanted +
                              " bytes that is not of this cycle. Give back what this cycle took, "
                              "once, with the same size."));
    case Failure::Kind::fence_broken: {
      FixedText text;
      describe(*failure.fence, failure.wanted, text.append(who));
      return visit(FenceBroken(text.view()));
    }
    case Failure::Kind::wrong_thread:
      return visit(WrongThread(who + " is open on another thread. Enter, use and close it on one "
                                     "thread, or give each thread a workspace of its own."));
  }
}

/// Throws the typed error that a failure stands for.
[[noreturn]] EBB_COLD inline void raise_failure(const Failure& failure,
                                                std::string_view workspace) {
  visit_error(failure, workspace, [](const auto& error) { raise(error); });
  std::abort();
}

/// Tells the violation handler of a failure where nothing may be thrown.
EBB_COLD inline void report_violation(const Failure& failure, std::string_view workspace) noexcept {
  visit_error(failure, workspace, [](const auto& error) { violate(error); });
}

}  // namespace detail

}  // namespace ebb
