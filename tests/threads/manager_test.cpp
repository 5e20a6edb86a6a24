// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/manager/manager.hpp>
#include <ebb/workspace/current.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace ebb;

namespace {

// Runs a function on a thread of its own, and waits for its end.
template <class Body>
void elsewhere(Body&& body) {
  std::thread(std::forward<Body>(body)).join();
}

bool request_from_another_thread(const ManagerHandle& handle) {
  bool was_heard = false;
  elsewhere([&] { was_heard = handle.request_destroy_all(); });
  return was_heard;
}

void take(AnyWorkspace& workspace) {
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(1000));
}

bool has_block(const AnyWorkspace& workspace) { return workspace.report().block_bytes != 0; }

}  // namespace

TEST_CASE("Each thread has a manager of its own, and so each name a workspace of its own",
          "[threads][manager]") {
  AnyWorkspace& mine = manager().get("shared name");
  auto cycle = mine.enter();
  const AnyWorkspace* theirs = &mine;
  const WorkspaceManager* their_manager = &manager();
  bool was_open = true;

  elsewhere([&] {
    was_open = manager().any_active() || manager().exists("shared name");
    theirs = &manager().get("shared name");
    their_manager = &manager();
  });

  CHECK(theirs != &mine);
  CHECK(their_manager != &manager());
  CHECK_FALSE(was_open);
  cycle.close();
  manager().destroy_all();
}

TEST_CASE("The end of a thread closes its open cycles and takes its workspaces along",
          "[threads][manager]") {
  const Violations violations;
  std::vector<ArrayView<int>> views;
  std::vector<std::unique_ptr<Cycle>> tokens;

  elsewhere([&] {
    // Deeper than the thread keeps without the heap, and closed in no order.
    for (int i = 0; i < 50; ++i) {
      tokens.push_back(std::make_unique<Cycle>(manager().get_and_activate(std::to_string(i % 7))));
      views.push_back(make<int>(10).keep());
    }
    CHECK(views.back().is_in_scope());
  });

  for (const ArrayView<int>& view : views) CHECK_FALSE(view.is_in_scope());
  CHECK(contains(message_of<StaleArray>([&] { static_cast<void>(views[0].view()); }),
                 "and the workspace is gone"));
  // The tokens name cycles that are over.
  tokens.clear();
  CHECK(violations.count() == 0);
}

TEST_CASE("A hook is told of the cycle that the end of its thread closes", "[threads][manager]") {
  static int closed = 0;
  std::unique_ptr<Cycle> token;

  elsewhere([&] {
    manager().get("step").on_close([](const Report&) noexcept { ++closed; });
    token = std::make_unique<Cycle>(manager().get_and_activate("step"));
  });

  CHECK(closed == 1);
}

TEST_CASE("Calling the manager of a thread whose workspaces are gone is WrongThread",
          "[threads][manager]") {
  static std::string message;
  struct Late {
    bool is_made = true;
    ~Late() {
      message = message_of<WrongThread>([] { manager().get("too late"); });
    }
  };

  elsewhere([] {
    // Made before the first call, so destroyed after what that made.
    static thread_local Late late;
    CHECK(late.is_made);
    manager().get("step");
  });

  CHECK(message ==
        "ebb-E07 WrongThread: the manager of this thread is gone: the thread is ending, and its "
        "workspaces were given back. Use them before what is `thread_local` is destroyed. "
        "docs/errors/E07.md");
}

TEST_CASE("What is thread-local and made after the first call may still use the manager",
          "[threads][manager]") {
  static bool could = false;
  struct Late {
    bool is_made = true;
    ~Late() {
      auto cycle = manager().get_and_activate("at the end");
      could = manager().is_active("at the end");
    }
  };

  elsewhere([] {
    manager().get("step");
    static thread_local Late late;
    CHECK(late.is_made);
  });

  CHECK(could);
}

