// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/engine/stack.hpp>
#include <ebb/workspace/current.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace ebb;
using detail::ScopeStack;

static_assert(ScopeStack::near_entries == 32);

TEST_CASE("An empty stack has nothing current", "[engine][stack]") {
  ScopeStack stack;

  CHECK(stack.size() == 0);
  CHECK(stack.current() == nullptr);
}

TEST_CASE("The topmost entry is current", "[engine][stack]") {
  Workspace<> first;
  Workspace<> second;
  ScopeStack stack;

  CHECK(stack.push(&first) == 1);
  CHECK(stack.push(&second) == 2);
  CHECK(stack.current() == &second);

  CHECK(stack.remove(2) == nullptr);
  CHECK(stack.current() == &first);
}

TEST_CASE("An entry outside makes nothing current", "[engine][stack]") {
  Workspace<> workspace;
  ScopeStack stack;
  stack.push(&workspace);
  const std::size_t outside = stack.push(ScopeStack::outside_entry());
  CHECK(stack.current() == nullptr);

  stack.remove(outside);

  CHECK(stack.current() == &workspace);
}

TEST_CASE("Removing an entry from the middle moves no other and names the one above",
          "[engine][stack]") {
  Workspace<> bottom;
  Workspace<> middle;
  Workspace<> top;
  ScopeStack stack;
  stack.push(&bottom);
  stack.push(&middle);
  stack.push(&top);

  CHECK(stack.remove(2) == &top);
  CHECK(stack.size() == 3);
  CHECK(stack.at(1) == &bottom);
  CHECK(stack.at(2) == ScopeStack::removed_entry());
  CHECK(stack.at(3) == &top);

  CHECK(stack.remove(3) == nullptr);
  CHECK(stack.size() == 1);
  CHECK(stack.current() == &bottom);
}

TEST_CASE("The last entry takes all removed ones beneath it along", "[engine][stack]") {
  Workspace<> workspace;
  ScopeStack stack;
  for (int i = 0; i < 5; ++i) stack.push(&workspace);
  for (std::size_t depth = 4; depth != 0; --depth) stack.remove(depth);
  CHECK(stack.size() == 5);

  stack.remove(5);

  CHECK(stack.size() == 0);
}

TEST_CASE("The stack goes on in the heap beyond its near entries", "[engine][stack]") {
  Workspace<> first;
  Workspace<> second;
  ScopeStack& stack = detail::scope_stack_v1;
  REQUIRE(stack.size() == 0);
  for (std::size_t i = 0; i < 100; ++i) {
    REQUIRE(stack.reserve());
    stack.push(i % 2 == 0 ? &first : &second);
  }

  for (std::size_t depth = 100; depth != 0; --depth) {
    CHECK(stack.current() == (depth % 2 == 1 ? &first : &second));
    stack.remove(depth);
  }
  CHECK(stack.size() == 0);
}

TEST_CASE("More than 32 scopes nest", "[engine][stack]") {
  std::deque<Workspace<>> workspaces(40);
  std::vector<Cycle> cycles;
  for (auto& workspace : workspaces) cycles.push_back(workspace.enter());
  std::vector<Borrow> borrows;
  for (auto& workspace : workspaces) borrows.push_back(workspace.borrow());
  CHECK(current() == &workspaces.back());

  while (!borrows.empty()) {
    borrows.pop_back();
    CHECK(current() == (borrows.empty() ? &workspaces.back() : &workspaces[borrows.size() - 1]));
  }
  while (!cycles.empty()) {
    CHECK(current() == &workspaces[cycles.size() - 1]);
    cycles.pop_back();
  }

  CHECK(current() == nullptr);
  for (const auto& workspace : workspaces) CHECK_FALSE(workspace.is_open());
}

TEST_CASE("A plain cycle below the near entries and one above them both end", "[engine][stack]") {
  Workspace<> low;
  std::deque<Workspace<>> between(31);
  Workspace<> high;
  {
    auto low_cycle = low.enter();
    std::vector<Cycle> cycles;
    for (auto& workspace : between) cycles.push_back(workspace.enter());
    {
      auto high_cycle = high.enter();
      CHECK(current() == &high);
    }
    CHECK(current() == &between.back());
    while (!cycles.empty()) cycles.pop_back();
    CHECK(current() == &low);
  }

  CHECK(current() == nullptr);
}

TEST_CASE("The first scope beyond the near ones is refused when the heap has no room",
          "[engine][stack]") {
  // A fresh thread has no extension yet, so exactly the near entries are there.
  std::size_t scopes = 0;
  std::thread([&] {
    Workspace<> workspace;
    auto cycle = workspace.enter();
    std::vector<Borrow> borrows;
    borrows.reserve(100);
    const HeapRefuses refuses;
    try {
      for (int i = 0; i < 100; ++i) borrows.push_back(workspace.borrow());
    } catch (const SpaceRefused&) {
      scopes = 1 + borrows.size();
    }
    while (!borrows.empty()) borrows.pop_back();
  }).join();

  CHECK(scopes == detail::ScopeStack::near_entries);
}

