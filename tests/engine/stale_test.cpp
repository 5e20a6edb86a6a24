// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/adapt/pmr.hpp>
#include <ebb/adapt/std_allocator.hpp>
#include <ebb/engine/stale.hpp>
#include <ebb/workspace/current.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <dlfcn.h>
#include <optional>
#include <string>
#include <utility>

using namespace ebb;

namespace {

constexpr std::string_view remedy =
    ". Use `detach()` or `copy_to(...)` while the cycle is open, or keep the cycle open as long as "
    "the array is used. docs/errors/E02.md";

// The message of a stale view: `E02`, what `view` was told, and the remedy around the reason.
std::string stale(std::string_view reason) {
  return "ebb-E02 StaleArray: " + std::string(reason) + std::string(remedy);
}

template <class View>
std::string message_of_view(const View& view) {
  return message_of<StaleArray>([&] { static_cast<void>(view.view()); });
}

}  // namespace

TEST_CASE("A view of a closed cycle says so", "[engine][stale]") {
  Workspace<> workspace{"step"};
  auto cycle = workspace.enter();
  const ArrayView<int> view = workspace.make<int>(4).keep();
  cycle.close();

  CHECK_FALSE(view.is_in_scope());
  CHECK_FALSE(view.try_view());
  CHECK(message_of_view(view) ==
        stale("view: array of workspace \"step\" from cycle 1, which is closed. Open on this "
              "thread: none"));
}

TEST_CASE("A view of a workspace that was entered again names both cycles", "[engine][stale]") {
  Workspace<> workspace{"step"};
  std::optional<ArrayView<int>> view;
  {
    auto cycle = workspace.enter();
    view = workspace.make<int>(4).keep();
  }
  {
    auto cycle = workspace.enter();
  }
  auto cycle = workspace.enter();

  CHECK(message_of_view(*view) ==
        stale("view: array of workspace \"step\" from cycle 1, and the workspace was entered again "
              "and is now in cycle 3. Open on this thread: \"step\""));
  cycle.close();
  CHECK(message_of_view(*view) ==
        stale("view: array of workspace \"step\" from cycle 1, and the workspace was entered again "
              "and closed after cycle 3. Open on this thread: none"));
}

TEST_CASE("A view of a destroyed workspace says so", "[engine][stale]") {
  Workspace<> workspace{"step"};
  auto cycle = workspace.enter();
  const ArrayView<int> view = workspace.make<int>(4).keep();

  workspace.destroy();

  CHECK(message_of_view(view) ==
        stale("view: array of workspace \"step\" from cycle 1, and the workspace was destroyed "
              "since. Open on this thread: none"));
}

TEST_CASE("A view of a workspace that is gone says so", "[engine][stale]") {
  std::optional<Workspace<>> workspace{std::in_place, "step"};
  auto cycle = workspace->enter();
  const ArrayView<int> view = workspace->make<int>(4).keep();

  workspace.reset();

  CHECK(message_of_view(view) ==
        stale("view: array of workspace \"step\" from cycle 1, and the workspace is gone. Open on "
              "this thread: none"));
}

TEST_CASE("A view whose cell was issued again says that the workspace is gone", "[engine][stale]") {
  std::optional<Workspace<>> workspace{std::in_place, "first"};
  EpochCell* const cell = workspace->cell();
  auto cycle = workspace->enter();
  const ArrayView<int> view = workspace->make<int>(4).keep();
  workspace.reset();

  const Workspace<> second{"second"};

  REQUIRE(second.cell() == cell);
  CHECK(message_of_view(view) ==
        stale("view: an array of a workspace that is gone. Open on this thread: none"));
  CHECK(second.report().stale_handles == 0);
}

TEST_CASE("A view without an array says so", "[engine][stale]") {
  const ArrayView<int> view;

  CHECK(message_of_view(view) ==
        stale("view: a handle without an array: made by default, moved from or kept. Open on this "
              "thread: none"));
}

