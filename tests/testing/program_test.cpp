// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/ebb.hpp>
#include <ebb/testing/program.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

using namespace ebb;
using testing::Action;
using testing::Door;
using testing::generate_program;
using testing::NumbersFromBytes;
using testing::Program;
using testing::ProgramCycle;
using testing::ProgramRunner;
using testing::ProgramShape;
using testing::RandomNumbers;
using testing::SpaceLog;
using testing::Tracking;

namespace {

// Lends the same memory to everybody.
struct Twice {
  using slot = SpaceSlot;
  static constexpr std::size_t max_alignment = 4096;
  alignas(4096) inline static std::array<std::byte, std::size_t{1} << 20> memory;
  static void* allocate(std::size_t bytes, std::size_t) noexcept {
    return bytes <= memory.size() ? memory.data() : nullptr;
  }
  static void deallocate(void*, std::size_t, std::size_t) noexcept {}
};
static_assert(Space<Twice>);

// Says that the space has lent what it has not.
struct Elsewhere : Twice {
  static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    void* const pointer = Twice::allocate(bytes, alignment);
    return pointer == nullptr ? nullptr : static_cast<std::byte*>(pointer) + 64;  // not aligned
  }
};

constexpr Action take(std::uint32_t piece, std::uint32_t bytes, Door door = Door::typed,
                      std::uint32_t alignment = 1) {
  return {.piece = piece, .bytes = bytes, .alignment = alignment, .door = door};
}
constexpr Action give(std::uint32_t piece) { return {.kind = Action::Kind::give, .piece = piece}; }

template <class W, class Inner = Host>
std::string problem_after(const Program& program) {
  SpaceLog log;
  W workspace{"program", Tracking<Inner>{log}};
  ProgramRunner<W> runner{workspace, log};
  for (const ProgramCycle& cycle : program) runner.run(cycle);
  return runner.problem();
}

}  // namespace

TEST_CASE("The same seed makes the same program, another one another", "[testing][program]") {
  const Program program = generate_program(RandomNumbers(1));

  CHECK(program == generate_program(RandomNumbers(1)));
  CHECK(program != generate_program(RandomNumbers(2)));
}

TEST_CASE("Bytes that are used up are zeroes, and still a program", "[testing][program]") {
  NumbersFromBytes nothing({});
  CHECK(nothing.is_empty());
  CHECK(nothing(7) == 0);
  CHECK(!generate_program(nothing).empty());

  const std::array<std::uint8_t, 4> bytes{10, 1, 2, 9};
  NumbersFromBytes next(bytes);
  CHECK(next(256) == 10);
  CHECK(next(300) == (256 + 2) % 300);
  CHECK(next(5) == 4);
  CHECK(next.is_empty());
}

