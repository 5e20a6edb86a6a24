// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The laws of the checks slot, as predicates for any test framework.
///
/// | law       | says                                               |
/// |-----------|----------------------------------------------------|
/// | *known*   | whether views are checked is known to the compiler |
/// | *bounded* | no number of what is watched is above the largest  |

#include <ebb/policy/checks.hpp>

#include <type_traits>

namespace ebb::testing {

/// The laws of `ChecksPolicy`; the policy may be left out where it is in the type.
///
/// - Threads: anybody
template <ChecksPolicy P>
struct ChecksLaws {
  [[nodiscard]] static constexpr bool known() noexcept {
    return requires { typename std::bool_constant<P::checks_views()>; };
  }
  [[nodiscard]] static constexpr bool bounded(const P& policy = P{}) noexcept {
    if constexpr (DebuggingChecksPolicy<P>) {
      const Watch watch = policy.watch();
      return watch.fence_bytes <= most_fence_bytes &&
             watch.quarantine_cycles <= most_quarantine_cycles;
    }
    return true;
  }
};

}  // namespace ebb::testing
