// SPDX-License-Identifier: Apache-2.0
// A burst that went out alone gave back its rest, which is no piece: the next take threw.
#include "../helpers.hpp"
#include <ebb/workspace/burst.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

using namespace ebb;

TEST_CASE("A burst that went out alone keeps its pieces to the end of the cycle",
          "[workspace][burst][reuse]") {
  Watched::Log log;
  Workspace<StartWith<4096>, External, Watched> workspace{"step", Watched{log}};
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(4096));
  {
    Burst burst{workspace, 1000};
    static_cast<void>(burst.allocate<64>());
  }

  CHECK(workspace.allocate(64) != nullptr);
  CHECK(log.out.size() == 3);
  cycle.close();
  CHECK(log.mistakes == 0);
}

TEST_CASE("A burst that went out alone and was not carved goes back at once",
          "[workspace][burst][reuse]") {
  Watched::Log log;
  Workspace<StartWith<4096>, External, Watched> workspace{"step", Watched{log}};
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(4096));
  {
    const Burst burst{workspace, 1000};
  }

  CHECK(log.out.size() == 1);
  CHECK(workspace.allocate(64) != nullptr);
}
