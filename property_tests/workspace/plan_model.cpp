// SPDX-License-Identifier: Apache-2.0
#include <ebb/ebb.hpp>
#include <ebb/testing/program.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ebb;
using namespace ebb::testing;

namespace {

// Every run is the same; RC_PARAMS in the environment asks for another one.
const int fixed_seed = ::setenv("RC_PARAMS", "seed=20240229 max_success=100", 0);

struct Memory {
  alignas(64) std::array<std::byte, 16384> buffer;
};

template <class S>
S make_space(SpaceLog& log, Memory& memory) {
  if constexpr (std::same_as<S, Tracking<>>) {
    return Tracking<>{log};
  } else if constexpr (std::same_as<S, Tracking<Buffer>>) {
    return {log, Buffer{memory.buffer}};
  } else if constexpr (std::same_as<S, Tracking<Limited<>>>) {
    return {log, Limited<>{Host{}, std::size_t{80} * 1024}};
  } else {
    return {log, std::remove_cvref_t<decltype(std::declval<S&>().space())>{std::size_t{1} << 20}};
  }
}

// A workspace, what its space has seen, and somebody who runs programs in it.
template <class W>
struct Bench {
  SpaceLog log{};
  Memory memory{};
  W workspace{"program", make_space<typename W::Policies::Space>(log, memory)};
  ProgramRunner<W> runner{workspace, log};

  [[nodiscard]] std::size_t space_calls() const { return log.requests().size(); }
  [[nodiscard]] std::uint64_t followed() const { return workspace.report().plan.followed_cycles; }
};

// Runs a program in a new workspace; answers with the law that it broke, or with nothing.
template <class W>
std::string broken_law(const Program& program, std::size_t refused_call = 0) {
  SpaceLog log;
  Memory memory;
  std::string problem;
  {
    W workspace{"program", make_space<typename W::Policies::Space>(log, memory)};
    ProgramRunner<W> runner{workspace, log};
    log.refuse(refused_call);
    for (const ProgramCycle& cycle : program) {
      runner.run(cycle);
      if (!runner.problem().empty()) return runner.problem() + ", after\n" + to_string(program);
    }
  }
  problem = log.problem();
  if (problem.empty() && !log.lent().empty()) problem = "the space did not get back all it lent";
  return problem.empty() ? problem : problem + ", after\n" + to_string(program);
}

Program some_program(const ProgramShape& shape = {}) {
  return generate_program(
      [](std::size_t bound) { return *rc::gen::inRange<std::size_t>(0, bound); }, shape);
}

// Three times the last cycle of a program, without what excuses it: the third follows.
template <class W>
std::string broken_promise_of_the_third(const Program& program) {
  Bench<W> bench;
  for (const ProgramCycle& cycle : program) bench.runner.run(cycle);
  const ProgramCycle last = without_mistakes(program.back());
  bench.runner.run(last);
  bench.runner.run(last);
  const std::size_t space_calls = bench.space_calls();
  const std::uint64_t followed = bench.followed();

  const bool was_served = bench.runner.run(last);

  if (!bench.runner.problem().empty()) return bench.runner.problem() + to_string(program);
  if (!was_served || bench.runner.live_peak() == 0) return {};  // nothing to be learnt
  if (bench.followed() != followed + 1)
    return "the third cycle leaves the plan at " + bench.workspace.report().plan.first_mismatch +
           ", after\n" + to_string(program);
  if (bench.space_calls() != space_calls)
    return "the third cycle asks the space, after\n" + to_string(program);
  if (bench.workspace.report().plan.live_bytes < bench.runner.live_peak())
    return "more lived than the plan has, after\n" + to_string(program);
  return {};
}

template <class... Policies>
using Plans = Workspace<Policies..., Tracking<>>;

}  // namespace

