// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/space/counted.hpp>
#include <ebb/workspace/current.hpp>
#include <ebb/workspace/cycle.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

using namespace ebb;

static_assert(std::is_nothrow_move_constructible_v<Cycle> && !std::is_copy_constructible_v<Cycle> &&
              !std::is_move_assignable_v<Cycle> && !std::is_copy_assignable_v<Cycle>);
static_assert(std::is_nothrow_move_constructible_v<Borrow> &&
              !std::is_copy_constructible_v<Borrow> && !std::is_move_assignable_v<Borrow> &&
              !std::is_copy_assignable_v<Borrow>);
static_assert(std::is_nothrow_move_constructible_v<Outside> &&
              !std::is_copy_constructible_v<Outside> && !std::is_move_assignable_v<Outside> &&
              !std::is_copy_assignable_v<Outside>);

namespace {

using Plain = Workspace<StartWith<4096>, NoLearning>;

}  // namespace

// ---- one workspace
// -------------------------------------------------------------------------------

TEST_CASE("A token opens the cycle and leaving its scope closes it", "[workspace][cycle]") {
  Plain workspace;
  {
    auto cycle = workspace.enter();
    CHECK(workspace.is_open());
    CHECK(current() == &workspace);
  }

  CHECK_FALSE(workspace.is_open());
  CHECK(current() == nullptr);
  CHECK(workspace.report().cycles == 1);
}

TEST_CASE("Closing twice does nothing", "[workspace][cycle]") {
  Plain workspace;
  Plain other;
  auto other_cycle = other.enter();
  auto cycle = workspace.enter();

  cycle.close();
  cycle.close();

  CHECK(workspace.report().cycles == 1);
  CHECK(current() == &other);
}

TEST_CASE("A second close does not close the next cycle", "[workspace][cycle]") {
  Plain workspace;
  auto first = workspace.enter();
  first.close();
  auto second = workspace.enter();

  first.close();

  CHECK(workspace.is_open());
  CHECK(workspace.report().cycles == 1);
}

TEST_CASE("A moved token closes once and the one moved from never", "[workspace][cycle]") {
  Plain workspace;
  std::optional<Cycle> kept;
  {
    auto cycle = workspace.enter();
    kept.emplace(std::move(cycle));
    cycle.close();
    CHECK(workspace.is_open());
  }
  CHECK(workspace.is_open());

  kept.reset();

  CHECK_FALSE(workspace.is_open());
  CHECK(workspace.report().cycles == 1);
}

TEST_CASE("A cycle begins at the same address as the one before", "[workspace][cycle][reuse]") {
  Plain workspace;
  void* first = nullptr;
  {
    auto cycle = workspace.enter();
    first = workspace.allocate(64);
  }
  auto cycle = workspace.enter();

  CHECK(workspace.allocate(64) == first);
}

// ---- re-entering
// ---------------------------------------------------------------------------------

TEST_CASE("Entering an open workspace nests in its cycle", "[workspace][cycle][reuse]") {
  Plain workspace;
  auto outer = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(64));
  {
    auto inner = workspace.enter();
    CHECK(workspace.allocate(64) == first + 64);
    CHECK(workspace.generation() == 1);
  }

  CHECK(workspace.is_open());
  CHECK(workspace.allocate(64) == first + 128);
  CHECK(workspace.report().cycles == 0);
}

TEST_CASE("The cycle ends with its last token whichever that is", "[workspace][cycle]") {
  Plain workspace;
  auto outer = workspace.enter();
  auto inner = workspace.enter();

  outer.close();
  CHECK(workspace.is_open());
  CHECK(current() == &workspace);

  inner.close();
  CHECK_FALSE(workspace.is_open());
  CHECK(current() == nullptr);
  CHECK(workspace.report().cycles == 1);
}

