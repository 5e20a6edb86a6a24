// SPDX-License-Identifier: Apache-2.0
// Defects P15, P36 and P57 to P60 of the model: workspaces by name, and roles.
#include "../debug_modes.hpp"
#include "../helpers.hpp"
#include <ebb/facade/any_workspace.hpp>
#include <ebb/facade/configuration.hpp>
#include <ebb/manager/manager.hpp>
#include <ebb/manager/roles.hpp>
#include <ebb/workspace/current.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>

using namespace ebb;

namespace {

enum class Role : unsigned char { first, second };

// A clock that the test moves.
std::chrono::steady_clock::time_point now{};
std::chrono::steady_clock::time_point test_clock() noexcept { return now; }

// Each test begins and ends with a manager as it is at first.
class Fresh {
 public:
  Fresh() { manager().destroy_all(); }
  ~Fresh() {
    manager().set_trim_clock(nullptr);
    manager().toggle_periodic_trim(false);
    manager().destroy_all();
  }
  Fresh(const Fresh&) = delete;
  Fresh& operator=(const Fresh&) = delete;
};

Configuration with_spill(auto spill) { return Configuration::builder().spill(spill).build(); }

}  // namespace

TEST_CASE("A burst gives its memory back when its workspace is not used for a window",
          "[regressions][P15][reuse]") {
  const Fresh fresh;
  manager().set_trim_clock(test_clock);
  manager().set_auto_trim_window(std::chrono::seconds(5));
  for (int i = 0; i < 2; ++i) {
    auto cycle = manager().get_and_activate("burst");
    auto values = make<float>(1'000'000);
  }
  REQUIRE(manager().get("burst").report().block_bytes >= 4'000'000);

  for (int i = 0; i < 3; ++i) {
    now += std::chrono::seconds(5);
    auto cycle = manager().get_and_activate("step");
    auto values = make<float>(100);
  }

  CHECK(manager().get("burst").report().block_bytes == 0);
  CHECK(manager().get("step").report().block_bytes != 0);
}

TEST_CASE("A name asked for with another configuration is an error and its cycle goes on",
          "[regressions][P36]") {
  const Fresh fresh;
  const Configuration configuration = with_spill(External{});
  const Configuration other = with_spill(Reallocate{});
  AnyWorkspace& workspace = manager().get(configuration, "step");
  auto cycle = workspace.enter();
  auto values = make<int>(10);
  std::ranges::fill(values.view(), 7);

  CHECK_THROWS_AS(manager().get(other, "step"), BadConfiguration);
  CHECK_THROWS_AS(manager().get_and_activate(other, "step"), BadConfiguration);

  CHECK(&manager().get("step") == &workspace);
  CHECK(&manager().get(configuration, "step") == &workspace);
  CHECK(configuration == with_spill(External{}));
  CHECK(workspace.configuration() == configuration);
  CHECK(current() == &workspace.core());
  CHECK(workspace.generation() == 1);
  CHECK(std::ranges::all_of(values.view(), [](int value) { return value == 7; }));
}

TEST_CASE("Roles and reports work while every workspace is bypassed", "[regressions][P57]") {
  const Fresh fresh;
  const InMode mode(DebugMode::bypass_everything);
  const auto roles = Roles<Role>().with(Role::first, "first", {}).no_workspace_for(Role::second);
  {
    auto scope = roles.enter(Role::first);
    auto array = roles.make<int>(Role::first, 10);

    CHECK(roles.is_open(Role::first));
    CHECK_NOTHROW(roles.expect_current(Role::first));
    CHECK_NOTHROW(roles.validate(Role::first, array));
    CHECK_THROWS_AS(roles.validate(Role::second, array), WrongRole);
    CHECK(manager().is_active("first"));
    CHECK(contains(to_string(manager().report()), "first"));
  }
  CHECK_FALSE(manager().any_active());
  CHECK(manager().get("first").report().cycles == 1);
}

TEST_CASE("A workspace that follows the declaration of none is used by the role",
          "[regressions][P58]") {
  const Fresh fresh;
  const auto roles = Roles<Role>()
                         .default_no_workspace()
                         .no_workspace_for(Role::first)
                         .with(Role::first, "first", {})
                         .default_workspace("others", {});
  auto first = roles.enter(Role::first);
  auto second = roles.enter(Role::second);

  CHECK(roles.make<int>(Role::first, 1).is_in(&manager().get("first").core()));
  CHECK(roles.make<int>(Role::second, 1).is_in(&manager().get("others").core()));
}

TEST_CASE("The table without workspaces serves its next user after any use of it",
          "[regressions][P59]") {
  const Fresh fresh;
  const auto use = [](const Roles<Role>& roles) {
    auto scope = roles.enter(Role::first);
    return !roles.make<int>(Role::first, 1).is_in(nullptr);
  };
  const auto none = Roles<Role>::none();
  const auto changed = none.with(Role::first, "first", {});

  CHECK(use(changed));
  CHECK_FALSE(use(none));
  CHECK_FALSE(use(Roles<Role>::none()));
}

TEST_CASE("A role is not satisfied by an earlier cycle nor by a workspace of the same name",
          "[regressions][P60]") {
  const Fresh fresh;
  const auto roles = Roles<Role>().default_workspace("step", {});
  Workspace<> namesake{"step"};
  auto cycle_of_namesake = namesake.enter();
  auto of_namesake = namesake.make<int>(1);
  ArrayView<int> of_earlier_cycle;
  {
    auto cycle = roles.enter(Role::first);
    of_earlier_cycle = roles.make<int>(Role::first, 1).keep();
  }
  auto cycle = roles.enter(Role::first);

  CHECK_THROWS_AS(roles.validate(Role::first, of_namesake), WrongRole);
  CHECK_THROWS_AS(roles.validate(Role::first, of_earlier_cycle), StaleArray);
  CHECK_NOTHROW(roles.validate(Role::first, roles.make<int>(Role::first, 1)));
}
