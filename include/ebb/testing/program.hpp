// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Programs made by chance, and what must hold whatever a program does with its workspace.
///
/// | part               | is                                                                    |
/// |--------------------|-----------------------------------------------------------------------|
/// | `Program`          | cycles of takes and gives, each cycle much like the one before        |
/// | `generate_program` | makes one from numbers: `RandomNumbers`, or `NumbersFromBytes`        |
/// | `ProgramRunner`    | runs cycles in a workspace and watches the laws                       |
///
/// The laws: a piece is aligned, lies in memory that the space has lent, and overlaps no live piece
/// (every byte is written, and read when the piece goes); a request fails only where somebody may
/// refuse; between cycles nothing is out but the block; the space gets back what it lent. In a
/// debug mode (`engine/debug_mode.hpp`) a piece lies in the space alone, or not in the space at
/// all.

#include <ebb/adapt/pmr.hpp>
#include <ebb/adapt/std_allocator.hpp>
#include <ebb/base/alignment.hpp>
#include <ebb/base/contract.hpp>
#include <ebb/base/error.hpp>
#include <ebb/engine/debug_mode.hpp>
#include <ebb/engine/planner.hpp>
#include <ebb/testing/tracking_space.hpp>
#include <ebb/workspace/array.hpp>
#include <ebb/workspace/current.hpp>
#include <ebb/workspace/workspace.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ebb::testing {

/// Through which door a piece is taken; it is given back through the same.
enum class Door : unsigned char {
  typed,     ///< `allocate` of the workspace
  tried,     ///< `try_allocate` of the workspace
  erased,    ///< `allocate` through `Core&`
  array,     ///< an `Array` made by the workspace
  current,   ///< an `Array` made by the free `make_for_overwrite`
  adapter,   ///< `std_allocator`
  resource,  ///< `CycleResource`
};
inline constexpr std::size_t doors = 7;

/// One thing that a program does.
///
/// - Units: bytes; `piece` is the number of a take in its cycle
/// - Note: what cannot be done is passed over (the give of a piece that does not live), so a cycle
///   stays a cycle whatever is cut out of it or put in
struct Action {
  enum class Kind : unsigned char {
    take,
    give,
    give_again,  ///< raw, of a piece that was given already: an error of the program
    give_stale,  ///< of an array or an adapter of an earlier cycle, which outlived it
    keep,        ///< an array stays to the end of the cycle
    nest,        ///< one more `enter`, to the end of the cycle
    switch_off,
    switch_on,
  };

  Kind kind = Kind::take;
  std::uint32_t piece = 0;
  std::uint32_t bytes = 0;
  std::uint32_t alignment = 1;
  Door door = Door::typed;

  friend bool operator==(const Action&, const Action&) noexcept = default;
};

/// One cycle of a program.
///
/// - Threads: a value; anybody
struct ProgramCycle {
  std::vector<Action> actions;
  std::optional<std::uint64_t> key;
  bool ends_by_exception = false;

  friend bool operator==(const ProgramCycle&, const ProgramCycle&) = default;
};

/// A program.
///
/// - Threads: a value; anybody
using Program = std::vector<ProgramCycle>;

/// A cycle as text, an action a line; for messages.
[[nodiscard]] inline std::string to_string(const ProgramCycle& cycle) {
  static constexpr const char* kinds[] = {"take", "give", "give again", "give stale",
                                          "keep", "nest", "switch off", "switch on"};
  static constexpr const char* names[] = {"typed",   "tried",   "erased",  "array",
                                          "current", "adapter", "resource"};
  std::string text =
      cycle.key ? "cycle, key " + std::to_string(*cycle.key) + "\n" : std::string("cycle\n");
  for (const Action& action : cycle.actions) {
    text += "  " + std::string(kinds[static_cast<std::size_t>(action.kind)]);
    if (action.kind <= Action::Kind::give_again || action.kind == Action::Kind::keep)
      text += " " + std::to_string(action.piece);
    if (action.kind == Action::Kind::take)
      text += ": " + std::to_string(action.bytes) + " bytes at " +
              std::to_string(action.alignment) + ", " +
              names[static_cast<std::size_t>(action.door)];
    text += "\n";
  }
  return text + (cycle.ends_by_exception ? "  throw\n" : "");
}
[[nodiscard]] inline std::string to_string(const Program& program) {
  std::string text;
  for (const ProgramCycle& cycle : program) text += to_string(cycle);
  return text;
}

