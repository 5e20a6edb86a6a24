// SPDX-License-Identifier: Apache-2.0
// A workspace of a configuration is the workspace of the same sentence as a type: the same history
// gives the same addresses, the same reports, and the same requests to the space. Both are played
// in the same memory, one after the other, so that addresses can be compared as they are.
#include "../random_histories.hpp"
#include "compositions.hpp"
#include <ebb/space/buffer.hpp>
#include <ebb/testing/play.hpp>
#include <ebb/testing/program.hpp>
#include <ebb/testing/tracking_space.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

using namespace ebb;
using namespace ebb::testing;

namespace {

// An arena that is still there when the workspace is gone.
class Shared {
 public:
  using slot = SpaceSlot;
  static constexpr std::size_t max_alignment = 4096;

  explicit Shared(Arena<4096>& arena) noexcept : arena_(&arena) {}
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    return arena_->allocate(bytes, alignment);
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    arena_->deallocate(pointer, bytes, alignment);
  }

 private:
  Arena<4096>* arena_;
};

struct Ground {
  Arena<4096> arena{std::size_t{512} * 1024};
  Memory memory;

  Tracking<Shared> space(std::type_identity<Shared>, SpaceLog& log) { return {log, Shared(arena)}; }
  Tracking<Buffer> space(std::type_identity<Buffer>, SpaceLog& log) {
    return {log, Buffer(memory.buffer)};
  }
};

using Numbers = std::vector<std::uint64_t>;

// What a history does to a workspace, in numbers.
template <class W>
Numbers numbers_of(W& workspace, SpaceLog& log, Sentence sentence, const History& history) {
  Numbers numbers;
  Player player;
  player.record(numbers);
  player.add(hands_of(workspace), log, std::move(sentence));
  const std::string violation = player.play(history);
  if (!violation.empty()) FAIL(violation + "\n" + to_string(history));
  for (const SpaceLog::Request& request : log.requests())
    numbers.insert(numbers.end(), {request.bytes, request.alignment, request.granted});
  return numbers;
}

// The answers of a configuration with their numbers in objects of few types: `StartWith` with 0 is
// `Empty`, `Bounds` without ends are `Unbounded`, and so on.
Overallocate<dynamic> allocation_of(const Configuration& configuration) {
  const auto* percent = std::get_if<Overallocate<dynamic>>(&configuration.allocation);
  return percent != nullptr ? *percent : Overallocate<dynamic>{0};
}
StartWith<dynamic> start_of(const Configuration& configuration) {
  const auto* bytes = std::get_if<StartWith<dynamic>>(&configuration.start);
  return bytes != nullptr ? *bytes : StartWith<dynamic>{0};
}
Bounds<dynamic, dynamic> bounds_of(const Configuration& configuration) {
  const auto* ends = std::get_if<Bounds<dynamic, dynamic>>(&configuration.bounds);
  return ends != nullptr ? *ends : Bounds<dynamic, dynamic>{0, max_bytes};
}

template <class Learning, class Spill, class Bytes>
using Known = Workspace<Overallocate<dynamic>, StartWith<dynamic>, Learning, Spill,
                        Bounds<dynamic, dynamic>, Granule<dynamic>, Tracking<Bytes>>;

template <class Learning, class Spill, class Bytes>
Numbers numbers_by_type(const Configuration& configuration, const Learning& learning,
                        const History& history, Ground& ground) {
  SpaceLog log;
  Known<Learning, Spill, Bytes> workspace{"played",
                                          allocation_of(configuration),
                                          start_of(configuration),
                                          learning,
                                          bounds_of(configuration),
                                          configuration.granule,
                                          ground.space(std::type_identity<Bytes>{}, log)};
  Sentence sentence = testing::sentence_of<Known<Learning, Spill, Bytes>>(
      workspace.space(), allocation_of(configuration), start_of(configuration), learning,
      bounds_of(configuration), configuration.granule);
  return numbers_of(workspace, log, std::move(sentence), history);
}

template <class Bytes>
Numbers numbers_by_value(const Configuration& configuration, const History& history,
                         Ground& ground) {
  SpaceLog log;
  auto workspace =
      AnyWorkspace::make("played", configuration, ground.space(std::type_identity<Bytes>{}, log));
  return numbers_of(workspace, log, sentence_of(configuration, workspace.space()), history);
}

