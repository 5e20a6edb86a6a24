// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The laws of the checks slot, as predicates for any test framework.
///
/// | law     | says                                               |
/// |---------|----------------------------------------------------|
/// | *known* | whether views are checked is known to the compiler |

#include <ebb/policy/checks.hpp>

#include <type_traits>

namespace ebb::testing {

/// The laws of `ChecksPolicy`.
///
/// - Threads: anybody
template <ChecksPolicy P>
struct ChecksLaws {
  [[nodiscard]] static constexpr bool known() noexcept {
    return requires { typename std::bool_constant<P::checks_views()>; };
  }
};

}  // namespace ebb::testing
