// SPDX-License-Identifier: Apache-2.0
// A request that did not fit for its padding alone went out alone under `Reallocate`, in every
// cycle.
#include <ebb/space/counted.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>

using namespace ebb;

TEST_CASE("A cycle that overflows by padding alone is learnt", "[engine][overflow][reuse]") {
  Workspace<StartWith<4160>, Counted<>> workspace;
  const auto run = [&] {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64));
    static_cast<void>(workspace.allocate(4096, 128));
  };
  run();
  const std::size_t calls = workspace.space().calls();

  run();

  CHECK(workspace.space().calls() == calls);
  CHECK(workspace.report().oversize_bytes == 0);
  CHECK(workspace.report().last_demand_bytes == 128 + 4096);
}