TEST_CASE("A workspace may be entered after the manager of its thread is gone if it is another's",
          "[threads][manager][reuse]") {
  static std::size_t block = 0;
  struct Late {
    Workspace<> own;
    ~Late() {
      for (int i = 0; i < 3; ++i) {
        auto cycle = own.enter();
        static_cast<void>(own.allocate(1000));
      }
      block = own.report().block_bytes;
    }
  };

  elsewhere([] {
    static thread_local Late late;
    CHECK(late.own.report().cycles == 0);
    manager().get("step");
  });

  CHECK(block >= 1000);
}

TEST_CASE("Nobody looks at the clock of a window whose manager is gone", "[threads][manager]") {
  static int looks = 0;
  static int looks_too_late = -1;
  struct Late {
    Workspace<> own;
    ~Late() {
      const int before = looks;
      for (int i = 0; i < 3; ++i) static_cast<void>(own.enter());
      looks_too_late = looks - before;
    }
  };

  elsewhere([] {
    static thread_local Late late;
    manager().set_trim_clock([]() noexcept {
      ++looks;
      return std::chrono::steady_clock::now();
    });
    manager().set_auto_trim_window(std::chrono::milliseconds(1));
    static_cast<void>(late.own.enter());
  });

  CHECK(looks > 0);
  CHECK(looks_too_late == 0);
}

TEST_CASE("A request from another thread is done at the owner's next enter",
          "[threads][manager][reuse]") {
  manager().destroy_all();
  AnyWorkspace& first = manager().get("first");
  AnyWorkspace& second = manager().get("second");
  take(first);
  take(second);
  const auto generation = first.generation();

  CHECK(request_from_another_thread(manager().remote()));

  CHECK(has_block(first));
  {
    auto cycle = second.enter();
    CHECK_FALSE(has_block(first));
    CHECK_FALSE(has_block(second));
    CHECK(first.generation() == generation + 1);
  }
  // References and names stay, and the workspaces learn again.
  CHECK(&manager().get("first") == &first);
  take(first);
  CHECK(has_block(first));
  manager().destroy_all();
}

TEST_CASE("A request is done at an enter of any workspace of the owner's thread",
          "[threads][manager]") {
  manager().destroy_all();
  AnyWorkspace& managed = manager().get("managed");
  Workspace<> own;
  take(managed);
  for (int i = 0; i < 3; ++i) static_cast<void>(own.enter());

  request_from_another_thread(manager().remote());
  auto cycle = own.enter();

  CHECK_FALSE(has_block(managed));
  cycle.close();
  manager().destroy_all();
}

TEST_CASE("A request is done at the owner's next close, and what is open when it is left",
          "[threads][manager][reuse]") {
  manager().destroy_all();
  AnyWorkspace& outer = manager().get("outer");
  AnyWorkspace& inner = manager().get("inner");
  AnyWorkspace& idle = manager().get("idle");
  for (AnyWorkspace* const workspace : {&outer, &inner, &idle}) take(*workspace);
  auto outer_cycle = outer.enter();
  auto array = outer.make<int>(10);
  auto inner_cycle = inner.enter();

  request_from_another_thread(manager().remote());
  CHECK(has_block(idle));
  inner_cycle.close();

  CHECK_FALSE(has_block(idle));
  CHECK_FALSE(has_block(inner));
  CHECK(has_block(outer));
  CHECK(array.is_in_scope());
  {
    auto nested = outer.enter();
    take(idle);
  }
  CHECK(has_block(outer));
  CHECK(has_block(idle));  // a request is done once
  outer_cycle.close();
  CHECK_FALSE(has_block(outer));
  CHECK_FALSE(detail::scope_stack_v1.is_summoned());
  manager().destroy_all();
}

TEST_CASE("A request is done at the owner's next call of the manager",
          "[threads][manager][reuse]") {
  manager().destroy_all();
  AnyWorkspace& step = manager().get("step");
  take(step);

  request_from_another_thread(manager().remote());
  CHECK(has_block(step));
  const WorkspaceManager& mine = manager();

  CHECK_FALSE(has_block(step));
  CHECK(mine.exists("step"));
  manager().destroy_all();
}