TEST_CASE("A workspace re-entered from beneath another goes on where it was",
          "[workspace][cycle][reuse]") {
  Plain a{"a"};
  Plain b{"b"};
  auto a_cycle = a.enter();
  std::byte* const first = bytes_at(a.allocate(64));
  {
    auto b_cycle = b.enter();
    {
      auto a_again = a.enter();
      CHECK(current() == &a);
      CHECK(a.allocate(64) == first + 64);
      CHECK(a.generation() == 1);
    }
    CHECK(current() == &b);
    CHECK(a.is_open());
  }

  CHECK(current() == &a);
  CHECK(a.report().cycles == 0);
  CHECK(b.report().cycles == 1);
}

TEST_CASE("A re-entered workspace stays open when its first token goes first",
          "[workspace][cycle]") {
  Plain a;
  Plain b;
  auto a_cycle = a.enter();
  auto b_cycle = b.enter();
  auto a_again = a.enter();

  a_cycle.close();
  CHECK(a.is_open());
  CHECK(current() == &a);
  b_cycle.close();
  CHECK(current() == &a);
  a_again.close();

  CHECK_FALSE(a.is_open());
  CHECK(current() == nullptr);
  CHECK(a.report().cycles == 1);
  CHECK(b.report().cycles == 1);
}

// ---- several workspaces
// --------------------------------------------------------------------------

TEST_CASE("Leaving a workspace makes the one beneath current", "[workspace][cycle][reuse]") {
  Plain a;
  Plain b;
  Plain c;
  auto a_cycle = a.enter();
  std::byte* const first = bytes_at(a.allocate(64));
  {
    auto b_cycle = b.enter();
    static_cast<void>(b.allocate(64));
    {
      auto c_cycle = c.enter();
      CHECK(current() == &c);
    }
    CHECK(current() == &b);
  }

  CHECK(current() == &a);
  CHECK(a.allocate(64) == first + 64);
}

TEST_CASE("Closing out of order removes only its own entry", "[workspace][cycle]") {
  Plain a;
  Plain b;
  Plain c;
  auto a_cycle = a.enter();
  auto b_cycle = b.enter();
  auto c_cycle = c.enter();

  b_cycle.close();
  CHECK_FALSE(b.is_open());
  CHECK(current() == &c);
  CHECK(a.is_open());

  a_cycle.close();
  CHECK_FALSE(a.is_open());
  CHECK(current() == &c);

  c_cycle.close();
  CHECK(current() == nullptr);
}

TEST_CASE("A workspace closed out of order can be entered again above", "[workspace][cycle]") {
  Plain a;
  Plain b;
  auto a_cycle = a.enter();
  auto b_cycle = b.enter();
  a_cycle.close();

  auto a_again = a.enter();
  CHECK(current() == &a);
  CHECK(a.generation() == 2);
  a_again.close();
  CHECK(current() == &b);
  b_cycle.close();

  CHECK(current() == nullptr);
}

TEST_CASE("Entries closed out of order beneath a plain cycle leave with it", "[workspace][cycle]") {
  Plain a;
  Plain b;
  for (int i = 0; i < 3; ++i) {
    auto a_cycle = a.enter();
    auto b_cycle = b.enter();
    a_cycle.close();
    b_cycle.close();
    CHECK(current() == nullptr);
    CHECK(detail::scope_stack_v1.size() == 0);
  }

  CHECK(a.report().cycles == 3);
  CHECK(b.report().cycles == 3);
}

// ---- borrow
// --------------------------------------------------------------------------------------

TEST_CASE("A borrow makes an open workspace current without rewinding",
          "[workspace][cycle][reuse]") {
  Plain a;
  Plain b;
  auto a_cycle = a.enter();
  std::byte* const first = bytes_at(a.allocate(64));
  auto b_cycle = b.enter();
  {
    auto borrowed = a.borrow();
    CHECK(current() == &a);
    CHECK(a.allocate(64) == first + 64);
    CHECK(a.generation() == 1);
  }

  CHECK(current() == &b);
}

