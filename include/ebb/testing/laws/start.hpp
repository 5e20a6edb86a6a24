// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The laws of the start slot, as predicates for any test framework.
///
/// | law      | says                             |
/// |----------|----------------------------------|
/// | *steady* | asked again, it answers the same |

#include <ebb/policy/start.hpp>

namespace ebb::testing {

/// The laws of `StartPolicy`; the policy may be left out where it is in the type.
///
/// - Threads: anybody
template <StartPolicy P>
struct StartLaws {
  [[nodiscard]] static constexpr bool steady(const P& policy = P{}) noexcept {
    return policy.first_block() == policy.first_block();
  }
};

}  // namespace ebb::testing