TEST_CASE("A workspace made after a request was done keeps its block",
          "[threads][manager][reuse]") {
  manager().destroy_all();
  auto cycle = manager().get_and_activate("open");
  request_from_another_thread(manager().remote());

  AnyWorkspace& late = manager().get("late");
  take(late);
  cycle.close();

  CHECK(has_block(late));
  manager().destroy_all();
}

TEST_CASE("A workspace that waits for its end may be destroyed before",
          "[threads][manager][reuse]") {
  manager().destroy_all();
  auto cycle = manager().get_and_activate("open");
  request_from_another_thread(manager().remote());
  manager().destroy("open");

  AnyWorkspace& again = manager().get("open");
  take(again);
  take(again);

  CHECK(has_block(again));
  CHECK_FALSE(detail::scope_stack_v1.is_summoned());
  manager().destroy_all();
}

TEST_CASE("A handle that outlives its thread asks nobody", "[threads][manager]") {
  std::optional<ManagerHandle> handle;
  elsewhere([&] {
    manager().get("step");
    handle = manager().remote();
    CHECK(handle->request_destroy_all());
  });

  CHECK_FALSE(handle->request_destroy_all());
}

TEST_CASE("Requests race with the cycles, the names and the end of their owners",
          "[threads][manager]") {
  constexpr std::size_t owners = 3;
  std::atomic<std::size_t> ready{0};
  std::atomic<std::size_t> running{owners};
  std::atomic<int> wrong{0};
  std::vector<std::optional<ManagerHandle>> handles(owners);
  std::vector<std::thread> threads;
  for (std::size_t id = 0; id < owners; ++id)
    threads.emplace_back([&, id] {
      AnyWorkspace& kept = manager().get("kept");
      handles[id] = manager().remote();
      ++ready;
      for (int i = 0; i < 2000; ++i) {
        auto cycle = kept.enter();
        auto array = kept.make<int>(100);
        array.view()[99] = i;
        {
          auto inner = manager().get_and_activate(std::to_string(i % 5));
          auto temporary = make<int>(50);
          temporary.view()[49] = i;
        }
        if (array.view()[99] != i) ++wrong;
        if (i % 97 == 0) manager().destroy(std::to_string(i % 5));
        if (i % 501 == 0) manager().set_auto_trim_window(std::chrono::milliseconds(i % 2));
      }
      --running;
    });
  std::vector<std::thread> requesters;
  for (int i = 0; i < 2; ++i)
    requesters.emplace_back([&] {
      while (ready != owners) std::this_thread::yield();
      while (running != 0)
        for (const auto& handle : handles) handle->request_destroy_all();
    });
  for (std::thread& thread : threads) thread.join();
  for (std::thread& thread : requesters) thread.join();

  CHECK(wrong == 0);
  for (const auto& handle : handles) CHECK_FALSE(handle->request_destroy_all());
}

TEST_CASE("No request is lost between an enter and a close, and each is done once",
          "[threads][manager]") {
  constexpr std::uint64_t requests = 500;
  std::atomic<std::uint64_t> requested{0};
  std::atomic<std::uint64_t> done{0};
  std::atomic<bool> is_ready{false};
  std::optional<ManagerHandle> handle;
  int lost = 0;

  std::thread owner([&] {
    AnyWorkspace& step = manager().get("step");
    handle = manager().remote();
    is_ready = true;
    while (done < requests) {
      const std::uint64_t asked = requested;
      take(step);
      const Report report = step.report();
      if (asked != done && report.generation - report.cycles != asked) ++lost;
      done = asked;
    }
  });
  while (!is_ready) std::this_thread::yield();
  for (std::uint64_t i = 1; i <= requests; ++i) {
    handle->request_destroy_all();
    requested = i;
    while (done < i) std::this_thread::yield();
  }
  owner.join();

  CHECK(lost == 0);
}
