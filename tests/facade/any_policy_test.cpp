// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/facade/any_policy.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <limits>
#include <optional>
#include <stdexcept>
#include <vector>

using namespace ebb;

static_assert(DebuggingChecksPolicy<AnyChecks> && AnyChecks::checks_views());
static_assert(AllocationPolicy<AnyAllocation> && StartPolicy<AnyStart> &&
              LearningPolicy<AnyLearning> && SpillPolicy<AnySpill> && BoundsPolicy<AnyBounds>);

TEST_CASE("Policies chosen at run time answer what the choice answers", "[facade][any_policy]") {
  CHECK(AnyAllocation(Strict{}).with_headroom(1000) == 1000);
  CHECK(AnyAllocation(Overallocate<dynamic>{12}).with_headroom(1000) == 1120);
  CHECK(AnyStart(Empty{}).first_block() == 0);
  CHECK(AnyStart(StartWith<dynamic>{77}).first_block() == 77);
  CHECK(AnyBounds(Unbounded{}).clamp(5) == 5);
  CHECK(AnyBounds(Bounds<dynamic, dynamic>{10, 20}).clamp(5) == 10);
  CHECK(AnyBounds(Bounds<dynamic, dynamic>{10, 20}).clamp(50) == 20);
  const Shortfall shortfall{.wanted = 65, .left = 64, .outside = 0};
  const CycleUse use{.block = 64, .demand = 200};
  CHECK(AnySpill(External{}).on_overflow(shortfall) == Overflow::outside);
  CHECK(AnySpill(External{}).next_block(use) == 64);
  CHECK(AnySpill(Reallocate{}).next_block(use) == 200);
  CHECK(AnySpill(Fail{}).on_overflow(shortfall) == Overflow::refuse);
}

TEST_CASE("Checks chosen at run time watch what the choice watches", "[facade][any_policy]") {
  CHECK(AnyChecks(Trusting{}).watch() == Watch{});
  CHECK(AnyChecks(Generational{}).watch() == Watch{});
  CHECK(AnyChecks(Poisoning{}).watch() == Poisoning::watch());
  CHECK(AnyChecks(Fenced<dynamic>{24}).watch() == Watch{.fence_bytes = 24});
  CHECK(AnyChecks(Quarantined<dynamic>{2}).watch() == Watch{.quarantine_cycles = 2});
  CHECK(AnyChecks(Generational{}).valid());
  CHECK(AnyChecks(Fenced<dynamic>{24}).valid());
  CHECK_FALSE(AnyChecks(Fenced<dynamic>{0}).valid());
  CHECK_FALSE(AnyChecks(Quarantined<dynamic>{most_quarantine_cycles + 1}).valid());

  CHECK_NOTHROW(Workspace<AnyChecks>{"step", AnyChecks(Generational{})});
  CHECK_THROWS_AS((Workspace<AnyChecks>{"step", AnyChecks(Fenced<dynamic>{0})}), BadConfiguration);
}

TEST_CASE("Learning chosen at run time promises what the choice promises", "[facade][any_policy]") {
  const AnyLearning none(NoLearning{});
  const AnyLearning first(FirstLoop{});
  const AnyLearning decay(PeakWithDecay<dynamic>{3});
  const AnyLearning plans(LearnPlans<dynamic>{4});

  CHECK_FALSE(learns(none));
  CHECK_FALSE(keeps_learning(none));
  CHECK(learns(first));
  CHECK_FALSE(keeps_learning(first));
  CHECK(learns(decay));
  CHECK(keeps_learning(decay));
  CHECK(says_it_keeps_learning(decay));
  CHECK_FALSE(learns(plans));  // which is a mechanism, not an answer
}

namespace {

// The answers of a policy to some cycles, with a state of its own.
template <class P>
std::vector<std::optional<std::size_t>> lessons(const P& policy) {
  typename P::State state;
  std::vector<std::optional<std::size_t>> answers;
  for (const std::size_t demand : std::vector<std::size_t>{0, 640, 128, 1280, 64, 64, 64})
    answers.push_back(policy.learn(state, {.block = 0, .demand = demand}));
  return answers;
}

// What a workspace does in some cycles of which one spills, one is small, and one throws.
template <class W>
std::vector<std::size_t> history_of(W& workspace) {
  std::vector<std::size_t> numbers;
  for (const std::size_t bytes :
       std::vector<std::size_t>{640, 640, 6400, 64, 64, 9000, 64, 64, 64}) {
    try {
      auto cycle = workspace.enter();
      static_cast<void>(workspace.allocate(bytes));
      if (bytes == 9000) throw std::runtime_error("in the middle");
    } catch (const std::runtime_error&) {
    }
    numbers.push_back(workspace.report().block_bytes);
    numbers.push_back(workspace.report().space_calls);
  }
  return numbers;
}

template <class Learning>
void expect_alike(const Learning& learning) {
  CHECK(lessons(AnyLearning(learning)) == lessons(learning));

  Workspace<Learning> known{"known", learning};
  Workspace<AnyLearning> chosen{"chosen", AnyLearning(learning)};
  CHECK(history_of(chosen) == history_of(known));
}

}  // namespace

TEST_CASE("Learning chosen at run time learns what the choice learns", "[facade][any_policy]") {
  expect_alike(NoLearning{});
  expect_alike(FirstLoop{});
  expect_alike(OverTime<dynamic>{3});
  expect_alike(PeakWithDecay<dynamic>{2});
}

TEST_CASE("A state of learning serves another choice from the beginning", "[facade][any_policy]") {
  AnyLearning::State state;
  const CycleUse use{.block = 0, .demand = 64};
  REQUIRE(AnyLearning(FirstLoop{}).learn(state, use) == 64);
  REQUIRE(AnyLearning(FirstLoop{}).learn(state, use) == std::nullopt);

  CHECK(AnyLearning(OverTime<dynamic>{1}).learn(state, use) == 64);
  CHECK(AnyLearning(FirstLoop{}).learn(state, use) == 64);
}
