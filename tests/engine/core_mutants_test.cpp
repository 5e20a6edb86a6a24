// SPDX-License-Identifier: Apache-2.0
// What a mutant of the core (tools/mutants.txt) showed to be missing.
#include <ebb/space/counted.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <vector>

using namespace ebb;

TEST_CASE("A reserved size is taken once and may be shrunk for good", "[engine][core][reuse]") {
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

namespace {

// Grows for small demands alone, and notes what it is told.
struct GrowsALittle {
  using slot = SpillSlot;
  static constexpr std::size_t most_bytes = 4096;
  static inline std::vector<Shortfall> told;

  static Overflow on_overflow(Shortfall shortfall) noexcept {
    told.push_back(shortfall);
    return Overflow::outside;
  }
  static std::size_t next_block(CycleUse use) noexcept {
    return use.demand <= most_bytes && use.demand > use.block ? use.demand : use.block;
  }
};

}  // namespace

TEST_CASE("A spill policy is told what the cycle holds outside", "[engine][core][reuse]") {
  Workspace<StartWith<64>, NoLearning, GrowsALittle> workspace;
  const Cycle cycle = workspace.enter();
  GrowsALittle::told.clear();
  static_cast<void>(workspace.allocate(8000));

  static_cast<void>(workspace.allocate(16000));

  REQUIRE(GrowsALittle::told.size() == 2);
  CHECK(GrowsALittle::told[0].outside == 0);
  CHECK(GrowsALittle::told[1].outside == 8000);
}

TEST_CASE("Once a chunk is open, what does not fit opens another", "[engine][core][reuse]") {
  Workspace<StartWith<64>, NoLearning, GrowsALittle> workspace;
  const Cycle cycle = workspace.enter();
  static_cast<void>(workspace.allocate(1000));  // a demand for which the policy would grow

  static_cast<void>(workspace.allocate(std::size_t{1} << 20U));  // and one for which it would not

  CHECK(workspace.report().spilled_requests == 2);
  CHECK(workspace.report().oversize_bytes == 0);
}
