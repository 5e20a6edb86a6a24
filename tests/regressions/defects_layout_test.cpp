// SPDX-License-Identifier: Apache-2.0
// Defects P1 to P7 and P43 of the model: alignment, and what lies in a block.
#include <ebb/ebb.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <memory_resource>
#include <optional>
#include <span>
#include <vector>

using namespace ebb;

namespace {

constexpr std::size_t granule = 64;

// Says whether every piece of several cycles is a multiple of the granule, with sizes that are not.
template <class W>
bool every_piece_is_aligned(W& workspace) {
  bool aligned = true;
  for (int loop = 0; loop < 4; ++loop) {
    auto cycle = workspace.enter();
    for (const std::size_t bytes : {1U, 9U, 20U, 100U, 3U}) {
      void* const piece = workspace.allocate(bytes);
      aligned = aligned && is_aligned(piece, workspace.granule());
    }
  }
  return aligned;
}

}  // namespace

TEST_CASE("Rounding adds the complement of the remainder for every size and alignment",
          "[regressions][P1]") {
  bool exact = true;
  for (std::size_t alignment = 1; alignment <= 4096; alignment *= 2) {
    for (std::size_t bytes = 0; bytes <= 2 * alignment + 9; ++bytes) {
      const std::size_t rounded = round_up(bytes, Alignment{alignment});
      exact = exact && rounded % alignment == 0 && rounded >= bytes && rounded - bytes < alignment;
    }
  }

  CHECK(exact);
  CHECK(round_up(1, Alignment{8}) == 8);
  CHECK(round_up(9, Alignment{8}) == 16);
  CHECK(round_up(20, Alignment{16}) == 32);
}

TEST_CASE("Every piece of every cycle is a multiple of the granule", "[regressions][P2]") {
  Workspace<Granule<8>> eight;
  Workspace<Granule<64>> line;
  Workspace<Granule<256>> four_lines;
  Workspace<Granule<4096>> page;

  CHECK(every_piece_is_aligned(eight));
  CHECK(every_piece_is_aligned(line));
  CHECK(every_piece_is_aligned(four_lines));
  CHECK(every_piece_is_aligned(page));
}

TEST_CASE("The correction of a base that is not aligned survives the rewind",
          "[regressions][P2][reuse]") {
  alignas(64) std::array<std::byte, 4096> memory{};
  Workspace<Buffer> workspace{"odd base", Buffer{std::span(memory).subspan(8)}};

  CHECK(every_piece_is_aligned(workspace));
  CHECK(workspace.report().spilled_requests == 0);
}

TEST_CASE("A learned block is usable to its last byte", "[regressions][P4][reuse]") {
  Workspace<Overallocate<5>> workspace;
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(1000));
  }
  const std::size_t block_bytes = workspace.report().block_bytes;
  const auto spilled = workspace.report().spilled_requests;
  REQUIRE(block_bytes % granule == 0);

  auto cycle = workspace.enter();
  for (std::size_t taken = 0; taken < block_bytes; taken += granule)
    static_cast<void>(workspace.allocate(granule));
  CHECK(workspace.report().spilled_requests == spilled);
  static_cast<void>(workspace.allocate(1));
  CHECK(workspace.report().spilled_requests == spilled + 1);
}

TEST_CASE("A workspace of eight bytes holds one double whatever the granule",
          "[regressions][P5][reuse]") {
  Workspace<Granule<8>, StartWith<8>, NoLearning, Fail> exact;
  Workspace<Granule<64>, StartWith<8>, NoLearning, Fail> rounded;
  auto cycle_of_exact = exact.enter();
  auto cycle_of_rounded = rounded.enter();

  auto one = exact.make<double>(1);
  auto other = rounded.make<double>(1);

  CHECK(exact.report().block_bytes == 8);
  CHECK(rounded.report().block_bytes == 64);
  CHECK_THROWS_AS(exact.make<double>(1), OutOfWorkspace);
  CHECK_THROWS_AS(rounded.make<double>(1), OutOfWorkspace);
}

TEST_CASE("A block of the size that the report names serves the same cycle",
          "[regressions][P6][reuse]") {
  constexpr std::size_t footprint = 10 * 5 * sizeof(float);
  const auto run = [](auto& workspace) {
    auto cycle = workspace.enter();
    for (int i = 0; i < 10; ++i) static_cast<void>(workspace.template make<float>(5).keep());
  };
  Workspace<> measured;
  run(measured);
  const std::size_t demand = measured.report().last_demand_bytes;
  Workspace<StartWith<dynamic>, NoLearning, Fail> enough{"enough", StartWith<dynamic>{demand}};
  Workspace<StartWith<dynamic>, NoLearning, Fail> short_by_padding{"short",
                                                                   StartWith<dynamic>{footprint}};

  CHECK(demand == 10 * granule);
  CHECK_NOTHROW(run(enough));
  CHECK_THROWS_AS(run(short_by_padding), OutOfWorkspace);
}

TEST_CASE("The space is asked for the block and for no hidden tail behind it",
          "[regressions][P7][reuse]") {
  Workspace<StartWith<1000>, NoLearning, Counted<>> workspace;

  auto cycle = workspace.enter();

  CHECK(workspace.report().block_bytes == 1024);
  CHECK(workspace.space().outstanding_bytes() == 1024);
}

TEST_CASE("Handles and tokens and resources take nothing of a block", "[regressions][P43][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();

  auto array = workspace.make<float>(16);
  const auto after_array = workspace.report().demand_bytes;
  const std::vector<ArrayView<float>> views(100, ArrayView<float>{array});
  auto empty = workspace.make<float>(0);
  auto nested = workspace.enter();
  auto borrow = workspace.borrow();
  auto nowhere = outside();
  const auto resource = cycle.resource();
  const std_allocator<int> allocator{workspace};

  CHECK(after_array == 64);
  CHECK(views.back().view().size() == 16);
  CHECK(workspace.report().demand_bytes == after_array);
}
