// SPDX-License-Identifier: Apache-2.0
#include <ebb/ebb.hpp>

#include <catch2/catch.hpp>

#include <cstddef>

using namespace ebb;

TEST_CASE("A cycle that gives back before it takes more calls the space once per doubling",
          "[regressions][model][reuse]") {
  Workspace<Strict> workspace;
  constexpr std::size_t large = 100'000;
  const Cycle cycle = workspace.enter();

  for (std::size_t i = 0; i < 1000; ++i) {
    void* const piece = workspace.allocate(large + 64 * i);
    workspace.deallocate(piece, large + 64 * i);
  }

  CHECK(workspace.report().space_calls == 2);
}
