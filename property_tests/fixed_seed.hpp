// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every run of a program that includes this is the same; RC_PARAMS in the environment asks for
// another one: `RC_PARAMS="seed=1 max_success=5000"`.

#include <cstdlib>

namespace ebb::testing {

// Read by RapidCheck when the first property is checked.
inline const int fixed_seed = ::setenv("RC_PARAMS", "seed=20240229 max_success=500", 0);

}  // namespace ebb::testing
