// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/workspace/current.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace ebb;

namespace {

using Plain = Workspace<StartWith<65536>>;

}  // namespace

TEST_CASE("A view is read on another thread while the owner keeps the cycle open",
          "[threads][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(1000);
  std::iota(array.view().begin(), array.view().end(), 0);
  const ArrayView<int> view = array;
  int sum = 0;
  bool attached = false;
  std::optional<Detached<int>> copy;

  std::thread([&] {
    const auto elements = view.view();
    sum = std::accumulate(elements.begin(), elements.end(), 0);
    attached = view.is_attached();
    copy = view.detach();
  }).join();

  CHECK(sum == 499500);
  CHECK(attached);
  CHECK(copy->view()[999] == 999);
}

TEST_CASE("A view is written on several threads while the owner keeps the cycle open",
          "[threads]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4000);
  const ArrayView<int> view = array;
  std::vector<std::thread> threads;
  for (std::size_t part = 0; part < 4; ++part)
    threads.emplace_back([view, part] {
      for (int& element : view.view().subspan(1000 * part, 1000)) element = static_cast<int>(part);
    });
  for (std::thread& thread : threads) thread.join();

  CHECK(array.view().front() == 0);
  CHECK(array.view().back() == 3);
}

TEST_CASE("A stale view names the cycle on another thread and that thread's open workspaces",
          "[threads]") {
  Plain workspace{"step"};
  std::optional<ArrayView<int>> view;
  {
    auto cycle = workspace.enter();
    view = workspace.make<int>(4).keep();
  }
  auto cycle = workspace.enter();
  std::string message;

  std::thread([&] {
    Plain theirs{"theirs"};
    auto their_cycle = theirs.enter();
    message = message_of<StaleArray>([&] { static_cast<void>(view->view("add", "X")); });
  }).join();

  CHECK(message ==
        "ebb-E02 StaleArray: add of operand \"X\": array of workspace \"step\" from cycle 1, and "
        "the workspace was entered again and is now in cycle 2. Open on this thread: \"theirs\". "
        "Use `detach()` or `copy_to(...)` while the cycle is open, or keep the cycle open as long "
        "as the array is used. docs/errors/E02.md");
  CHECK(workspace.report().stale_handles == 1);
}

TEST_CASE("A check races with the owner's cycles and answers one or the other", "[threads]") {
  Plain workspace;
  std::atomic<bool> done{false};
  std::atomic<int> answers{0};
  ArrayView<int> view;
  {
    auto cycle = workspace.enter();
    view = workspace.make<int>(4).keep();
  }
  std::thread reader([&] {
    while (!done) {
      if (view.is_in_scope()) answers = -1;
      try {
        static_cast<void>(view.view());
      } catch (const StaleArray&) {
        ++answers;
      }
    }
  });

  for (int i = 0; i < 2000; ++i) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(100));
  }
  done = true;
  reader.join();

  CHECK(answers >= 0);
}

TEST_CASE("Cells are issued and retired on many threads and never shown twice", "[threads]") {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int id = 0; id < 8; ++id)
    threads.emplace_back([&wrong] {
      std::vector<ArrayView<int>> old;
      for (int i = 0; i < 300; ++i) {
        Workspace<StartWith<1024>, NoLearning> workspace{"short"};
        auto cycle = workspace.enter();
        const ArrayView<int> view = workspace.make<int>(4).keep();
        wrong += view.is_in_scope() ? 0 : 1;
        for (const ArrayView<int>& stale : old) wrong += stale.is_in_scope() ? 1 : 0;
        old.push_back(view);
        if (old.size() > 20) old.erase(old.begin());
      }
    });
  for (std::thread& thread : threads) thread.join();

  CHECK(wrong == 0);
}

TEST_CASE("Arrays of the heap are made and given back on any thread", "[threads]") {
  std::vector<Array<int>> arrays;
  for (int i = 0; i < 100; ++i) arrays.push_back(make<int>(100));

  std::vector<std::thread> threads;
  for (std::size_t part = 0; part < 4; ++part)
    threads.emplace_back([&arrays, part] {
      for (std::size_t i = 25 * part; i < 25 * (part + 1); ++i) arrays[i] = make<int>(10);
    });
  for (std::thread& thread : threads) thread.join();

  for (Array<int>& array : arrays) CHECK(array.view().size() == 10);
}

TEST_CASE("A workspace handed from thread to thread keeps its block", "[threads][reuse]") {
  Workspace<> workspace;
  std::atomic<int> turn{0};
  std::vector<std::thread> threads;
  for (int id = 0; id < 4; ++id)
    threads.emplace_back([&, id] {
      for (int round = 0; round < 50; ++round) {
        while (turn != 4 * round + id) std::this_thread::yield();
        {
          auto cycle = workspace.enter();
          static_cast<void>(workspace.allocate(1000));
        }
        ++turn;
      }
    });
  for (std::thread& thread : threads) thread.join();

  CHECK(workspace.report().cycles == 200);
  CHECK(workspace.report().space_calls == 2);
}
