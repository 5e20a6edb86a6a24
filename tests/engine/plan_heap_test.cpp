// SPDX-License-Identifier: Apache-2.0
#include <ebb/engine/plan_heap.hpp>
#include <ebb/testing/program.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

using namespace ebb;

namespace {

constexpr Alignment granule{64};

PlanHeap heap_of(std::size_t bytes) {
  PlanHeap heap;
  heap.add(0x10000, bytes);
  return heap;
}

}  // namespace

TEST_CASE("An empty heap has nothing to give", "[engine][plan_heap]") {
  PlanHeap heap;
  CHECK(heap.take(64, granule) == std::nullopt);

  heap.add(0x10000, 0);
  CHECK(heap.take(64, granule) == std::nullopt);
}

TEST_CASE("A heap gives all it has and no byte more", "[engine][plan_heap]") {
  PlanHeap heap = heap_of(256);

  CHECK(heap.take(320, granule) == std::nullopt);
  CHECK(heap.take(256, granule) == 0x10000);
  CHECK(heap.take(64, granule) == std::nullopt);
}

TEST_CASE("The smallest range that fits serves, the lowest of equals", "[engine][plan_heap]") {
  PlanHeap heap;
  heap.add(0x1000, 512);
  heap.add(0x3000, 128);
  heap.add(0x2000, 128);
  heap.add(0x4000, 192);

  CHECK(heap.take(128, granule) == 0x2000);
  CHECK(heap.take(128, granule) == 0x3000);
  CHECK(heap.take(128, granule) == 0x4000);
  CHECK(heap.take(128, granule) == 0x1000);
  CHECK(heap.take(64, granule) == 0x4000 + 128);
}

TEST_CASE("Neighbours are joined whatever comes first", "[engine][plan_heap]") {
  const std::vector<std::vector<std::uintptr_t>> orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                                           {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (const auto& order : orders) {
    PlanHeap heap;
    for (const std::uintptr_t part : order) heap.add(0x1000 + part * 64, 64);

    CHECK(heap.take(192, granule) == 0x1000);
  }
}

TEST_CASE("What does not touch is not joined", "[engine][plan_heap]") {
  PlanHeap heap;
  heap.add(0x1000, 64);
  heap.add(0x1000 + 128, 64);

  CHECK(heap.take(128, granule) == std::nullopt);
}

TEST_CASE("Padding before an over-aligned piece stays free", "[engine][plan_heap]") {
  PlanHeap heap;
  heap.add(0x1040, 0x2000);

  CHECK(heap.take(64, Alignment(4096)) == 0x2000);
  CHECK(heap.take(0x1000 - 0x40, granule) == 0x1040);
}

TEST_CASE("A range that fits only without its padding is passed over", "[engine][plan_heap]") {
  PlanHeap heap;
  heap.add(0x1040, 128);
  heap.add(0x8000, 512);

  CHECK(heap.take(128, Alignment(256)) == 0x8000);
}

TEST_CASE("One particular range can be taken out of the middle", "[engine][plan_heap]") {
  PlanHeap heap = heap_of(512);

  heap.take_at(0x10000 + 128, 256);
  heap.take_at(0x10000 + 999, 0);

  CHECK(heap.take(192, granule) == std::nullopt);
  CHECK(heap.take(128, granule) == 0x10000);
  CHECK(heap.take(128, granule) == 0x10000 + 384);
  CHECK(heap.take(64, granule) == std::nullopt);
}

TEST_CASE("A cleared heap has forgotten everything", "[engine][plan_heap]") {
  PlanHeap heap = heap_of(512);

  heap.clear();

  CHECK(heap.take(64, granule) == std::nullopt);
  heap.add(0x10000, 64);
  CHECK(heap.take(64, granule) == 0x10000);
}

TEST_CASE("The heap agrees with a row of flags", "[engine][plan_heap]") {
  constexpr std::size_t granules = 96;
  struct Piece {
    std::size_t at;
    std::size_t granules;
  };
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    testing::RandomNumbers next{seed};
    PlanHeap heap = heap_of(granules * 64);
    std::vector<bool> taken(granules);
    std::vector<Piece> pieces;
    // The best place by looking at all: the smallest gap, and of equal ones the lowest.
    const auto best_place = [&](std::size_t wanted, std::size_t alignment) {
      std::optional<std::size_t> best;
      std::size_t best_gap = granules + 1;
      for (std::size_t begin = 0; begin < granules;) {
        std::size_t end = begin;
        while (end < granules && !taken[end]) ++end;
        const std::size_t at = (begin + alignment - 1) / alignment * alignment;
        if (end > begin && at + wanted <= end && end - begin < best_gap) {
          best = at;
          best_gap = end - begin;
        }
        begin = end + 1;
      }
      return best;
    };
    const auto mark = [&](Piece piece, bool is_taken) {
      for (std::size_t i = 0; i < piece.granules; ++i) {
        REQUIRE(taken[piece.at + i] != is_taken);
        taken[piece.at + i] = is_taken;
      }
    };
    for (int step = 0; step < 200; ++step) {
      if (next(5) < 3) {
        const std::size_t wanted = 1 + next(9);
        const std::size_t alignment = std::size_t{1} << next(4);
        const auto expected = best_place(wanted, alignment);
        const auto found = heap.take(wanted * 64, Alignment(alignment * 64));
        REQUIRE(found.has_value() == expected.has_value());
        if (!found) continue;
        REQUIRE(*found == 0x10000 + *expected * 64);
        pieces.push_back({*expected, wanted});
        mark(pieces.back(), true);
      } else if (!pieces.empty()) {
        const std::size_t which = next(pieces.size());
        mark(pieces[which], false);
        heap.add(0x10000 + pieces[which].at * 64, pieces[which].granules * 64);
        pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(which));
      }
    }
  }
}
