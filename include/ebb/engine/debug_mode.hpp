// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Debug modes: the same program, its memory elsewhere, to see whether the memory matters.
///
/// |                          | `off`                | `spill_everything`     | `bypass_everything` |
/// |--------------------------|----------------------|------------------------|---------------------|
/// | a request comes from     | block, chunk, plan   | the space, alone       | the heap, alone     |
/// | and goes back            | by the spill policy  | when it is given back; what is left, at the close | as there |
/// | `is_attached()`          | true                 | true                   | false               |
/// | the block, what is learnt | by the policies     | stay as they were      | stay as they were   |
/// | the spill policy         | is asked             | is not: `Fail` refuses nothing | is not      |
/// | demand and live peak     | of the cycle         | most bytes alive at once | 0                 |
/// | a request counts as      | by what served it    | spilled                | nothing             |
/// | scopes, handles, threads | as ever              | as ever                | as ever             |
///
/// A mode changes where bytes lie, never what is right: a workspace opens, is current, and its
/// handles go stale, in every mode. Where the block is all of the space (`Buffer`), there is
/// nothing to spill to: `spill_everything` takes from the heap then.
///
/// A workspace with debugging checks keeps its memory in every mode.
///
/// The mode is one for the process: what `set_debug_mode` said last, else what the environment
/// says, `EBB_DEBUG=spill-everything` or `bypass-everything`. A cycle keeps the mode with which it
/// was opened to its end. Switched off, a workspace goes on with its block and what it had learnt.

#include <ebb/base/config.hpp>
#include <ebb/base/contract.hpp>
#include <ebb/base/error.hpp>
#include <ebb/base/generation.hpp>

#include <atomic>
#include <cstdlib>
#include <string>
#include <string_view>

namespace ebb {

/// Where the memory of all workspaces comes from.
enum class DebugMode : unsigned char {
  off,                ///< from their blocks
  spill_everything,   ///< from their spaces, each piece alone
  bypass_everything,  ///< from the heap, as if there were no workspaces
};

namespace detail {

inline constexpr auto debug_mode_not_read = static_cast<DebugMode>(255);

// One mode for all shared libraries of a process.
EBB_SHARED inline constinit std::atomic<DebugMode> debug_mode_v1{debug_mode_not_read};

/// Says whether a cycle that opens now may have to look at the mode.
[[nodiscard]] inline bool may_be_debugging() noexcept {
  return debug_mode_v1.load(std::memory_order_relaxed) != DebugMode::off;
}

EBB_COLD inline DebugMode debug_mode_of_environment() {
  const char* const text = std::getenv("EBB_DEBUG");
  const std::string_view word = text == nullptr ? "" : text;
  if (word.empty() || word == "off") return DebugMode::off;
  if (word == "spill-everything") return DebugMode::spill_everything;
  if (word == "bypass-everything") return DebugMode::bypass_everything;
  raise(BadConfiguration("the environment has EBB_DEBUG=\"" + std::string(word) +
                         "\". Use spill-everything, bypass-everything or off."));
}

}  // namespace detail

/// The mode that a cycle gets which opens now.
///
/// - Errors: `BadConfiguration` while nobody has set a mode and `EBB_DEBUG` is none of them: also
///   from every `enter`. Nothing has changed
/// - Costs: one load; the first call reads the environment
[[nodiscard]] inline DebugMode debug_mode() {
  DebugMode mode = detail::debug_mode_v1.load(std::memory_order_relaxed);
  if (mode == detail::debug_mode_not_read) [[unlikely]] {
    const DebugMode read = detail::debug_mode_of_environment();
    // Whoever sets a mode meanwhile has the last word.
    if (detail::debug_mode_v1.compare_exchange_strong(mode, read)) mode = read;
  }
  return mode;
}

/// Sets the mode for every cycle that opens from here on, whatever the environment says.
///
/// - Costs: a lock, and one store for each workspace; the fast paths pay nothing
/// - Keeps: every open cycle its mode, to its end
/// - Threads: any; a workspace that another thread enters or leaves at this very moment may miss it
inline void set_debug_mode(DebugMode mode) noexcept {
  detail::debug_mode_v1.store(mode);
  detail::epoch_slab_v1.ask_for_attention();
}

}  // namespace ebb
