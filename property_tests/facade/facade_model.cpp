// SPDX-License-Identifier: Apache-2.0
// Whatever a configuration says, its workspace does what the model says; several on one thread do
// not disturb each other. Every composition is played in every run.
#include "../random_histories.hpp"
#include "compositions.hpp"
#include <ebb/space/buffer.hpp>
#include <ebb/testing/play.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

using namespace ebb;
using namespace ebb::testing;

namespace {

// The spaces of a composition, each with a log.
enum class Place : unsigned char { heap, arena, one_block, limited, reserved };
constexpr std::array places = {Place::heap, Place::arena, Place::one_block, Place::limited,
                               Place::reserved};

AnySpace make_place(Place place, SpaceLog& log, Memory& memory) {
  constexpr std::size_t limit_bytes = std::size_t{80} * 1024;
  switch (place) {
    case Place::heap:
      break;
    case Place::arena:
      return Tracking<Arena<>>{log, Arena<>{std::size_t{512} * 1024}};
    case Place::one_block:
      return Tracking<Buffer>{log, Buffer{memory.buffer}};
    case Place::limited:
      return Tracking<Limited<>>{log, Limited<>{Host{}, limit_bytes}};
    case Place::reserved:
      return Tracking<Reserved>{log, Reserved{limit_bytes}};
  }
  return Tracking<>{log};
}

struct Composed {
  Configuration configuration;
  Place place;
};

std::vector<Composed> all_compositions() {
  std::vector<Composed> all;
  for (const Configuration& configuration : all_configurations())
    for (const Place place : places)
      if (place == Place::one_block || !refuses_its_lesson(configuration))
        all.push_back({configuration, place});
  return all;
}

// Plays a history on new workspaces; answers with the first violation, or with nothing.
std::string play_together(const std::vector<Composed>& compositions, const History& history) {
  struct Stage {
    SpaceLog log;
    Memory memory;
  };
  std::vector<std::unique_ptr<Stage>> stages;
  std::string violation;
  {
    std::vector<AnyWorkspace> workspaces;
    workspaces.reserve(compositions.size());
    Player player;
    for (const Composed& composed : compositions) {
      Stage& stage = *stages.emplace_back(std::make_unique<Stage>());
      workspaces.push_back(AnyWorkspace::make("workspace " + std::to_string(stages.size()),
                                              composed.configuration,
                                              make_place(composed.place, stage.log, stage.memory)));
      AnyWorkspace& workspace = workspaces.back();
      player.add(hands_of(workspace), stage.log,
                 sentence_of(composed.configuration, workspace.space()),
                 promises_of(composed.configuration, workspace.space()));
    }
    violation = player.play(history);
  }
  for (const std::unique_ptr<Stage>& stage : stages) {
    if (violation.empty()) violation = stage->log.problem();
    if (violation.empty() && !stage->log.lent().empty()) violation = "a destructor kept memory";
  }
  if (violation.empty()) return violation;
  for (const Composed& composed : compositions)
    violation += "\n" + to_string(composed.configuration) + ", place " +
                 std::to_string(static_cast<int>(composed.place));
  return violation;
}

}  // namespace

TEST_CASE("every alternative of every slot is among the compositions", "[facade][model]") {
  const Answers answers;
  const auto has_all = [](const auto& choices) {
    using Choice = std::remove_cvref_t<decltype(choices.front())>;
    std::vector<bool> seen(std::variant_size_v<Choice>);
    for (const auto& choice : choices) seen[choice.index()] = true;
    return std::count(seen.begin(), seen.end(), false) == 0;
  };

  CHECK(has_all(answers.allocations));
  CHECK(has_all(answers.starts));
  CHECK(has_all(answers.learnings));
  CHECK(has_all(answers.spills));
  CHECK(has_all(answers.bounds));
  auto all_checks = answers.checks;
  all_checks.insert(all_checks.end(), answers.debugging_checks.begin(),
                    answers.debugging_checks.end());
  CHECK(has_all(all_checks));
  CHECK(all_compositions().size() == 2144);
}

TEST_CASE("every composition of the facade does what the model says", "[facade][model][reuse]") {
  std::mt19937_64 random(20240229);
  const HistoryShape shape{.commands = 120, .largest_bytes = 6000};
  for (const Composed& composed : all_compositions()) {
    const auto fails = [&](const History& history) {
      return !play_together({composed}, history).empty();
    };
    for (int round = 0; round < 3; ++round) {
      const History history = random_history(random, shape);
      if (!fails(history)) continue;
      const History shortest = shortened(history, fails);
      FAIL(play_together({composed}, shortest) + "\n" + to_string(shortest));
    }
  }
}

TEST_CASE("up to four workspaces of the facade do not disturb each other",
          "[facade][model][reuse]") {
  const std::vector<Composed> all = all_compositions();
  rc::prop("whatever they are, and whatever is open", [&all] {
    const std::size_t count = *rc::gen::inRange<std::size_t>(2, 5);
    std::vector<Composed> some;
    for (std::size_t i = 0; i < count; ++i)
      some.push_back(all[*rc::gen::inRange<std::size_t>(0, all.size())]);
    const History history = *histories({.workspaces = count, .largest_bytes = 6000});
    expect_kept(play_together(some, history), history);
  });
}
