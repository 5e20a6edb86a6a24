// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Histories: lists of commands to workspaces, made from any source of numbers.
///
/// A command names things by their place (`which`, counted from the newest), and the player takes
/// the place modulo what is there; where nothing is there, the command does nothing. So every list
/// of commands is a valid history, and a failing one may be shortened at will.
///
/// | verb                                | does                                                    |
/// |-------------------------------------|---------------------------------------------------------|
/// | `enter`, `borrow`, `outside`        | makes a token; `enter` of an open workspace nests       |
/// | `leave`, `leave_outside`            | closes a token, out of order too                        |
/// | `throw_out`                         | closes all tokens of the workspace by an exception      |
/// | `take`, `give`, `expand`            | takes a piece, gives one back, changes the size of one  |
/// | `keep`, `view`                      | keeps an array, looks at one                            |
/// | `give_stale`, `view_stale`          | the same with what an ended cycle left behind           |
/// | `give_foreign`                      | gives back what was never taken                         |
/// | `destroy`, `enable`, `disable`, `reserve` | as the functions of a workspace                   |
/// | `refuse`                            | has the space refuse the `which`-th request from now on, `bytes` in a row |
/// | `repeat`                            | does the commands of the last whole cycle again         |
/// | `copy`, `detach`                    | copies an array into workspace `bytes`, and outside all |

#include <ebb/base/arithmetic.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ebb::testing {

/// What a command does.
enum class Verb : unsigned char {
  enter,
  borrow,
  outside,
  leave,
  leave_outside,
  throw_out,
  take,
  give,
  expand,
  keep,
  view,
  give_stale,
  view_stale,
  give_foreign,
  destroy,
  enable,
  disable,
  reserve,
  refuse,
  repeat,
  copy,
  detach,
};

/// Through what a piece is taken and given back: the type of the workspace, its `Core` alone, or
/// something built on them.
enum class Way : unsigned char {
  typed,        ///< `allocate` and `deallocate` of the workspace
  typed_try,    ///< `try_allocate`
  typed_known,  ///< `allocate<known_bytes>()`
  core,         ///< the same of `Core`
  core_try,
  core_known,
  array,       ///< `make_for_overwrite`; given back when the array goes
  core_array,  ///< an array made by what knows `Core` alone
  adapter,     ///< `std_allocator`
};
inline constexpr std::size_t ways = 9;

/// Says whether a way has room for an alignment.
[[nodiscard]] constexpr bool takes_alignment(Way way) noexcept {
  return way == Way::typed || way == Way::typed_try || way == Way::core || way == Way::core_try;
}

/// The size of a piece taken by `typed_known` and `core_known`.
inline constexpr std::size_t known_bytes = 96;

/// One command.
///
/// - Units: `bytes` before rounding; an `alignment` of 1 leaves it out of the call
/// - Threads: a value; anybody
struct Command {
  Verb verb = Verb::enter;
  Way way = Way::typed;
  std::size_t workspace = 0;  ///< which workspace, modulo how many there are
  std::size_t which = 0;      ///< which token or piece, counted from the newest
  std::size_t bytes = 0;      ///< of `refuse`: how many requests; of `copy`: the target
  std::size_t alignment = 1;

  friend bool operator==(const Command&, const Command&) = default;
};

using History = std::vector<Command>;

