// SPDX-License-Identifier: Apache-2.0
#include <ebb/testing/hands.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <memory>

using namespace ebb;
using testing::hands_of;
using testing::Held;
using testing::HeldByAdapter;

TEST_CASE("Hands of a type and of a core take from one workspace", "[testing][hands][reuse]") {
  Workspace<StartWith<4096>> workspace;
  const testing::Hands typed = hands_of(workspace);
  const testing::Hands core = hands_of<Core>(workspace);

  const Cycle cycle = typed.enter(typed.self);
  const Borrow borrow = core.borrow(core.self);
  auto* const first = static_cast<std::byte*>(typed.allocate(typed.self, 1, 1));
  auto* const second = static_cast<std::byte*>(core.allocate_known(core.self));
  auto* const third = static_cast<std::byte*>(core.try_allocate(core.self, 1, 256));
  core.deallocate(core.self, third, 1);

  CHECK(core.core == &workspace);
  CHECK(second == first + 64);
  CHECK(third == first + 256);
  CHECK(typed.allocate(typed.self, 64, 1) == third);
}

TEST_CASE("What is held gives back when it goes, and is stale after its cycle",
          "[testing][hands][reuse]") {
  Workspace<StartWith<4096>> workspace;
  const testing::Hands hands = hands_of(workspace);
  std::unique_ptr<Held> array;
  std::unique_ptr<Held> adapted;
  {
    const Cycle cycle = workspace.enter();
    std::byte* const begin = hands.make(hands.self, 64)->view().data();
    CHECK(std::make_unique<HeldByAdapter>(workspace, 64)->view().data() == begin);
    array = hands.make(hands.self, 64);
    CHECK(array->view().data() == begin);
    adapted = std::make_unique<HeldByAdapter>(workspace, 64);
    CHECK(adapted->view().size() == 64);
    CHECK(!adapted->keep());
    CHECK(array->keep());
    CHECK(array->is_in_scope());
    CHECK(array->view().data() == begin);
  }

  CHECK(!array->is_in_scope());
  CHECK(!adapted->is_in_scope());
  CHECK_THROWS_AS(array->view(), StaleArray);
  CHECK_THROWS_AS(adapted->view(), StaleArray);
}

TEST_CASE("An array that is held is copied and detached, memory of an adapter is not",
          "[testing][hands]") {
  Workspace<StartWith<4096>> workspace;
  Workspace<StartWith<4096>> target;
  const testing::Hands hands = hands_of(workspace);
  std::unique_ptr<Held> array;
  {
    const Cycle cycle = workspace.enter();
    array = hands.make(hands.self, 64);
    array->view()[63] = std::byte{7};
    HeldByAdapter adapted(workspace, 64);
    CHECK_THROWS_AS(array->copy_to(target), NotOpen);
    const Cycle other = target.enter();

    const std::unique_ptr<Held> copy = array->copy_to(target);
    auto detached = array->detach();

    CHECK(copy->view()[63] == std::byte{7});
    REQUIRE(detached.has_value());
    CHECK(detached->view()[63] == std::byte{7});
    CHECK(array->keep());
    CHECK(array->copy_to(target)->view()[63] == std::byte{7});
    CHECK(adapted.copy_to(target) == nullptr);
    CHECK_FALSE(adapted.detach().has_value());
  }

  CHECK_THROWS_AS(array->detach(), StaleArray);
}
