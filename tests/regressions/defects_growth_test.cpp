// SPDX-License-Identifier: Apache-2.0
// Defects P8 to P16 of the model: how blocks grow, shrink, and begin again.
#include <ebb/ebb.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <initializer_list>
#include <vector>

using namespace ebb;

namespace {

template <class W>
void run_cycle(W& workspace, std::size_t pieces, std::size_t bytes_of_piece) {
  auto cycle = workspace.enter();
  for (std::size_t i = 0; i < pieces; ++i) static_cast<void>(workspace.allocate(bytes_of_piece));
}

// The size of the block after each of the cycles, which take one piece each.
template <class W>
std::vector<std::size_t> blocks_after(W& workspace, std::initializer_list<std::size_t> demands) {
  std::vector<std::size_t> blocks;
  for (const std::size_t demand : demands) {
    run_cycle(workspace, 1, demand);
    blocks.push_back(workspace.report().block_bytes);
  }
  return blocks;
}

}  // namespace

TEST_CASE("Head-room applies at every growth and not at the first alone",
          "[regressions][P8][reuse]") {
  Workspace<Overallocate<5>, FirstLoop, Reallocate> workspace;

  const auto blocks = blocks_after(workspace, {1000, 1000, 2000, 4000, 100});

  // 1024 + 51, 2048 + 102 and 4032 + 201, each rounded up to the granule.
  CHECK(blocks == std::vector<std::size_t>{1088, 1088, 2176, 4288, 4288});
}

TEST_CASE("A demand that creeps up exchanges the block a few times and not in every cycle",
          "[regressions][P8][reuse]") {
  Workspace<Overallocate<30>, FirstLoop, Reallocate> workspace;
  std::size_t exchanges = 0;
  std::size_t block_bytes = 0;

  for (std::size_t pieces = 100; pieces <= 400; ++pieces) {
    run_cycle(workspace, pieces, 64);
    const std::size_t now = workspace.report().block_bytes;
    exchanges += now != block_bytes ? 1 : 0;
    block_bytes = now;
  }

  // Four times the first demand, in steps of at least 1.3: 1.3^6 is 4.8.
  CHECK(exchanges <= 7);
  CHECK(block_bytes >= 400 * 64);
}

TEST_CASE("A block grows to the maximum of its bounds when more is needed",
          "[regressions][P9][reuse]") {
  Workspace<Strict, FirstLoop, Reallocate, Bounds<0, 4096>> workspace;

  std::vector<std::size_t> blocks;
  for (const std::size_t pieces : {1U, 2U, 5U, 3U}) {
    run_cycle(workspace, pieces, 1000);
    blocks.push_back(workspace.report().block_bytes);
  }

  CHECK(blocks == std::vector<std::size_t>{1024, 2048, 4096, 4096});
}

TEST_CASE("A demand of exactly the maximum gets a block of the maximum",
          "[regressions][P9][reuse]") {
  Workspace<Overallocate<30>, FirstLoop, Reallocate, Bounds<0, 4096>> workspace;

  CHECK(blocks_after(workspace, {1024, 4096}) == std::vector<std::size_t>{1344, 4096});

  const auto calls = workspace.report().space_calls;
  run_cycle(workspace, 4, 1024);
  CHECK(workspace.report().space_calls == calls);
}

TEST_CASE("A first size beyond the bounds is an error and not clamped in silence",
          "[regressions][P10][reuse]") {
  Workspace<StartWith<100>, Bounds<4096, 8192>> too_small;
  Workspace<StartWith<16384>, Bounds<4096, 8192>> too_big;

  CHECK_THROWS_AS(too_small.enter(), BadRequest);
  CHECK_THROWS_AS(too_big.enter(), BadRequest);
  CHECK_FALSE(too_small.is_open());
  CHECK_FALSE(too_big.is_open());
}

TEST_CASE("A minimum above the maximum is an error and neither wins", "[regressions][P10]") {
  using Bounded = Workspace<Bounds<dynamic, dynamic>>;

  CHECK_THROWS_AS((Bounded{"bounded", Bounds<dynamic, dynamic>{8192, 4096}}), BadConfiguration);
  CHECK_NOTHROW((Bounded{"bounded", Bounds<dynamic, dynamic>{4096, 8192}}));
}

TEST_CASE("Head-room enters the size of a block and never the demand",
          "[regressions][P11][reuse]") {
  Workspace<Overallocate<30>, FirstLoop, Reallocate> workspace;

  const auto blocks = blocks_after(workspace, {1024, 2048});

  CHECK(workspace.report().largest_demand_bytes == 2048);
  CHECK(workspace.report().last_demand_bytes == 2048);
  // 2048 + 614, rounded up: not 30 percent of what was padded before.
  CHECK(blocks.back() == 2688);
}

TEST_CASE("A workspace that was idle when it should have learnt learns a cycle later",
          "[regressions][P13][reuse]") {
  Workspace<Strict, OverTime<3>, External> workspace;

  const auto learning = blocks_after(workspace, {0, 0, 0});
  const auto learnt = blocks_after(workspace, {1000, 1000});

  CHECK(learning == std::vector<std::size_t>{0, 0, 0});
  CHECK(learnt == std::vector<std::size_t>{1024, 1024});
}

TEST_CASE("A workspace that was switched off when it should have learnt learns a cycle later",
          "[regressions][P13][reuse]") {
  Workspace<Strict, OverTime<2>, External> workspace;
  static_cast<void>(blocks_after(workspace, {1000}));
  workspace.set_enabled(false);
  const auto off = blocks_after(workspace, {1000});
  workspace.set_enabled(true);

  CHECK(off == std::vector<std::size_t>{0});
  CHECK(blocks_after(workspace, {1000}) == std::vector<std::size_t>{1024});
}

TEST_CASE("A block shrinks after a burst when learning fades", "[regressions][P15][reuse]") {
  Workspace<Strict, PeakWithDecay<4>, Reallocate, Counted<>> workspace;
  run_cycle(workspace, 1, 1024 * 1024);
  const std::size_t after_burst = workspace.report().block_bytes;

  for (int loop = 0; loop < 40; ++loop) run_cycle(workspace, 1, 1024);

  CHECK(after_burst == 1024 * 1024);
  CHECK(workspace.report().block_bytes <= 2 * 1024);
  CHECK(workspace.space().outstanding_bytes() == workspace.report().block_bytes);
}

TEST_CASE("A destroyed workspace learns again as if it had just been made",
          "[regressions][P16][reuse]") {
  Workspace<Overallocate<50>, FirstLoop, External, Counted<>> external;
  Workspace<Overallocate<50>, FirstLoop, Reallocate, Counted<>> reallocate;
  const auto lives_twice = [](auto& workspace) {
    const auto first = blocks_after(workspace, {1024, 1024});
    workspace.destroy();
    const std::size_t left = workspace.space().outstanding_bytes();
    const auto second = blocks_after(workspace, {1024, 1024});
    const auto calls = workspace.report().space_calls;
    run_cycle(workspace, 1, 1024);
    return first == std::vector<std::size_t>{1536, 1536} && left == 0 && second == first &&
           workspace.report().space_calls == calls;
  };

  CHECK(lives_twice(external));
  CHECK(lives_twice(reallocate));
}
