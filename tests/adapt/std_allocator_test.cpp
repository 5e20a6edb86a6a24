// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include "containers.hpp"
#include <ebb/adapt/pmr.hpp>
#include <ebb/adapt/std_allocator.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

using namespace ebb;

using Traits = std::allocator_traits<std_allocator<int>>;
static_assert(sizeof(std_allocator<int>) == 2 * sizeof(void*));
static_assert(std::is_trivially_copyable_v<std_allocator<int>>);
static_assert(!Traits::propagate_on_container_copy_assignment::value);
static_assert(!Traits::propagate_on_container_move_assignment::value);
static_assert(Traits::propagate_on_container_swap::value);
static_assert(!Traits::is_always_equal::value);
static_assert(std::is_same_v<Traits::rebind_alloc<double>, std_allocator<double>>);
static_assert(std::is_same_v<vector<int>, std::vector<int, std_allocator<int>>>);

namespace {

using Plain = Workspace<StartWith<(1 << 20)>>;

}  // namespace

// ---- the allocator itself
// ------------------------------------------------------------------------

TEST_CASE("The allocator takes from the open cycle and gives back",
          "[adapt][std_allocator][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();
  std_allocator<int> allocator{workspace};

  int* const first = allocator.allocate(100);
  CHECK(workspace.report().demand_bytes == 448);
  allocator.deallocate(first, 100);

  CHECK(allocator.allocate(1) == first);
}

TEST_CASE("The allocator aligns to its elements", "[adapt][std_allocator]") {
  struct alignas(1024) Wide {
    int value;
  };
  Plain workspace;
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(64));

  CHECK(is_aligned(std_allocator<Wide>{workspace}.allocate(2), Alignment(1024)));
}

TEST_CASE("Allocators are equal by workspace and cycle", "[adapt][std_allocator]") {
  Plain workspace;
  Plain other;
  auto cycle = workspace.enter();
  auto other_cycle = other.enter();
  const std_allocator<int> allocator{workspace};
  const std_allocator<int> same{workspace};
  const std_allocator<double> rebound{allocator};
  const std_allocator<int> of_other{other};

  CHECK(allocator == same);
  CHECK(allocator == rebound);
  CHECK(std_allocator<int>{rebound} == allocator);
  CHECK(allocator != of_other);
  cycle.close();
  auto next = workspace.enter();
  CHECK(allocator != std_allocator<int>{workspace});
}

TEST_CASE("An allocator on a closed workspace is NoOpenCycle", "[adapt][std_allocator]") {
  Plain workspace{"step"};

  CHECK(contains(message_of<NoOpenCycle>([&] { const std_allocator<int> allocator{workspace}; }),
                 "\"step\" is closed"));
  CHECK_THROWS_AS(vector<int>{workspace}, NoOpenCycle);
}

TEST_CASE("A count whose bytes overflow is a BadRequest to the allocator",
          "[adapt][std_allocator]") {
  Plain workspace{"step"};
  auto cycle = workspace.enter();
  std_allocator<int> allocator{workspace};

  CHECK(contains(
      message_of<BadRequest>([&] { static_cast<void>(allocator.allocate(max_bytes / 2)); }),
      "\"step\" was asked for 9 223 372 036 854 775 807 × 4 bytes"));
  CHECK(workspace.report().demand_bytes == 0);
}

TEST_CASE("The allocator has the errors of its workspace", "[adapt][std_allocator][reuse]") {
  Workspace<StartWith<64>, Fail> workspace;
  auto cycle = workspace.enter();
  vector<int> values{workspace};
  values.assign(16, 7);

  CHECK_THROWS_AS(values.push_back(1), OutOfWorkspace);
  CHECK(values.size() == 16);
  CHECK(values.back() == 7);
}

TEST_CASE("A stale allocator throws and its give-back is harmless",
          "[adapt][std_allocator][reuse]") {
  const Violations violations;
  Plain workspace;
  auto cycle = workspace.enter();
  std_allocator<int> allocator{workspace};
  int* const piece = allocator.allocate(16);
  cycle.close();
  CHECK_THROWS_AS(allocator.allocate(1), StaleArray);
  allocator.deallocate(piece, 16);
  auto next = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(64));

  CHECK_THROWS_AS(allocator.allocate(1), StaleArray);
  allocator.deallocate(piece, 16);

  CHECK(workspace.allocate(64) == first + 64);
  CHECK(violations.count() == 0);
}

