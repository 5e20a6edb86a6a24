// SPDX-License-Identifier: Apache-2.0
// Defects P37 to P42 and P68 of the model: what a handle knows, and what is caught.
#include <ebb/ebb.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ebb;
using Catch::Matchers::Contains;

namespace {

template <class Use>
bool is_caught(Use&& use) {
  try {
    use();
  } catch (const StaleArray&) {
    return true;
  }
  return false;
}

// The uses of a handle that go unnoticed, of all that reach its elements.
int unnoticed_uses(Array<float>& array, ArrayView<float> handle) {
  Workspace<> target{"target"};
  auto cycle = target.enter();
  auto other_cycle = target.borrow();
  const Array<float>& constant = array;
  const std::vector<std::function<void()>> uses = {
      [&] { static_cast<void>(array.view()); },
      [&] { static_cast<void>(constant.view()); },
      [&] { static_cast<void>(handle.view()); },
      [&] { static_cast<void>(ArrayView<const float>{handle}.view()); },
      [&] { static_cast<void>(array.detach()); },
      [&] { static_cast<void>(handle.detach()); },
      [&] { static_cast<void>(array.copy_to(target)); },
      [&] { static_cast<void>(handle.copy_to(target)); },
      [&] { static_cast<void>(array.copy_to_current()); },
      [&] { static_cast<void>(handle.copy_to_current()); },
      [&] { static_cast<void>(array.copy_to_parent()); },
      [&] { static_cast<void>(std::move(array).keep()); },
  };
  const auto unnoticed =
      std::ranges::count_if(uses, [](const auto& use) { return !is_caught(use); });
  return static_cast<int>(unnoticed) + (array.try_view() ? 1 : 0) + (constant.try_view() ? 1 : 0) +
         (handle.try_view() ? 1 : 0) + (array.is_in_scope() ? 1 : 0) +
         (handle.is_in_scope() ? 1 : 0);
}

// Element access that no check would see.
template <class H>
concept ReachesElementsUnchecked =
    requires(H handle) { handle[0]; } || requires(H handle) { handle.data(); } ||
    requires(H handle) { *handle; } || requires(H handle) { handle.begin(); } ||
    std::is_convertible_v<H, std::span<const float>>;

}  // namespace

static_assert(!ReachesElementsUnchecked<Array<float>&> &&
              !ReachesElementsUnchecked<ArrayView<float>>);

TEST_CASE("Every use of a handle whose workspace is closed is caught", "[regressions][P37]") {
  Workspace<> workspace;

  // The first cycle learns, and closes another way than the later ones.
  for (int loop = 0; loop < 3; ++loop) {
    auto cycle = workspace.enter();
    auto array = workspace.make<float>(4);
    const ArrayView<float> handle = array;
    cycle.close();

    CHECK(unnoticed_uses(array, handle) == 0);
  }
}

TEST_CASE("Every use of a handle whose workspace was entered again is caught",
          "[regressions][P37]") {
  Workspace<> workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<float>(4);
  const ArrayView<float> handle = array;
  cycle.close();
  auto next = workspace.enter();
  auto new_owner = workspace.make<float>(4);

  CHECK(unnoticed_uses(array, handle) == 0);
}

TEST_CASE("A message names the operation and the operand that was stale", "[regressions][P38]") {
  Workspace<> workspace{"activations"};
  auto cycle = workspace.enter();
  auto x = workspace.make<float>(4);
  auto y = workspace.make<float>(4);
  cycle.close();

  CHECK_THROWS_WITH(x.view("add", "X"),
                    Contains("add of operand \"X\"") && Contains("\"activations\""));
  CHECK_THROWS_WITH(y.view("add", "Y"),
                    Contains("add of operand \"Y\"") && Contains("\"activations\""));
}

TEST_CASE("Every use of a handle whose workspace was destroyed is caught", "[regressions][P40]") {
  Workspace<> workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<float>(4);
  const ArrayView<float> handle = array;

  workspace.destroy();

  CHECK_THROWS_WITH(handle.view(), Contains("destroyed"));
  CHECK(unnoticed_uses(array, handle) == 0);
}

TEST_CASE("A handle of a workspace that is gone is caught", "[regressions][P40]") {
  ArrayView<float> handle;
  {
    Workspace<> workspace;
    auto cycle = workspace.enter();
    handle = workspace.make<float>(4).keep();
  }

  CHECK_THROWS_AS(handle.view(), StaleArray);
  CHECK_FALSE(handle.try_view());
}

TEST_CASE("A copy of a stale array changes neither target nor array", "[regressions][P41]") {
  Workspace<> source{"source"};
  Workspace<> target{"target"};
  auto of_target = target.enter();
  auto of_source = source.enter();
  auto array = source.make<float>(100);
  of_source.close();
  const auto before = target.report();

  CHECK_THROWS_AS(array.copy_to(target), StaleArray);
  CHECK_THROWS_AS(array.copy_to_current(), StaleArray);
  CHECK(target.report().demand_bytes == before.demand_bytes);
  CHECK(target.report().space_calls == before.space_calls);
}

TEST_CASE("A copy has the element type and the values of its array", "[regressions][P42]") {
  Workspace<> source{"source"};
  Workspace<> target{"target"};
  auto of_target = target.enter();
  auto of_source = source.enter();
  const auto copies_are_true = [&](auto value) {
    using T = decltype(value);
    auto array = source.make<T>(3);
    std::ranges::fill(array.view(), value);
    auto copied = array.copy_to(target);
    auto to_parent = array.copy_to_parent();
    auto to_current = array.copy_to_current();
    auto detached = array.detach();
    static_assert(std::is_same_v<decltype(copied), Array<T>>);
    static_assert(std::is_same_v<decltype(to_parent), Array<T>>);
    static_assert(std::is_same_v<decltype(to_current), Array<T>>);
    static_assert(std::is_same_v<decltype(detached), Detached<T>>);
    const auto same = [&](auto& copy) { return std::ranges::equal(copy.view(), array.view()); };
    return same(copied) && same(to_parent) && same(to_current) && same(detached);
  };

  CHECK(copies_are_true(0.1));
  CHECK(copies_are_true(0.1F));
  CHECK(copies_are_true(std::int16_t{-7}));
  CHECK(copies_are_true(std::uint64_t{1} << 60));
}

TEST_CASE("Attachment is a property of the handle whatever its size", "[regressions][P68][reuse]") {
  Workspace<> workspace;
  auto cycle = workspace.enter();

  auto scalar = workspace.make<float>(1);
  auto empty = workspace.make<float>(0);
  auto many = workspace.make<float>(1000);
  const ArrayView<float> handle = scalar;
  const Array<float> none;
  CHECK(scalar.is_attached());
  CHECK(empty.is_attached());
  CHECK(many.is_attached());
  CHECK(handle.is_attached());
  CHECK_FALSE(none.is_attached());

  const Array<float> moved = std::move(scalar);
  CHECK(moved.is_attached());
  CHECK_FALSE(scalar.is_attached());  // NOLINT: a moved-from array is a state with a meaning
}

TEST_CASE("An array can be made outside on purpose", "[regressions][P68]") {
  Workspace<> workspace;
  auto cycle = workspace.enter();
  Array<float> free_standing;
  {
    auto nowhere = outside();
    free_standing = make<float>(1);
  }
  free_standing.view()[0] = 5.0F;

  cycle.close();

  CHECK_FALSE(free_standing.is_attached());
  CHECK(free_standing.is_in_scope());
  CHECK(free_standing.view()[0] == 5.0F);
}
