// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The message of a stale handle: which operation, which workspace, why, and the remedy.
///
/// Everything is read from the epoch cell and from this thread's scopes, so that the message can be
/// made on any thread, and after the workspace is gone.

#include <ebb/base/generation.hpp>
#include <ebb/engine/core.hpp>
#include <ebb/engine/past.hpp>
#include <ebb/engine/stack.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ebb::detail {

/// The open workspaces of this thread, the current one first.
[[nodiscard]] EBB_COLD inline std::string names_of_open_workspaces() {
  ScopeStack& stack = scope_stack_v1;
  std::string names;
  for (std::size_t depth = stack.size(); depth != 0; --depth) {
    Core* const entry = stack.at(depth);
    bool is_listed = entry == ScopeStack::outside_entry() || entry == ScopeStack::removed_entry();
    for (std::size_t above = depth + 1; above <= stack.size(); ++above)
      is_listed = is_listed || stack.at(above) == entry;
    if (is_listed) continue;
    names.append(names.empty() ? "" : ", ").append("\"").append(entry->name()).append("\"");
  }
  return names.empty() ? "none" : names;
}

/// Why a handle's number is no longer shown.
[[nodiscard]] EBB_COLD inline std::string why_stale(const EpochCell& cell, EpochNumber number) {
  const EpochNumber first = cell.first.load(std::memory_order_relaxed);
  const EpochNumber now = cell.number.load(std::memory_order_acquire);
  if (number == 0) return "a handle without an array: made by default, moved from or kept";
  if (number < first) return "an array of a workspace that is gone";
  const std::uint64_t made_in = cell.generation(number);
  const std::uint64_t now_in = cell.generation(now);
  std::string array = "array of workspace \"";
  array.append(cell.owner_name()).append("\" from cycle ").append(std::to_string(made_in));
  if (cell.core.load(std::memory_order_relaxed) == nullptr)
    return array + ", and the workspace is gone";
  if (epoch_state(now) == EpochState::destroyed && now_in == made_in + 1)
    return array + ", and the workspace was destroyed since";
  if (epoch_state(now) == EpochState::open)
    return array + ", and the workspace was entered again and is now in cycle " +
           std::to_string(now_in);
  if (now_in == made_in) return array + ", which is closed";
  return array + ", and the workspace was entered again and closed after cycle " +
         std::to_string(now_in);
}

/// Throws `StaleArray`. Number 0 is that of a handle without an array.
///
/// - Note: with the address of the array, debugging checks know where it was made
[[noreturn]] EBB_COLD inline void raise_stale(EpochCell& cell, EpochNumber number,
                                              std::string_view operation, std::string_view operand,
                                              const void* array = nullptr) {
  // Counted for the present owner; a handle of an earlier one is no business of his.
  if (number != 0 && number >= cell.first.load(std::memory_order_relaxed))
    cell.stale_handles.fetch_add(1, std::memory_order_relaxed);
  std::string text(operation);
  if (!operand.empty()) text.append(" of operand \"").append(operand).append("\"");
  text.append(": ").append(why_stale(cell, number));
  if (PastPiece past; array != nullptr && past_pieces_v1.find(cell, number, array, past))
    text.append(". It was ").append(to_string(past.origin));
  text.append(". Open on this thread: ").append(names_of_open_workspaces());
  text.append(
      ". Use `detach()` or `copy_to(...)` while the cycle is open, or keep the cycle open as long "
      "as "
      "the array is used.");
  raise(StaleArray(text));
}

}  // namespace ebb::detail
