// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/adapt/pmr.hpp>
#include <ebb/adapt/std_allocator.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/workspace/burst.hpp>
#include <ebb/workspace/current.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace ebb;

namespace {

using Plain = Workspace<StartWith<4096>>;

// Runs a function on a thread of its own, and waits for its end.
template <class Body>
void elsewhere(Body&& body) {
  std::thread(std::forward<Body>(body)).join();
}

const std::string wrong_thread =
    "ebb-E07 WrongThread: \"step\" is open on another thread. Enter, use and close it on one "
    "thread, "
    "or give each thread a workspace of its own. docs/errors/E07.md";

}  // namespace

TEST_CASE("A closed workspace may be entered on any thread", "[threads][reuse]") {
  Plain workspace;
  for (int i = 0; i < 3; ++i) {
    elsewhere([&] {
      auto cycle = workspace.enter();
      static_cast<void>(workspace.allocate(100));
    });
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(100));
  }

  CHECK(workspace.report().cycles == 6);
  CHECK(workspace.report().space_calls == 1);
}

TEST_CASE("Entering a workspace that another thread has open is WrongThread", "[threads]") {
  Plain workspace{"step"};
  auto cycle = workspace.enter();
  std::string message;
  Core* current_elsewhere = &workspace;

  elsewhere([&] {
    message = message_of<WrongThread>([&] { static_cast<void>(workspace.enter()); });
    current_elsewhere = current();
  });

  CHECK(message == wrong_thread);
  CHECK(current_elsewhere == nullptr);
  CHECK(workspace.generation() == 1);
  CHECK(workspace.allocate(64) != nullptr);
}

TEST_CASE("What looks at the owner is WrongThread on another thread and changes nothing",
          "[threads][reuse]") {
  Plain workspace{"step"};
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);
  std::vector<std::string> messages;

  elsewhere([&] {
    const auto add = [&](auto&& call) { messages.push_back(message_of<WrongThread>(call)); };
    add([&] { static_cast<void>(workspace.borrow()); });
    add([&] { workspace.reserve(10000); });
    add([&] { workspace.destroy(); });
    add([&] { workspace.set_enabled(false); });
    add([&] { workspace.on_close(nullptr); });
    add([&] { static_cast<void>(workspace.allocate(100000)); });  // the slow path
    add([&] { static_cast<void>(workspace.allocate(64, 1024)); });
    add([&] { const std_allocator<int> allocator{workspace}; });
    auto on_heap = make<int>(4);
    add([&] { static_cast<void>(on_heap.copy_to(workspace)); });
  });

  for (const std::string& message : messages) CHECK(message == wrong_thread);
  CHECK(messages.size() == 9);
  CHECK(workspace.is_open());
  CHECK(array.is_in_scope());
  CHECK(workspace.report().demand_bytes == 64);
  CHECK(workspace.report().block_bytes == 4096);
}

TEST_CASE("try forms answer null on another thread where the slow path sees it",
          "[threads][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();
  void* spilled = &workspace;
  bool made = true;
  bool expanded = true;
  void* const piece = workspace.allocate(64);

  elsewhere([&] {
    spilled = workspace.try_allocate(100000);
    made = workspace.try_make<int>(100000).has_value();
    expanded = workspace.try_expand(piece, 64, 128);
  });

  CHECK(spilled == nullptr);
  CHECK_FALSE(made);
  CHECK_FALSE(expanded);
  CHECK(workspace.report().spilled_requests == 0);
}

TEST_CASE("A token closed on another thread changes nothing and tells the violation handler",
          "[threads]") {
  const Violations violations;
  Plain workspace{"step"};
  auto cycle = workspace.enter();

  elsewhere([&] { cycle.close(); });

  CHECK(violations.count() == 1);
  CHECK(violations.last() == wrong_thread);
  CHECK(workspace.is_open());
  CHECK(current() == &workspace);
  CHECK(workspace.allocate(64) != nullptr);
  workspace.destroy();
  CHECK(current() == nullptr);
}