// ---- numbers ------------------------------------------------------------------------------------

/// Where a generator gets its numbers.
///
/// - Units: `next(bound)` is from 0 to `bound - 1`
template <class N>
concept NumberSource = requires(N next, std::size_t bound) {
  { next(bound) } -> std::convertible_to<std::size_t>;
};

/// Numbers by chance, the same for the same seed: SplitMix64 (Steele, Lea and Flood, 2014).
///
/// - Threads: one at a time
class RandomNumbers {
 public:
  explicit RandomNumbers(std::uint64_t seed) noexcept : state_(seed) {}

  [[nodiscard]] std::size_t operator()(std::size_t bound) noexcept {
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return static_cast<std::size_t>(mixed ^ (mixed >> 31U)) % bound;
  }

 private:
  std::uint64_t state_;
};

/// Numbers from the bytes of a fuzzer: one byte for a small number, two for a larger one; 0 when
/// they are used up.
///
/// - Threads: one at a time
class NumbersFromBytes {
 public:
  explicit NumbersFromBytes(std::span<const std::uint8_t> bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] std::size_t operator()(std::size_t bound) noexcept {
    std::size_t number = next();
    if (bound > 256) number = number * 256 + next();
    return number % bound;
  }
  [[nodiscard]] bool is_empty() const noexcept { return bytes_.empty(); }

 private:
  std::size_t next() noexcept {
    if (bytes_.empty()) return 0;
    const std::uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }

  std::span<const std::uint8_t> bytes_;
};
static_assert(NumberSource<RandomNumbers&> && NumberSource<NumbersFromBytes&>);

// ---- programs -----------------------------------------------------------------------------------

/// How large generated programs are, and what happens in them.
struct ProgramShape {
  std::size_t most_actions = 60;  ///< of a cycle, before something is put in
  std::size_t most_cycles = 8;
  std::size_t most_bytes = 6000;  ///< of a piece
  std::size_t keys = 1;           ///< 1: cycles without a key
  bool with_mistakes = true;      ///< doubled gives, and what outlives its cycle
  bool with_switching = true;     ///< `set_enabled` in the middle of a cycle
};

