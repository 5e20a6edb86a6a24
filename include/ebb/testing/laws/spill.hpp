// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The laws of the spill slot, as predicates for any test framework.
///
/// | law        | says                                       |
/// |------------|--------------------------------------------|
/// | *monotone* | a block never gets smaller                 |
/// | *steady*   | a block that was big enough keeps its size |

#include <ebb/policy/spill.hpp>

namespace ebb::testing {

/// The laws of `SpillPolicy`; the policy may be left out where it has no numbers of its own.
///
/// - Units: bytes
/// - Threads: anybody
template <SpillPolicy P>
struct SpillLaws {
  [[nodiscard]] static constexpr bool monotone(CycleUse use, const P& policy = P{}) noexcept {
    return policy.next_block(use) >= use.block;
  }
  [[nodiscard]] static constexpr bool steady(CycleUse use, const P& policy = P{}) noexcept {
    return use.demand > use.block || policy.next_block(use) == use.block;
  }
};

}  // namespace ebb::testing
