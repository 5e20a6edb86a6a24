// SPDX-License-Identifier: Apache-2.0
// This unit sees everything; with_fwd.cpp, linked beside it, sees the declarations alone.
#include <ebb/ebb.hpp>

#include <catch2/catch.hpp>

namespace odr {

bool is_at(const ebb::Report& report, const void* place);  // in with_fwd.cpp

}  // namespace odr

TEST_CASE("A class that fwd.hpp declares is the class that ebb.hpp defines", "[odr]") {
  ebb::Workspace<> workspace;

  const ebb::Report report = workspace.report();

  CHECK(odr::is_at(report, &report));
}