namespace detail {

// A function with loops and inner scopes, of which every cycle is one execution.
struct Routine {
  struct Statement {
    Action take;                     // if `trips` is 0
    std::size_t statements_to_give;  // 0: at the end of the scope
    bool is_given;
    std::size_t trips;
    std::vector<Statement> body;  // a scope: once for each trip
  };
  std::vector<Statement> statements;
};

template <NumberSource Numbers>
[[nodiscard]] std::uint32_t some_bytes_of_a_piece(Numbers& next, const ProgramShape& shape) {
  switch (next(8)) {
    case 0:
      return static_cast<std::uint32_t>(1 + next(shape.most_bytes));
    case 1:
    case 2:
      return static_cast<std::uint32_t>(1 + next(200));
    case 3:
      return 0;
    default:  // few sizes, so that holes fit
      return static_cast<std::uint32_t>(64 * (1 + next(12)));
  }
}

template <NumberSource Numbers>
[[nodiscard]] Action some_take(Numbers& next, const ProgramShape& shape) {
  Action take{.bytes = some_bytes_of_a_piece(next, shape)};
  if (next(6) == 0) take.alignment = std::uint32_t{1} << next(11);
  take.door = static_cast<Door>(next(doors));
  return take;
}

template <NumberSource Numbers>
[[nodiscard]] std::vector<Routine::Statement> some_statements(Numbers& next,
                                                              const ProgramShape& shape,
                                                              std::size_t depth) {
  std::vector<Routine::Statement> statements;
  for (std::size_t count = 1 + next(5); count != 0; --count) {
    Routine::Statement statement{};
    if (depth != 0 && next(4) == 0) {
      statement.trips = 1 + next(4);
      statement.body = some_statements(next, shape, depth - 1);
    } else {
      statement.take = some_take(next, shape);
      statement.is_given = next(6) != 0;
      statement.statements_to_give = next(4);
    }
    statements.push_back(std::move(statement));
  }
  return statements;
}

// Runs a scope: gives what is due after each statement, and the rest at its end, the last first.
inline void execute(const std::vector<Routine::Statement>& statements, std::size_t more_trips,
                    const ProgramShape& shape, std::uint32_t& pieces,
                    std::vector<Action>& actions) {
  struct Due {
    std::uint32_t piece;
    std::size_t statements;  // 0: at the end
  };
  std::vector<Due> dues;
  for (const Routine::Statement& statement : statements) {
    if (actions.size() >= shape.most_actions) break;
    for (Due& due : dues) {
      if (due.statements == 0 || --due.statements != 0) continue;
      actions.push_back({.kind = Action::Kind::give, .piece = due.piece});
      due.piece = pieces;  // given
    }
    std::erase_if(dues, [&](const Due& due) { return due.piece == pieces; });
    if (statement.trips != 0) {
      for (std::size_t trip = 0; trip < statement.trips + more_trips; ++trip)
        execute(statement.body, more_trips, shape, pieces, actions);
      continue;
    }
    Action take = statement.take;
    take.piece = pieces++;
    if (statement.is_given) dues.push_back({take.piece, statement.statements_to_give});
    actions.push_back(take);
  }
  for (auto due = dues.rbegin(); due != dues.rend(); ++due)
    actions.push_back({.kind = Action::Kind::give, .piece = due->piece});
}

[[nodiscard]] inline std::vector<Action> execute(const Routine& routine, std::size_t more_trips,
                                                 const ProgramShape& shape) {
  std::vector<Action> actions;
  std::uint32_t pieces = 0;
  execute(routine.statements, more_trips, shape, pieces, actions);
  return actions;
}

// Puts an action in somewhere.
template <NumberSource Numbers>
void put_in(Numbers& next, std::vector<Action>& actions, const Action& action) {
  const std::size_t at = next(actions.size() + 1);
  actions.insert(actions.begin() + static_cast<std::ptrdiff_t>(at), action);
}

// A piece that no take of the cycle has yet.
[[nodiscard]] inline std::uint32_t new_piece(const std::vector<Action>& actions) {
  std::uint32_t piece = 0;
  for (const Action& action : actions) piece = std::max(piece, action.piece + 1);
  return piece;
}

// Makes a cycle a little different from the one before.
template <NumberSource Numbers>
void vary(Numbers& next, const Routine& routine, const ProgramShape& shape, ProgramCycle& cycle) {
  std::vector<Action>& actions = cycle.actions;
  if (actions.empty()) return;
  const auto some_piece = [&] { return static_cast<std::uint32_t>(next(new_piece(actions))); };
  switch (next(16)) {
    case 0:  // other sizes
      for (Action& action : actions)
        action.bytes = static_cast<std::uint32_t>(action.bytes * (50 + next(101)) / 100);
      break;
    case 1:  // other alignments
      for (Action& action : actions)
        if (next(4) == 0) action.alignment = std::uint32_t{1} << next(13);
      break;
    case 2:  // loops go round more often
      actions = execute(routine, 1 + next(2), shape);
      break;
    case 3:  // an early exit
      actions.resize(next(actions.size() + 1));
      break;
    case 4:  // and by an exception
      actions.resize(next(actions.size() + 1));
      cycle.ends_by_exception = true;
      break;
    case 5: {  // two things in the other order
      const std::size_t at = next(actions.size());
      std::swap(actions[at], actions[next(actions.size())]);
      break;
    }
    case 6: {  // gives that never come
      const std::size_t one_in = 1 + next(4);
      std::erase_if(actions, [&](const Action& action) {
        return action.kind == Action::Kind::give && next(one_in) == 0;
      });
      break;
    }
    case 7:  // something is left out
      actions.erase(actions.begin() + static_cast<std::ptrdiff_t>(next(actions.size())));
      break;
    case 8: {  // a piece more
      Action take = some_take(next, shape);
      take.piece = new_piece(actions);
      put_in(next, actions, take);
      if (next(2) == 0) put_in(next, actions, {.kind = Action::Kind::give, .piece = take.piece});
      break;
    }
    case 9:  // a give more; of a live piece it comes too early
      put_in(next, actions, {.kind = Action::Kind::give, .piece = some_piece()});
      break;
    case 10:
      if (shape.with_mistakes)
        for (std::size_t count = 1 + next(3); count != 0; --count)
          put_in(next, actions, {.kind = Action::Kind::give_again, .piece = some_piece()});
      break;
    case 11:
      if (shape.with_mistakes)
        for (std::size_t count = 1 + next(4); count != 0; --count)
          put_in(next, actions, {.kind = Action::Kind::give_stale});
      break;
    case 12:
      put_in(next, actions, {.kind = Action::Kind::keep, .piece = some_piece()});
      break;
    case 13:
      put_in(next, actions, {.kind = Action::Kind::nest});
      break;
    case 14:
      if (!shape.with_switching) break;
      put_in(next, actions, {.kind = Action::Kind::switch_off});
      put_in(next, actions, {.kind = Action::Kind::switch_on});
      break;
    default:  // through other doors
      for (Action& action : actions) action.door = static_cast<Door>(next(doors));
      break;
  }
}

}  // namespace detail

