// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/workspace/burst.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>

using namespace ebb;

static_assert(!std::is_copy_constructible_v<Burst<Workspace<>>> &&
              !std::is_move_constructible_v<Burst<Workspace<>>>);

TEST_CASE("A burst carves pieces from one request", "[workspace][burst][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  Burst burst{workspace, 1024};

  std::byte* const first = bytes_at(burst.allocate<8>());
  std::byte* const second = bytes_at(burst.allocate<65>());
  std::byte* const third = bytes_at(burst.allocate<64>());

  CHECK(second == first + 64);
  CHECK(third == second + 128);
  CHECK(workspace.report().demand_bytes == 1024);
  CHECK(workspace.allocate(64) == first + 1024);
}

TEST_CASE("A burst gives back what was not carved", "[workspace][burst][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  std::byte* carved = nullptr;
  {
    Burst burst{workspace, 1024};
    carved = bytes_at(burst.allocate<64>());
  }

  CHECK(workspace.allocate(64) == carved + 64);
}

TEST_CASE("A burst of which nothing was carved gives back all", "[workspace][burst][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  std::byte* const before = bytes_at(workspace.allocate(64));
  {
    const Burst burst{workspace, 1024};
  }

  CHECK(workspace.allocate(64) == before + 64);
}

TEST_CASE("A burst beneath the top keeps its rest to the end of the cycle",
          "[workspace][burst][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  std::byte* above = nullptr;
  {
    Burst burst{workspace, 1024};
    static_cast<void>(burst.allocate<64>());
    above = bytes_at(workspace.allocate(64));
  }

  CHECK(workspace.allocate(64) == above + 64);
}

TEST_CASE("A burst that is used up takes from the workspace", "[workspace][burst][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  Burst burst{workspace, 128};
  std::byte* const first = bytes_at(burst.allocate<128>());

  CHECK(burst.allocate<64>() == first + 128);
  CHECK(workspace.report().demand_bytes == 192);
}

TEST_CASE("A piece too large for the rest leaves the rest for smaller ones",
          "[workspace][burst][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  Burst burst{workspace, 256};
  std::byte* const first = bytes_at(burst.allocate<64>());

  std::byte* const large = bytes_at(burst.allocate<1024>());

  CHECK(large == first + 256);
  CHECK(burst.allocate<64>() == first + 64);
}

TEST_CASE("A burst may outlive its cycle and its workspace", "[workspace][burst][reuse]") {
  std::optional<Workspace<StartWith<4096>>> workspace{std::in_place};
  auto cycle = workspace->enter();
  std::optional<Burst<Workspace<StartWith<4096>>>> first{std::in_place, *workspace, 1024U};
  cycle.close();
  auto next = workspace->enter();
  std::byte* const piece = bytes_at(workspace->allocate(64));

  first.reset();
  CHECK(workspace->allocate(64) == piece + 64);

  std::optional<Burst<Workspace<StartWith<4096>>>> second{std::in_place, *workspace, 1024U};
  workspace.reset();
  second.reset();
}

TEST_CASE("A burst that spills is served like any request", "[workspace][burst][reuse]") {
  Workspace<StartWith<64>> workspace;
  auto cycle = workspace.enter();
  std::byte* carved = nullptr;
  {
    Burst burst{workspace, 4096};
    carved = bytes_at(burst.allocate<64>());
  }

  CHECK(workspace.report().spilled_requests == 1);
  CHECK(workspace.allocate(64) == carved + 64);
}

TEST_CASE("A burst on a closed or full workspace is the error of allocate",
          "[workspace][burst][reuse]") {
  Workspace<StartWith<64>, Fail> workspace;
  CHECK_THROWS_AS(Burst(workspace, 64), NoOpenCycle);
  auto cycle = workspace.enter();

  CHECK_THROWS_AS(Burst(workspace, 128), OutOfWorkspace);
  CHECK(workspace.report().demand_bytes == 0);
  Burst burst{workspace, 64};
  static_cast<void>(burst.allocate<64>());
  CHECK_THROWS_AS(burst.allocate<64>(), OutOfWorkspace);
}

TEST_CASE("A burst works through Core", "[workspace][burst][reuse]") {
  Workspace<StartWith<4096>, Granule<256>> workspace;
  Core& core = workspace;
  auto cycle = workspace.enter();
  std::byte* first = nullptr;
  {
    Burst burst{core, 1024};
    first = bytes_at(burst.allocate<8>());
    CHECK(burst.allocate<8>() == first + 256);
  }

  CHECK(workspace.allocate(8) == first + 512);
}