TEST_CASE("A token destroyed on another thread changes nothing there", "[threads]") {
  const Violations violations;
  Plain workspace;
  auto cycle = std::make_unique<Cycle>(workspace.enter());
  auto nested = workspace.enter();

  elsewhere([token = std::move(cycle)]() mutable { token.reset(); });

  CHECK(violations.count() == 1);
  CHECK(workspace.is_open());
  workspace.destroy();
}

TEST_CASE("Borrow and Outside closed on another thread tell the violation handler", "[threads]") {
  const Violations violations;
  Plain workspace{"step"};
  auto cycle = workspace.enter();
  auto borrowed = workspace.borrow();
  auto none = outside();

  elsewhere([&] {
    borrowed.close();
    CHECK(violations.last() == wrong_thread);
    none.close();
  });

  CHECK(violations.count() == 2);
  CHECK(contains(violations.last(), "ebb-E07 WrongThread: \"outside\""));
  CHECK(detail::scope_stack_v1.size() == 3);
  // The entries have no token any more; those of the workspace leave with the cycle.
  detail::scope_stack_v1.remove(3);
  cycle.close();
  CHECK(detail::scope_stack_v1.size() == 0);
}

TEST_CASE("A piece beneath the top given back on another thread tells the violation handler",
          "[threads]") {
  const Violations violations;
  Plain workspace{"step"};
  auto cycle = workspace.enter();
  void* const below = workspace.allocate(64);
  static_cast<void>(workspace.allocate(64));

  elsewhere([&] { workspace.deallocate(below, 64); });

  CHECK(violations.count() == 1);
  CHECK(violations.last() == wrong_thread);
  CHECK(workspace.allocate(64) != nullptr);
}

TEST_CASE("A workspace destroyed while open elsewhere tells the violation handler", "[threads]") {
  const Violations violations;
  auto workspace = std::make_unique<Plain>("step");
  std::atomic<int> stage{0};
  std::thread owner([&] {
    auto cycle = workspace->enter();
    stage = 1;
    stage.notify_all();
    stage.wait(1);
  });
  stage.wait(0);

  workspace.reset();
  CHECK(violations.count() == 1);
  CHECK(violations.last() == wrong_thread);

  stage = 2;
  stage.notify_all();
  owner.join();
}

TEST_CASE("Every thread has its own scopes", "[threads]") {
  Plain mine;
  auto cycle = mine.enter();
  bool attached_elsewhere = true;

  elsewhere([&] {
    CHECK(current() == nullptr);
    attached_elsewhere = make<int>(4).is_attached();
    Plain theirs;
    auto their_cycle = theirs.enter();
    CHECK(current() == &theirs);
  });

  CHECK_FALSE(attached_elsewhere);
  CHECK(current() == &mine);
}

TEST_CASE("A thread with more than 32 scopes leaves nothing behind", "[threads]") {
  for (int i = 0; i < 3; ++i) {
    elsewhere([] {
      Plain workspace;
      auto cycle = workspace.enter();
      std::vector<Borrow> borrows;
      for (int depth = 0; depth < 200; ++depth) borrows.push_back(workspace.borrow());
      CHECK(current() == &workspace);
      while (!borrows.empty()) borrows.pop_back();
    });
  }

  CHECK(current() == nullptr);
}

TEST_CASE("Many threads each with a workspace do not disturb one another", "[threads]") {
  constexpr int threads = 8;
  std::atomic<int> wrong{0};
  std::vector<std::thread> all;
  for (int id = 0; id < threads; ++id) {
    all.emplace_back([&wrong, id] {
      Workspace<> workspace{"of thread " + std::to_string(id)};
      for (int i = 0; i < 200; ++i) {
        auto cycle = workspace.enter();
        auto array = make<int>(static_cast<std::size_t>(100 + i));
        for (int& element : array.view()) element = id;
        auto more = workspace.make<int>(50);
        for (const int element : array.view()) wrong += element == id ? 0 : 1;
      }
      wrong += workspace.report().cycles == 200 ? 0 : 1;
    });
  }
  for (std::thread& thread : all) thread.join();

  CHECK(wrong == 0);
}