TEMPLATE_TEST_CASE(
    "Whatever a program does, its pieces are where nothing else is", "[workspace][plan]",
    (Plans<LearnPlan>), (Plans<LearnPlans<2>, Trusting>),
    (Plans<LearnPlans<1>, StartWith<4096>, Granule<256>>), (Plans<LearnPlan, External>),
    (Plans<LearnPlan, External, StartWith<2048>>), (Plans<LearnPlan, Fail, StartWith<8192>>),
    (Plans<LearnPlan, Fail, StartWith<65536>>), (Plans<LearnPlan, Bounds<2048, 8192>>),
    (Workspace<LearnPlan, Tracking<Buffer>>), (Workspace<LearnPlan, Fail, Tracking<Buffer>>),
    (Workspace<LearnPlan, External, Tracking<Arena<>>>), (Workspace<LearnPlan, Tracking<Arena<>>>),
    (Workspace<LearnPlan, Tracking<Limited<>>>), (Workspace<LearnPlan, Tracking<Reserved>>)) {
  rc::prop("shrinkable programs", [] {
    const Program program = some_program({.keys = *rc::gen::inRange<std::size_t>(1, 4)});
    const std::string broken = broken_law<TestType>(program);
    if (!broken.empty()) RC_FAIL(broken);
  });

  std::string broken;
  for (std::uint64_t seed = 0; seed < 1000 && broken.empty(); ++seed)
    broken = broken_law<TestType>(generate_program(RandomNumbers(seed), {.keys = 1 + seed % 3}));
  CHECK(broken == "");
}

TEMPLATE_TEST_CASE("A third identical cycle follows completely and asks the space for nothing",
                   "[workspace][plan][reuse]", (Plans<LearnPlan>),
                   (Plans<LearnPlans<1>, Granule<256>>), (Plans<LearnPlans<2>, StartWith<4096>>),
                   (Workspace<LearnPlan, Tracking<Arena<>>>),
                   (Workspace<LearnPlan, Tracking<Reserved>>)) {
  rc::prop("shrinkable programs", [] {
    const Program program = some_program({.keys = *rc::gen::inRange<std::size_t>(1, 4)});
    const std::string broken = broken_promise_of_the_third<TestType>(program);
    if (!broken.empty()) RC_FAIL(broken);
  });

  std::string broken;
  for (std::uint64_t seed = 0; seed < 2000 && broken.empty(); ++seed)
    broken = broken_promise_of_the_third<TestType>(
        generate_program(RandomNumbers(seed), {.keys = 1 + seed % 3}));
  CHECK(broken == "");
}

TEMPLATE_TEST_CASE("A refusal at any space call loses nothing", "[workspace][plan][reuse]",
                   (Plans<LearnPlan>), (Plans<LearnPlan, External>),
                   (Plans<LearnPlans<1>, StartWith<2048>>),
                   (Plans<LearnPlan, Fail, StartWith<8192>>),
                   (Workspace<LearnPlan, Tracking<Reserved>>)) {
  std::string broken;
  std::size_t runs = 0;
  for (std::uint64_t seed = 0; seed < 150 && broken.empty(); ++seed) {
    const Program program = generate_program(RandomNumbers(seed), {.keys = 1 + seed % 2});
    Bench<TestType> bench;
    for (const ProgramCycle& cycle : program) bench.runner.run(cycle);
    for (std::size_t call = 1; call <= bench.space_calls() && broken.empty(); ++call, ++runs)
      broken = broken_law<TestType>(program, call);
  }

  CHECK(broken == "");
  CHECK(runs > 100);
}

// ---- every mismatch -----------------------------------------------------------------------------

