// SPDX-License-Identifier: Apache-2.0
// The size that the message of `OutOfWorkspace` recommends did not count the padding.
#include "../helpers.hpp"
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace ebb;

TEST_CASE("The first size that OutOfWorkspace recommends is enough", "[engine][overflow][reuse]") {
  const auto run = [](auto& workspace) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64));
    static_cast<void>(workspace.allocate(4096, 1024));
  };
  Workspace<StartWith<4096>, Fail> too_small;

  CHECK(contains(message_of<OutOfWorkspace>([&] { run(too_small); }),
                 "a first size of at least 5 120 bytes"));

  Workspace<StartWith<5120>, Fail> enough;
  CHECK_NOTHROW(run(enough));
  Workspace<StartWith<5120 - 64>, Fail> one_granule_less;
  CHECK_THROWS_AS(run(one_granule_less), OutOfWorkspace);
}
