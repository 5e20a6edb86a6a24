// SPDX-License-Identifier: Apache-2.0
// What a mutant of the core (tools/mutants.txt) showed to be missing.
#include <ebb/space/counted.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>

using namespace ebb;

TEST_CASE("A reserved size is taken once and may be shrunk for good", "[engine][core]") {
  Workspace<Strict, PeakWithDecay<1>, Counted<>> workspace;
  const auto run = [&] {
    const Cycle cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64));
  };
  workspace.reserve(4096);
  run();
  CHECK(workspace.report().block_bytes == 64);
  const std::size_t calls = workspace.space().calls();

  run();

  CHECK(workspace.space().calls() == calls);
  CHECK(workspace.report().block_bytes == 64);
}
