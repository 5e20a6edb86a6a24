// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/workspace/current.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <concepts>
#include <cstddef>

using namespace ebb;

static_assert(std::same_as<decltype(make<int>(1)), Array<int>>);
static_assert(std::same_as<decltype(make_for_overwrite<int>(1)), Array<int>>);

TEST_CASE("The free make takes from the current workspace", "[workspace][current][reuse]") {
  Workspace<StartWith<4096>> outer;
  Workspace<StartWith<4096>, Granule<256>> inner;
  auto outer_cycle = outer.enter();
  auto in_outer = make<int>(10);
  auto inner_cycle = inner.enter();
  auto in_inner = make_for_overwrite<int>(10);
  auto borrowed = outer.borrow();
  auto in_outer_again = make<int>(10);

  CHECK(in_outer.is_attached());
  CHECK(outer.report().demand_bytes == 128);
  CHECK(inner.report().demand_bytes == 256);
  CHECK(bytes_at(in_outer_again.view().data()) == bytes_at(in_outer.view().data()) + 64);
}

TEST_CASE("The free make takes from the heap outside", "[workspace][current]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  auto none = outside();

  auto array = make<int>(10);

  CHECK_FALSE(array.is_attached());
  CHECK(workspace.report().demand_bytes == 0);
}

TEST_CASE("The free make zeroes and make_for_overwrite does not", "[workspace][current][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  make_for_overwrite<int>(4).keep().view()[1] = 42;
  cycle.close();
  auto second = workspace.enter();
  CHECK(make_for_overwrite<int>(4).keep().view()[1] == 42);
  second.close();
  auto third = workspace.enter();

  CHECK(make<int>(4).keep().view()[1] == 0);
}

TEST_CASE("The free make has the errors of the current workspace", "[workspace][current][reuse]") {
  Workspace<StartWith<64>, Fail> workspace{"step"};
  auto cycle = workspace.enter();

  CHECK_THROWS_AS(make<int>(17), OutOfWorkspace);
  CHECK(contains(message_of<BadRequest>([] { static_cast<void>(make<int>(max_bytes / 2)); }),
                 "\"step\" was asked for"));
  CHECK(make<int>(16).size() == 16);
}
