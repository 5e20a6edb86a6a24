// SPDX-License-Identifier: Apache-2.0
#include <ebb/engine/plan.hpp>
#include <ebb/engine/solver.hpp>
#include <ebb/testing/program.hpp>
#include <ebb/testing/trace.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

using namespace ebb;
using testing::RandomNumbers;

namespace {

constexpr std::array<const char*, 5> shipped_traces = {"mlp", "resnet18", "resnet18_infer", "gpt",
                                                       "lstm"};

// The record of a trace, as a workspace with that granule would make it.
CycleRecord record_of(const testing::Trace& trace, Alignment granule) {
  CycleRecord record;
  for (const PlanEvent event : trace.events) {
    if (event.is_give) {
      record.give(event.piece);
    } else {
      record.take(round_up(trace.bytes[event.piece], granule), 1);
    }
  }
  record.close();
  return record;
}

CycleRecord shipped(const std::string& name) {
  return record_of(testing::read_trace(std::string(EBB_TRACES) + "/" + name + ".txt"),
                   Alignment(64));
}

// So many pieces, of which at most so many live at once; from that on at least four fifths.
CycleRecord random_record(std::uint64_t seed, std::size_t pieces, std::size_t most_alive,
                          std::size_t most_granules, bool with_alignments = false) {
  RandomNumbers next{seed};
  CycleRecord record;
  std::vector<std::uint32_t> live;
  while (record.pieces.size() < pieces) {
    const bool is_full = live.size() >= most_alive;
    if (is_full || (live.size() > most_alive * 4 / 5 && next(2) == 0)) {
      const std::size_t which = next(live.size());
      record.give(live[which]);
      live[which] = live.back();
      live.pop_back();
    } else {
      const std::size_t alignment =
          with_alignments && next(4) == 0 ? std::size_t{64} << next(4) : std::size_t{1};
      live.push_back(record.take(64 * (1 + next(most_granules)), alignment));
    }
  }
  record.close();
  return record;
}

// Lifetimes of every kind, not only those of a full heap.
CycleRecord small_record(std::uint64_t seed) {
  RandomNumbers next{seed};
  const std::size_t pieces = 2 + next(7);
  CycleRecord record;
  std::vector<std::uint32_t> live;
  while (record.pieces.size() < pieces) {
    if (!live.empty() && next(5) < 2) {
      const std::size_t which = next(live.size());
      record.give(live[which]);
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(which));
    } else {
      const std::size_t alignment = next(8) == 0 ? 256 : 1;
      live.push_back(record.take(64 * (1 + next(12)), alignment));
    }
  }
  record.close();
  return record;
}

bool live_together(const Lifetime& a, const Lifetime& b) {
  return a.birth < b.death && b.birth < a.death;
}

// The smallest packing there is, by branch and bound. In the order of its offsets, each piece of it
// can fall to the lowest place that is free, so trying that for every order finds it.
class BestOfAllOrders {
 public:
  explicit BestOfAllOrders(const std::vector<Lifetime>& pieces)
      : pieces_(pieces),
        offsets_(pieces.size(), 0),
        least_(live_lower_bound(pieces)),
        best_(max_bytes) {
    search(0, 0);
  }
  [[nodiscard]] std::size_t bytes() const { return best_; }

 private:
  void search(std::uint32_t placed, std::size_t top) {
    if (top >= best_ || best_ == least_) return;
    if (placed == (1U << pieces_.size()) - 1) {
      best_ = top;
      return;
    }
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      if ((placed >> i & 1U) != 0) continue;
      offsets_[i] = lowest_place(i, placed);
      search(placed | 1U << i, std::max(top, offsets_[i] + pieces_[i].bytes));
    }
  }
  [[nodiscard]] std::size_t lowest_place(std::size_t piece, std::uint32_t placed) const {
    std::size_t at = 0;
    for (std::size_t i = 0; i < pieces_.size();) {
      const bool collides = (placed >> i & 1U) != 0 && live_together(pieces_[piece], pieces_[i]) &&
                            at < offsets_[i] + pieces_[i].bytes &&
                            offsets_[i] < at + pieces_[piece].bytes;
      if (collides)
        at = round_up(offsets_[i] + pieces_[i].bytes, Alignment(pieces_[piece].alignment));
      i = collides ? 0 : i + 1;
    }
    return at;
  }

  const std::vector<Lifetime>& pieces_;
  std::vector<std::size_t> offsets_;
  std::size_t least_;
  std::size_t best_;
};

double ratio(std::size_t bytes, std::size_t to) {
  return static_cast<double>(bytes) / static_cast<double>(to);
}

}  // namespace

TEST_CASE("The live lower bound is the largest sum alive at once", "[engine][solver]") {
  CycleRecord record;
  const auto a = record.take(100, 1);
  const auto b = record.take(200, 1);
  record.give(a);
  static_cast<void>(record.take(150, 1));
  record.give(b);
  static_cast<void>(record.take(40, 1));
  record.close();

  CHECK(live_lower_bound(record.pieces) == 350);
  CHECK(live_lower_bound({}) == 0);
}

TEST_CASE("Nothing needs no memory", "[engine][solver]") {
  for (const SolveEffort effort : {SolveEffort::time_order, SolveEffort::all_orders}) {
    const Packing packing = solve({}, effort);

    CHECK(packing.bytes == 0);
    CHECK(packing.offsets.empty());
  }
}

