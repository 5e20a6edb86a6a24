// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/arithmetic.hpp>
#include <ebb/policy/learning.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>
#include <vector>

using namespace ebb;

namespace {

/// What a policy answers to cycles of these demands; nothing is -1.
template <class P>
std::vector<long> answers(const P& policy, const std::vector<std::size_t>& demands) {
  typename P::State state;
  std::vector<long> result;
  for (const std::size_t demand : demands) {
    const std::optional<std::size_t> answer = policy.learn(state, {.block = 0, .demand = demand});
    result.push_back(answer ? static_cast<long>(*answer) : -1);
  }
  return result;
}

using Answers = std::vector<long>;

struct Learned {
  using slot = LearningSlot;
  struct State {
    std::size_t* owned = nullptr;
    State();
  };
};

constexpr std::size_t at_compile_time() {
  PeakWithDecay<2>::State state;
  (void)PeakWithDecay<2>{}.learn(state, {.block = 0, .demand = 100});
  return *PeakWithDecay<2>{}.learn(state, {.block = 0, .demand = 0});
}

}  // namespace

static_assert(std::is_empty_v<NoLearning> && std::is_empty_v<FirstLoop> &&
              std::is_empty_v<OverTime<3>> && std::is_empty_v<PeakWithDecay<3>>);
static_assert(!NoLearning::learns() && FirstLoop::learns() && OverTime<3>::learns() &&
              PeakWithDecay<3>::learns());
static_assert(!NoLearning::keeps_learning() && !FirstLoop::keeps_learning() &&
              !OverTime<3>::keeps_learning() && PeakWithDecay<3>::keeps_learning());
static_assert(at_compile_time() == 75);
static_assert(!LearningPolicy<int> && !NamesLearningState<Learned>);

TEST_CASE("NoLearning never answers", "[policy][learning]") {
  CHECK(answers(NoLearning{}, {10, 0, 20}) == Answers{-1, -1, -1});
}

TEST_CASE("FirstLoop answers the demand of the first cycle", "[policy][learning]") {
  CHECK(answers(FirstLoop{}, {10, 20, 30}) == Answers{10, -1, -1});
}

TEST_CASE("FirstLoop waits for a cycle that needs memory", "[policy][learning]") {
  CHECK(answers(FirstLoop{}, {0, 0, 30, 40}) == Answers{-1, -1, 30, -1});
}

TEST_CASE("OverTime answers the largest demand of its cycles", "[policy][learning]") {
  CHECK(answers(OverTime<3>{}, {10, 30, 20, 90}) == Answers{-1, -1, 30, -1});
  CHECK(answers(OverTime<1>{}, {10, 30}) == Answers{10, -1});
}

TEST_CASE("OverTime answers at an idle cycle when an earlier one needed memory",
          "[policy][learning]") {
  CHECK(answers(OverTime<3>{}, {10, 0, 0, 90}) == Answers{-1, -1, 10, -1});
}

TEST_CASE("OverTime is late rather than silent when all its cycles were idle",
          "[policy][learning]") {
  CHECK(answers(OverTime<2>{}, {0, 0, 0, 40, 50}) == Answers{-1, -1, -1, 40, -1});
}

TEST_CASE("OverTime reads no cycles given at run time as one", "[policy][learning]") {
  CHECK(answers(OverTime<dynamic>{0}, {10, 20}) == Answers{10, -1});
  CHECK(answers(OverTime<dynamic>{2}, {10, 20, 30}) == Answers{-1, 20, -1});
}

TEST_CASE("PeakWithDecay falls in equal steps to half of the peak", "[policy][learning]") {
  CHECK(answers(PeakWithDecay<4>{}, {800, 0, 0, 0, 0, 0, 0, 0, 0}) ==
        Answers{800, 700, 600, 500, 400, 350, 300, 250, 200});
  CHECK(answers(PeakWithDecay<1>{}, {800, 0, 0}) == Answers{800, 400, 200});
}

TEST_CASE("PeakWithDecay never answers less than the present demand", "[policy][learning]") {
  CHECK(answers(PeakWithDecay<4>{}, {800, 650, 650, 650, 650}) == Answers{800, 700, 650, 650, 650});
}

TEST_CASE("PeakWithDecay begins again at a new peak", "[policy][learning]") {
  CHECK(answers(PeakWithDecay<4>{}, {800, 0, 0, 640, 0, 0, 0, 0}) ==
        Answers{800, 700, 600, 640, 560, 480, 400, 320});
}

TEST_CASE("PeakWithDecay ends at nothing when nothing is needed any more", "[policy][learning]") {
  CHECK(answers(PeakWithDecay<1>{}, {5, 0, 0, 0, 0}) == Answers{5, 2, 1, 0, 0});
  CHECK(answers(PeakWithDecay<3>{}, {0, 0}) == Answers{0, 0});
}

TEST_CASE("PeakWithDecay brings a half-life given at run time into its range",
          "[policy][learning]") {
  CHECK(answers(PeakWithDecay<dynamic>{0}, {800, 0}) == Answers{800, 400});
  CHECK(answers(PeakWithDecay<dynamic>{4}, {800, 0}) == Answers{800, 700});
}

TEST_CASE("PeakWithDecay does not wrap at the largest numbers", "[policy][learning]") {
  constexpr PeakWithDecay<dynamic> policy{max_bytes};
  PeakWithDecay<dynamic>::State state;

  CHECK(policy.learn(state, {.block = 0, .demand = max_bytes}) == max_bytes);
  std::size_t last = max_bytes;
  for (int cycle = 0; cycle < 5; ++cycle) {
    const std::size_t next = policy.learn(state, {.block = 0, .demand = 0}).value();
    CHECK(next < last);
    CHECK(next > max_bytes / 2);
    last = next;
  }
  state.age = PeakWithDecay<dynamic>::longest_half_life - 2;
  CHECK(policy.learn(state, {.block = 0, .demand = 0}).value() > max_bytes / 2);
  CHECK(policy.learn(state, {.block = 0, .demand = 0}) == max_bytes / 2);
}