TEST_CASE("Random numbers stay below their bound and reach all of it", "[testing][program]") {
  RandomNumbers next{5};
  std::set<std::size_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(next(6));

  CHECK(seen == std::set<std::size_t>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("Programs have everything that can happen in them", "[testing][program]") {
  std::set<Action::Kind> kinds;
  std::set<Door> doors;
  std::set<std::uint64_t> keys;
  bool has_exceptions = false;
  std::size_t same = 0;
  std::size_t other = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Program program = generate_program(RandomNumbers(seed), {.keys = 3});
    for (std::size_t i = 0; i < program.size(); ++i) {
      for (const Action& action : program[i].actions) {
        kinds.insert(action.kind);
        doors.insert(action.door);
      }
      keys.insert(program[i].key.value());
      has_exceptions = has_exceptions || program[i].ends_by_exception;
      if (i != 0) ++(program[i].actions == program[i - 1].actions ? same : other);
    }
  }

  CHECK(kinds.size() == 8);
  CHECK(doors.size() == testing::doors);
  CHECK(keys == std::set<std::uint64_t>{0, 1, 2});
  CHECK(has_exceptions);
  CHECK(same > 300);
  CHECK(other > 300);
}

TEST_CASE("The shape of programs is kept", "[testing][program]") {
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    for (const ProgramCycle& cycle :
         generate_program(RandomNumbers(seed), {.with_mistakes = false, .with_switching = false})) {
      CHECK(!cycle.key);
      for (const Action& action : cycle.actions) {
        CHECK(action.kind != Action::Kind::give_again);
        CHECK(action.kind != Action::Kind::give_stale);
        CHECK(action.kind != Action::Kind::switch_off);
      }
    }
}

TEST_CASE("Without mistakes nothing is left that excuses", "[testing][program]") {
  ProgramCycle cycle;
  cycle.actions = {
      take(0, 64), {.kind = Action::Kind::give_again}, give(0), {.kind = Action::Kind::switch_off}};
  cycle.ends_by_exception = true;

  const ProgramCycle clean = testing::without_mistakes(cycle);

  CHECK(clean.actions == std::vector<Action>{take(0, 64), give(0)});
  CHECK(!clean.ends_by_exception);
}

TEST_CASE("A cycle reads as text", "[testing][program]") {
  ProgramCycle cycle;
  cycle.actions = {take(0, 100, Door::erased, 256), give(0), {.kind = Action::Kind::nest}};
  cycle.key = 7;
  cycle.ends_by_exception = true;

  CHECK(to_string(cycle) ==
        "cycle, key 7\n"
        "  take 0: 100 bytes at 256, erased\n"
        "  give 0\n"
        "  nest\n"
        "  throw\n");
}

TEST_CASE("What cannot be done is passed over", "[testing][program]") {
  using W = Workspace<LearnPlan, Tracking<>>;
  ProgramCycle cycle;
  cycle.actions = {give(0),
                   {.kind = Action::Kind::give_stale},
                   {.kind = Action::Kind::keep, .piece = 3},
                   {.kind = Action::Kind::give_again, .piece = 3},
                   take(0, 64),
                   take(0, 64),
                   give(0),
                   give(0)};

  CHECK(problem_after<W>({cycle, cycle}) == "");
}

TEST_CASE("Every door takes and gives, and what outlives its cycle is given later",
          "[testing][program][reuse]") {
  using W = Workspace<LearnPlan, Tracking<>>;
  ProgramCycle cycle;
  for (std::uint32_t door = 0; door < testing::doors; ++door)
    cycle.actions.push_back(take(door, 100, static_cast<Door>(door)));
  for (std::uint32_t door = 0; door < 3; ++door) cycle.actions.push_back(give(door));
  ProgramCycle next = cycle;
  for (std::uint32_t door = 3; door < testing::doors; ++door)
    next.actions.push_back({.kind = Action::Kind::give_stale});
  SpaceLog log;
  W workspace{"program", Tracking<>{log}};
  ProgramRunner<W> runner{workspace, log};

  CHECK(runner.run(cycle));
  CHECK(runner.run(next));

  CHECK(runner.problem() == "");
  CHECK(runner.live_peak() == 7 * 128);
  CHECK(workspace.report().plan.followed_cycles == 1);
}

TEST_CASE("A request that was refused is no problem, and is told", "[testing][program][reuse]") {
  using W = Workspace<LearnPlan, Tracking<>>;
  SpaceLog log;
  W workspace{"program", Tracking<>{log}};
  ProgramRunner<W> runner{workspace, log};
  ProgramCycle cycle;
  cycle.actions = {take(0, 64), take(1, 64, Door::array)};
  log.refuse(1, 4);

  CHECK(!runner.run(cycle));
  CHECK(runner.problem() == "");
  CHECK(runner.run(cycle));
}

TEST_CASE("A request that fails without a reason is a problem", "[testing][program][reuse]") {
  using W = Workspace<LearnPlan, Limited<Tracking<>>>;  // refuses where the log cannot see it
  SpaceLog log;
  W workspace{"program", Limited<Tracking<>>{Tracking<>{log}, 0}};
  ProgramRunner<W> runner{workspace, log};
  ProgramCycle cycle;
  cycle.actions = {take(0, 64)};

  runner.run(cycle);

  CHECK(contains(runner.problem(), "a request failed without a reason"));
}

TEST_CASE("A space that lends its memory twice is found out", "[testing][program][reuse]") {
  using W = Workspace<LearnPlan, External, StartWith<1024>, Tracking<Twice>>;
  ProgramCycle cycle;
  cycle.actions = {take(0, 640), take(1, 640, Door::array), take(2, 640, Door::erased)};

  CHECK(problem_after<W, Twice>({cycle}) == "two live pieces overlap");
}

TEST_CASE("A space that lends what is not aligned is found out", "[testing][program][reuse]") {
  using W = Workspace<LearnPlan, StartWith<8192>, Tracking<Elsewhere>>;
  ProgramCycle cycle;
  cycle.actions = {take(0, 64, Door::typed, 4096)};

  CHECK(problem_after<W, Elsewhere>({cycle, cycle, cycle}) != "");
}