/// Makes a program: a routine with loops and scopes, executed once a cycle. Most cycles are what
/// the one before was; the others differ in sizes, alignments, trip counts, the order of gives, the
/// place where they end, and in mistakes.
///
/// - Costs: of its actions
template <NumberSource Numbers>
[[nodiscard]] Program generate_program(Numbers&& next, const ProgramShape& shape = {}) {
  detail::Routine routine{detail::some_statements(next, shape, 3)};
  ProgramCycle cycle;
  cycle.actions = detail::execute(routine, 0, shape);
  Program program;
  for (std::size_t count = 2 + next(shape.most_cycles - 1); count != 0; --count) {
    if (shape.keys > 1) cycle.key = next(shape.keys);
    program.push_back(cycle);
    switch (next(6)) {
      case 0:  // an odd cycle, and then as before
        program.push_back(cycle);
        for (std::size_t changes = 1 + next(3); changes != 0; --changes)
          detail::vary(next, routine, shape, program.back());
        break;
      case 1:
      case 2:  // from here on
        cycle.ends_by_exception = false;
        detail::vary(next, routine, shape, cycle);
        break;
      default:
        break;
    }
  }
  return program;
}

/// What of a cycle leaves no excuse: no exception, no mistakes, no switching.
[[nodiscard]] inline ProgramCycle without_mistakes(ProgramCycle cycle) {
  cycle.ends_by_exception = false;
  std::erase_if(cycle.actions, [](const Action& action) {
    return action.kind == Action::Kind::give_again || action.kind == Action::Kind::give_stale ||
           action.kind == Action::Kind::switch_off || action.kind == Action::Kind::switch_on;
  });
  return cycle;
}

// ---- the run ------------------------------------------------------------------------------------

