// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/manager/array_type.hpp>
#include <ebb/manager/roles.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <string_view>
#include <type_traits>
#include <utility>

using namespace ebb;

namespace {

// The stages of a signal chain: an enum of the program's own, with names.
enum class Stage : unsigned char { samples, filtered, scratch };
std::string_view name_of(Stage stage) {
  return stage == Stage::samples ? "samples" : stage == Stage::filtered ? "filtered" : "scratch";
}

// And one without.
enum Plain { zero, one, two };

template <class Allocation>
Configuration that_allocates(Allocation allocation) {
  Configuration configuration;
  configuration.allocation = allocation;
  return configuration;
}
const Configuration tight = that_allocates(Strict{});
const Configuration roomy = that_allocates(Overallocate<dynamic>{50});

// Each test begins with a thread that has no workspaces.
class Fresh {
 public:
  Fresh() { manager().destroy_all(); }
  ~Fresh() { manager().destroy_all(); }
  Fresh(const Fresh&) = delete;
  Fresh& operator=(const Fresh&) = delete;
};

Core& of_manager(std::string_view name) { return manager().get(name); }

Roles<Stage> chain() {
  return Roles<Stage>()
      .with(Stage::samples, "samples", tight)
      .with(Stage::filtered, "results", tight)
      .no_workspace_for(Stage::scratch);
}

}  // namespace

// Whatever is asked of a table, it stays as it is.
static_assert(
    std::is_invocable_v<decltype(&Roles<Stage>::no_workspace_for), const Roles<Stage>&, Stage>);
static_assert(std::is_copy_constructible_v<Roles<Stage>>);
static_assert(!std::is_copy_constructible_v<RoleScope> && !std::is_move_assignable_v<RoleScope>);

TEST_CASE("A role lives in the workspace that was named for it", "[manager][roles]") {
  const Fresh fresh;
  const Roles<Stage> roles = chain();

  auto scope = roles.enter(Stage::samples);

  CHECK(roles.has_workspace(Stage::samples));
  CHECK(roles.workspace_name(Stage::samples) == "samples");
  CHECK(roles.workspace(Stage::samples) == &manager().get("samples"));
  CHECK(current() == &of_manager("samples"));
  CHECK(current()->name() == "samples");
}

TEST_CASE("A role without a workspace lives outside", "[manager][roles]") {
  const Fresh fresh;
  const Roles<Stage> roles = chain();
  auto of_samples = roles.enter(Stage::samples);

  auto scope = roles.enter(Stage::scratch);
  auto borrowed = roles.borrow(Stage::scratch);
  auto array = roles.make<int>(Stage::scratch, 4);

  CHECK_FALSE(roles.has_workspace(Stage::scratch));
  CHECK(roles.workspace_name(Stage::scratch).empty());
  CHECK(roles.workspace(Stage::scratch) == nullptr);
  CHECK(roles.is_open(Stage::scratch));
  CHECK(current() == nullptr);
  CHECK(array.is_in(nullptr));
  borrowed.close();
  scope.close();
  CHECK(current() == &of_manager("samples"));
}

TEST_CASE("Of two calls about one role the last one counts", "[manager][roles]") {
  const auto outside_last =
      Roles<Stage>().with(Stage::samples, "first", tight).no_workspace_for(Stage::samples);
  const auto workspace_last = outside_last.with(Stage::samples, "second", tight);

  CHECK_FALSE(outside_last.has_workspace(Stage::samples));
  CHECK(workspace_last.workspace_name(Stage::samples) == "second");
}

TEST_CASE("A default serves the roles without a line of their own, whenever it is named",
          "[manager][roles]") {
  const auto roles = Roles<Stage>()
                         .with(Stage::samples, "samples", tight)
                         .default_workspace("others", tight)
                         .no_workspace_for(Stage::scratch);

  CHECK(roles.workspace_name(Stage::samples) == "samples");
  CHECK(roles.workspace_name(Stage::filtered) == "others");
  CHECK_FALSE(roles.has_workspace(Stage::scratch));
}