TEST_CASE("The message names the operation and the operand of the caller", "[engine][stale]") {
  Workspace<> workspace{"step"};
  auto cycle = workspace.enter();
  const ArrayView<int> view = workspace.make<int>(4).keep();
  cycle.close();

  CHECK(message_of<StaleArray>([&] { static_cast<void>(view.view("add", "Y")); }) ==
        stale("add of operand \"Y\": array of workspace \"step\" from cycle 1, which is closed. "
              "Open on this thread: none"));
}

TEST_CASE("The message lists the open workspaces and the current one first", "[engine][stale]") {
  Workspace<> workspace{"step"};
  Workspace<> first{"first"};
  Workspace<> second{"second"};
  auto cycle = workspace.enter();
  const ArrayView<int> view = workspace.make<int>(4).keep();
  cycle.close();
  auto first_cycle = first.enter();
  auto second_cycle = second.enter();
  auto first_again = first.enter();
  auto no_workspace = outside();

  CHECK(contains(message_of_view(view), ". Open on this thread: \"first\", \"second\". Use"));
}

TEST_CASE("A long name is cut to 40 bytes in the message", "[engine][stale]") {
  Workspace<> workspace{"0123456789012345678901234567890123456789 and more"};
  auto cycle = workspace.enter();
  const ArrayView<int> view = workspace.make<int>(4).keep();
  cycle.close();

  CHECK(
      contains(message_of_view(view), "\"0123456789012345678901234567890123456789\" from cycle 1"));
}

TEST_CASE("Every use of a stale array names itself", "[engine][stale]") {
  Workspace<> workspace{"step"};
  Workspace<> target{"target"};
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);
  const std_allocator<int> allocator{workspace};
  auto resource = cycle.resource();
  cycle.close();
  auto target_cycle = target.enter();
  const auto begins = [](const std::string& message, const std::string& operation) {
    return message.starts_with("ebb-E02 StaleArray: " + operation +
                               ": array of workspace \"step\" from cycle 1, which is closed");
  };
  const auto of = [](auto&& use) { return message_of<StaleArray>(use); };

  CHECK(begins(of([&] { static_cast<void>(array.view()); }), "view"));
  CHECK(begins(of([&] { static_cast<void>(std::as_const(array).view()); }), "view"));
  CHECK(begins(of([&] { static_cast<void>(array.detach()); }), "detach"));
  CHECK(begins(of([&] { static_cast<void>(array.copy_to(target)); }), "copy_to"));
  CHECK(begins(of([&] { static_cast<void>(array.copy_to_parent()); }), "copy_to_parent"));
  CHECK(begins(of([&] { static_cast<void>(array.copy_to_current()); }), "copy_to_current"));
  CHECK(begins(of([&] { static_cast<void>(std::move(array).keep()); }), "keep"));
  CHECK(begins(of([&] { static_cast<void>(std_allocator<int>(allocator).allocate(1)); }),
               "std_allocator::allocate"));
  CHECK(begins(of([&] { static_cast<void>(resource.allocate(1)); }), "memory_resource::allocate"));
  CHECK(target.report().demand_bytes == 0);
}

TEST_CASE("A view of a shared library that was unloaded is stale", "[engine][stale]") {
  constexpr const char* path = EBB_PLUGINS "/static_workspace.so";
  void* const library = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
  INFO((library == nullptr ? ::dlerror() : path));
  REQUIRE(library != nullptr);
  const auto make_view = reinterpret_cast<void (*)(ArrayView<int>*)>(::dlsym(library, "make_view"));
  REQUIRE(make_view != nullptr);
  ArrayView<int> view;
  make_view(&view);
  REQUIRE(view.view()[3] == 42);

  REQUIRE(::dlclose(library) == 0);

  REQUIRE(::dlopen(path, RTLD_NOW | RTLD_NOLOAD) == nullptr);
  CHECK_FALSE(view.is_in_scope());
  CHECK(
      message_of_view(view) ==
      stale("view: array of workspace \"plugin\" from cycle 1, and the workspace is gone. Open on "
            "this thread: none"));
}