/// A command as a line of text.
[[nodiscard]] inline std::string to_string(const Command& command) {
  constexpr std::array<std::string_view, 22> verbs = {"enter",
                                                      "borrow",
                                                      "go outside",
                                                      "leave",
                                                      "leave outside",
                                                      "throw out of",
                                                      "take",
                                                      "give",
                                                      "expand",
                                                      "keep",
                                                      "view",
                                                      "give a stale piece of",
                                                      "view a stale array of",
                                                      "give a foreign piece to",
                                                      "destroy",
                                                      "enable",
                                                      "disable",
                                                      "reserve",
                                                      "refuse",
                                                      "repeat the last cycle of",
                                                      "copy",
                                                      "detach"};
  constexpr std::array<std::string_view, ways> through = {
      "",          " by try_allocate",       " by allocate<96>",
      " by Core",  " by Core::try_allocate", " by Core::allocate<96>",
      " as array", " as array of Core",      " by std_allocator"};
  const auto number = [](std::string_view before, std::size_t value, std::string_view after) {
    return std::string(before).append(std::to_string(value)).append(after);
  };
  std::string text(verbs[static_cast<std::size_t>(command.verb)]);
  switch (command.verb) {
    case Verb::take:
      text += number(" ", command.bytes, " bytes");
      if (command.alignment != 1) text += number(" aligned to ", command.alignment, "");
      text += through[static_cast<std::size_t>(command.way)];
      text += " from";
      break;
    case Verb::expand:
      text += number(" piece ", command.which, number(" to ", command.bytes, " bytes in"));
      break;
    case Verb::give:
    case Verb::keep:
    case Verb::view:
    case Verb::detach:
      text += number(" piece ", command.which, command.verb == Verb::give ? " to" : " of");
      break;
    case Verb::copy:
      text += number(" to workspace ", command.bytes, number(" piece ", command.which, " of"));
      break;
    case Verb::leave:
      text += number(" by token ", command.which, " of");
      break;
    case Verb::reserve:
      text += number(" ", command.bytes, " bytes for");
      break;
    case Verb::refuse:
      text += number(" ", command.bytes,
                     number(" requests, the first the ", command.which, "-th from now on, of"));
      break;
    default:
      break;
  }
  if (command.verb == Verb::outside || command.verb == Verb::leave_outside) return text;
  return text + number(" workspace ", command.workspace, "");
}

/// A history, a line per command.
[[nodiscard]] inline std::string to_string(const History& history) {
  std::string text;
  for (std::size_t i = 0; i < history.size(); ++i)
    text.append(std::to_string(i + 1)).append(". ").append(to_string(history[i])).append("\n");
  return text;
}

/// What random histories are like.
///
/// - Units: bytes, and numbers of things
/// - Threads: a value; anybody
struct HistoryShape {
  std::size_t commands = 60;
  std::size_t workspaces = 1;
  std::size_t largest_bytes = 3000;      ///< of most requests; some are up to 32 times that
  std::size_t largest_alignment = 4096;  ///< a power of two
  bool refusals = true;                  ///< the space may be told to refuse
  bool mistakes = true;                  ///< foreign pieces, absurd sizes and alignments
  bool switches = true;                  ///< `destroy`, `enable`, `disable`, `reserve`
};

/// Makes a size: mostly small, often where a granule ends, at times huge or none.
template <class Next>
[[nodiscard]] std::size_t some_bytes(Next& next, const HistoryShape& shape) {
  switch (next(16)) {
    default:
      return 1 + next(192);
    case 6:
    case 7:
    case 8:
      return 64 * (1 + next(16));  // ends where a granule ends
    case 9:
      return 64 * (1 + next(16)) + next(3) - 1;  // and one beside it
    case 10:
    case 11:
    case 12:
      return 1 + next(shape.largest_bytes);
    case 13:
      return shape.largest_bytes * (1 + next(32));
    case 14:
      return 0;
    case 15:
      return shape.mistakes && next(4) == 3 ? max_bytes - next(5000) : 64;
  }
}

/// Makes an alignment: mostly 1, a power of two at times, seldom a mistake.
template <class Next>
[[nodiscard]] std::size_t some_alignment(Next& next, const HistoryShape& shape) {
  const std::size_t choice = next(12);
  if (choice < 8) return 1;
  if (choice == 11 && shape.mistakes && next(4) == 3)
    return std::array<std::size_t, 4>{0, 3, 96, 2 * shape.largest_alignment}[next(4)];
  std::size_t alignment = 1;
  for (std::size_t doublings = next(16); doublings != 0; --doublings)
    if (alignment < shape.largest_alignment) alignment *= 2;
  return alignment;
}

