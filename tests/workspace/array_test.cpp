// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/space/counted.hpp>
#include <ebb/workspace/array.hpp>
#include <ebb/workspace/current.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ebb;

static_assert(!std::is_copy_constructible_v<Array<int>> && !std::is_copy_assignable_v<Array<int>>);
static_assert(std::is_nothrow_move_constructible_v<Array<int>> &&
              std::is_nothrow_move_assignable_v<Array<int>>);
static_assert(std::is_trivially_copyable_v<ArrayView<int>>);
static_assert(!std::is_copy_constructible_v<Detached<int>> &&
              std::is_nothrow_move_constructible_v<Detached<int>>);

// A view of what goes on living, with const where the array has it.
static_assert(std::convertible_to<Array<int>&, ArrayView<int>>);
static_assert(std::convertible_to<const Array<int>&, ArrayView<const int>>);
static_assert(std::convertible_to<ArrayView<int>, ArrayView<const int>>);
static_assert(!std::convertible_to<Array<int>, ArrayView<int>>);
static_assert(!std::convertible_to<const Array<int>&, ArrayView<int>>);
static_assert(!std::convertible_to<ArrayView<const int>, ArrayView<int>>);
static_assert(std::same_as<decltype(std::declval<Array<int>&>().view()), std::span<int>>);
static_assert(
    std::same_as<decltype(std::declval<const Array<int>&>().view()), std::span<const int>>);

namespace {

using Plain = Workspace<StartWith<65536>>;

template <class View>
void fill_with_numbers(View view) {
  std::iota(view.begin(), view.end(), 1);
}

template <class A, class B>
bool equal(A&& a, B&& b) {
  return std::ranges::equal(a, b);
}

const std::vector<int> one_to_four{1, 2, 3, 4};

}  // namespace

// ---- ownership
// -----------------------------------------------------------------------------------

TEST_CASE("An array gives its memory back when it goes", "[workspace][array][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();
  const int* place = nullptr;
  {
    auto array = workspace.make<int>(100);
    place = array.view().data();
  }

  CHECK(workspace.make<int>(5).keep().view().data() == place);
}

TEST_CASE("Arrays of a helper are gone when it returns", "[workspace][array][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();
  std::byte* const before = bytes_at(workspace.allocate(64));
  const auto helper = [&] {
    auto first = workspace.make<int>(1000);
    auto second = workspace.make<double>(100);
    auto third = workspace.make<char>(1);
  };

  helper();

  CHECK(workspace.allocate(64) == before + 64);
}

TEST_CASE("A moved array gives back once and the one moved from is none",
          "[workspace][array][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);
  fill_with_numbers(array.view());
  {
    Array<int> moved = std::move(array);
    CHECK(equal(moved.view(), one_to_four));
    CHECK_FALSE(array.is_in_scope());
    CHECK_FALSE(array.is_attached());
    CHECK(array.size() == 0);
    CHECK_FALSE(array.try_view());
    CHECK_THROWS_AS(array.view(), StaleArray);
  }

  CHECK(workspace.report().live_peak_bytes == 0);
  std::byte* const next = bytes_at(workspace.allocate(64));
  CHECK(workspace.allocate(64) == next + 64);
}

TEST_CASE("Assigning an array gives back what was there", "[workspace][array][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto below = workspace.make<int>(4);
  auto array = workspace.make<int>(100);
  const int* const place = array.view().data();

  array = std::move(below);

  CHECK(workspace.make<int>(1).keep().view().data() == place);
  CHECK(array.size() == 4);
}

TEST_CASE("Assigning an array to itself keeps it", "[workspace][array]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);
  fill_with_numbers(array.view());
  Array<int>& same = array;

  array = std::move(same);

  CHECK(equal(array.view(), one_to_four));
}

TEST_CASE("Arrays swap also between workspaces and the heap", "[workspace][array][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto attached = workspace.make<int>(4);
  fill_with_numbers(attached.view());
  std::optional<Array<int>> detached;
  {
    auto none = outside();
    detached = make<int>(2);
  }

  attached.swap(*detached);

  CHECK_FALSE(attached.is_attached());
  CHECK(attached.size() == 2);
  CHECK(detached->is_attached());
  CHECK(equal(detached->view(), one_to_four));
}

