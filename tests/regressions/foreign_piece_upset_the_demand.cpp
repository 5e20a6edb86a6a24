// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/contract.hpp>
#include <ebb/ebb.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>

using namespace ebb;

TEST_CASE("A foreign piece does not upset the numbers of a plain cycle",
          "[regressions][model][reuse]") {
  static int told;
  told = 0;
  const ViolationHandler handler = set_violation_handler([](const Error&) { ++told; });
  Workspace<NoLearning, StartWith<4096>> workspace;
  // The second cycle is a plain one: nothing is to be learnt or looked at.
  {
    const Cycle cycle = workspace.enter();
  }
  std::array<std::byte, 64> foreign{};
  {
    const Cycle cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64));
    workspace.deallocate(foreign.data(), foreign.size());
  }
  set_violation_handler(handler);

  CHECK(told == 1);
  CHECK(workspace.report().last_demand_bytes == 64);
  CHECK(workspace.report().largest_demand_bytes == 64);
}
