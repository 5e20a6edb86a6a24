// SPDX-License-Identifier: Apache-2.0
#include <ebb/engine/plan.hpp>
#include <ebb/engine/solver.hpp>
#include <ebb/testing/program.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

using namespace ebb;

namespace {

// Every run is the same; RC_PARAMS in the environment asks for another one.
const int fixed_seed = ::setenv("RC_PARAMS", "seed=20240229 max_success=300", 0);

constexpr Alignment granule{64};

std::size_t below(std::size_t bound) { return *rc::gen::inRange<std::size_t>(0, bound); }

// Takes and gives of any kind; sizes in granules, now and then an alignment above it.
CycleRecord some_record() {
  CycleRecord record;
  std::vector<std::uint32_t> live;
  for (std::size_t events = below(120); events != 0; --events) {
    if (!live.empty() && below(2) == 0) {
      const std::size_t which = below(live.size());
      record.give(live[which]);
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(which));
    } else {
      const std::size_t alignment = below(5) == 0 ? std::size_t{1} << below(13) : 1;
      live.push_back(record.take(64 * (1 + below(50)), alignment));
    }
  }
  record.close();
  return record;
}

SolveEffort some_effort() {
  return below(2) == 0 ? SolveEffort::time_order : SolveEffort::all_orders;
}

// By looking at all pairs.
bool is_sound_by_pairs(const CycleRecord& record, const std::vector<std::size_t>& offsets) {
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const Lifetime& a = record.pieces[i];
    if (offsets[i] % std::max(a.alignment, granule.bytes()) != 0) return false;
    for (std::size_t j = 0; j < i; ++j) {
      const Lifetime& b = record.pieces[j];
      if (a.birth < b.death && b.birth < a.death && offsets[i] < offsets[j] + b.bytes &&
          offsets[j] < offsets[i] + a.bytes)
        return false;
    }
  }
  return true;
}

std::vector<std::size_t> offsets_of(const Plan& plan) {
  return {plan.offsets().begin(), plan.offsets().end()};
}

std::size_t highest_end(const Plan& plan) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < plan.pieces().size(); ++i)
    end = std::max(end, plan.offsets()[i] + plan.pieces()[i].bytes);
  return end;
}

}  // namespace

TEST_CASE("Every packing keeps the laws of a packing", "[engine][plan]") {
  rc::prop("no two pieces that live together overlap, and all are aligned", [] {
    const CycleRecord record = some_record();
    RC_ASSERT(is_sound_by_pairs(record, solve(record.pieces, some_effort()).offsets));
  });
  rc::prop("it is as large as its highest end", [] {
    const Plan plan(some_record(), some_effort());
    RC_ASSERT(plan.bytes() == highest_end(plan));
  });
  rc::prop("it is not below the live bound, nor above what a bump needs with its padding", [] {
    const CycleRecord record = some_record();
    const Plan plan(record, some_effort());
    std::size_t padded = 0;
    for (const Lifetime& piece : record.pieces) padded += piece.bytes + piece.alignment;
    RC_ASSERT(plan.bytes() >= plan.live_bytes());
    RC_ASSERT(plan.bytes() <= padded);
    RC_ASSERT(plan.live_bytes() <= plan.bump_bytes());
  });
  rc::prop("more effort is never worse", [] {
    const CycleRecord record = some_record();
    RC_ASSERT(solve(record.pieces, SolveEffort::all_orders).bytes <=
              solve(record.pieces, SolveEffort::time_order).bytes);
  });
}

TEST_CASE("The live bound is what counting event by event finds", "[engine][plan]") {
  rc::prop("the same", [] {
    const CycleRecord record = some_record();
    std::size_t live = 0;
    std::size_t peak = 0;
    for (const PlanEvent event : record.events) {
      const std::size_t bytes = record.pieces[event.piece].bytes;
      live = event.is_give ? live - bytes : live + bytes;
      peak = std::max(peak, live);
    }
    RC_ASSERT(live_lower_bound(record.pieces) == peak);
  });
}

TEST_CASE("The sweep agrees with a look at all pairs", "[engine][plan]") {
  rc::prop("of offsets by chance", [] {
    const CycleRecord record = some_record();
    std::vector<std::size_t> offsets = solve(record.pieces, some_effort()).offsets;
    // Few of any offsets are sound, so only some are changed.
    for (std::size_t& offset : offsets)
      if (below(20) == 0) offset = 32 * below(200);
    RC_CLASSIFY(is_sound_by_pairs(record, offsets));
    RC_ASSERT(Plan(record, offsets).is_sound(granule) == is_sound_by_pairs(record, offsets));
  });
}

TEST_CASE("A plan that is enlarged or improved is as sound as before", "[engine][plan]") {
  rc::prop("enlarged", [] {
    CycleRecord record = some_record();
    Plan plan(record, some_effort());
    const std::size_t bytes = plan.bytes();
    for (Lifetime& piece : record.pieces) {
      if (below(8) == 0) piece.bytes += 64 * below(10);
      if (below(16) == 0) piece.alignment = std::max(piece.alignment, std::size_t{1} << below(13));
    }
    const Plan before = plan;

    const bool is_enlarged = plan.enlarge(record);

    RC_CLASSIFY(is_enlarged);
    RC_ASSERT(plan.bytes() <= bytes);
    RC_ASSERT(is_sound_by_pairs(plan.record(), offsets_of(plan)));
    RC_ASSERT(highest_end(plan) == plan.bytes());
    if (is_enlarged) {
      RC_ASSERT(!CycleRecord(plan.record()).grow_to(record));
      RC_ASSERT(plan.live_bytes() == live_lower_bound(record.pieces));
    } else {
      RC_ASSERT(offsets_of(plan) == offsets_of(before));
    }
  });
  rc::prop("improved", [] {
    Plan plan(some_record(), SolveEffort::time_order);
    const std::size_t bytes = plan.bytes();

    const bool is_improved = plan.improve();

    RC_ASSERT(is_improved == (plan.bytes() < bytes));
    RC_ASSERT(is_sound_by_pairs(plan.record(), offsets_of(plan)));
    RC_ASSERT(!plan.improve());
  });
}
