// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The laws of the allocation slot, as predicates for any test framework.
///
/// | law        | says                                 |
/// |------------|--------------------------------------|
/// | *enough*   | head-room never takes bytes away     |
/// | *monotone* | who needs more gets no smaller block |

#include <ebb/policy/allocation.hpp>

#include <cstddef>

namespace ebb::testing {

/// The laws of `AllocationPolicy`; the policy may be left out where it is in the type.
///
/// - Units: bytes
/// - Threads: anybody
template <AllocationPolicy P>
struct AllocationLaws {
  [[nodiscard]] static constexpr bool enough(std::size_t bytes, const P& policy = P{}) noexcept {
    return policy.with_headroom(bytes) >= bytes;
  }
  [[nodiscard]] static constexpr bool monotone(std::size_t a, std::size_t b,
                                               const P& policy = P{}) noexcept {
    return a > b || policy.with_headroom(a) <= policy.with_headroom(b);
  }
};

}  // namespace ebb::testing