TEST_CASE("Borrows nest to any depth", "[workspace][cycle]") {
  Plain a;
  Plain b;
  auto a_cycle = a.enter();
  auto b_cycle = b.enter();

  auto first = a.borrow();
  auto second = b.borrow();
  auto third = a.borrow();
  CHECK(current() == &a);
  third.close();
  CHECK(current() == &b);
  third.close();
  CHECK(current() == &b);
  second.close();
  CHECK(current() == &a);
  first.close();

  CHECK(current() == &b);
  CHECK(a.is_open());
  CHECK(b.is_open());
}

TEST_CASE("A borrow of a closed workspace is NotOpen", "[workspace][cycle]") {
  Plain workspace{"step"};

  CHECK(message_of<NotOpen>([&] { static_cast<void>(workspace.borrow()); }) ==
        "ebb-E04 NotOpen: \"step\" is closed; it cannot be borrowed or copied to. Enter it first. "
        "docs/errors/E04.md");
  CHECK(current() == nullptr);
  CHECK_FALSE(workspace.is_open());
}

TEST_CASE("A borrow does not keep the workspace open", "[workspace][cycle]") {
  Plain a;
  Plain b;
  auto b_cycle = b.enter();
  auto a_cycle = a.enter();
  auto borrowed = a.borrow();

  a_cycle.close();

  CHECK_FALSE(a.is_open());
  CHECK(current() == &b);
  borrowed.close();
  CHECK(current() == &b);
}

TEST_CASE("All entries of a workspace leave the stack with its cycle", "[workspace][cycle]") {
  Plain a;
  Plain b;
  auto a_cycle = a.enter();
  auto first = a.borrow();
  auto b_cycle = b.enter();
  auto second = a.borrow();
  auto third = a.borrow();

  a_cycle.close();
  CHECK(current() == &b);
  second.close();
  third.close();
  first.close();
  CHECK(current() == &b);
  b_cycle.close();

  CHECK(current() == nullptr);
  CHECK(detail::scope_stack_v1.size() == 0);
}

TEST_CASE("A borrow of an earlier cycle closes nothing of the next", "[workspace][cycle]") {
  Plain workspace;
  auto first_cycle = workspace.enter();
  auto stale = workspace.borrow();
  first_cycle.close();
  auto second_cycle = workspace.enter();
  auto fresh = workspace.borrow();

  stale.close();

  CHECK(detail::scope_stack_v1.size() == 2);
  fresh.close();
  CHECK(workspace.is_open());
}

TEST_CASE("A moved borrow closes once", "[workspace][cycle]") {
  Plain a;
  Plain b;
  auto a_cycle = a.enter();
  auto b_cycle = b.enter();
  auto borrowed = a.borrow();
  {
    auto moved = std::move(borrowed);
    borrowed.close();
    CHECK(current() == &a);
  }

  CHECK(current() == &b);
}

TEST_CASE("A re-entry within a borrow within a re-entry comes back to each", "[workspace][cycle]") {
  Plain outer;
  Plain inner;
  auto outer_cycle = outer.enter();
  {
    auto inner_cycle = inner.enter();
    {
      auto borrowed = outer.borrow();
      {
        auto again = outer.enter();
        {
          auto none = outside();
          CHECK(current() == nullptr);
        }
        CHECK(current() == &outer);
      }
      CHECK(current() == &outer);
    }
    CHECK(current() == &inner);
  }

  CHECK(current() == &outer);
  CHECK(outer.report().cycles == 0);
}

// ---- outside
// -------------------------------------------------------------------------------------

TEST_CASE("Outside makes nothing current and keeps everything open", "[workspace][cycle][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(64));
  {
    auto none = outside();
    CHECK(current() == nullptr);
    CHECK(workspace.is_open());
    CHECK(workspace.make<int>(4).is_attached());
    CHECK_FALSE(make<int>(4).is_attached());
  }

  CHECK(current() == &workspace);
  CHECK(workspace.allocate(64) == first + 64);
}

TEST_CASE("Entering an open workspace from outside goes on where it was",
          "[workspace][cycle][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(64));
  auto none = outside();
  {
    auto again = workspace.enter();
    CHECK(current() == &workspace);
    CHECK(workspace.allocate(64) == first + 64);
    CHECK(workspace.generation() == 1);
  }
  CHECK(current() == nullptr);
  none.close();

  CHECK(current() == &workspace);
  CHECK(workspace.report().cycles == 0);
}

