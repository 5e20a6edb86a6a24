// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/engine/report.hpp>
#include <ebb/space/failing.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace ebb;

namespace {

std::vector<Report>& told() {
  static std::vector<Report> reports;
  return reports;
}
void tell(const Report& report) noexcept { told().push_back(report); }

}  // namespace

TEST_CASE("A report is printed as a table of its numbers", "[engine][report]") {
  Report report;
  report.name = "step";
  report.cycles = 3;
  report.block_bytes = 1048576;

  const std::string table = to_string(report);

  CHECK(table ==
        "workspace \"step\"\n"
        "  cycles                                     3\n"
        "  generation                                 0\n"
        "  block_bytes                        1 048 576\n"
        "  demand_bytes                               0\n"
        "  last_demand_bytes                          0\n"
        "  largest_demand_bytes                       0\n"
        "  live_peak_bytes                            0\n"
        "  headroom_percent                           0\n"
        "  spilled_bytes                              0\n"
        "  spilled_requests                           0\n"
        "  oversize_bytes                             0\n"
        "  space_calls                                0\n"
        "  space_refusals                             0\n"
        "  stale_handles                              0\n");
}

TEST_CASE("A streamed report is the same table", "[engine][report]") {
  const Workspace<> workspace{"step"};
  std::ostringstream stream;

  stream << workspace.report();

  CHECK(stream.str() == to_string(workspace.report()));
}

TEST_CASE("A fresh workspace reports nothing but its policies", "[engine][report]") {
  const Workspace<Overallocate<12>> workspace{"step"};

  const Report report = workspace.report();

  CHECK(report.name == "step");
  CHECK(report.headroom_percent == 12);
  std::uint64_t sum = 0;
  report.for_each([&](const char*, std::uint64_t number) { sum += number; });
  CHECK(sum == 12);
  CHECK_FALSE(report.sealed);
  CHECK(report.plan.bytes == 0);
  CHECK(report.plan.first_mismatch.empty());
}

TEST_CASE("A report tells the history of a workspace", "[engine][report][reuse]") {
  Workspace<Strict> workspace;
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(1000));
    static_cast<void>(workspace.allocate(200000));
    CHECK(workspace.report().cycles == 0);
    CHECK(workspace.report().generation == 1);
    CHECK(workspace.report().demand_bytes == 1024 + 200000);
    CHECK(workspace.report().last_demand_bytes == 0);
  }

  Report report = workspace.report();
  CHECK(report.cycles == 1);
  CHECK(report.block_bytes == 201024);
  CHECK(report.demand_bytes == 0);
  CHECK(report.last_demand_bytes == 201024);
  CHECK(report.largest_demand_bytes == 201024);
  CHECK(report.spilled_bytes == 201024);
  CHECK(report.spilled_requests == 2);
  CHECK(report.oversize_bytes == 0);
  CHECK(report.space_calls == 3);
  CHECK(report.space_refusals == 0);
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(1000));
    CHECK(workspace.report().demand_bytes == 1024);
  }

  report = workspace.report();
  CHECK(report.cycles == 2);
  CHECK(report.last_demand_bytes == 1024);
  CHECK(report.largest_demand_bytes == 201024);
  CHECK(report.live_peak_bytes == 1024);
  CHECK(report.spilled_bytes == 201024);
  CHECK(report.space_calls == 3);
}

TEST_CASE("Refused calls of the space are counted as calls", "[engine][report][reuse]") {
  Workspace<StartWith<4096>, Failing<>> workspace{"step", Failing<>{Host{}, 1}};

  CHECK_THROWS_AS(workspace.enter(), SpaceRefused);

  CHECK(workspace.report().space_calls == 1);
  CHECK(workspace.report().space_refusals == 1);
}

TEST_CASE("Totals go on after destroy", "[engine][report]") {
  Workspace<> workspace;
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(1000));
  }
  const Report before = workspace.report();

  workspace.destroy();

  const Report after = workspace.report();
  CHECK(after.cycles == before.cycles);
  CHECK(after.generation == before.generation + 1);
  CHECK(after.space_calls == before.space_calls);
  CHECK(after.spilled_bytes == before.spilled_bytes);
  CHECK(after.block_bytes == 0);
}

TEST_CASE("The uses of stale handles are counted", "[engine][report]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);
  const ArrayView<int> view = array;
  cycle.close();

  CHECK_THROWS_AS(array.view(), StaleArray);
  CHECK_THROWS_AS(view.view(), StaleArray);
  CHECK_FALSE(view.try_view());

  CHECK(workspace.report().stale_handles == 2);
}

TEST_CASE("The hook is told the report of every cycle that ends", "[engine][report][reuse]") {
  told().clear();
  Workspace<> workspace{"step"};
  workspace.on_close(&tell);
  for (const std::size_t bytes : {1000U, 2000U}) {
    auto cycle = workspace.enter();
    auto nested = workspace.enter();
    static_cast<void>(workspace.allocate(bytes));
  }

  REQUIRE(told().size() == 2);
  CHECK(told()[0].name == "step");
  CHECK(told()[0].cycles == 1);
  CHECK(told()[0].last_demand_bytes == 1024);
  CHECK(told()[1].cycles == 2);
  CHECK(told()[1].last_demand_bytes == 2048);
  CHECK(told()[1].demand_bytes == 0);
}

TEST_CASE("The hook is told when destroy or an exception ends the cycle", "[engine][report]") {
  told().clear();
  Workspace<> workspace;
  workspace.on_close(&tell);
  auto cycle = workspace.enter();
  workspace.destroy();
  CHECK(told().size() == 1);

  try {
    auto next = workspace.enter();
    throw std::runtime_error("in the middle");
  } catch (const std::runtime_error&) {
  }

  CHECK(told().size() == 2);
}

TEST_CASE("The hook set within a cycle is told at its end", "[engine][report]") {
  told().clear();
  Workspace<StartWith<4096>, NoLearning> workspace;
  {
    auto cycle = workspace.enter();
  }
  {
    auto cycle = workspace.enter();
    workspace.on_close(&tell);
  }

  CHECK(told().size() == 1);
}

TEST_CASE("A null hook is none", "[engine][report]") {
  told().clear();
  Workspace<> workspace;
  workspace.on_close(&tell);
  workspace.on_close(nullptr);

  {
    auto cycle = workspace.enter();
  }

  CHECK(told().empty());
}

TEST_CASE("A printed report names what was held and what grows", "[engine][report]") {
  Report report;
  report.name = "step";
  const std::string without = to_string(report);
  report.escapes.push_back({{.place = {"a.cpp", 1}, .name = "x", .taker = Taker::array}, 4000, 2});
  report.growing.push_back({{.place = {"b.cpp", 2}, .taker = Taker::container}, 8000, 5});

  CHECK(to_string(report) ==
        without +
            "  held beyond the cycle: array \"x\", made at a.cpp:1 (4 000 bytes, 2 pieces)\n"
            "  growing: container, made at b.cpp:2 (8 000 bytes, 5 cycles that each asked for "
            "more)\n");
}
