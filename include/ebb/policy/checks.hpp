// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The checks slot: what is checked when memory is used.
///
/// | question                             | `Trusting` | `Generational`    |
/// |--------------------------------------|------------|-------------------|
/// | is a view of an ended cycle noticed? | no         | yes: `StaleArray` |
/// | does a late give-back do harm?       | no         | no                |

#include <ebb/policy/policy.hpp>

#include <concepts>
#include <type_traits>

namespace ebb {

// clang-format off
template <class P>
concept SaysWhetherViewsAreChecked = requires {
  { P::checks_views() } noexcept -> std::same_as<bool>;
};
// clang-format on

/// A policy for the checks slot.
///
/// - Needs: `using slot = ebb::ChecksSlot;`, `static constexpr bool checks_views()`
/// - Laws: *known*, `checks_views()` is a constant
/// - Models: `Trusting`, `Generational`
/// - Check yours: `ebb/testing/laws/checks.hpp`
template <class P>
concept ChecksPolicy = PolicyFor<P, ChecksSlot> && SaysWhetherViewsAreChecked<P>;

/// A view is taken without a question.
///
/// - For: code whose handles were shown, by a checked build, never to outlive their cycle
/// - Costs: nothing
/// - Errors: none; a stale handle is undefined behaviour
struct Trusting {
  using slot = ChecksSlot;

  [[nodiscard]] static constexpr bool checks_views() noexcept { return false; }
};

/// A view is taken only while the cycle of its array lives.
///
/// - For: everybody; the default, in release builds too
/// - Costs: one load and one comparison per view, nothing per element
/// - Errors: `StaleArray`, with the reason and the remedy; nothing has changed
struct Generational {
  using slot = ChecksSlot;

  [[nodiscard]] static constexpr bool checks_views() noexcept { return true; }
};

static_assert(ChecksPolicy<Trusting> && std::is_empty_v<Trusting>);
static_assert(ChecksPolicy<Generational> && std::is_empty_v<Generational>);

}  // namespace ebb
