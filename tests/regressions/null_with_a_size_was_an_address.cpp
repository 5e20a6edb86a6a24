// SPDX-License-Identifier: Apache-2.0
// Giving null back with a size computed an end from null, which is undefined.
#include "../helpers.hpp"
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

using namespace ebb;

TEST_CASE("Null given back with a size does nothing open or closed", "[engine][core][reuse]") {
  const Violations violations;
  Workspace<StartWith<4096>> workspace;
  workspace.deallocate(nullptr, 64);
  auto cycle = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(64));

  workspace.deallocate(nullptr, 64);
  static_cast<Core&>(workspace).deallocate(nullptr, 1000);

  CHECK(workspace.allocate(64) == first + 64);
  cycle.close();
  CHECK(violations.count() == 0);
}