/// Makes one command.
///
/// - Expects: `next(bound)` answers a number below `bound`; the smaller its answers, the plainer
///   the command
template <class Next>
[[nodiscard]] Command command_from(Next&& next, const HistoryShape& shape = {}) {
  struct Weight {
    Verb verb;
    std::size_t weight;
  };
  const std::size_t refusals = shape.refusals ? 1 : 0;
  const std::size_t mistakes = shape.mistakes ? 1 : 0;
  const std::size_t switches = shape.switches ? 1 : 0;
  const std::array<Weight, 22> weights = {{
      {Verb::take, 34},
      {Verb::enter, 11},
      {Verb::leave, 9},
      {Verb::give, 16},
      {Verb::repeat, 6},
      {Verb::expand, 4},
      {Verb::borrow, 3},
      {Verb::outside, 1},
      {Verb::leave_outside, 1},
      {Verb::throw_out, 2},
      {Verb::keep, 2},
      {Verb::view, 2},
      {Verb::give_stale, 2},
      {Verb::view_stale, 1},
      {Verb::give_foreign, mistakes},
      {Verb::refuse, 2 * refusals},
      {Verb::destroy, switches},
      {Verb::disable, switches},
      {Verb::enable, 3 * switches},
      {Verb::reserve, 2 * switches},
      {Verb::copy, 2},
      {Verb::detach, 1},
  }};
  std::size_t sum = 0;
  for (const Weight& entry : weights) sum += entry.weight;
  std::size_t rest = next(sum);
  std::size_t chosen = 0;
  while (rest >= weights[chosen].weight) rest -= weights[chosen++].weight;

  Command command;
  command.verb = weights[chosen].verb;
  command.workspace = shape.workspaces > 1 ? next(shape.workspaces) : 0;
  // Most programs give back the newest first.
  command.which = next(4) < 2 ? 0 : next(6);
  if (command.verb == Verb::refuse) {
    command.which = 1 + next(3);
    command.bytes = 1 + next(2);
  }
  if (command.verb == Verb::copy && shape.workspaces > 1) command.bytes = next(shape.workspaces);
  if (command.verb == Verb::take) {
    command.way = static_cast<Way>(next(ways));
    if (takes_alignment(command.way)) command.alignment = some_alignment(next, shape);
  }
  if (command.verb == Verb::take || command.verb == Verb::expand || command.verb == Verb::reserve)
    command.bytes = some_bytes(next, shape);
  if (command.verb == Verb::take &&
      (command.way == Way::typed_known || command.way == Way::core_known))
    command.bytes = known_bytes;
  return command;
}

/// Makes a history from a source of random numbers; the same numbers make the same history.
template <std::uniform_random_bit_generator Random>
[[nodiscard]] History random_history(Random& random, const HistoryShape& shape = {}) {
  History history;
  for (std::size_t i = 0; i < shape.commands; ++i)
    history.push_back(command_from(
        // Not a distribution of the standard library, each of which has its own.
        [&](std::size_t bound) {
          return static_cast<std::size_t>(random() - Random::min()) % bound;
        },
        shape));
  return history;
}

/// Makes a history from the bytes of a fuzzer; it ends with them.
[[nodiscard]] inline History history_from_bytes(std::span<const std::uint8_t> bytes,
                                                const HistoryShape& shape = {}) {
  History history;
  while (!bytes.empty())
    history.push_back(command_from(
        [&](std::size_t bound) {
          std::size_t number = 0;
          for (std::size_t left = bound - 1; left != 0 && !bytes.empty(); left /= 256) {
            number = number * 256 + bytes.front();
            bytes = bytes.subspan(1);
          }
          return number % bound;
        },
        shape));
  return history;
}

/// Leaves out commands as long as the history still fails: what is left is worth reading.
///
/// - Expects: `fails(history)` answers the same when asked again, and true at first
/// - Costs: as many plays as the square of the history's length at worst
template <class Fails>
[[nodiscard]] History shortened(History history, Fails&& fails) {
  for (std::size_t left_out = history.size(); left_out != 0;) {
    bool shorter = false;
    for (std::size_t at = 0; at + left_out <= history.size();) {
      History candidate = history;
      const auto begin = candidate.begin() + static_cast<std::ptrdiff_t>(at);
      candidate.erase(begin, begin + static_cast<std::ptrdiff_t>(left_out));
      if (fails(std::as_const(candidate))) {
        history = std::move(candidate);
        shorter = true;
      } else {
        ++at;
      }
    }
    if (!shorter || left_out > 1) left_out /= 2;
  }
  return history;
}

}  // namespace ebb::testing
