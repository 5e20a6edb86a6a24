// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The slots of a sentence: the questions that a workspace asks, one policy each.
///
/// | slot             | question                                | law                     |
/// |------------------|-----------------------------------------|-------------------------|
/// | `AllocationSlot` | how much more than was needed?          | `policy/allocation.hpp` |
/// | `StartSlot`      | how big before anything was learnt?     | `policy/start.hpp`      |
/// | `LearningSlot`   | what is learnt, and when?               | `policy/learning.hpp`   |
/// | `SpillSlot`      | what if a request does not fit?         | `policy/spill.hpp`      |
/// | `ResetSlot`      | when is memory used again?              | `policy/reset.hpp`      |
/// | `BoundsSlot`     | how small, how big?                     | `policy/bounds.hpp`     |
/// | `GranuleSlot`    | to what are sizes rounded?              | `policy/granule.hpp`    |
/// | `ChecksSlot`     | what is checked?                        | `policy/checks.hpp`     |
/// | `SpaceSlot`      | where do the bytes live?                | `space/space.hpp`       |

#include <concepts>

namespace ebb {

struct AllocationSlot {};
struct StartSlot {};
struct LearningSlot {};
struct SpillSlot {};
struct ResetSlot {};
struct BoundsSlot {};
struct GranuleSlot {};
struct ChecksSlot {};
struct SpaceSlot {};

namespace detail {

// A constant, not a concept: a compiler that refuses would list every comparison.
template <class S, class... Slots>
inline constexpr bool is_one_of = (std::same_as<S, Slots> || ...);

}  // namespace detail

/// One of the nine slots.
///
/// - Needs: nothing; the list is closed
/// - Models: the structs of this file
template <class S>
concept Slot = detail::is_one_of<S, AllocationSlot, StartSlot, LearningSlot, SpillSlot, ResetSlot,
                                 BoundsSlot, GranuleSlot, ChecksSlot, SpaceSlot>;

/// A word of a sentence: a type that names the slot it answers.
///
/// - Needs: `using slot = ebb::…Slot;`
/// - Models: every policy and every space
template <class P>
concept Policy = requires { typename P::slot; } && Slot<typename P::slot>;

/// A policy that answers one slot in particular.
///
/// - Needs: `using slot = S;`
template <class P, class S>
concept PolicyFor = Policy<P> && std::same_as<typename P::slot, S>;

}  // namespace ebb
