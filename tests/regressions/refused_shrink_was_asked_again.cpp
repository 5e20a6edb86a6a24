// SPDX-License-Identifier: Apache-2.0
// A smaller block that the space refused was asked for at every close.
#include "../helpers.hpp"
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>

using namespace ebb;

TEST_CASE("A refused smaller block is not asked for again at every close",
          "[engine][sizer][reuse]") {
  Watched::Log log;
  Workspace<Strict, PeakWithDecay<1>, Watched> workspace{"step", Watched{log}};
  const auto run = [&](std::size_t bytes) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(bytes));
  };
  run(64 * 1024);
  log.refuses = true;
  for (int i = 0; i < 20; ++i) run(1024);
  const std::size_t asked = log.asked.size();

  for (int i = 0; i < 20; ++i) run(1024);

  CHECK(log.asked.size() == asked);
  CHECK(workspace.report().block_bytes == 64 * 1024);
}