TEST_CASE("Outside nests closes once and moves", "[workspace][cycle]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto first = outside();
  auto second = outside();
  auto moved = std::move(second);
  second.close();
  CHECK(detail::scope_stack_v1.size() == 3);

  moved.close();
  moved.close();
  CHECK(current() == nullptr);
  first.close();

  CHECK(current() == &workspace);
}

TEST_CASE("Outside closed out of order leaves what is above", "[workspace][cycle]") {
  Plain a;
  Plain b;
  auto a_cycle = a.enter();
  auto none = outside();
  auto b_cycle = b.enter();

  none.close();
  CHECK(current() == &b);
  b_cycle.close();

  CHECK(current() == &a);
}

TEST_CASE("A workspace closed out of order beneath outside leaves with it", "[workspace][cycle]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto none = outside();

  cycle.close();
  CHECK_FALSE(workspace.is_open());
  none.close();

  CHECK(detail::scope_stack_v1.size() == 0);
}

// ---- exceptions, destroy, and the end of the workspace
// -------------------------------------------

TEST_CASE("An exception closes every cycle on its way", "[workspace][cycle]") {
  Plain a;
  Plain b;
  try {
    auto a_cycle = a.enter();
    auto b_cycle = b.enter();
    auto borrowed = a.borrow();
    throw std::runtime_error("in the middle");
  } catch (const std::runtime_error&) {
  }

  CHECK_FALSE(a.is_open());
  CHECK_FALSE(b.is_open());
  CHECK(current() == nullptr);
  auto again = a.enter();
  CHECK(a.allocate(64) != nullptr);
}

TEST_CASE("A token closed after destroy does nothing", "[workspace][cycle]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto nested = workspace.enter();
  auto borrowed = workspace.borrow();

  workspace.destroy();
  CHECK(current() == nullptr);
  nested.close();
  borrowed.close();
  cycle.close();

  CHECK(workspace.report().cycles == 1);
  CHECK(detail::scope_stack_v1.size() == 0);
}

TEST_CASE("A token of before destroy does not close the cycle after it", "[workspace][cycle]") {
  Plain workspace;
  auto before = workspace.enter();
  workspace.destroy();
  auto after = workspace.enter();

  before.close();

  CHECK(workspace.is_open());
  CHECK(current() == &workspace);
}

TEST_CASE("destroy beneath other scopes removes only its own entries", "[workspace][cycle]") {
  Plain a;
  Plain b;
  auto a_cycle = a.enter();
  auto b_cycle = b.enter();
  auto a_borrowed = a.borrow();

  a.destroy();

  CHECK(current() == &b);
  b_cycle.close();
  CHECK(current() == nullptr);
  CHECK(detail::scope_stack_v1.size() == 0);
}

TEST_CASE("Tokens may outlive their workspace", "[workspace][cycle]") {
  Plain other;
  auto other_cycle = other.enter();
  std::optional<Plain> workspace{std::in_place};
  auto cycle = workspace->enter();
  auto borrowed = workspace->borrow();

  workspace.reset();
  CHECK(current() == &other);
  borrowed.close();
  cycle.close();

  CHECK(current() == &other);
  CHECK(other.is_open());
}

TEST_CASE("A cycle that learns and one that is plain nest in any order",
          "[workspace][cycle][reuse]") {
  Workspace<> learns;
  Plain plain;
  for (int i = 0; i < 4; ++i) {
    auto first = learns.enter();
    auto second = plain.enter();
    static_cast<void>(learns.allocate(1000));
    static_cast<void>(plain.allocate(1000));
    if (i % 2 == 0) first.close();
  }

  CHECK(learns.report().cycles == 4);
  CHECK(plain.report().cycles == 4);
  CHECK(learns.report().last_demand_bytes == 1024);
  CHECK(plain.report().last_demand_bytes == 1024);
  CHECK(detail::scope_stack_v1.size() == 0);
}
