// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The checks slot: what is checked when memory is used.
///
/// | question                                  | `Trusting` | `Generational` | `Poisoning` | `Fenced` | `Quarantined` |
/// |-------------------------------------------|------------|----------------|-------------|----------|---------------|
/// | is a view of an ended cycle noticed?      | no         | yes            | yes         | yes      | yes           |
/// | does a late give-back do harm?            | no         | no             | no          | no       | no            |
/// | is a raw pointer's late use noticed?      | no         | no             | by a tool   | no       | yes: a fault  |
/// | is a write beside a piece noticed?        | no         | no             | by a tool   | later    | no            |
/// | is it known where an array was made?      | no         | no             | yes         | yes      | yes           |
///
/// The last three are for debugging: everything takes the slow path, and a side table remembers
/// where each piece was made.

#include <ebb/policy/policy.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace ebb {

/// What the debugging checks do, as a policy answers it.
///
/// - Units: bytes; cycles
/// - Threads: a value; anybody
struct Watch {
  bool poisons = false;               ///< tells ASan and Valgrind what nobody may touch
  std::size_t fence_bytes = 0;        ///< of known contents on either side of a piece
  std::size_t quarantine_cycles = 0;  ///< for which addresses are protected and not used again

  friend bool operator==(const Watch&, const Watch&) noexcept = default;
};

/// The largest numbers of `Fenced` and `Quarantined`: no sum with them can wrap.
inline constexpr std::size_t most_fence_bytes = std::size_t{1} << 20U;
inline constexpr std::size_t most_quarantine_cycles = std::numeric_limits<std::uint32_t>::max();

// clang-format off
template <class P>
concept SaysWhetherViewsAreChecked = requires {
  { P::checks_views() } noexcept -> std::same_as<bool>;
};
template <class P>
concept SaysWhatIsWatched = requires(const P policy) {
  { policy.watch() } noexcept -> std::same_as<Watch>;
};
// clang-format on

/// A policy for the checks slot.
///
/// - Needs: `using slot = ebb::ChecksSlot;`, `static constexpr bool checks_views()`; for debugging,
///   `Watch watch()`
/// - Laws: *known*, `checks_views()` is a constant; *bounded*, no number of `watch()` is above the
///   largest
/// - Models: `Trusting`, `Generational`, `Poisoning`, `Fenced`, `Quarantined`
/// - Check yours: `ebb/testing/laws/checks.hpp`
template <class P>
concept ChecksPolicy = PolicyFor<P, ChecksSlot> && SaysWhetherViewsAreChecked<P>;

/// A policy for the checks slot that has a side table of where everything was made.
///
/// - Needs: those of `ChecksPolicy`, `Watch watch()`
/// - Laws: those of `ChecksPolicy`
/// - Models: `Poisoning`, `Fenced`, `Quarantined`
/// - Check yours: `ebb/testing/laws/checks.hpp`
template <class P>
concept DebuggingChecksPolicy = ChecksPolicy<P> && SaysWhatIsWatched<P>;

/// A view is taken without a question.
///
/// - For: code whose handles were shown, by a checked build, never to outlive their cycle
/// - Costs: nothing
/// - Errors: none; a stale handle is undefined behaviour
struct Trusting {
  using slot = ChecksSlot;

  [[nodiscard]] static constexpr bool checks_views() noexcept { return false; }
};

/// A view is taken only while the cycle of its array lives.
///
/// - For: everybody; the default, in release builds too
/// - Costs: one load and one comparison per view, nothing per element
/// - Errors: `StaleArray`, with the reason and the remedy; nothing has changed
struct Generational {
  using slot = ChecksSlot;

  [[nodiscard]] static constexpr bool checks_views() noexcept { return true; }
};

/// The sanitizer or Valgrind is told what nobody may touch: what is not handed out, was given back
/// or is of a finished cycle.
///
/// - For: a run under AddressSanitizer or `valgrind`, which then stops at the very instruction
/// - Costs: a slow path and one request to the tool per take and give; a granule behind each piece
/// - Errors: those of `Generational`; the tool reports the rest, and ebb adds where it was made
struct Poisoning {
  using slot = ChecksSlot;

  [[nodiscard]] static constexpr bool checks_views() noexcept { return true; }
  [[nodiscard]] static constexpr Watch watch() noexcept { return {.poisons = true}; }
};

/// Every piece stands between two fences of bytes whose contents are known.
///
/// - For: writes before the begin and behind the end of a piece, without any tool
/// - Units: `Bytes` on each side
/// - Costs: a slow path, twice `Bytes` written per take and read per give and at the cycle's end
/// - Errors: those of `Generational`; `FenceBroken`, thrown by the next take after it was found, or
///   told to the violation handler at the close
template <std::size_t Bytes>
struct Fenced : Parameter<Bytes> {
  static_assert(Bytes == dynamic || (Bytes != 0 && Bytes <= most_fence_bytes),
                "ebb::Fenced: a fence has from 1 byte to 1 MiB; use `Generational` for none");
  using slot = ChecksSlot;
  using Parameter<Bytes>::Parameter;

  [[nodiscard]] static constexpr bool checks_views() noexcept { return true; }
  [[nodiscard]] constexpr Watch watch() const noexcept { return {.fence_bytes = this->value()}; }

  /// Says whether the number that was given at run time is one that the type could have.
  [[nodiscard]] constexpr bool valid() const noexcept {
    return this->value() != 0 && this->value() <= most_fence_bytes;
  }
};

/// Every piece has pages of its own; when it is given back and when its cycle ends they are
/// protected, and their addresses are not used again for a number of cycles.
///
/// - For: raw pointers and spans that are used too late, without any tool: the use is a fault, and
///   the message of ebb is printed before the process ends
/// - Units: `Cycles` after the one in which the memory was last used
/// - Costs: a slow path, two system calls and at least one page per take; the block `Cycles` + 1
///   times. Nothing is used again within a cycle
/// - Errors: those of `Generational`; a late use is SIGSEGV. Where the space refuses, the
///   quarantine is shorter
template <std::size_t Cycles>
struct Quarantined : Parameter<Cycles> {
  static_assert(Cycles == dynamic || (Cycles != 0 && Cycles <= most_quarantine_cycles),
                "ebb::Quarantined: a quarantine has from 1 to 4294967295 cycles; use "
                "`Generational` for none");
  using slot = ChecksSlot;
  using Parameter<Cycles>::Parameter;

  [[nodiscard]] static constexpr bool checks_views() noexcept { return true; }
  [[nodiscard]] constexpr Watch watch() const noexcept {
    return {.quarantine_cycles = this->value()};
  }

  /// Says whether the number that was given at run time is one that the type could have.
  [[nodiscard]] constexpr bool valid() const noexcept {
    return this->value() != 0 && this->value() <= most_quarantine_cycles;
  }
};

static_assert(ChecksPolicy<Trusting> && std::is_empty_v<Trusting>);
static_assert(ChecksPolicy<Generational> && std::is_empty_v<Generational>);
static_assert(!DebuggingChecksPolicy<Trusting> && !DebuggingChecksPolicy<Generational>);
static_assert(DebuggingChecksPolicy<Poisoning> && std::is_empty_v<Poisoning>);
static_assert(DebuggingChecksPolicy<Fenced<64>> && std::is_empty_v<Fenced<64>>);
static_assert(DebuggingChecksPolicy<Quarantined<2>> && std::is_empty_v<Quarantined<2>>);

}  // namespace ebb