TEST_CASE("An allocator may outlive its workspace", "[adapt][std_allocator]") {
  std::optional<Plain> workspace{std::in_place};
  auto cycle = workspace->enter();
  std_allocator<int> allocator{*workspace};
  int* const piece = allocator.allocate(16);
  workspace.reset();

  allocator.deallocate(piece, 16);

  CHECK_THROWS_AS(allocator.allocate(1), StaleArray);
}

// ---- propagation
// ---------------------------------------------------------------------------------

TEST_CASE("A copy takes from where the original does", "[adapt][std_allocator]") {
  Plain workspace;
  auto cycle = workspace.enter();
  const vector<int> original({1, 2, 3}, workspace);

  const vector<int> copy = original;

  CHECK(copy == original);
  CHECK(copy.get_allocator() == original.get_allocator());
}

TEST_CASE("Copy assignment puts elements into the target's memory",
          "[adapt][std_allocator][reuse]") {
  Plain source;
  Plain target;
  auto source_cycle = source.enter();
  auto target_cycle = target.enter();
  const vector<int> from({1, 2, 3}, source);
  vector<int> to{target};
  const auto before = source.report().demand_bytes;

  to = from;

  CHECK(to == from);
  CHECK(to.get_allocator() == std_allocator<int>{target});
  CHECK(target.report().demand_bytes == 64);
  CHECK(source.report().demand_bytes == before);
}

TEST_CASE("Move assignment puts elements into the target's memory", "[adapt][std_allocator]") {
  Plain source;
  Plain target;
  auto target_cycle = target.enter();
  vector<int> to{target};
  {
    auto source_cycle = source.enter();
    vector<int> from({1, 2, 3}, source);

    to = std::move(from);
  }

  CHECK(to == vector<int>({1, 2, 3}, target));
  CHECK(to.get_allocator() == std_allocator<int>{target});
}

TEST_CASE("Move assignment within a cycle moves the memory", "[adapt][std_allocator]") {
  Plain workspace;
  auto cycle = workspace.enter();
  vector<int> from({1, 2, 3}, workspace);
  vector<int> to{workspace};
  const int* const elements = from.data();

  to = std::move(from);

  CHECK(to.data() == elements);
}

TEST_CASE("swap exchanges memory and allocators", "[adapt][std_allocator]") {
  Plain first;
  Plain second;
  auto first_cycle = first.enter();
  auto second_cycle = second.enter();
  vector<int> a({1, 2, 3}, first);
  vector<int> b({4}, second);
  const int* const elements = a.data();

  a.swap(b);

  CHECK(b.data() == elements);
  CHECK(b.get_allocator() == std_allocator<int>{first});
  CHECK(a.get_allocator() == std_allocator<int>{second});
}

TEST_CASE("A contiguous container of plain elements may outlive its cycle",
          "[adapt][std_allocator][reuse]") {
  const Violations violations;
  Plain workspace;
  auto cycle = workspace.enter();
  vector<int> values({1, 2, 3}, workspace);
  ebb::string text("long enough to leave the small string behind it", workspace);
  cycle.close();
  auto next = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(64));

  values = vector<int>{workspace};
  CHECK_THROWS_AS(text.append(1000, '-'), StaleArray);

  CHECK(workspace.allocate(64) == first + 64);
  CHECK(violations.count() == 0);
}

TEST_CASE("ebb::string is a string in the workspace", "[adapt][std_allocator][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();

  ebb::string text(1000, '-', workspace);
  text += "end";

  CHECK(text.size() == 1003);
  CHECK(workspace.report().demand_bytes >= 1003);
}

// ---- every container
// -----------------------------------------------------------------------------

TEMPLATE_TEST_CASE("A standard container lives in a workspace", "[adapt][std_allocator][reuse]",
                   Vector, Deque, List, ForwardList, Map, Set, UnorderedMap, BasicString) {
  Workspace<Counted<>> workspace;
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();

    use_container<TestType>(std_allocator<int>{workspace});
  }

  CHECK(workspace.report().last_demand_bytes > 0);
}

TEMPLATE_TEST_CASE("A container rebuilt in each cycle makes no space call after the first",
                   "[adapt][std_allocator][reuse]", Vector, Deque, List, ForwardList, Map, Set,
                   UnorderedMap, BasicString) {
  Workspace<Counted<>> workspace;
  std::size_t calls = 0;
  for (int i = 0; i < 3; ++i) {
    {
      auto cycle = workspace.enter();
      use_container<TestType>(std_allocator<int>{workspace});
    }
    if (i == 0) calls = workspace.space().calls();
  }

  CHECK(workspace.space().calls() == calls);
}
