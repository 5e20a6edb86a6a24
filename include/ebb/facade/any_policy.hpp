// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Answers to the slots that are chosen at run time.
///
/// Each holds the choice of a `Configuration` and passes every question on to it. A workspace asks
/// its policies on cold paths only, so the fast path does not know the difference.
///
/// | slot       | answer          | may be                                                       |
/// |------------|-----------------|--------------------------------------------------------------|
/// | allocation | `AnyAllocation` | `Strict`, `Overallocate`                                     |
/// | start      | `AnyStart`      | `Empty`, `StartWith`                                         |
/// | learning   | `AnyLearning`   | `NoLearning`, `FirstLoop`, `OverTime`, `PeakWithDecay`       |
/// | spill      | `AnySpill`      | `External`, `Reallocate`, `Fail`                             |
/// | bounds     | `AnyBounds`     | `Unbounded`, `Bounds`                                        |
/// | granule    | `Granule<dynamic>` | any power of two                                          |
/// | checks     | `AnyChecks`     | `Poisoning`, `Fenced`, `Quarantined`; else the side table alone |

#include <ebb/facade/configuration.hpp>
#include <ebb/policy/allocation.hpp>
#include <ebb/policy/bounds.hpp>
#include <ebb/policy/checks.hpp>
#include <ebb/policy/learning.hpp>
#include <ebb/policy/policy.hpp>
#include <ebb/policy/spill.hpp>
#include <ebb/policy/start.hpp>

#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

namespace ebb {

/// An allocation policy, chosen at run time.
///
/// - For: `AnyWorkspace`, and sentences of your own with one slot left open
/// - Costs: one jump, besides those of the choice
/// - Errors: those of the choice
class AnyAllocation {
 public:
  using slot = AllocationSlot;
  using Choice = decltype(Configuration::allocation);

  AnyAllocation(const Choice& choice) : choice_(choice) {}  // NOLINT: reads as the policy

  [[nodiscard]] std::size_t with_headroom(std::size_t bytes) const noexcept {
    return std::visit([&](const auto& policy) { return policy.with_headroom(bytes); }, choice_);
  }

 private:
  Choice choice_;
};

/// A start policy, chosen at run time.
///
/// - For: `AnyWorkspace`, and sentences of your own with one slot left open
/// - Costs: one jump, besides those of the choice
/// - Errors: those of the choice
class AnyStart {
 public:
  using slot = StartSlot;
  using Choice = decltype(Configuration::start);

  AnyStart(const Choice& choice) : choice_(choice) {}  // NOLINT: reads as the policy

  [[nodiscard]] std::size_t first_block() const noexcept {
    return std::visit([](const auto& policy) { return policy.first_block(); }, choice_);
  }

 private:
  Choice choice_;
};

/// A learning policy, chosen at run time.
///
/// What it promises, it promises as an object: a workspace of a choice that does not learn has the
/// plain leave of one whose type does not.
///
/// - For: `AnyWorkspace`, and sentences of your own with one slot left open
/// - Costs: one jump, besides those of the choice
/// - Errors: those of the choice
/// - Note: places are a mechanism, not an answer: `LearnPlans` chosen here learns nothing.
///   `AnyWorkspace` makes a workspace of another type for it
class AnyLearning {
 public:
  using slot = LearningSlot;
  using Choice = decltype(Configuration::learning);

  /// What any of the choices has seen.
  class State {
   private:
    friend class AnyLearning;

    template <class Policy>
    [[nodiscard]] typename Policy::State& of() noexcept {
      using Wanted = typename Policy::State;
      if (!std::holds_alternative<Wanted>(seen_)) seen_.template emplace<Wanted>();
      return *std::get_if<Wanted>(&seen_);
    }

    template <class>
    struct SeenBy;
    template <class... Policies>
    struct SeenBy<std::variant<Policies...>> {
      using type = std::variant<typename Policies::State...>;
    };
    typename SeenBy<Choice>::type seen_;
  };

