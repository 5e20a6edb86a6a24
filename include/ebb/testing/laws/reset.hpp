// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The laws of the reset slot, as predicates for any test framework.
///
/// | law      | says                             |
/// |----------|----------------------------------|
/// | *some*   | there is at least one block      |
/// | *steady* | asked again, it answers the same |

#include <ebb/policy/reset.hpp>

namespace ebb::testing {

/// The laws of `ResetPolicy`; the policy may be left out where it has no numbers of its own.
///
/// - Threads: anybody
template <ResetPolicy P>
struct ResetLaws {
  [[nodiscard]] static constexpr bool some(const P& policy = P{}) noexcept {
    return policy.blocks() >= 1;
  }
  [[nodiscard]] static constexpr bool steady(const P& policy = P{}) noexcept {
    return policy.blocks() == policy.blocks();
  }
};

}  // namespace ebb::testing