void expect_same(const Numbers& by_type, const Numbers& by_value,
                 const Configuration& configuration, const History& history) {
  if (by_type != by_value)
    FAIL(to_string(configuration) + " is another workspace than its type\n" + to_string(history));
}

template <class Learning>
Learning made() {
  if constexpr (std::is_default_constructible_v<Learning>) {
    return {};
  } else {
    return {4};
  }
}

}  // namespace

TEST_CASE("every configuration is the workspace of its sentence", "[facade][model][reuse]") {
  Ground ground;
  std::mt19937_64 random(20240301);
  // What is checked is compared by nobody here: handles of a type may trust.
  Answers answers;
  answers.checks = {Generational{}};
  for (const Configuration& configuration : all_configurations(answers))
    for (int round = 0; round < 3; ++round) {
      const History history = random_history(random, {.commands = 100, .largest_bytes = 6000});
      if (refuses_its_lesson(configuration)) continue;
      const Numbers by_type = std::visit(
          [&]<class Learning, class Spill>(const Learning& learning, const Spill&) {
            return numbers_by_type<Learning, Spill, Shared>(configuration, learning, history,
                                                            ground);
          },
          configuration.learning, configuration.spill);
      expect_same(by_type, numbers_by_value<Shared>(configuration, history, ground), configuration,
                  history);
    }
}

TEMPLATE_TEST_CASE("a configuration in one block is the workspace of its sentence",
                   "[facade][model][reuse]", (std::pair<NoLearning, Fail>),
                   (std::pair<FirstLoop, Reallocate>),
                   (std::pair<LearnPlans<dynamic>, Reallocate>)) {
  using Learning = typename TestType::first_type;
  using Spill = typename TestType::second_type;
  Ground ground;
  Answers answers;
  answers.learnings = {made<Learning>()};
  answers.spills = {Spill{}};
  answers.checks = {Generational{}};
  const std::vector<Configuration> all = all_configurations(answers);
  rc::prop("whatever its numbers", [&] {
    const History history = *histories({.largest_bytes = 6000});
    const Configuration& configuration = all[*rc::gen::inRange<std::size_t>(0, all.size())];
    expect_same(numbers_by_type<Learning, Spill, Buffer>(
                    configuration, std::get<Learning>(configuration.learning), history, ground),
                numbers_by_value<Buffer>(configuration, history, ground), configuration, history);
  });
}

namespace {

// Where the pieces of a program lie, cycle for cycle, and what is reported.
template <class W>
Numbers numbers_of(W& workspace, const Program& program) {
  Numbers numbers;
  for (const ProgramCycle& actions : program) {
    std::unordered_map<std::uint32_t, std::pair<void*, std::size_t>> pieces;
    auto cycle = actions.key ? workspace.enter(*actions.key) : workspace.enter();
    for (const Action& action : actions.actions) {
      if (action.kind == Action::Kind::take) {
        void* const piece = workspace.allocate(action.bytes);
        pieces[action.piece] = {piece, action.bytes};
        numbers.push_back(address_of(piece));
      } else if (action.kind == Action::Kind::give && pieces.contains(action.piece)) {
        const auto [piece, bytes] = pieces.extract(action.piece).mapped();
        workspace.deallocate(piece, bytes);
      }
    }
    cycle.close();
    workspace.report().for_each(
        [&](std::string_view, std::uint64_t number) { numbers.push_back(number); });
    numbers.push_back(workspace.plan().bytes());
  }
  return numbers;
}

}  // namespace

TEST_CASE("plans with keys are those of the type", "[facade][model][reuse]") {
  Ground ground;
  Configuration configuration;
  configuration.learning = LearnPlans<dynamic>{2};
  bool are_followed = false;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Program program = generate_program(RandomNumbers(seed), {.keys = 3});
    SpaceLog logs[2];
    Numbers by_type;
    {
      Workspace<LearnPlans<dynamic>, Tracking<Shared>> known{
          "played", LearnPlans<dynamic>{2}, ground.space(std::type_identity<Shared>{}, logs[0])};
      by_type = numbers_of(known, program);
      are_followed = are_followed || known.report().plan.followed_cycles > 1;
    }
    auto workspace = AnyWorkspace::make("played", configuration,
                                        ground.space(std::type_identity<Shared>{}, logs[1]));

    CHECK(numbers_of(workspace, program) == by_type);
  }
  CHECK(are_followed);
}
