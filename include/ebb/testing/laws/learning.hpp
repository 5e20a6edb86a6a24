// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The laws of the learning slot, as predicates for any test framework.
///
/// | law      | says                                                                 |
/// |----------|----------------------------------------------------------------------|
/// | *enough* | an answer serves the cycle that was just told                        |
/// | *seen*   | an answer is not above what was ever told                            |
/// | *honest* | no answer without `learns()`, at most one without `keeps_learning()` |
/// | *awake*  | an answer that is given once is not 0                                |
/// | *known*  | `learns()` and `keeps_learning()` are constants                      |
///
/// Each one but the last is told the demands of a history of cycles, from the first.

#include <ebb/policy/learning.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>

namespace ebb::testing {

/// The laws of `LearningPolicy`; the policy may be left out where it is in the type.
///
/// - Units: demands in bytes
/// - Threads: anybody
template <LearningPolicy P>
struct LearningLaws {
  [[nodiscard]] static constexpr bool enough(std::span<const std::size_t> demands,
                                             const P& policy = P{}) noexcept {
    bool holds = true;
    replay(demands, policy, [&](std::size_t demand, std::size_t, std::size_t answer) {
      holds = holds && answer >= demand;
    });
    return holds;
  }
  [[nodiscard]] static constexpr bool seen(std::span<const std::size_t> demands,
                                           const P& policy = P{}) noexcept {
    bool holds = true;
    replay(demands, policy, [&](std::size_t, std::size_t largest, std::size_t answer) {
      holds = holds && answer <= largest;
    });
    return holds;
  }
  [[nodiscard]] static constexpr bool honest(std::span<const std::size_t> demands,
                                             const P& policy = P{}) noexcept {
    const std::size_t answers =
        replay(demands, policy, [](std::size_t, std::size_t, std::size_t) {});
    if (!ebb::learns<P>()) return answers == 0;
    return ebb::keeps_learning<P>() || answers <= 1;
  }
  [[nodiscard]] static constexpr bool awake(std::span<const std::size_t> demands,
                                            const P& policy = P{}) noexcept {
    bool holds = true;
    replay(demands, policy, [&](std::size_t, std::size_t, std::size_t answer) {
      holds = holds && (ebb::keeps_learning<P>() || answer > 0);
    });
    return holds;
  }
  [[nodiscard]] static constexpr bool known() noexcept {
    return requires {
      typename std::bool_constant<ebb::learns<P>()>;
      typename std::bool_constant<ebb::keeps_learning<P>()>;
    };
  }

 private:
  /// Tells a fresh state all demands; every answer goes to `on_answer(demand, largest, answer)`.
  /// The block has the size of the last answer, as in a workspace without head-room.
  template <class OnAnswer>
  static constexpr std::size_t replay(std::span<const std::size_t> demands, const P& policy,
                                      OnAnswer on_answer) noexcept {
    typename P::State state{};
    std::size_t block = 0;
    std::size_t largest = 0;
    std::size_t answers = 0;
    for (const std::size_t demand : demands) {
      largest = std::max(largest, demand);
      const std::optional<std::size_t> answer =
          policy.learn(state, {.block = block, .demand = demand});
      if (!answer) continue;
      ++answers;
      block = *answer;
      on_answer(demand, largest, *answer);
    }
    return answers;
  }
};

}  // namespace ebb::testing
