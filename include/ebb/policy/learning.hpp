// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The learning slot: what is learnt from finished cycles, and when.
///
/// At every close the policy is told the use of the cycle. An answer is the demand that the next
/// block has to serve, before head-room; after an answer the spill slot says how to go on.
///
/// | question            | NoLearning | FirstLoop            | OverTime           | PeakWithDecay |
/// |---------------------|------------|----------------------|--------------------|---------------|
/// | an answer when?     | never      | first demand above 0 | after `Cycles`     | every close   |
/// | and which?          | –          | that demand          | the largest so far | decaying peak |
/// | how often?          | –          | once                 | once               | for ever      |
/// | may a block shrink? | no         | no                   | no                 | yes           |
///
/// A policy decides and holds no memory: what it has seen lies in its `State`, which the workspace
/// keeps beside it.

#include <ebb/base/arithmetic.hpp>
#include <ebb/policy/policy.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

namespace ebb {

// clang-format off
template <class P>
concept NamesLearningState = requires { typename P::State; } &&
                             std::is_nothrow_default_constructible_v<typename P::State> &&
                             std::is_nothrow_move_assignable_v<typename P::State>;
template <class P>
concept LearnsFromCycle = requires(const P policy, typename P::State& state, CycleUse use) {
  { policy.learn(state, use) } noexcept -> std::same_as<std::optional<std::size_t>>;
};
// clang-format on

/// A policy for the learning slot.
///
/// - Needs: `using slot = ebb::LearningSlot;`, a nested `State` that is made and moved without an
///   exception, `std::optional<std::size_t> learn(State&, CycleUse)`
/// - Laws: *enough*, an answer is never below the demand of the cycle it was told; *seen*, nor
///   above the largest demand it was ever told; *honest*, without `learns` there is no answer,
///   without `keeps_learning` at most one; *awake*, an answer given once is not 0; *known*, what it
///   promises are constants
/// - Models: `NoLearning`, `FirstLoop`, `OverTime`, `PeakWithDecay`
/// - Check yours: `ebb/testing/laws/learning.hpp`
template <class P>
concept LearningPolicy = PolicyFor<P, LearningSlot> && NamesLearningState<P> && LearnsFromCycle<P>;

/// Whether a policy ever answers; `static constexpr bool learns()` promises that it does not.
template <class P>
[[nodiscard]] constexpr bool learns() noexcept {
  if constexpr (requires { P::learns(); }) return P::learns();
  return true;
}

/// Whether a policy may answer more than once; `static constexpr bool keeps_learning()` promises
/// that it does not. Without the promise it is asked at every close, which costs the plain leave.
template <class P>
[[nodiscard]] constexpr bool keeps_learning() noexcept {
  if constexpr (requires { P::keeps_learning(); }) return P::keeps_learning();
  return true;
}

/// \name The same of a policy object
/// What is chosen at run time promises by a member function that is not static.
/// \{
template <class P>
[[nodiscard]] constexpr bool learns(const P& policy) noexcept {
  if constexpr (requires { policy.learns(); }) return policy.learns();
  return true;
}
template <class P>
[[nodiscard]] constexpr bool keeps_learning(const P& policy) noexcept {
  if constexpr (requires { policy.keeps_learning(); }) return policy.keeps_learning();
  return true;
}
/// Whether a policy has said so itself.
template <class P>
[[nodiscard]] constexpr bool says_it_keeps_learning(const P& policy) noexcept {
  if constexpr (requires { policy.keeps_learning(); }) return policy.keeps_learning();
  return false;
}
/// \}

/// The block keeps the size it was given.
///
/// - For: a size chosen by hand, with `StartWith` or `reserve`
/// - Costs: nothing
/// - Errors: none
struct NoLearning {
  using slot = LearningSlot;

  struct State {};

  [[nodiscard]] static constexpr bool learns() noexcept { return false; }
  [[nodiscard]] static constexpr bool keeps_learning() noexcept { return false; }

  [[nodiscard]] static constexpr std::optional<std::size_t> learn(State&, CycleUse) noexcept {
    return std::nullopt;
  }
};

/// The first cycle that needs memory is the lesson.
///
/// - For: cycles that are alike from the first; the default
/// - Costs: one exchange of the block, at the close of that cycle
/// - Errors: none
struct FirstLoop {
  using slot = LearningSlot;

  struct State {
    bool answered = false;
  };

  [[nodiscard]] static constexpr bool learns() noexcept { return true; }
  [[nodiscard]] static constexpr bool keeps_learning() noexcept { return false; }

  [[nodiscard]] static constexpr std::optional<std::size_t> learn(State& state,
                                                                  CycleUse use) noexcept {
    if (state.answered || use.demand == 0) return std::nullopt;
    state.answered = true;
    return use.demand;
  }
};

/// The largest of the first cycles is the lesson.
///
/// - For: cycles that differ, with a known number of them that shows every kind
/// - Units: `Cycles` is a number of cycles, idle ones included; 0 given at run time is read as 1
/// - Costs: one exchange of the block, at the close that answers; the cycles before it spill
/// - Errors: none
/// - Note: an idle cycle at that moment only puts the answer off until some demand was seen
template <std::size_t Cycles>
struct OverTime : Parameter<Cycles> {
  static_assert(Cycles > 0,
                "ebb::OverTime: the number of cycles to watch must be at least 1; use NoLearning "
                "for a workspace that never learns");

  using slot = LearningSlot;

  struct State {
    std::size_t cycles = 0;
    std::size_t largest_demand = 0;
    bool answered = false;
  };

