// SPDX-License-Identifier: Apache-2.0
// Defects P27 to P36 of the model: what is open, and what is current.
#include <ebb/ebb.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

using namespace ebb;

namespace {

template <class W>
Array<int> sevens(W& workspace) {
  auto array = workspace.template make<int>(16);
  std::ranges::fill(array.view(), 7);
  return array;
}

bool are_sevens(Array<int>& array) {
  return std::ranges::all_of(array.view(), [](int value) { return value == 7; });
}

// One step of nesting: a token, and what should be current while it lives.
enum class Step : unsigned char { enter, borrow, outside };

}  // namespace

TEST_CASE("A workspace entered again beneath another one nests instead of rewinding",
          "[regressions][P27]") {
  Workspace<> a{"a"};
  Workspace<> b{"b"};
  auto outer = a.enter();
  auto array = sevens(a);
  const auto generation = a.generation();

  auto of_b = b.enter();
  auto again = a.enter();
  auto scribble = a.make_for_overwrite<int>(16);
  std::ranges::fill(scribble.view(), 9);

  CHECK(current() == &a);
  again.close();
  CHECK(current() == &b);
  of_b.close();
  CHECK(current() == &a);
  CHECK(a.generation() == generation);
  CHECK(are_sevens(array));
  outer.close();
  CHECK(current() == nullptr);
  CHECK(a.report().cycles == 1);
}

TEST_CASE("A workspace entered again from outside nests and gives the parent back",
          "[regressions][P28]") {
  Workspace<> parent{"parent"};
  Workspace<> a{"a"};
  auto of_parent = parent.enter();
  auto outer = a.enter();
  auto array = sevens(a);

  {
    auto nowhere = outside();
    CHECK(current() == nullptr);
    auto again = a.enter();
    auto scribble = a.make_for_overwrite<int>(16);
    std::ranges::fill(scribble.view(), 9);
    CHECK(current() == &a);
  }

  CHECK(current() == &a);
  CHECK(a.generation() == 1);
  CHECK(are_sevens(array));
  outer.close();
  CHECK(current() == &parent);
}

TEST_CASE("Enters and borrows and places outside nest in any order", "[regressions][P29]") {
  constexpr std::size_t steps = 5;
  Workspace<> workspace;
  bool restored = true;

  // Every sequence of five steps, each read as digits to base 3.
  for (std::size_t sequence = 0; sequence < 3 * 3 * 3 * 3 * 3; ++sequence) {
    auto outer = workspace.enter();
    const auto generation = workspace.generation();
    std::vector<std::variant<Cycle, Borrow, Outside>> tokens;
    std::vector<Core*> expected{current()};
    for (std::size_t i = 0, rest = sequence; i < steps; ++i, rest /= 3) {
      const Step step = static_cast<Step>(rest % 3);
      if (step == Step::enter) tokens.emplace_back(workspace.enter());
      if (step == Step::borrow) tokens.emplace_back(workspace.borrow());
      if (step == Step::outside) tokens.emplace_back(outside());
      expected.push_back(step == Step::outside ? nullptr : &workspace);
      restored = restored && current() == expected.back();
    }
    while (!tokens.empty()) {
      tokens.pop_back();
      expected.pop_back();
      restored = restored && current() == expected.back() && workspace.is_open();
    }
    restored = restored && workspace.generation() == generation;
    outer.close();
    restored = restored && !workspace.is_open() && current() == nullptr;
  }

  CHECK(restored);
  CHECK(workspace.report().cycles == 243);
}

TEST_CASE("There is one way outside and it means the same for every taker",
          "[regressions][P30][reuse]") {
  Workspace<> workspace;
  auto cycle = workspace.enter();
  auto nowhere = outside();

  auto on_heap = make<int>(4);
  auto named = workspace.make<int>(4);
  nowhere.close();
  auto in_current = make<int>(4);

  CHECK_FALSE(on_heap.is_attached());
  CHECK(named.is_attached());
  CHECK(in_current.is_attached());
}

TEST_CASE("A second close counts no cycle and takes nothing else off", "[regressions][P31]") {
  Workspace<> a{"a"};
  Workspace<> b{"b"};
  auto of_a = a.enter();
  of_a.close();
  auto of_b = b.enter();

  of_a.close();

  CHECK(a.report().cycles == 1);
  CHECK(current() == &b);
  CHECK(b.is_open());
}