TEST_CASE("Pieces that never live together share a place", "[engine][solver]") {
  CycleRecord record;
  for (int i = 0; i < 5; ++i) record.give(record.take(640, 1));
  record.close();

  const Packing packing = solve(record.pieces, SolveEffort::time_order);

  CHECK(packing.bytes == 640);
  CHECK(packing.offsets == std::vector<std::size_t>(5, 0));
}

TEST_CASE("A piece that nobody gives back keeps its place to the end", "[engine][solver]") {
  CycleRecord record;
  static_cast<void>(record.take(64, 1));
  record.give(record.take(128, 1));
  static_cast<void>(record.take(192, 1));
  record.close();

  const Packing packing = solve(record.pieces, SolveEffort::all_orders);

  CHECK(packing.bytes == 256);
}

TEST_CASE("All orders are never worse than time order, and often better", "[engine][solver]") {
  std::size_t better = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const CycleRecord record = random_record(seed, 60, 12, 40);
    const std::size_t in_time = solve(record.pieces, SolveEffort::time_order).bytes;
    const std::size_t best = solve(record.pieces, SolveEffort::all_orders).bytes;
    REQUIRE(best <= in_time);
    if (best < in_time) ++better;
  }

  CHECK(better > 100);
  CHECK(better < 300);  // somewhere time order is the best
}

TEST_CASE("The plans of the shipped traces need at most 1.015 times the live bound",
          "[engine][solver]") {
  for (const char* const name : shipped_traces) {
    const CycleRecord record = shipped(name);
    const std::size_t least = live_lower_bound(record.pieces);

    const Packing packing = solve(record.pieces, SolveEffort::all_orders);

    std::printf("%-15s %5zu pieces, plan / live bound = %.4f\n", name, record.pieces.size(),
                ratio(packing.bytes, least));
    CHECK(packing.bytes >= least);
    CHECK(ratio(packing.bytes, least) <= 1.015);
    CHECK(Plan(record, packing.offsets).is_sound(Alignment(64)));
  }
}

TEST_CASE("Up to 8 pieces the packing is close to the best there is", "[engine][solver]") {
  constexpr std::uint64_t cases = 3000;
  double worst = 1;
  double sum = 0;
  std::size_t best_found = 0;
  for (std::uint64_t seed = 0; seed < cases; ++seed) {
    const CycleRecord record = small_record(seed);
    const std::size_t best = BestOfAllOrders(record.pieces).bytes();
    const std::size_t found = solve(record.pieces, SolveEffort::all_orders).bytes;
    REQUIRE(best >= live_lower_bound(record.pieces));
    REQUIRE(found >= best);
    worst = std::max(worst, ratio(found, best));
    sum += ratio(found, best);
    if (found == best) ++best_found;
  }

  std::printf("distance from the optimum over %llu cases: worst %.4f, mean %.5f, optimal %zu\n",
              static_cast<unsigned long long>(cases), worst, sum / static_cast<double>(cases),
              best_found);
  CHECK(worst <= 1.5);
  CHECK(sum / static_cast<double>(cases) <= 1.009);
}

TEST_CASE("No packing is below the live bound, and each is sound", "[engine][solver]") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const CycleRecord record = random_record(seed, 1 + seed * 2, 1 + seed % 40, 60, true);
    for (const SolveEffort effort : {SolveEffort::time_order, SolveEffort::all_orders}) {
      const Packing packing = solve(record.pieces, effort);

      REQUIRE(packing.bytes >= live_lower_bound(record.pieces));
      REQUIRE(Plan(record, packing.offsets).is_sound(Alignment(64)));
      REQUIRE(Plan(record, packing.offsets).bytes() == packing.bytes);
    }
  }
}

TEST_CASE("Above 3 000 pieces the rest is placed by time, soundly", "[engine][solver]") {
  for (const std::size_t pieces : {whole_order_pieces, whole_order_pieces + 1, std::size_t{6000}}) {
    const CycleRecord record = random_record(7, pieces, 100, 100);

    const Packing packing = solve(record.pieces, SolveEffort::all_orders);

    CHECK(packing.bytes >= live_lower_bound(record.pieces));
    CHECK(packing.bytes <= solve(record.pieces, SolveEffort::time_order).bytes);
    CHECK(Plan(record, packing.offsets).is_sound(Alignment(64)));
  }
}

TEST_CASE("The effort grows like n log n while 200 to 256 pieces live", "[engine][solver]") {
  std::vector<double> efforts;
  for (const std::size_t pieces : {std::size_t{1000}, std::size_t{10000}, std::size_t{100000}}) {
    const CycleRecord record = random_record(11, pieces, 256, 1000);
    const Packing packing = solve(record.pieces, SolveEffort::all_orders);
    const double n = static_cast<double>(pieces);
    efforts.push_back(static_cast<double>(packing.comparisons) / (n * std::log2(n)));
    std::printf("%6zu pieces: %.1f comparisons / (n log2 n), plan / live bound = %.4f\n", pieces,
                efforts.back(), ratio(packing.bytes, live_lower_bound(record.pieces)));
    REQUIRE(Plan(record, packing.offsets).is_sound(Alignment(64)));
  }

  const auto [least, most] = std::minmax_element(efforts.begin(), efforts.end());
  CHECK(*most <= 1.5 * *least);
}

TEST_CASE("The same lifetimes give the same packing", "[engine][solver]") {
  const CycleRecord record = random_record(3, 500, 50, 20);

  CHECK(solve(record.pieces, SolveEffort::all_orders).offsets ==
        solve(record.pieces, SolveEffort::all_orders).offsets);
}