TEST_CASE("Scopes that the heap has no room for are SpaceRefused and change nothing",
          "[engine][stack]") {
  Workspace<> workspace{"step"};
  auto cycle = workspace.enter();
  std::vector<Borrow> borrows;
  borrows.reserve(4096);
  std::optional<std::string> enter_message;
  std::optional<std::string> borrow_message;
  std::optional<std::string> outside_message;
  Workspace<> other{"other"};
  const HeapRefuses refuses;
  while (!borrow_message) {
    try {
      borrows.push_back(workspace.borrow());
    } catch (const SpaceRefused& error) {
      borrow_message = error.what();
    }
  }
  enter_message = message_of<SpaceRefused>([&] { static_cast<void>(other.enter()); });
  outside_message = message_of<SpaceRefused>([] { static_cast<void>(outside()); });

  CHECK(*enter_message ==
        "ebb-E05 SpaceRefused: the heap refused room for one more scope on this thread when "
        "entering \"other\". Close scopes that are not needed. docs/errors/E05.md");
  CHECK(contains(*borrow_message, "entering \"step\""));
  CHECK(contains(*outside_message, "entering \"outside\""));
  CHECK_FALSE(other.is_open());
  CHECK(other.generation() == 0);
  CHECK_THROWS_AS(workspace.enter(), SpaceRefused);
  CHECK(current() == &workspace);
  while (!borrows.empty()) borrows.pop_back();
  cycle.close();
  CHECK(current() == nullptr);
}

TEST_CASE("A summoned stack lets nothing pass the fast way until somebody attends",
          "[engine][stack]") {
  ScopeStack stack;
  stack.attend(false);
  CHECK(stack.has_near_room());
  CHECK(stack.plain_closer() == ScopeStack::this_thread());
  CHECK_FALSE(stack.is_summoned());

  stack.summon();
  CHECK_FALSE(stack.has_near_room());
  CHECK(stack.plain_closer() != ScopeStack::this_thread());
  CHECK(stack.is_summoned());
  stack.attend(false);
  CHECK(stack.has_near_room());
  CHECK_FALSE(stack.is_summoned());

  stack.summon_at_close();
  CHECK(stack.has_near_room());
  CHECK(stack.is_summoned());
}

TEST_CASE("A full stack of near entries has no room whoever attends", "[engine][stack]") {
  ScopeStack stack;
  for (std::size_t i = 0; i < ScopeStack::near_entries; ++i)
    stack.push(ScopeStack::outside_entry());

  stack.attend(false);

  CHECK_FALSE(stack.has_near_room());
}

TEST_CASE("A number beside the entries takes room as they do", "[engine][stack]") {
  ScopeStack stack;
  stack.push(ScopeStack::outside_entry());

  CHECK(stack.has_near_room(ScopeStack::near_entries - 2));
  CHECK_FALSE(stack.has_near_room(ScopeStack::near_entries - 1));
  CHECK_FALSE(stack.has_near_room(ScopeStack::this_thread()));
  CHECK_FALSE(stack.has_near_room(std::size_t{1} << 63U));
}

TEST_CASE("Enter and close attend to a summons and say whether a cycle has ended",
          "[engine][stack]") {
  struct Heard {
    std::vector<bool> ended;
    std::vector<const Core*> current;
  } heard;
  std::thread([&] {
    ScopeStack& stack = detail::scope_stack_v1;
    Workspace<> workspace;
    for (int i = 0; i < 2; ++i) static_cast<void>(workspace.enter());
    stack.set_attendant(
        [](void* self, bool ended) noexcept {
          static_cast<Heard*>(self)->ended.push_back(ended);
          static_cast<Heard*>(self)->current.push_back(current());
        },
        &heard);

    stack.summon();
    auto cycle = workspace.enter();  // before it is open
    stack.summon();
    auto nested = workspace.enter();
    stack.summon();
    nested.close();
    stack.summon_at_close();
    cycle.close();  // after it is closed
    auto unheard = workspace.enter();
    stack.set_attendant(nullptr, nullptr);
    stack.summon();
    unheard.close();
    CHECK_FALSE(stack.is_summoned());
    CHECK(heard.current[1] == &workspace);
    CHECK(heard.current[2] == &workspace);
  }).join();

  CHECK(heard.ended == std::vector<bool>{false, false, false, true});
  CHECK(heard.current[0] == nullptr);
  CHECK(heard.current[3] == nullptr);
}