TEST_CASE("An array by default is none and harmless", "[workspace][array]") {
  Array<int> array;
  Array<int> other = std::move(array);

  CHECK(other.size() == 0);
  CHECK_FALSE(other.is_attached());
  CHECK_FALSE(other.is_in_scope());
  CHECK_THROWS_AS(other.view(), StaleArray);
  CHECK_THROWS_AS(other.detach(), StaleArray);
  CHECK_THROWS_AS(std::move(other).keep(), StaleArray);
}

TEST_CASE("An array of an earlier cycle gives nothing back", "[workspace][array]") {
  const Violations violations;
  Plain workspace;
  std::optional<Array<int>> old;
  {
    auto cycle = workspace.enter();
    old = workspace.make<int>(16);
  }
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(16);
  fill_with_numbers(array.view());

  old.reset();
  auto next = workspace.make<int>(16);

  CHECK(next.view().data() != array.view().data());
  CHECK(array.view()[15] == 16);
  CHECK(violations.count() == 0);
}

TEST_CASE("An array may outlive its workspace", "[workspace][array]") {
  std::optional<Plain> workspace{std::in_place};
  auto cycle = workspace->enter();
  auto array = workspace->make<int>(16);

  workspace.reset();

  CHECK_FALSE(array.is_in_scope());
  CHECK_THROWS_AS(array.view(), StaleArray);
}

// ---- views
// ---------------------------------------------------------------------------------------

TEST_CASE("A view shares the elements of its array", "[workspace][array][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);

  ArrayView<int> view = array;
  const ArrayView<int> copy = view;
  const ArrayView<const int> constant = copy;
  const ArrayView<const int> of_constant = std::as_const(array);
  fill_with_numbers(copy.view());

  CHECK(equal(array.view(), one_to_four));
  CHECK(equal(constant.view(), one_to_four));
  CHECK(of_constant.view().data() == array.view().data());
  CHECK(view.size() == 4);
  CHECK(view.is_attached());
}

TEST_CASE("try_view answers nothing exactly where view would throw", "[workspace][array]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);
  const ArrayView<int> view = array;
  REQUIRE(array.try_view());
  REQUIRE(std::as_const(array).try_view());
  REQUIRE(view.try_view());
  CHECK(array.try_view()->data() == view.view().data());
  CHECK(std::as_const(array).try_view()->size() == 4);

  cycle.close();

  CHECK_FALSE(array.try_view());
  CHECK_FALSE(std::as_const(array).try_view());
  CHECK_FALSE(view.try_view());
}

TEST_CASE("keep leaves the memory to the cycle", "[workspace][array]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);
  fill_with_numbers(array.view());

  const ArrayView<int> kept = std::move(array).keep();
  auto next = workspace.make<int>(4);

  CHECK(next.view().data() != kept.view().data());
  CHECK(equal(kept.view(), one_to_four));
  CHECK_FALSE(array.is_in_scope());
  CHECK_THROWS_AS(std::move(array).keep(), StaleArray);
}

TEST_CASE("A stale array cannot be kept and is unchanged", "[workspace][array][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);
  cycle.close();

  CHECK_THROWS_AS(std::move(array).keep(), StaleArray);

  CHECK(array.size() == 4);
  CHECK(array.is_attached());
}

TEST_CASE("is_attached and is_in_scope tell the heap from a cycle", "[workspace][array][reuse]") {
  Plain workspace;
  auto on_heap = make<int>(4);
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);
  CHECK(array.is_attached());
  CHECK(array.is_in_scope());
  CHECK_FALSE(on_heap.is_attached());
  CHECK(on_heap.is_in_scope());

  cycle.close();

  CHECK(array.is_attached());
  CHECK_FALSE(array.is_in_scope());
  CHECK(on_heap.is_in_scope());
}

