// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Roles: code says what an array is for, and a table says in which workspace that lives.
///
/// | the table says                        | `enter(role)`      | `make(role, n)`    | `validate(role, array)` wants |
/// |---------------------------------------|--------------------|--------------------|-------------------------------|
/// | `with(role, "X", configuration)`      | opens "X"          | takes from "X"     | an array of the open "X"      |
/// | `no_workspace_for(role)`              | a place outside    | takes from the heap | an array on the heap         |
/// | `default_workspace("X", …)`, or `default_no_workspace()` | the same, for every role that has no line of its own | | |
/// | nothing                               | `WrongRole`        | `WrongRole`        | `WrongRole`                   |
///
/// Of two calls about one role the last one counts, and so of two defaults. Workspaces are those of
/// `manager()`, by their names: each thread has its own, and roles that name the same one share it.
///
/// A table never changes: `with` and the others answer with a new one. So it can be shared freely,
/// between threads too.

#include <ebb/base/contract.hpp>
#include <ebb/base/error.hpp>
#include <ebb/engine/core.hpp>
#include <ebb/facade/any_workspace.hpp>
#include <ebb/facade/configuration.hpp>
#include <ebb/manager/manager.hpp>
#include <ebb/workspace/array.hpp>
#include <ebb/workspace/current.hpp>
#include <ebb/workspace/cycle.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace ebb {

namespace detail {

/// What a role is called in messages: what `name_of(role)`, found beside the enum, says; else its
/// number.
template <class Role>
[[nodiscard]] EBB_COLD std::string role_name(Role role) {
  if constexpr (requires { std::string(name_of(role)); }) {
    return std::string(name_of(role));
  } else {
    return std::to_string(static_cast<std::underlying_type_t<Role>>(role));
  }
}

}  // namespace detail

/// The scope of a role: a cycle or a borrow of its workspace, or a place outside where it has none.
///
/// - For: what `Roles` answers, when the caller need not know which it is
/// - Costs: those of the token within
/// - Threads: closed on the thread that made it
class [[nodiscard]] RoleScope {
 public:
  explicit RoleScope(Cycle&& token) noexcept : token_(std::move(token)) {}
  explicit RoleScope(Borrow&& token) noexcept : token_(std::move(token)) {}
  explicit RoleScope(Outside&& token) noexcept : token_(std::move(token)) {}

  /// Closes now instead of at the end of the scope; a second call does nothing.
  void close() noexcept {
    std::visit([](auto& token) { token.close(); }, token_);
  }

 private:
  std::variant<Cycle, Borrow, Outside> token_;
};

/// A table of roles, any enum, and where the arrays of each live.
///
/// - For: layers and stages that say what an array is for; whoever runs them says where it lives
/// - Errors: as the functions say; nothing has changed then
/// - Costs: of each call by role, a look into the table and one into this thread's manager; a loop
///   asks `workspace(role)` once and keeps it
/// - Threads: a value that never changes; anybody. Scopes and arrays belong to the calling thread
/// - Example: `examples/roles.cpp`
/// - Note: messages name a role with `std::string_view name_of(Role)` beside the enum, where there
///   is one, and else with its number
template <class Role>
requires std::is_enum_v<Role>
class Roles {
 public:
  /// \name The table
  /// \{

  /// No role has a place yet.
  Roles() = default;

  /// The table in which every role lives outside.
  [[nodiscard]] static Roles none() { return Roles().default_no_workspace(); }

  /// The same table, but this role lives in the workspace of this name.
  ///
  /// - Errors: `std::bad_alloc` for the copy
  /// - Costs: a copy of the table; the workspace is made when it is first needed
  [[nodiscard]] Roles with(Role role, std::string_view workspace,
                           const Configuration& configuration) const {
    return changed(role, Named{std::string(workspace), configuration});
  }

  /// The same table, but this role lives outside.
  ///
  /// - Errors: `std::bad_alloc` for the copy
  /// - Costs: a copy of the table
  [[nodiscard]] Roles no_workspace_for(Role role) const { return changed(role, std::nullopt); }

  /// The same table, but all roles without a line of their own live in this workspace.
  ///
  /// - Errors: `std::bad_alloc` for the copy
  /// - Costs: a copy of the table
  [[nodiscard]] Roles default_workspace(std::string_view workspace,
                                        const Configuration& configuration) const {
    Roles roles = *this;
    roles.default_ = Place(Named{std::string(workspace), configuration});
    return roles;
  }

