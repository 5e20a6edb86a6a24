// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The laws of the granule slot, as predicates for any test framework.
///
/// | law            | says                             |
/// |----------------|----------------------------------|
/// | *power_of_two* | the granule can be an alignment  |
/// | *steady*       | asked again, it answers the same |

#include <ebb/base/alignment.hpp>
#include <ebb/policy/granule.hpp>

namespace ebb::testing {

/// The laws of `GranulePolicy`; the policy may be left out where it is in the type.
///
/// - Threads: anybody
template <GranulePolicy P>
struct GranuleLaws {
  [[nodiscard]] static constexpr bool power_of_two(const P& policy = P{}) noexcept {
    return is_alignment(policy.bytes());
  }
  [[nodiscard]] static constexpr bool steady(const P& policy = P{}) noexcept {
    return policy.bytes() == policy.bytes();
  }
};

}  // namespace ebb::testing
