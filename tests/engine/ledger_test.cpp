// SPDX-License-Identifier: Apache-2.0
#include <ebb/engine/ledger.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <type_traits>

using namespace ebb;

static_assert(std::is_trivially_copyable_v<CycleMeter> && std::is_trivially_copyable_v<Totals>);

// ---- the meter
// -----------------------------------------------------------------------------------

TEST_CASE("The meter keeps the highest position", "[engine][ledger]") {
  CycleMeter meter;

  meter.note(128);
  meter.note(64);

  CHECK(meter.position_peak == 128);
  CHECK(meter.live_peak == 128);
  CHECK(meter.demand() == 128);
}

TEST_CASE("What is dead below the cursor is not alive", "[engine][ledger]") {
  CycleMeter meter;
  meter.note(1000);
  meter.dead = 900;

  meter.note(1600);

  CHECK(meter.live_peak == 1000);
  CHECK(meter.demand() == 1600);
}

TEST_CASE("Pieces alone count for the demand with their largest sum", "[engine][ledger]") {
  CycleMeter meter;
  meter.piece_goes_out(500);
  meter.note(100);
  meter.outside -= 500;
  meter.piece_goes_out(300);

  meter.note(200);

  CHECK(meter.outside_peak == 500);
  CHECK(meter.live_peak == 600);
  CHECK(meter.demand() == 200 + 500);
}

TEST_CASE("More dead than there is leaves nothing alive", "[engine][ledger]") {
  CycleMeter meter;
  meter.dead = 100;

  meter.note(64);

  CHECK(meter.live_peak == 0);
}

// ---- what a workspace derives from cursor positions
// ----------------------------------------------

TEST_CASE("Given back in order the live peak is the demand", "[engine][ledger][reuse]") {
  Workspace<StartWith<4096>> workspace;
  {
    auto cycle = workspace.enter();
    void* const first = workspace.allocate(1024);
    void* const second = workspace.allocate(1024);
    workspace.deallocate(second, 1024);
    workspace.deallocate(first, 1024);
    static_cast<void>(workspace.allocate(512));
  }

  CHECK(workspace.report().last_demand_bytes == 2048);
  CHECK(workspace.report().live_peak_bytes == 2048);
}

TEST_CASE("A hole lowers the live peak and not the demand", "[engine][ledger][reuse]") {
  Workspace<StartWith<4096>> workspace;
  {
    auto cycle = workspace.enter();
    void* const hole = workspace.allocate(1024);
    static_cast<void>(workspace.allocate(64));
    workspace.deallocate(hole, 1024);
    static_cast<void>(workspace.allocate(1024));
  }

  CHECK(workspace.report().last_demand_bytes == 1024 + 64 + 1024);
  CHECK(workspace.report().live_peak_bytes == 64 + 1024);
}

TEST_CASE("Padding is demand and is not alive", "[engine][ledger][reuse]") {
  Workspace<StartWith<4096>> workspace;
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64));
    static_cast<void>(workspace.allocate(64, 1024));
  }

  CHECK(workspace.report().last_demand_bytes == 1024 + 64);
  CHECK(workspace.report().live_peak_bytes == 128);
}

TEST_CASE("The measure of a cycle does not leak into the next", "[engine][ledger][reuse]") {
  Workspace<StartWith<8192>, NoLearning> workspace;
  {
    auto cycle = workspace.enter();
    void* const hole = workspace.allocate(4096);
    static_cast<void>(workspace.allocate(64));
    workspace.deallocate(hole, 4096);
  }
  CHECK(workspace.report().live_peak_bytes == 4096 + 64);

  for (int i = 0; i < 2; ++i) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(128));
  }

  CHECK(workspace.report().last_demand_bytes == 128);
  CHECK(workspace.report().live_peak_bytes == 128);
  CHECK(workspace.report().largest_demand_bytes == 4096 + 64);
}

TEST_CASE("The demand of a cycle that spills is what a block would have needed",
          "[engine][ledger][reuse]") {
  Workspace<StartWith<1024>> workspace;
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(1000));
  static_cast<void>(workspace.allocate(1000, 512));
  static_cast<void>(workspace.allocate(100000));

  CHECK(workspace.report().demand_bytes == 1024 + 1024 + 100032);
  CHECK(workspace.report().spilled_bytes == 1024 + 100032);
  cycle.close();

  CHECK(workspace.report().last_demand_bytes == 1024 + 1024 + 100032);
  CHECK(workspace.report().spilled_bytes == 1024 + 100032);
  CHECK(workspace.report().live_peak_bytes == 1024 + 1024 + 100032);
}