TEST_CASE("An array is in the workspace that it was made in while its cycle lives",
          "[workspace][array]") {
  Workspace<> workspace{"step"};
  Workspace<> namesake{"step"};
  auto cycle = workspace.enter();
  auto cycle_of_namesake = namesake.enter();
  const auto array = workspace.make<int>(10);
  const auto on_heap = [] {
    auto nowhere = outside();
    return make<int>(10);
  }();

  CHECK(array.is_in(&workspace));
  CHECK_FALSE(array.is_in(&namesake));
  CHECK_FALSE(array.is_in(nullptr));
  CHECK(array.workspace_name() == "step");
  CHECK(on_heap.is_in(nullptr));
  CHECK_FALSE(on_heap.is_in(&workspace));
  CHECK(on_heap.workspace_name().empty());
  CHECK_FALSE(Array<int>().is_in(nullptr));
  cycle.close();
  CHECK_FALSE(array.is_in(&workspace));
  auto again = workspace.enter();
  CHECK_FALSE(array.is_in(&workspace));
}

TEST_CASE("An array of constants can be read", "[workspace][array]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);
  fill_with_numbers(array.view());

  const ArrayView<const int> view = array;

  const Detached<int> copy = view.detach();
  CHECK(equal(copy.view(), one_to_four));
  CHECK(equal(view.copy_to_current().keep().view(), one_to_four));
}

// ---- copies
// --------------------------------------------------------------------------------------

TEST_CASE("A detached copy outlives the cycle", "[workspace][array]") {
  Plain workspace;
  Detached<int> copy;
  CHECK(copy.size() == 0);
  CHECK(copy.view().empty());
  {
    auto cycle = workspace.enter();
    auto array = workspace.make<int>(4);
    fill_with_numbers(array.view());
    copy = array.detach();
    array.view()[0] = 100;
  }

  CHECK(copy.size() == 4);
  CHECK(equal(copy.view(), one_to_four));
  CHECK(is_aligned(copy.view().data(), Alignment(64)));
  const Detached<int> moved = std::move(copy);
  CHECK(equal(moved.view(), one_to_four));
}

TEST_CASE("A copy that the heap refuses is SpaceRefused", "[workspace][array]") {
  const int element = 1;
  const volatile std::size_t count = max_bytes / 16;  // hidden: g++ would warn of the reads
  const std::span<const int> too_many(&element, count);
  Detached<int> copy;

  CHECK_THROWS_AS(copy = Detached<int>::copy_of(too_many), SpaceRefused);
  CHECK(copy.size() == 0);
}

TEST_CASE("An empty array has an empty detached copy", "[workspace][array]") {
  Plain workspace;
  auto cycle = workspace.enter();

  CHECK(workspace.make<int>(0).detach().size() == 0);
}

TEST_CASE("copy_to copies into the open target", "[workspace][array][reuse]") {
  Plain workspace;
  Plain target;
  Workspace<StartWith<4096>, Trusting> trusting;
  auto target_cycle = target.enter();
  auto trusting_cycle = trusting.enter();
  std::optional<Array<int>> copy;
  {
    auto cycle = workspace.enter();
    auto array = workspace.make<int>(4);
    fill_with_numbers(array.view());

    copy = array.copy_to(target);
    const ArrayView<int> view = array;
    auto through_core = view.copy_to(static_cast<Core&>(target));
    auto trusted = view.copy_to(trusting);

    static_assert(std::same_as<decltype(trusted), Array<int, TrustingHandles>>);
    CHECK(equal(through_core.view(), one_to_four));
    CHECK(equal(trusted.view(), one_to_four));
  }

  CHECK(copy->is_attached());
  CHECK(equal(copy->view(), one_to_four));
}

TEST_CASE("copy_to a closed workspace is NotOpen", "[workspace][array]") {
  Plain workspace{"step"};
  Plain target{"target"};
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);

  CHECK(
      message_of<NotOpen>([&] { static_cast<void>(array.copy_to(target)); }) ==
      "ebb-E04 NotOpen: \"target\" is closed; it cannot be borrowed or copied to. Enter it first. "
      "docs/errors/E04.md");
  CHECK(array.is_in_scope());
}

TEST_CASE("copy_to a target that refuses is its error and changes nothing",
          "[workspace][array][reuse]") {
  Plain workspace;
  Workspace<StartWith<64>, Fail> target;
  auto cycle = workspace.enter();
  auto target_cycle = target.enter();
  auto array = workspace.make<int>(100);

  CHECK_THROWS_AS(array.copy_to(target), OutOfWorkspace);
  CHECK(target.report().demand_bytes == 0);
}

