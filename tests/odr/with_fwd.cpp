// SPDX-License-Identifier: Apache-2.0
// This unit sees the declarations alone; with_ebb.cpp, linked beside it, sees everything.
#include <ebb/fwd.hpp>

namespace odr {

bool is_at(const ebb::Report& report, const void* place) { return &report == place; }

}  // namespace odr
