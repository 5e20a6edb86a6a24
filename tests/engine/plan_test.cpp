// SPDX-License-Identifier: Apache-2.0
#include <ebb/engine/plan.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <utility>
#include <vector>

using namespace ebb;

namespace {

// + 0, + 1, - 0, + 2, - 1
CycleRecord some_record() {
  CycleRecord record;
  const auto first = record.take(128, 1);
  const auto second = record.take(256, 1);
  record.give(first);
  static_cast<void>(record.take(64, 1));
  record.give(second);
  record.close();
  return record;
}

bool is_sound(std::vector<std::size_t> offsets) {
  return Plan(some_record(), std::move(offsets)).is_sound(Alignment(64));
}

}  // namespace

TEST_CASE("A record numbers pieces in the order of their takes", "[engine][plan]") {
  const CycleRecord record = some_record();

  CHECK(record.events ==
        std::vector<PlanEvent>{{0, false}, {1, false}, {0, true}, {2, false}, {1, true}});
  CHECK(record.pieces[0].birth == 0);
  CHECK(record.pieces[0].death == 2);
  CHECK(record.pieces[1].death == 4);
}

TEST_CASE("What is never given back dies with the record", "[engine][plan]") {
  const CycleRecord record = some_record();

  CHECK(record.pieces[2].birth == 3);
  CHECK(record.pieces[2].death == 5);
}

TEST_CASE("A cleared record is empty", "[engine][plan]") {
  CycleRecord record = some_record();

  record.clear();

  CHECK(record.events.empty());
  CHECK(record.pieces.empty());
}

TEST_CASE("Shape is the kinds and the order of gives, whatever the sizes", "[engine][plan]") {
  CycleRecord larger;
  const auto first = larger.take(1024, 256);
  const auto second = larger.take(64, 1);
  larger.give(first);
  static_cast<void>(larger.take(64, 1));
  CHECK(!larger.has_shape_of(some_record()));

  larger.give(second);

  CHECK(larger.has_shape_of(some_record()));
}

TEST_CASE("Records of one shape grow to the largest of each piece", "[engine][plan]") {
  CycleRecord record = some_record();
  CycleRecord other = some_record();
  other.pieces[0].bytes = 64;
  other.pieces[1].bytes = 512;
  other.pieces[2].alignment = 1024;

  CHECK(record.grow_to(other));

  CHECK(record.pieces[0].bytes == 128);
  CHECK(record.pieces[1].bytes == 512);
  CHECK(record.pieces[2].alignment == 1024);
  CHECK(!record.grow_to(other));
}

TEST_CASE("An empty plan needs nothing", "[engine][plan]") {
  const Plan plan;

  CHECK(plan.bytes() == 0);
  CHECK(plan.live_bytes() == 0);
  CHECK(plan.bump_bytes() == 0);
  CHECK(plan.is_sound(Alignment(64)));
}

TEST_CASE("A plan knows its size, the live bound and what a bump needs", "[engine][plan]") {
  const Plan plan(some_record(), SolveEffort::all_orders);

  CHECK(plan.bytes() == 384);
  CHECK(plan.live_bytes() == 384);
  CHECK(plan.bump_bytes() == 448);
  CHECK(plan.pieces().size() == 3);
  CHECK(plan.events().size() == 5);
  CHECK(plan.is_sound(Alignment(64)));
}

TEST_CASE("A plan with known offsets is as large as its highest end", "[engine][plan]") {
  const Plan plan(some_record(), {0, 1024, 64});

  CHECK(plan.bytes() == 1280);
  CHECK(plan.live_bytes() == 384);
}

TEST_CASE("The sweep finds what overlaps while it lives, and nothing else", "[engine][plan]") {
  CHECK(is_sound({0, 128, 0}));  // 2 takes the place of 0, which is gone
  CHECK(is_sound({256, 0, 256}));
  CHECK(!is_sound({0, 64, 320}));   // the end of 0 in 1
  CHECK(!is_sound({0, 0, 320}));    // the same place
  CHECK(!is_sound({192, 0, 320}));  // 0 begins in 1
  CHECK(!is_sound({0, 128, 192}));  // 2 in the middle of 1
  CHECK(!is_sound({0, 128, 320}));  // 2 at the end of 1
}

TEST_CASE("The sweep finds what is not aligned, and what wraps", "[engine][plan]") {
  CHECK(!is_sound({0, 128 + 32, 0}));
  CHECK(!is_sound({0, 128, max_bytes - 63}));

  CycleRecord record = some_record();
  record.pieces[1].alignment = 256;
  CHECK(!Plan(record, {0, 128, 0}).is_sound(Alignment(64)));
  CHECK(Plan(record, {0, 256, 0}).is_sound(Alignment(64)));
}

TEST_CASE("A plan is improved only where all orders are better", "[engine][plan]") {
  Plan good(some_record(), SolveEffort::all_orders);
  CHECK(!good.improve());
  CHECK(good.bytes() == 384);

  Plan wasteful(some_record(), {0, 1024, 64});
  CHECK(wasteful.improve());
  CHECK(wasteful.bytes() == 384);
  CHECK(wasteful.bump_bytes() == 448);
  CHECK(wasteful.is_sound(Alignment(64)));
}
