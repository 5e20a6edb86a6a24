// SPDX-License-Identifier: Apache-2.0
#include <ebb/testing/laws/learning.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <optional>

using namespace ebb;

namespace {

/// Answers at every close, and says this of itself.
template <bool Learns, bool KeepsLearning, std::size_t Percent>
struct Chatty {
  using slot = LearningSlot;
  struct State {};
  static constexpr bool learns() noexcept { return Learns; }
  static constexpr bool keeps_learning() noexcept { return KeepsLearning; }
  static constexpr std::optional<std::size_t> learn(State&, CycleUse use) noexcept {
    return use.demand * Percent / 100;
  }
};
using Stingy = Chatty<true, true, 50>;
using Dreamer = Chatty<true, true, 200>;
using Repeater = Chatty<true, false, 100>;
using Denier = Chatty<false, true, 100>;
using Steady = Chatty<true, true, 100>;

struct Undecided : Steady {
  static bool learns() noexcept {
    static bool answer = false;
    answer = !answer;
    return answer;
  }
};

constexpr std::array<std::size_t, 3> demands{100, 50, 0};

}  // namespace

TEST_CASE("A policy that answers less than the demand breaks enough", "[testing][laws][learning]") {
  STATIC_REQUIRE(testing::LearningLaws<Steady>::enough(demands));
  STATIC_REQUIRE_FALSE(testing::LearningLaws<Stingy>::enough(demands));
}

TEST_CASE("A policy that answers what it never saw breaks seen", "[testing][laws][learning]") {
  STATIC_REQUIRE(testing::LearningLaws<Steady>::seen(demands));
  STATIC_REQUIRE_FALSE(testing::LearningLaws<Dreamer>::seen(demands));
}

TEST_CASE("A policy that answers more often than it says breaks honest",
          "[testing][laws][learning]") {
  STATIC_REQUIRE(testing::LearningLaws<Steady>::honest(demands));
  STATIC_REQUIRE_FALSE(testing::LearningLaws<Repeater>::honest(demands));
  STATIC_REQUIRE_FALSE(testing::LearningLaws<Denier>::honest(demands));
}

TEST_CASE("A policy that wastes its answer on an idle cycle breaks awake",
          "[testing][laws][learning]") {
  STATIC_REQUIRE(testing::LearningLaws<FirstLoop>::awake(demands));
  STATIC_REQUIRE_FALSE(testing::LearningLaws<Repeater>::awake(demands));
}

TEST_CASE("A policy that does not know whether it learns breaks known",
          "[testing][laws][learning]") {
  STATIC_REQUIRE(testing::LearningLaws<Steady>::known());
  STATIC_REQUIRE_FALSE(testing::LearningLaws<Undecided>::known());
}