/// Runs programs in a workspace that learns plans, and watches what must hold.
///
/// - For: property tests and fuzzers; the violation handler is replaced while a cycle runs
/// - Errors: none; `problem()` says which law was broken first
/// - Costs: a tree over the live pieces, and every byte of each is written and read
/// - Threads: the owner of the workspace
template <std::derived_from<Core> W>
class ProgramRunner {
  static constexpr bool plans = std::derived_from<W, Planner>;
  static constexpr bool is_watched = DebuggingChecksPolicy<typename W::Policies::Checks>;

 public:
  ProgramRunner(W& workspace, SpaceLog& log) : workspace_(workspace), log_(log) {}

  /// Runs one cycle.
  ///
  /// - Returns: whether it took place, and every request of it was served
  bool run(const ProgramCycle& cycle) {
    struct Stop {};
    const std::size_t requests = log_.requests().size();
    mode_ = is_watched ? DebugMode::off : debug_mode();
    was_served_ = true;
    has_mistakes_ = false;
    violations() = 0;
    const ViolationHandler before = set_violation_handler([](const Error&) { ++violations(); });
    try {
      auto token = enter(cycle.key);
      std::vector<Cycle> nested;
      for (const Action& action : cycle.actions) act(action, nested);
      for (auto& [piece, held] : pieces_)
        if (held.is_live) check(held);
      live_.clear();
      if (cycle.ends_by_exception) throw Stop{};
    } catch (const Stop&) {
    } catch (const SpaceRefused&) {  // of the enter
      was_served_ = false;
      if (!log_.has_refused_since(requests))
        complain("an enter was refused, and the space was not asked");
    }
    set_violation_handler(before);
    for (auto& [piece, held] : pieces_)
      if (held.is_live && held.door >= Door::array) stale_.push_back(std::move(held));
    pieces_.clear();
    workspace_.set_enabled(true);

    if (violations() != 0 && !has_mistakes_ && !refuses())
      complain("the violation handler was told, and the program made no mistake");
    const Report report = workspace_.report();
    if (!log_.problem().empty()) complain(log_.problem());
    if (!is_quarantined() && log_.lent().size() != (report.block_bytes != 0 ? 1 : 0))
      complain("more than the block is out between two cycles");
    if (report.space_calls != log_.requests().size())
      complain("the report counts other space calls");
    if constexpr (plans)
      if (report.plan.live_bytes > report.plan.bytes || report.plan.bytes > bump_with_padding())
        complain("the plan is smaller than what lives, or larger than a bump");
    return was_served_;
  }

  /// The first law that was broken; empty while all hold.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

  /// Live bytes of the last cycle at their peak, rounded.
  [[nodiscard]] std::size_t live_peak() const noexcept { return live_peak_; }

 private:
  using Handles = typename W::Handles;

  struct Held {
    std::byte* begin = nullptr;
    std::size_t bytes = 0;
    std::byte pattern{};
    Door door = Door::typed;
    bool is_live = false;
    bool is_kept = false;
    std::optional<Array<std::byte, Handles>> array{};
    std::optional<Array<std::byte>> current{};
    std::optional<std_allocator<std::byte>> adapter{};
    std::optional<CycleResource> resource{};
  };

  static int& violations() {
    static int count = 0;
    return count;
  }

  void complain(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
  }

  [[nodiscard]] bool refuses() const {
    return mode_ == DebugMode::off &&
           typename W::Policies::Spill{}.on_overflow({.wanted = 1, .left = 0, .outside = 0}) ==
               Overflow::refuse;
  }
  // Whether a piece lies where the laws say that it lies.
  [[nodiscard]] bool is_in_its_place(const std::byte* begin, std::size_t size) const {
    const bool is_of_space = log_.holds(begin, size);
    switch (mode_) {
      case DebugMode::off:
        return is_of_space;
      case DebugMode::spill_everything:
        if constexpr (OneBlockSpace<typename W::Policies::Space>) return !is_of_space;
        return is_of_space && !log_.holds(begin, size + 2 * workspace_.granule().bytes());
      case DebugMode::bypass_everything:
        return !is_of_space;
    }
    return false;
  }
  [[nodiscard]] static constexpr bool is_beyond_bounds(std::size_t bytes) {
    return typename W::Policies::Bounds{}.clamp(bytes) < bytes;
  }
  // A quarantine holds memory back between two cycles.
  [[nodiscard]] static constexpr bool is_quarantined() {
    if constexpr (is_watched) return typename W::Policies::Checks{}.watch().quarantine_cycles != 0;
    return false;
  }
  // Padding of over-aligned pieces comes on top of the bytes taken.
  [[nodiscard]] std::size_t bump_with_padding() const {
    std::size_t bytes = workspace_.plan().bump_bytes();
    for (const Lifetime& piece : workspace_.plan().pieces()) bytes += piece.alignment;
    return bytes;
  }