  /// The same table, but all roles without a line of their own live outside.
  ///
  /// - Errors: `std::bad_alloc` for the copy
  /// - Costs: a copy of the table
  [[nodiscard]] Roles default_no_workspace() const {
    Roles roles = *this;
    roles.default_ = Place();
    return roles;
  }

  /// Says whether the table knows where this role lives.
  [[nodiscard]] bool has_place(Role role) const noexcept { return find(role) != nullptr; }

  /// Says whether the role lives in a workspace.
  ///
  /// - Errors: `WrongRole` for a role without a place
  /// - Costs: a look into the table
  [[nodiscard]] bool has_workspace(Role role) const { return place(role).has_value(); }

  /// The name of the role's workspace.
  ///
  /// - Returns: nothing for a role that lives outside
  /// - Errors: `WrongRole` for a role without a place
  /// - Costs: a look into the table
  [[nodiscard]] std::string_view workspace_name(Role role) const {
    const Place& at = place(role);
    return at ? std::string_view(at->name) : std::string_view();
  }
  /// \}

  /// \name Scopes
  /// \{

  /// This thread's workspace of the role, made if there is none yet.
  ///
  /// - Returns: null for a role that lives outside
  /// - Errors: `WrongRole` for a role without a place; `BadConfiguration` if this thread has a
  ///   workspace of that name with another configuration; nothing has changed
  /// - Costs: a look into the table and one into the manager; what making it costs, once
  [[nodiscard]] AnyWorkspace* workspace(Role role) const {
    const Place& at = place(role);
    return at ? &manager().get(at->configuration, at->name) : nullptr;
  }

  /// Opens the role's workspace, or nests in its open cycle; goes outside where it has none.
  ///
  /// - Errors: those of `workspace(role)`, and of its `enter()`
  /// - Costs: those of `workspace(role)`, and of its `enter()`
  /// - Keeps: as `enter()` of a workspace
  [[nodiscard]] RoleScope enter(Role role) const {
    AnyWorkspace* const at = workspace(role);
    if (at == nullptr) return RoleScope(outside());
    return RoleScope(at->enter());
  }

  /// Makes the role's open workspace current again; goes outside where it has none.
  ///
  /// - Errors: those of `workspace(role)`; `WrongRole` if it is closed; `SpaceRefused`
  /// - Costs: those of `workspace(role)`, and an entry on the scopes of the thread
  /// - Keeps: all of the open cycle
  [[nodiscard]] RoleScope borrow(Role role) const {
    AnyWorkspace* const at = open_workspace(role, {});
    if (at == nullptr) return RoleScope(outside());
    return RoleScope(at->borrow());
  }

  /// Says whether arrays of the role can be made: its workspace is open, or it has none.
  ///
  /// - Errors: those of `workspace(role)`
  /// - Costs: those of `workspace(role)`
  [[nodiscard]] bool is_open(Role role) const {
    const AnyWorkspace* const at = workspace(role);
    return at == nullptr || at->is_open();
  }
  /// \}

  /// \name Arrays
  /// \{

  /// Makes an array of zeroed elements where the role lives, whatever is current.
  ///
  /// - Units: `count` in elements
  /// - Errors: those of `workspace(role)`; `WrongRole` if it is closed; those of its `allocate`, or
  ///   `SpaceRefused` of the heap
  /// - Costs: those of `workspace(role)`, one allocation and the zeroing
  template <class T>
  [[nodiscard]] Array<T> make(Role role, std::size_t count) const {
    Array<T> array = make_for_overwrite<T>(role, count);
    std::ranges::fill(array.view(), T{});
    return array;
  }

  /// Makes an array whose elements are left as the memory is, where the role lives.
  ///
  /// - Units: `count` in elements
  /// - Errors: those of `make`
  /// - Costs: those of `workspace(role)`, and one allocation
  template <class T>
  [[nodiscard]] Array<T> make_for_overwrite(Role role, std::size_t count) const {
    AnyWorkspace* const at = open_workspace(role, {});
    if (at == nullptr) return detail::make_on_heap<T>(count);
    return at->template make_for_overwrite<T>(count);
  }

  /// Copies an array to where the role lives; to the heap where it has no workspace.
  ///
  /// - Errors: `StaleArray`; those of `make`; nothing has changed
  /// - Costs: those of `make_for_overwrite`, and the copy
  template <class AnyArray>
  [[nodiscard]] Array<typename AnyArray::value_type> copy_to(Role role,
                                                             const AnyArray& array) const {
    const auto elements = array.view("copy_to", detail::role_name(role));
    auto copy = make_for_overwrite<typename AnyArray::value_type>(role, elements.size());
    std::ranges::copy(elements, copy.view().begin());
    return copy;
  }

