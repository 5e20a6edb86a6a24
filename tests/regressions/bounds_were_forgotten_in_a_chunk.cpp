// SPDX-License-Identifier: Apache-2.0
#include <ebb/ebb.hpp>

#include <catch2/catch.hpp>

using namespace ebb;

TEST_CASE("A request beyond the bounds is refused also where a chunk would have room for it",
          "[regressions][model]") {
  Workspace<Bounds<0, 4096>> workspace;
  const Cycle cycle = workspace.enter();
  CHECK_THROWS_AS(workspace.allocate(5000), BadRequest);

  static_cast<void>(workspace.allocate(100));

  CHECK_THROWS_AS(workspace.allocate(5000), BadRequest);
  CHECK(workspace.try_allocate(5000) == nullptr);
  CHECK(workspace.allocate(4096) != nullptr);
}
