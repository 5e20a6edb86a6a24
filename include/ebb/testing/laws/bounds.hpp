// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The laws of the bounds slot, as predicates for any test framework.
///
/// | law          | says                                 |
/// |--------------|--------------------------------------|
/// | *idempotent* | a size within bounds is left alone   |
/// | *monotone*   | who needs more gets no smaller block |

#include <ebb/policy/bounds.hpp>

#include <cstddef>

namespace ebb::testing {

/// The laws of `BoundsPolicy`; the policy may be left out where it is in the type.
///
/// - Units: bytes
/// - Threads: anybody
template <BoundsPolicy P>
struct BoundsLaws {
  [[nodiscard]] static constexpr bool idempotent(std::size_t bytes,
                                                 const P& policy = P{}) noexcept {
    return policy.clamp(policy.clamp(bytes)) == policy.clamp(bytes);
  }
  [[nodiscard]] static constexpr bool monotone(std::size_t a, std::size_t b,
                                               const P& policy = P{}) noexcept {
    return a > b || policy.clamp(a) <= policy.clamp(b);
  }
};

}  // namespace ebb::testing