  /// The array itself where it lives there already, else a copy; the array is gone then.
  ///
  /// - Errors: those of `copy_to`; the array is unchanged
  /// - Costs: those of `workspace(role)` where it lives there already, else those of `copy_to`
  template <class T>
  [[nodiscard]] Array<T> copy_to(Role role, Array<T>&& array) const {
    static_cast<void>(array.view("copy_to", detail::role_name(role)));
    AnyWorkspace* const at = open_workspace(role, {});
    if (array.is_in(core_of(at))) return std::move(array);
    Array<T> copy = copy_to(role, std::as_const(array));
    array = Array<T>();
    return copy;
  }
  /// \}

  /// \name Checks
  /// \{

  /// Throws unless an array lives where its role does: in this very workspace, not in one of the
  /// same name, and in the cycle that is open.
  ///
  /// - Errors: `StaleArray`; those of `workspace(role)`; `WrongRole` with the role, the expected
  ///   and the actual place. `where` is for the message: the layer, the iterator
  /// - Costs: those of `workspace(role)`, and two compares
  template <class AnyArray>
  void validate(Role role, const AnyArray& array, std::string_view where = {}) const {
    static_cast<void>(array.view(where.empty() ? "validate" : where, detail::role_name(role)));
    const AnyWorkspace* const at = workspace(role);
    if (array.is_in(core_of(at))) [[likely]]
      return;
    raise(where, "an array of role \"" + detail::role_name(role) + "\" belongs " +
                     (at == nullptr ? std::string("outside every workspace")
                                    : "in workspace \"" + std::string(at->name()) + '"') +
                     " and is " +
                     (array.is_in(nullptr) ? std::string("on the heap")
                                           : "in \"" + array.workspace_name() + '"') +
                     ". Make it with its role, or use `copy_to(role, array)`.");
  }

  /// Throws unless the role's workspace is open, or it has none.
  ///
  /// - Errors: those of `workspace(role)`; `WrongRole`
  /// - Costs: those of `workspace(role)`
  void expect_open(Role role, std::string_view where = {}) const {
    static_cast<void>(open_workspace(role, where));
  }

  /// Throws unless what is current on this thread is what the role says: its workspace, or nothing.
  ///
  /// - Errors: those of `workspace(role)`; `WrongRole` with the role, the expected and the actual
  ///   workspace
  /// - Costs: those of `workspace(role)`
  void expect_current(Role role, std::string_view where = {}) const {
    const AnyWorkspace* const at = workspace(role);
    const Core* const now = current();
    if (now == core_of(at)) [[likely]]
      return;
    raise(where, "for role \"" + detail::role_name(role) + "\" the current workspace should be " +
                     (at == nullptr ? "none" : '"' + std::string(at->name()) + '"') + " and is " +
                     (now == nullptr ? "none" : '"' + std::string(now->name()) + '"') +
                     ". Use `enter(role)` or `borrow(role)`.");
  }
  /// \}

 private:
  struct Named {
    std::string name;
    Configuration configuration;
  };
  using Place = std::optional<Named>;  // nothing: outside

  [[nodiscard]] static const Core* core_of(const AnyWorkspace* workspace) noexcept {
    return workspace == nullptr ? nullptr : &workspace->core();
  }

  [[nodiscard]] Roles changed(Role role, Place place) const {
    Roles roles = *this;
    roles.places_.insert_or_assign(role, std::move(place));
    return roles;
  }

  [[nodiscard]] const Place* find(Role role) const noexcept {
    const auto found = places_.find(role);
    if (found != places_.end()) return &found->second;
    return default_ ? &*default_ : nullptr;
  }

  [[nodiscard]] const Place& place(Role role) const {
    const Place* const found = find(role);
    if (found == nullptr) [[unlikely]]
      raise({}, "nothing says where role \"" + detail::role_name(role) +
                    "\" lives. Use `with`, `no_workspace_for` or a default.");
    return *found;
  }

  [[nodiscard]] AnyWorkspace* open_workspace(Role role, std::string_view where) const {
    AnyWorkspace* const at = workspace(role);
    if (at != nullptr && !at->is_open()) [[unlikely]]
      raise(where, "workspace \"" + std::string(at->name()) + "\" of role \"" +
                       detail::role_name(role) + "\" is closed. Use `enter(role)` first.");
    return at;
  }

  [[noreturn]] EBB_COLD static void raise(std::string_view where, const std::string& text) {
    detail::raise(WrongRole((where.empty() ? "" : std::string(where) + ": ") + text));
  }

  std::map<Role, Place> places_;
  std::optional<Place> default_;
};

}  // namespace ebb
