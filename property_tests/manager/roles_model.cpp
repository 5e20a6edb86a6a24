// SPDX-License-Identifier: Apache-2.0
// A table of roles, against a map with a default.
#include "../fixed_seed.hpp"
#include <ebb/manager/roles.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace ebb;

namespace {

enum class Role : unsigned char { a, b, c, d };
constexpr Role all_roles[] = {Role::a, Role::b, Role::c, Role::d};

// Where a role lives: the name of a workspace, or nothing for outside.
using Home = std::optional<std::string>;

struct Model {
  std::map<Role, Home> lines;
  std::optional<Home> otherwise;

  [[nodiscard]] std::optional<Home> place_of(Role role) const {
    const auto line = lines.find(role);
    return line == lines.end() ? otherwise : line->second;
  }
};

void check_same(const Roles<Role>& roles, const Model& model) {
  for (const Role role : all_roles) {
    const std::optional<Home> place = model.place_of(role);
    RC_ASSERT(roles.has_place(role) == place.has_value());
    if (!place) continue;
    RC_ASSERT(roles.has_workspace(role) == place->has_value());
    RC_ASSERT(roles.workspace_name(role) == place->value_or(""));
  }
}

}  // namespace

TEST_CASE("a table of roles answers like a map with a default", "[manager][roles][model]") {
  rc::prop("with, no workspace for, and the two defaults: the last call counts", [] {
    // Every table of the way, to see that none of them changed later.
    std::vector<std::pair<Roles<Role>, Model>> tables(1);
    if (*rc::gen::arbitrary<bool>()) tables = {{Roles<Role>::none(), {{}, Home()}}};
    const auto calls = *rc::gen::inRange(0, 12);
    for (int i = 0; i < calls; ++i) {
      auto [roles, model] = tables.back();
      const Role role =
          *rc::gen::elementOf(std::vector<Role>(std::begin(all_roles), std::end(all_roles)));
      const std::string name = *rc::gen::elementOf(std::vector<std::string>{"x", "y", "z"});
      switch (*rc::gen::inRange(0, 4)) {
        case 0:
          roles = roles.with(role, name, Configuration{});
          model.lines[role] = name;
          break;
        case 1:
          roles = roles.no_workspace_for(role);
          model.lines[role] = Home();
          break;
        case 2:
          roles = roles.default_workspace(name, Configuration{});
          model.otherwise = Home(name);
          break;
        default:
          roles = roles.default_no_workspace();
          model.otherwise = Home();
      }
      tables.emplace_back(roles, model);
    }

    for (const auto& [roles, model] : tables) check_same(roles, model);
  });
}

TEST_CASE("arrays and scopes are where a map of roles says", "[manager][roles][model]") {
  rc::prop("enter, borrow, make, copy, validate", [] {
    manager().destroy_all();
    Model model;
    Roles<Role> roles = Roles<Role>::none();
    model.otherwise = Home();
    for (const Role role : all_roles)
      if (*rc::gen::arbitrary<bool>()) {
        model.lines[role] = *rc::gen::elementOf(std::vector<std::string>{"x", "y"});
        roles = roles.with(role, *model.lines[role], Configuration{});
      }
    std::vector<RoleScope> scopes;
    for (const Role role : all_roles) scopes.push_back(roles.enter(role));

    const Role made_for =
        *rc::gen::elementOf(std::vector<Role>(std::begin(all_roles), std::end(all_roles)));
    const Role wanted =
        *rc::gen::elementOf(std::vector<Role>(std::begin(all_roles), std::end(all_roles)));
    auto array = roles.make<int>(made_for, 5);
    std::ranges::fill(array.view(), 7);
    const bool same_place = *model.place_of(made_for) == *model.place_of(wanted);
    const int* const there = array.view().data();
    {
      auto borrowed = roles.borrow(wanted);
      const Core* const now = current();
      RC_ASSERT((now == nullptr ? Home() : Home(std::string(now->name()))) ==
                *model.place_of(wanted));
      RC_ASSERT(make<int>(1).is_in(current()));
    }
    bool is_valid = true;
    try {
      roles.validate(wanted, array);
    } catch (const WrongRole&) {
      is_valid = false;
    }
    RC_ASSERT(is_valid == same_place);
    auto copy = roles.copy_to(wanted, std::move(array));
    RC_ASSERT((copy.view().data() == there) == same_place);
    RC_ASSERT(std::ranges::all_of(copy.view(), [](int value) { return value == 7; }));
    roles.validate(wanted, copy);
    while (!scopes.empty()) scopes.pop_back();
    RC_ASSERT(current() == nullptr);
  });
}