  [[nodiscard]] Cycle enter_with(std::optional<std::uint64_t> key) {
    if constexpr (plans)
      if (key) return workspace_.enter(*key);
    return workspace_.enter();
  }
  [[nodiscard]] Cycle enter(std::optional<std::uint64_t> key) {
    auto token = enter_with(key);
    live_peak_ = live_bytes_ = 0;
    resource_.emplace(token.resource());
    return token;
  }

  void act(const Action& action, std::vector<Cycle>& nested) {
    switch (action.kind) {
      case Action::Kind::take:
        return take(action);
      case Action::Kind::give: {
        const auto found = pieces_.find(action.piece);
        if (found != pieces_.end() && found->second.is_live && !found->second.is_kept)
          give(found->second);
        return;
      }
      case Action::Kind::give_again: {
        const auto found = pieces_.find(action.piece);
        if (found != pieces_.end() && !found->second.is_live &&
            !is_in_a_live_piece(found->second)) {
          has_mistakes_ = true;
          workspace_.deallocate(found->second.begin, found->second.bytes);
        }
        return;
      }
      case Action::Kind::give_stale:
        if (stale_.empty()) return;
        give_through_door(stale_.back());
        return stale_.pop_back();
      case Action::Kind::keep: {
        const auto found = pieces_.find(action.piece);
        if (found == pieces_.end() || !found->second.is_live || found->second.is_kept) return;
        if (found->second.array) static_cast<void>(std::move(*found->second.array).keep());
        if (found->second.current) static_cast<void>(std::move(*found->second.current).keep());
        found->second.is_kept = true;
        return;
      }
      case Action::Kind::nest:
        return nested.push_back(workspace_.enter());
      case Action::Kind::switch_off:
        return workspace_.set_enabled(false);
      case Action::Kind::switch_on:
        return workspace_.set_enabled(true);
    }
  }

  void take(const Action& action) {
    Held held{.bytes = action.bytes, .door = action.door};
    if (pieces_.contains(action.piece)) return;  // a cut and joined cycle may name it twice
    const std::size_t requests = log_.requests().size();
    std::size_t alignment = action.alignment;
    if (action.door >= Door::array && action.door != Door::resource) alignment = 1;
    bool may_fail = has_mistakes_ || refuses() || is_beyond_bounds(action.bytes) ||
                    alignment > W::Policies::Space::max_alignment;
    try {
      held.begin = take_through_door(held, alignment);
    } catch (const SpaceRefused&) {
      may_fail = log_.has_refused_since(requests);
    } catch (const OutOfWorkspace&) {
      may_fail = refuses();
    } catch (const PlanMismatch&) {
      may_fail = refuses();
    } catch (const BadRequest&) {
    }
    if (held.begin == nullptr) {
      was_served_ = false;
      if (!may_fail && !log_.has_refused_since(requests))
        complain("a request failed without a reason");
      return;
    }
    const std::size_t size = round_up(held.bytes, workspace_.granule());
    // Zero bytes lie nowhere; all others on a granule.
    const std::size_t least = size == 0 ? 1 : workspace_.granule().bytes();
    if (!is_aligned(held.begin, Alignment(std::max(alignment, least))))
      complain("a piece is not aligned");
    if (size != 0) {
      const auto next = live_.lower_bound(held.begin);
      if ((next != live_.end() && next->first < held.begin + size) ||
          (next != live_.begin() && std::prev(next)->second > held.begin))
        return complain("two live pieces overlap");  // its memory is not ours to write
      if (!is_in_its_place(held.begin, size))
        return complain(mode_ == DebugMode::off
                            ? "a piece lies outside of what the space has lent"
                            : "a piece does not lie where the debug mode wants it");
      live_.emplace_hint(next, held.begin, held.begin + size);
      live_peak_ = std::max(live_peak_, live_bytes_ += size);
      held.pattern = static_cast<std::byte>(pattern_ = static_cast<std::uint8_t>(pattern_ * 5 + 3));
      std::memset(held.begin, static_cast<int>(held.pattern), held.bytes);
    }
    held.is_live = true;
    pieces_.emplace(action.piece, std::move(held));
  }