  AnyLearning(const Choice& choice) : choice_(choice) {}  // NOLINT: reads as the policy

  [[nodiscard]] bool learns() const noexcept {
    return std::visit(
        []<class P>(const P& policy) { return !PlanningPolicy<P> && ebb::learns(policy); },
        choice_);
  }
  [[nodiscard]] bool keeps_learning() const noexcept {
    return std::visit(
        []<class P>(const P& policy) { return !PlanningPolicy<P> && ebb::keeps_learning(policy); },
        choice_);
  }

  [[nodiscard]] std::optional<std::size_t> learn(State& state, CycleUse use) const noexcept {
    return std::visit(
        [&]<class P>(const P& policy) { return policy.learn(state.template of<P>(), use); },
        choice_);
  }

 private:
  Choice choice_;
};

/// A spill policy, chosen at run time.
///
/// - For: `AnyWorkspace`, and sentences of your own with one slot left open
/// - Costs: one jump, besides those of the choice
/// - Errors: those of the choice
class AnySpill {
 public:
  using slot = SpillSlot;
  using Choice = decltype(Configuration::spill);

  AnySpill(const Choice& choice) : choice_(choice) {}  // NOLINT: reads as the policy

  [[nodiscard]] Overflow on_overflow(Shortfall shortfall) const noexcept {
    return std::visit([&](const auto& policy) { return policy.on_overflow(shortfall); }, choice_);
  }
  [[nodiscard]] std::size_t next_block(CycleUse use) const noexcept {
    return std::visit([&](const auto& policy) { return policy.next_block(use); }, choice_);
  }

 private:
  Choice choice_;
};

/// A bounds policy, chosen at run time.
///
/// - For: `AnyWorkspace`, and sentences of your own with one slot left open
/// - Costs: one jump, besides those of the choice
/// - Errors: those of the choice
class AnyBounds {
 public:
  using slot = BoundsSlot;
  using Choice = decltype(Configuration::bounds);

  AnyBounds(const Choice& choice) : choice_(choice) {}  // NOLINT: reads as the policy

  [[nodiscard]] std::size_t clamp(std::size_t bytes) const noexcept {
    return std::visit([&](const auto& policy) { return policy.clamp(bytes); }, choice_);
  }

 private:
  Choice choice_;
};

/// A debugging check, chosen at run time.
///
/// - For: `AnyWorkspace`, and sentences of your own that are debugged
/// - Costs: those of the choice; of one that is none for debugging, those of the side table
/// - Errors: those of the choice
/// - Note: `Trusting` chosen here is `Generational`: arrays have one type, whatever is chosen
class AnyChecks {
 public:
  using slot = ChecksSlot;
  using Choice = decltype(Configuration::checks);

  AnyChecks(const Choice& choice) : choice_(choice) {}  // NOLINT: reads as the policy

  [[nodiscard]] static constexpr bool checks_views() noexcept { return true; }
  [[nodiscard]] Watch watch() const noexcept {
    return std::visit(
        []<class P>(const P& policy) -> Watch {
          if constexpr (DebuggingChecksPolicy<P>) return policy.watch();
          return {};
        },
        choice_);
  }

  /// Says whether the number of the choice is one that its type could have.
  [[nodiscard]] bool valid() const noexcept {
    return std::visit(
        []<class P>(const P& policy) {
          if constexpr (requires { policy.valid(); }) return policy.valid();
          return true;
        },
        choice_);
  }

 private:
  Choice choice_;
};

static_assert(AllocationPolicy<AnyAllocation> && StartPolicy<AnyStart> &&
              LearningPolicy<AnyLearning> && SpillPolicy<AnySpill> && BoundsPolicy<AnyBounds>);
static_assert(!PlanningPolicy<AnyLearning> && DebuggingChecksPolicy<AnyChecks>);

}  // namespace ebb