  [[nodiscard]] static constexpr bool learns() noexcept { return true; }
  [[nodiscard]] static constexpr bool keeps_learning() noexcept { return false; }

  [[nodiscard]] constexpr std::optional<std::size_t> learn(State& state,
                                                           CycleUse use) const noexcept {
    if (state.answered) return std::nullopt;
    state.cycles = saturating_add(state.cycles, 1);
    state.largest_demand = std::max(state.largest_demand, use.demand);
    if (state.cycles < this->value() || state.largest_demand == 0) return std::nullopt;
    state.answered = true;
    return state.largest_demand;
  }
};

/// The largest demand is the lesson, and it fades.
///
/// The answer falls in equal steps to half of the peak within `HalfLife` cycles, then to a quarter
/// within the next, and so on. A demand that is not below it is a new peak.
///
/// - For: bursts whose memory must come back to the system
/// - Units: `HalfLife` in cycles, from 1 to 4 294 967 295; what is given at run time is brought
///   into this range
/// - Costs: an exchange of the block whenever half of it has become too much, and at new peaks
/// - Errors: none
template <std::size_t HalfLife>
struct PeakWithDecay : Parameter<HalfLife> {
  /// Half-lives up to here keep the products of the decay within 64 bits.
  static constexpr std::size_t longest_half_life = std::numeric_limits<std::uint32_t>::max();

  static_assert(HalfLife > 0 && (HalfLife == dynamic || HalfLife <= longest_half_life),
                "ebb::PeakWithDecay: the half-life must be from 1 to 4294967295 cycles");

  using slot = LearningSlot;

  struct State {
    std::size_t peak = 0;  ///< the answer at the beginning of this half-life
    std::size_t age = 0;   ///< cycles since then
  };

  [[nodiscard]] static constexpr bool learns() noexcept { return true; }
  [[nodiscard]] static constexpr bool keeps_learning() noexcept { return true; }

  [[nodiscard]] constexpr std::optional<std::size_t> learn(State& state,
                                                           CycleUse use) const noexcept {
    const std::size_t faded = fade(state);
    if (use.demand < faded) return faded;
    state = {.peak = use.demand, .age = 0};
    return use.demand;
  }

 private:
  [[nodiscard]] constexpr std::size_t fade(State& state) const noexcept {
    const std::size_t half_life = std::clamp<std::size_t>(this->value(), 1, longest_half_life);
    if (++state.age >= half_life) {
      state = {.peak = state.peak / 2, .age = 0};
      return state.peak;
    }
    const std::size_t drop = state.peak - state.peak / 2;
    return state.peak - (drop / half_life * state.age + drop % half_life * state.age / half_life);
  }
};

/// What is learnt are sizes *and places*: a plan for each key, computed from the lifetimes of an
/// earlier cycle. As little memory as a graph compiler, for arbitrary code.
///
/// - For: cycles whose pieces come and go
/// - Units: `Keys` in plans kept, the least recently used goes out; at least 1
/// - Costs: 11 instructions for a take and its give; solving at the close of a cycle that is learnt
/// - Errors: `PlanMismatch` under `Fail`
/// - Note: the mechanism is `engine/planner.hpp`; as a policy of sizes it never answers
template <std::size_t Keys = 8>
struct LearnPlans : Parameter<Keys> {
  static_assert(Keys != 0, "ebb::LearnPlans: the number of plans is 0; LearnPlans<1> keeps one");

  using slot = LearningSlot;

  struct State {};

  [[nodiscard]] static constexpr bool learns() noexcept { return true; }
  [[nodiscard]] static constexpr bool keeps_learning() noexcept { return true; }

  [[nodiscard]] static constexpr std::optional<std::size_t> learn(State&, CycleUse) noexcept {
    return std::nullopt;
  }
  [[nodiscard]] constexpr std::size_t plans() const noexcept {
    return std::max<std::size_t>(this->value(), 1);
  }
};

/// A plan for each of up to eight keys.
///
/// - For: the usual way to learn plans
/// - Errors: those of `LearnPlans`
/// - Costs: those of `LearnPlans`
using LearnPlan = LearnPlans<8>;

// clang-format off
template <class P>
concept KeepsPlans = requires(const P policy) {
  { policy.plans() } noexcept -> std::same_as<std::size_t>;
};
// clang-format on

/// A learning policy that learns places too.
///
/// - Needs: what `LearningPolicy` needs, and `std::size_t plans()`: how many are kept
/// - Laws: those of `LearningPolicy`
/// - Models: `LearnPlans`
/// - Check yours: `ebb/testing/laws/learning.hpp`
template <class P>
concept PlanningPolicy = LearningPolicy<P> && KeepsPlans<P>;

static_assert(LearningPolicy<NoLearning> && std::is_empty_v<NoLearning>);
static_assert(LearningPolicy<FirstLoop> && std::is_empty_v<FirstLoop>);
static_assert(LearningPolicy<OverTime<8>> && std::is_empty_v<OverTime<8>>);
static_assert(LearningPolicy<OverTime<dynamic>>);
static_assert(LearningPolicy<PeakWithDecay<16>> && std::is_empty_v<PeakWithDecay<16>>);
static_assert(LearningPolicy<PeakWithDecay<dynamic>>);
static_assert(PlanningPolicy<LearnPlan> && std::is_empty_v<LearnPlan>);
static_assert(PlanningPolicy<LearnPlans<dynamic>> && !PlanningPolicy<FirstLoop>);

}  // namespace ebb