TEST_CASE("A second close of a nested token leaves the outer one open", "[regressions][P31]") {
  Workspace<> workspace;
  auto outer = workspace.enter();
  auto inner = workspace.enter();
  inner.close();

  inner.close();

  CHECK(workspace.is_open());
  CHECK(current() == &workspace);
}

TEST_CASE("A second close does not end a cycle that was entered since", "[regressions][P31]") {
  Workspace<> workspace;
  auto first = workspace.enter();
  first.close();
  auto second = workspace.enter();

  first.close();

  CHECK(workspace.is_open());
  CHECK(workspace.report().cycles == 1);
}

TEST_CASE("A closed workspace can neither be borrowed nor copied to", "[regressions][P32]") {
  Workspace<> source{"source"};
  Workspace<> closed{"closed"};
  auto cycle = source.enter();
  auto array = sevens(source);

  CHECK_THROWS_AS(closed.borrow(), NotOpen);
  CHECK_THROWS_AS(array.copy_to(closed), NotOpen);
  CHECK(current() == &source);
  CHECK(closed.generation() == 0);
  CHECK(closed.report().space_calls == 0);
}

TEST_CASE("Borrows nest beyond what a thread keeps without the heap", "[regressions][P33]") {
  Workspace<> a{"a"};
  Workspace<> b{"b"};
  auto of_a = a.enter();
  auto of_b = b.enter();
  std::vector<Borrow> borrows;

  bool current_follows = true;
  for (int i = 0; i < 50; ++i) {
    borrows.push_back(a.borrow());
    current_follows = current_follows && current() == &a;
    borrows.push_back(b.borrow());
    current_follows = current_follows && current() == &b;
  }
  while (borrows.size() > 1) {
    borrows.pop_back();
    Core* const expected = borrows.size() % 2 == 1 ? static_cast<Core*>(&a) : &b;
    current_follows = current_follows && current() == expected;
  }
  borrows.clear();

  CHECK(current_follows);
  CHECK(current() == &b);
  CHECK(a.generation() == 1);
  CHECK(a.is_open());
}

TEST_CASE("An exception through open scopes leaves nothing open and the next call works",
          "[regressions][P34]") {
  Workspace<> a{"a"};
  Workspace<> b{"b"};
  const auto step = [&](bool fails) {
    auto of_a = a.enter();
    auto array = a.make<int>(100);
    auto of_b = b.enter();
    auto borrow = a.borrow();
    auto nowhere = outside();
    of_a.close();  // neither in the order of the scopes
    if (fails) throw std::runtime_error("a step fails");
  };

  CHECK_THROWS_AS(step(true), std::runtime_error);

  CHECK(current() == nullptr);
  CHECK_FALSE(a.is_open());
  CHECK_FALSE(b.is_open());
  CHECK_NOTHROW(step(false));
  CHECK(a.report().cycles == 2);
}

TEST_CASE("Two workspaces of one name share nothing", "[regressions][P35]") {
  Workspace<> one{"layers"};
  Workspace<> other{"layers"};
  auto cycle = one.enter();
  auto array = sevens(one);

  {
    auto of_other = other.enter();
    auto scribble = other.make_for_overwrite<int>(16);
    std::ranges::fill(scribble.view(), 9);
  }
  other.destroy();

  CHECK(are_sevens(array));
  CHECK(one.is_open());
  CHECK(one.generation() == 1);
}

TEST_CASE("The answers of a workspace are its own and nobody changes them later",
          "[regressions][P36]") {
  using Configured = Workspace<Overallocate<dynamic>>;
  Overallocate<dynamic> answer{10};
  Configured workspace{"configured", answer};

  answer = Overallocate<dynamic>{90};

  CHECK(workspace.report().headroom_percent == 10);
  // So an open one is not replaced by another either.
  CHECK_FALSE(std::is_move_constructible_v<Configured>);
  CHECK_FALSE(std::is_move_assignable_v<Configured>);
  CHECK_FALSE(std::is_copy_assignable_v<Configured>);
}
