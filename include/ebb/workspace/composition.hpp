// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief From a sentence of policies to one type: any order, defaults for what is not named.
///
/// | slot       | default          | | slot    | default         |
/// |------------|------------------|-|---------|-----------------|
/// | allocation | `Overallocate<30>` | | bounds  | `Unbounded`   |
/// | start      | `Empty`          | | granule | `Granule<64>`   |
/// | learning   | `FirstLoop`      | | checks  | `Generational`  |
/// | spill      | `Reallocate`     | | space   | `Host`          |
/// | reset      | `BlockLeft`      | |         |                 |

#include <ebb/base/slot.hpp>
#include <ebb/policy/allocation.hpp>
#include <ebb/policy/bounds.hpp>
#include <ebb/policy/checks.hpp>
#include <ebb/policy/granule.hpp>
#include <ebb/policy/learning.hpp>
#include <ebb/policy/reset.hpp>
#include <ebb/policy/spill.hpp>
#include <ebb/policy/start.hpp>
#include <ebb/space/host.hpp>
#include <ebb/space/space.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace ebb {

/// One answer to each slot, in the order of the slots.
///
/// - For: `BasicWorkspace`; a program writes `Workspace<…>`
/// - Threads: a type without objects
template <class AllocationAnswer, class StartAnswer, class LearningAnswer, class SpillAnswer,
          class ResetAnswer, class BoundsAnswer, class GranuleAnswer, class ChecksAnswer,
          class SpaceAnswer>
struct Composition {
  using Allocation = AllocationAnswer;
  using Start = StartAnswer;
  using Learning = LearningAnswer;
  using Spill = SpillAnswer;
  using Reset = ResetAnswer;
  using Bounds = BoundsAnswer;
  using Granule = GranuleAnswer;
  using Checks = ChecksAnswer;
  using Space = SpaceAnswer;
};

namespace detail {

template <class S, class... Policies>
inline constexpr std::size_t answers_to =
    (std::size_t{0} + ... + std::size_t{std::same_as<typename Policies::slot, S>});

// The policy that answers a slot, or the default.
template <class S, class Default, class... Policies>
struct Pick {
  using type = Default;
};
template <class S, class Default, class First, class... Rest>
struct Pick<S, Default, First, Rest...>
    : std::conditional_t<std::same_as<typename First::slot, S>, std::type_identity<First>,
                         Pick<S, Default, Rest...>> {};

template <class... Policies>
using Compose = Composition<typename Pick<AllocationSlot, Overallocate<30>, Policies...>::type,
                            typename Pick<StartSlot, Empty, Policies...>::type,
                            typename Pick<LearningSlot, FirstLoop, Policies...>::type,
                            typename Pick<SpillSlot, Reallocate, Policies...>::type,
                            typename Pick<ResetSlot, BlockLeft, Policies...>::type,
                            typename Pick<BoundsSlot, Unbounded, Policies...>::type,
                            typename Pick<GranuleSlot, Granule<64>, Policies...>::type,
                            typename Pick<ChecksSlot, Generational, Policies...>::type,
                            typename Pick<SpaceSlot, Host, Policies...>::type>;

}  // namespace detail

/// No two of the policies answer the same slot.
template <class... Policies>
concept OneAnswerPerSlot = ((detail::answers_to<typename Policies::slot, Policies...> == 1) && ...);

}  // namespace ebb