namespace {

// A cycle without accident, small enough to try everything on it.
ProgramCycle small_cycle(std::uint64_t seed) {
  const ProgramShape shape{.most_actions = 8, .most_bytes = 1000};
  ProgramCycle cycle = generate_program(RandomNumbers(seed), shape).front();
  std::erase_if(cycle.actions, [](const Action& action) {
    return action.kind == Action::Kind::take && action.bytes == 0;
  });
  return cycle;
}

// A cycle with the event at one place left out, replaced by each possible other, or preceded by it.
std::vector<ProgramCycle> oddities(const ProgramCycle& cycle, std::size_t place) {
  const std::uint32_t new_piece = 1000;
  std::vector<Action> events{
      {.kind = Action::Kind::take, .piece = new_piece, .bytes = 64},
      {.kind = Action::Kind::take, .piece = new_piece, .bytes = 5000},
      {.kind = Action::Kind::take, .piece = new_piece, .bytes = 64, .alignment = 4096},
  };
  for (const Action& action : cycle.actions)
    if (action.kind == Action::Kind::take)
      events.push_back({.kind = Action::Kind::give, .piece = action.piece});

  const auto at = static_cast<std::ptrdiff_t>(place);
  std::vector<ProgramCycle> odd;
  const auto with = [&](auto change) {
    odd.push_back(cycle);
    change(odd.back().actions);
  };
  for (const Action& event : events) {
    with([&](auto& actions) { actions.insert(actions.begin() + at, event); });
    if (place < cycle.actions.size()) with([&](auto& actions) { actions[place] = event; });
  }
  if (place < cycle.actions.size()) {
    with([&](auto& actions) { actions.erase(actions.begin() + at); });
    with([&](auto& actions) { actions.resize(place); });
    odd.push_back(cycle);
    odd.back().actions.resize(place);
    odd.back().ends_by_exception = true;
    // The same event with other numbers.
    with([&](auto& actions) { actions[place].bytes += 700; });
    with([&](auto& actions) { actions[place].alignment = 4096; });
  }
  return odd;
}

// An odd cycle costs the next one nothing; seen twice it is followed.
template <class W>
std::string broken_by_oddity(const ProgramCycle& even, const ProgramCycle& odd) {
  Bench<W> bench;
  const auto follows = [&](const ProgramCycle& cycle) {
    const std::size_t space_calls = bench.space_calls();
    const std::uint64_t followed = bench.followed();
    bench.runner.run(cycle);
    return bench.runner.live_peak() == 0 ||
           (bench.followed() == followed + 1 && bench.space_calls() == space_calls);
  };
  std::string broken;
  const auto expect = [&](bool is_kept, const char* what) {
    if (!bench.runner.problem().empty()) broken = bench.runner.problem();
    if (!is_kept && broken.empty()) broken = what;
  };
  bench.runner.run(even);
  expect(follows(even), "the second even cycle does not follow");
  bench.runner.run(odd);
  expect(follows(even), "an odd cycle costs the next one its plan");
  if (odd.ends_by_exception) return broken;
  bench.runner.run(odd);
  bench.runner.run(odd);
  expect(follows(odd), "what was seen twice is not followed");
  return broken.empty() ? broken : broken + "\neven " + to_string(even) + "odd " + to_string(odd);
}

}  // namespace

TEMPLATE_TEST_CASE("An odd event at any place is survived and costs nothing later",
                   "[workspace][plan][reuse]", (Plans<LearnPlan>),
                   (Plans<LearnPlan, Granule<256>, Trusting>),
                   (Workspace<LearnPlan, Tracking<Arena<4096>>>)) {
  std::string broken;
  std::size_t tried = 0;
  for (std::uint64_t seed = 0; seed < 60 && broken.empty(); ++seed) {
    const ProgramCycle even = small_cycle(seed);
    if (even.actions.empty()) continue;
    for (std::size_t place = 0; place <= even.actions.size(); ++place)
      for (const ProgramCycle& odd : oddities(even, place)) {
        if (broken.empty()) broken = broken_by_oddity<TestType>(even, odd);
        ++tried;
      }
  }

  CHECK(broken == "");
  CHECK(tried > 3000);
}

TEMPLATE_TEST_CASE("An odd event at any place is survived where overflow is refused or goes alone",
                   "[workspace][plan]", (Plans<LearnPlan, Fail, StartWith<16384>>),
                   (Plans<LearnPlan, External>), (Workspace<LearnPlan, Tracking<Buffer>>)) {
  std::string broken;
  for (std::uint64_t seed = 0; seed < 60 && broken.empty(); ++seed) {
    const ProgramCycle even = small_cycle(seed);
    for (std::size_t place = 0; place <= even.actions.size(); ++place)
      for (const ProgramCycle& odd : oddities(even, place))
        if (broken.empty()) broken = broken_law<TestType>({even, even, odd, even, odd, odd, odd});
  }

  CHECK(broken == "");
}