TEST_CASE("copy_to_parent copies into the next different workspace beneath",
          "[workspace][array][reuse]") {
  Plain parent{"parent"};
  Plain child{"child"};
  auto parent_cycle = parent.enter();
  std::optional<Array<int>> result;
  {
    auto child_cycle = child.enter();
    auto nested = child.enter();
    auto array = child.make<int>(4);
    fill_with_numbers(array.view());
    result = array.copy_to_parent();
  }

  CHECK(result->is_in_scope());
  CHECK(equal(result->view(), one_to_four));
  CHECK(parent.report().demand_bytes == 64);
}

TEST_CASE("copy_to_parent skips entries closed out of order", "[workspace][array][reuse]") {
  Plain grandparent;
  Plain parent;
  Plain child;
  auto grandparent_cycle = grandparent.enter();
  auto parent_cycle = parent.enter();
  auto child_cycle = child.enter();
  auto array = child.make<int>(4);

  parent_cycle.close();
  auto copy = array.copy_to_parent();

  CHECK(grandparent.report().demand_bytes == 64);
}

TEST_CASE("copy_to_parent without a parent is NotOpen", "[workspace][array]") {
  Plain workspace{"step"};
  auto on_heap = make<int>(4);
  CHECK_THROWS_AS(on_heap.copy_to_parent(), NotOpen);
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);

  CHECK(
      message_of<NotOpen>([&] { static_cast<void>(array.copy_to_parent()); }) ==
      "ebb-E04 NotOpen: an array of \"step\" has no workspace to be copied to: this thread has no "
      "current one, or none beneath it. Use `detach()`, or enter the target first. "
      "docs/errors/E04.md");
}

TEST_CASE("copy_to_parent stops at a place outside", "[workspace][array]") {
  Plain parent;
  Plain child;
  auto parent_cycle = parent.enter();
  auto none = outside();
  auto child_cycle = child.enter();
  auto array = child.make<int>(4);

  CHECK_THROWS_AS(array.copy_to_parent(), NotOpen);
  auto nowhere = outside();
  CHECK_THROWS_AS(array.copy_to_parent(), NotOpen);
}

TEST_CASE("copy_to_current copies into the current workspace also its own",
          "[workspace][array][reuse]") {
  Plain source;
  Plain target;
  auto source_cycle = source.enter();
  auto array = source.make<int>(4);
  fill_with_numbers(array.view());

  auto own = array.copy_to_current();
  auto target_cycle = target.enter();
  auto foreign = array.copy_to_current();

  CHECK(own.view().data() != array.view().data());
  CHECK(equal(own.view(), one_to_four));
  CHECK(equal(foreign.view(), one_to_four));
  CHECK(source.report().demand_bytes == 128);
  CHECK(target.report().demand_bytes == 64);
}

TEST_CASE("copy_to_current without a current workspace is NotOpen", "[workspace][array]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);
  auto none = outside();

  CHECK_THROWS_AS(array.copy_to_current(), NotOpen);
}

TEST_CASE("An array of the heap is copied into a workspace", "[workspace][array][reuse]") {
  Plain workspace;
  auto on_heap = make<int>(4);
  fill_with_numbers(on_heap.view());
  auto cycle = workspace.enter();

  auto copy = on_heap.copy_to_current();

  CHECK(copy.is_attached());
  CHECK(equal(copy.view(), one_to_four));
}

// ---- pieces outside the block
// --------------------------------------------------------------------

TEST_CASE("Arrays in chunks and alone give back like those in the block",
          "[workspace][array][reuse]") {
  Watched::Log log;
  {
    Workspace<StartWith<1024>, External, Watched> alone{"alone", Watched{log}};
    auto cycle = alone.enter();
    {
      auto array = alone.make<int>(10000);
      CHECK(log.out.size() == 2);
    }
    CHECK(log.out.size() == 1);
  }
  Workspace<StartWith<1024>> chunks;
  auto cycle = chunks.enter();
  const int* place = nullptr;
  {
    auto array = chunks.make<int>(10000);
    place = array.view().data();
  }

  CHECK(chunks.make<int>(10).keep().view().data() == place);
  CHECK(log.mistakes == 0);
}