  [[nodiscard]] std::byte* take_through_door(Held& held, std::size_t alignment) {
    const std::size_t bytes = held.bytes;
    switch (held.door) {
      case Door::typed:
        return static_cast<std::byte*>(alignment == 1 ? workspace_.allocate(bytes)
                                                      : workspace_.allocate(bytes, alignment));
      case Door::tried:
        return static_cast<std::byte*>(workspace_.try_allocate(bytes, alignment));
      case Door::erased:
        return static_cast<std::byte*>(static_cast<Core&>(workspace_).allocate(bytes, alignment));
      case Door::array:
        held.array = workspace_.template make_for_overwrite<std::byte>(bytes);
        return held.array->view().data();
      case Door::current:
        held.current = make_for_overwrite<std::byte>(bytes);
        return held.current->view().data();
      case Door::adapter:
        held.adapter.emplace(workspace_);
        return held.adapter->allocate(bytes);
      case Door::resource:
        held.resource.emplace(*resource_);
        return static_cast<std::byte*>(held.resource->allocate(bytes, alignment));
    }
    return nullptr;
  }

  void give(Held& held) {
    check(held);
    held.is_live = false;
    if (held.bytes != 0) {
      live_.erase(held.begin);
      live_bytes_ -= round_up(held.bytes, workspace_.granule());
    }
    give_through_door(held);
  }

  void give_through_door(Held& held) {
    switch (held.door) {
      case Door::typed:
      case Door::tried:
        return workspace_.deallocate(held.begin, held.bytes);
      case Door::erased:
        return static_cast<Core&>(workspace_).deallocate(held.begin, held.bytes);
      case Door::array:
        return held.array.reset();
      case Door::current:
        return held.current.reset();
      case Door::adapter:
        return held.adapter->deallocate(held.begin, held.bytes);
      case Door::resource:
        return held.resource->deallocate(held.begin, held.bytes);
    }
  }

  void check(const Held& held) {
    for (std::size_t i = 0; i < held.bytes; ++i)
      if (held.begin[i] != held.pattern) return complain("a live piece was overwritten");
  }

  // A doubled give of an address that lives again is the give of that piece: not even a model can
  // tell.
  [[nodiscard]] bool is_in_a_live_piece(const Held& held) const {
    const auto next = live_.upper_bound(held.begin);
    return held.bytes == 0 || (next != live_.begin() && std::prev(next)->second > held.begin);
  }

  W& workspace_;
  SpaceLog& log_;
  std::unordered_map<std::uint32_t, Held> pieces_;
  std::map<std::byte*, std::byte*> live_;  // end by begin
  std::vector<Held> stale_;
  std::optional<CycleResource> resource_;
  std::size_t live_bytes_ = 0;
  std::size_t live_peak_ = 0;
  std::uint8_t pattern_ = 0;
  DebugMode mode_ = DebugMode::off;
  bool was_served_ = true;
  bool has_mistakes_ = false;
  std::string problem_;
};

}  // namespace ebb::testing
