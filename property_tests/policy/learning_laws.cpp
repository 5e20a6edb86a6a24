// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/learning.hpp>
#include <ebb/testing/laws/learning.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <algorithm>
#include <cstddef>
#include <vector>

using namespace ebb;

namespace {

/// Cycles of every size, among them idle ones.
std::vector<std::size_t> some_demands() {
  return *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::oneOf(rc::gen::just(std::size_t{0}), rc::gen::inRange<std::size_t>(0, 5000),
                     rc::gen::arbitrary<std::size_t>()));
}

}  // namespace

TEMPLATE_TEST_CASE("every learning policy keeps the learning laws", "[policy][learning]",
                   NoLearning, FirstLoop, OverTime<1>, OverTime<5>, OverTime<1000>,
                   PeakWithDecay<1>, PeakWithDecay<7>, PeakWithDecay<4294967295>) {
  using Laws = testing::LearningLaws<TestType>;
  STATIC_REQUIRE(Laws::known());
  rc::prop("enough", [] { RC_ASSERT(Laws::enough(some_demands())); });
  rc::prop("seen", [] { RC_ASSERT(Laws::seen(some_demands())); });
  rc::prop("honest", [] { RC_ASSERT(Laws::honest(some_demands())); });
  rc::prop("awake", [] { RC_ASSERT(Laws::awake(some_demands())); });
}

TEMPLATE_TEST_CASE("learning policies keep the learning laws with any number", "[policy][learning]",
                   OverTime<dynamic>, PeakWithDecay<dynamic>) {
  using Laws = testing::LearningLaws<TestType>;
  STATIC_REQUIRE(Laws::known());
  rc::prop("enough", [](std::size_t number) { RC_ASSERT(Laws::enough(some_demands(), {number})); });
  rc::prop("seen", [](std::size_t number) { RC_ASSERT(Laws::seen(some_demands(), {number})); });
  rc::prop("honest", [](std::size_t number) { RC_ASSERT(Laws::honest(some_demands(), {number})); });
  rc::prop("awake", [](std::size_t number) { RC_ASSERT(Laws::awake(some_demands(), {number})); });
}

TEST_CASE("OverTime answers once with the largest demand until then", "[policy][learning]") {
  rc::prop("answer", [] {
    const auto cycles = *rc::gen::inRange<std::size_t>(1, 20);
    const auto demands = some_demands();
    const OverTime<dynamic> policy{cycles};
    OverTime<dynamic>::State state;
    std::size_t largest = 0;
    bool answered = false;

    for (std::size_t i = 0; i < demands.size(); ++i) {
      largest = std::max(largest, demands[i]);
      const auto answer = policy.learn(state, {.block = 0, .demand = demands[i]});
      const bool due = !answered && i + 1 >= cycles && largest > 0;
      RC_ASSERT(answer.has_value() == due);
      if (due) RC_ASSERT(*answer == largest);
      answered = answered || due;
    }
  });
}

TEST_CASE("PeakWithDecay halves its peak within each half-life", "[policy][learning]") {
  rc::prop("halves", [](std::size_t peak) {
    const auto half_life = *rc::gen::inRange<std::size_t>(1, 50);
    const PeakWithDecay<dynamic> policy{half_life};
    PeakWithDecay<dynamic>::State state;
    RC_ASSERT(policy.learn(state, {.block = 0, .demand = peak}) == peak);

    for (std::size_t half = peak; half > 0;) {
      std::size_t last = half;
      const std::size_t step = (half - half / 2) / half_life;
      for (std::size_t cycle = 0; cycle < half_life; ++cycle) {
        const std::size_t next = policy.learn(state, {.block = 0, .demand = 0}).value();
        // A straight line in whole numbers: its steps differ by rounding alone.
        RC_ASSERT(last >= next);
        RC_ASSERT(last - next >= step);
        RC_ASSERT(last - next <= step + 2);
        last = next;
      }
      half /= 2;
      RC_ASSERT(last == half);
    }
  });
}