TEST_CASE("Of two defaults the last one counts", "[manager][roles]") {
  const auto outside_last =
      Roles<Stage>().default_workspace("others", tight).default_no_workspace();
  const auto workspace_last = outside_last.default_workspace("more", tight);

  CHECK_FALSE(outside_last.has_workspace(Stage::samples));
  CHECK(workspace_last.workspace_name(Stage::samples) == "more");
}

TEST_CASE("A role that nobody gave a place is an error", "[manager][roles]") {
  const Fresh fresh;
  const Roles<Stage> roles = Roles<Stage>().with(Stage::samples, "samples", tight);

  CHECK_FALSE(roles.has_place(Stage::filtered));
  CHECK(roles.has_place(Stage::samples));
  CHECK_THROWS_AS(roles.has_workspace(Stage::filtered), WrongRole);
  CHECK_THROWS_AS(roles.workspace_name(Stage::filtered), WrongRole);
  CHECK_THROWS_AS(roles.workspace(Stage::filtered), WrongRole);
  CHECK_THROWS_AS(roles.enter(Stage::filtered), WrongRole);
  CHECK_THROWS_AS(roles.borrow(Stage::filtered), WrongRole);
  CHECK_THROWS_AS(roles.is_open(Stage::filtered), WrongRole);
  CHECK_THROWS_AS(roles.make<int>(Stage::filtered, 1), WrongRole);
  CHECK_THROWS_AS(roles.expect_open(Stage::filtered), WrongRole);
  CHECK_THROWS_AS(roles.expect_current(Stage::filtered), WrongRole);
  CHECK(contains(message_of<WrongRole>([&] { roles.expect_open(Stage::filtered); }),
                 "nothing says where role \"filtered\" lives"));
}

TEST_CASE("A table is the same after every call on it", "[manager][roles]") {
  const Fresh fresh;
  const Roles<Stage> none = Roles<Stage>::none();

  const auto other = none.with(Stage::samples, "samples", tight).default_workspace("more", tight);

  CHECK_FALSE(none.has_workspace(Stage::samples));
  CHECK_FALSE(none.has_workspace(Stage::filtered));
  CHECK_FALSE(Roles<Stage>::none().has_workspace(Stage::samples));
  CHECK(other.has_workspace(Stage::filtered));
}

TEST_CASE("Roles that name one workspace share it", "[manager][roles]") {
  const Fresh fresh;
  const auto roles =
      Roles<Stage>().with(Stage::samples, "shared", tight).with(Stage::filtered, "shared", tight);
  auto scope = roles.enter(Stage::samples);

  auto array = roles.make<int>(Stage::filtered, 4);

  CHECK(roles.workspace(Stage::samples) == roles.workspace(Stage::filtered));
  CHECK_NOTHROW(roles.validate(Stage::samples, array));
}

TEST_CASE("One name with two configurations is an error", "[manager][roles]") {
  const Fresh fresh;
  const auto roles =
      Roles<Stage>().with(Stage::samples, "shared", tight).with(Stage::filtered, "shared", roomy);
  auto scope = roles.enter(Stage::samples);

  CHECK_THROWS_AS(roles.enter(Stage::filtered), BadConfiguration);
  CHECK_THROWS_AS(roles.workspace(Stage::filtered), BadConfiguration);
  CHECK(current() == &of_manager("shared"));
}

TEST_CASE("A role can be borrowed beneath another one", "[manager][roles]") {
  const Fresh fresh;
  const Roles<Stage> roles = chain();
  auto outer = roles.enter(Stage::samples);
  auto inner = roles.enter(Stage::filtered);

  auto borrowed = roles.borrow(Stage::samples);

  CHECK_NOTHROW(roles.expect_current(Stage::samples));
  borrowed.close();
  CHECK_NOTHROW(roles.expect_current(Stage::filtered));
}

TEST_CASE("A closed workspace is named with its role", "[manager][roles]") {
  const Fresh fresh;
  const Roles<Stage> roles = chain();
  auto elsewhere = roles.enter(Stage::filtered);
  const auto array = roles.make<int>(Stage::filtered, 4);

  CHECK_FALSE(roles.is_open(Stage::samples));
  CHECK_THROWS_AS(roles.borrow(Stage::samples), WrongRole);
  CHECK_THROWS_AS(roles.make<int>(Stage::samples, 1), WrongRole);
  CHECK_THROWS_AS(roles.make_for_overwrite<int>(Stage::samples, 1), WrongRole);
  CHECK_THROWS_AS(roles.copy_to(Stage::samples, array), WrongRole);
  const auto said = message_of<WrongRole>([&] { roles.expect_open(Stage::samples, "filter"); });
  CHECK(contains(said, "filter: workspace \"samples\" of role \"samples\" is closed"));
}

TEST_CASE("An array is made where its role lives, whatever is current", "[manager][roles]") {
  const Fresh fresh;
  const Roles<Stage> roles = chain();
  auto samples = roles.enter(Stage::samples);
  auto filtered = roles.enter(Stage::filtered);
  {
    auto before = roles.make<int>(Stage::samples, 16);
    std::ranges::fill(before.view(), 7);
  }

  auto array = roles.make<int>(Stage::samples, 16);
  auto more = roles.make_for_overwrite<int>(Stage::filtered, 16);

  CHECK(array.is_in(&of_manager("samples")));
  CHECK(more.is_in(&of_manager("results")));
  CHECK(std::ranges::all_of(array.view(), [](int value) { return value == 0; }));
  CHECK_NOTHROW(roles.expect_current(Stage::filtered));
}

TEST_CASE("A copy lives where the role does", "[manager][roles]") {
  const Fresh fresh;
  const Roles<Stage> roles = chain();
  auto samples = roles.enter(Stage::samples);
  auto filtered = roles.enter(Stage::filtered);
  auto array = roles.make<int>(Stage::samples, 4);
  array.view()[3] = 7;
  const ArrayView<const int> view = array;

  auto same = roles.copy_to(Stage::samples, array);
  auto other = roles.copy_to(Stage::filtered, view);
  auto detached = roles.copy_to(Stage::scratch, array);

  CHECK(same.view().data() != array.view().data());
  CHECK(other.is_in(&of_manager("results")));
  CHECK(detached.is_in(nullptr));
  CHECK(same.view()[3] == 7);
  CHECK(other.view()[3] == 7);
  CHECK(detached.view()[3] == 7);
}

TEST_CASE("An array that goes is copied only if it lives elsewhere", "[manager][roles]") {
  const Fresh fresh;
  const Roles<Stage> roles = chain();
  auto samples = roles.enter(Stage::samples);
  auto filtered = roles.enter(Stage::filtered);
  auto array = roles.make<int>(Stage::samples, 4);
  array.view()[3] = 7;
  const int* const there = array.view().data();

  auto same = roles.copy_to(Stage::samples, std::move(array));
  CHECK(same.view().data() == there);

  auto other = roles.copy_to(Stage::filtered, std::move(same));
  CHECK(other.is_in(&of_manager("results")));
  CHECK_FALSE(same.is_in_scope());  // NOLINT: what it is after a move is the subject

  auto detached = roles.copy_to(Stage::scratch, std::move(other));
  const int* const on_heap = detached.view().data();
  CHECK(detached.is_in(nullptr));
  auto again = roles.copy_to(Stage::scratch, std::move(detached));
  CHECK(again.view().data() == on_heap);
  CHECK(again.view()[3] == 7);
}

TEST_CASE("A copy of a stale array changes nothing", "[manager][roles]") {
  const Fresh fresh;
  const Roles<Stage> roles = chain();
  auto filtered = roles.enter(Stage::filtered);
  Array<int> array;
  {
    auto samples = roles.enter(Stage::samples);
    array = roles.make<int>(Stage::samples, 4);
  }

  CHECK_THROWS_AS(roles.copy_to(Stage::filtered, array), StaleArray);
  CHECK_THROWS_AS(roles.copy_to(Stage::filtered, std::move(array)), StaleArray);
  CHECK(manager().get("results").report().demand_bytes == 0);
}

TEST_CASE("A wrong place is told with role, expected and actual workspace", "[manager][roles]") {
  const Fresh fresh;
  const Roles<Stage> roles = chain();
  auto samples = roles.enter(Stage::samples);
  auto filtered = roles.enter(Stage::filtered);
  auto array = roles.make<int>(Stage::samples, 4);
  auto detached = roles.make<int>(Stage::scratch, 4);

  CHECK_NOTHROW(roles.validate(Stage::samples, array));
  CHECK_NOTHROW(roles.validate(Stage::scratch, detached));
  CHECK(contains(message_of<WrongRole>([&] { roles.validate(Stage::filtered, array, "filter"); }),
                 "filter: an array of role \"filtered\" belongs in workspace \"results\" and is in "
                 "\"samples\""));
  CHECK(contains(message_of<WrongRole>([&] { roles.validate(Stage::filtered, detached); }),
                 "\"results\" and is on the heap"));
  CHECK(contains(message_of<WrongRole>([&] { roles.validate(Stage::scratch, array); }),
                 "belongs outside every workspace and is in \"samples\""));
}

TEST_CASE("An array of an earlier cycle does not pass for one of its role", "[manager][roles]") {
  const Fresh fresh;
  const Roles<Stage> roles = chain();
  Array<int> array;
  {
    auto samples = roles.enter(Stage::samples);
    array = roles.make<int>(Stage::samples, 4);
  }
  auto again = roles.enter(Stage::samples);

  const auto said =
      message_of<StaleArray>([&] { roles.validate(Stage::samples, array, "filter"); });

  CHECK(
      contains(said, "filter of operand \"samples\": array of workspace \"samples\" from cycle 1"));
}

TEST_CASE("An array of a namesake does not pass for one of its role", "[manager][roles]") {
  const Fresh fresh;
  const Roles<Stage> roles = chain();
  Workspace<> namesake{"samples"};
  auto cycle = namesake.enter();
  auto samples = roles.enter(Stage::samples);
  auto array = namesake.make<int>(4);

  CHECK_THROWS_AS(roles.validate(Stage::samples, array), WrongRole);
}

TEST_CASE("What is current is compared with the role", "[manager][roles]") {
  const Fresh fresh;
  const Roles<Stage> roles = chain();
  CHECK_NOTHROW(roles.expect_current(Stage::scratch));
  CHECK(contains(message_of<WrongRole>([&] { roles.expect_current(Stage::samples); }),
                 "for role \"samples\" the current workspace should be \"samples\" and is none"));

  auto filtered = roles.enter(Stage::filtered);

  CHECK(contains(message_of<WrongRole>([&] { roles.expect_current(Stage::samples, "fit"); }),
                 "fit: for role \"samples\" the current workspace should be \"samples\" and is "
                 "\"results\""));
  CHECK(contains(message_of<WrongRole>([&] { roles.expect_current(Stage::scratch); }),
                 "should be none and is \"results\""));
}

TEST_CASE("A role is called by its name where there is one, and else by its number",
          "[manager][roles]") {
  const auto said = [](auto role) {
    return message_of<WrongRole>([&] { Roles<decltype(role)>().expect_open(role); });
  };

  CHECK(contains(said(Stage::scratch), "\"scratch\""));
  CHECK(contains(said(ArrayType::activation_gradient), "\"activation_gradient\""));
  CHECK(contains(said(two), "\"2\""));
}
