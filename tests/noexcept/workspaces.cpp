// SPDX-License-Identifier: Apache-2.0
#include "../endings.hpp"
#include <ebb/ebb.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <map>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace ebb;

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "these tests are for builds without exceptions and without RTTI"
#endif

namespace {

using Plain = Workspace<StartWith<4096>>;

// What the violation handler was told last, in this process.
std::string& told() {
  static std::string text;
  return text;
}
void take_down(const Error& error) { told() = error.what(); }

void print(const Error& error) { std::fprintf(stderr, "told: %s\n", error.what()); }

// What a call prints that cannot be served: the handler is told, then the process aborts.
template <class Call>
std::string told_before_abort(Call&& call) {
  const Ending ending = ending_of([&] {
    set_violation_handler(&print);
    call();
  });
  CHECK(ending.signal == SIGABRT);
  return ending.text;
}

bool begins(std::string_view text, std::string_view part) { return text.starts_with(part); }

}  // namespace

TEST_CASE("Without exceptions a learnt cycle makes no space call", "[workspace][reuse]") {
  Workspace<Counted<>> workspace;
  std::size_t calls = 0;
  for (int i = 0; i < 3; ++i) {
    {
      auto cycle = workspace.enter();
      auto array = workspace.make<int>(10000);
      auto of_current = make<int>(100);
      vector<int> values(1000, 7, workspace);
      static_cast<void>(workspace.allocate(100, 256));
    }
    if (i == 0) calls = workspace.space().calls();
  }

  CHECK(workspace.space().calls() == calls);
  CHECK(workspace.report().cycles == 3);
}

TEST_CASE("Without exceptions the try forms answer null where the others end the process",
          "[workspace]") {
  Workspace<StartWith<4096>, Fail> workspace;
  CHECK(workspace.try_allocate(64) == nullptr);
  CHECK_FALSE(workspace.try_make<int>(1));
  auto cycle = workspace.enter();

  CHECK(workspace.try_allocate(8192) == nullptr);
  CHECK(workspace.try_allocate(64, 48) == nullptr);
  CHECK(workspace.try_allocate(64, 8192) == nullptr);
  CHECK(workspace.try_allocate(max_bytes) == nullptr);
  CHECK_FALSE(workspace.try_make<int>(max_bytes / 2));
  CHECK_FALSE(workspace.try_make<int>(5000));
  CHECK(workspace.report().demand_bytes == 0);

  auto array = workspace.try_make<int>(1000);
  REQUIRE(array);
  CHECK(array->view()[999] == 0);
  cycle.close();
  CHECK_FALSE(array->try_view());
}

TEST_CASE("Without exceptions a refusing space makes the try forms answer null", "[workspace]") {
  Workspace<Limited<>> workspace{"step", Limited<>{Host{}, 10000}};
  auto cycle = workspace.enter();

  CHECK(workspace.try_allocate(20000) == nullptr);
  CHECK_FALSE(workspace.try_make<int>(20000));
  CHECK(workspace.report().space_refusals == 3);  // a whole chunk, and twice what is needed

  CHECK(workspace.try_allocate(1000) != nullptr);
}

TEST_CASE("Without exceptions what cannot be served tells the handler and aborts", "[workspace]") {
  Workspace<StartWith<64>, Fail> workspace{"step"};
  Workspace<Failing<>, StartWith<4096>> refused{"refused", Failing<>{Host{}, 1}};

  CHECK(begins(told_before_abort([&] { static_cast<void>(workspace.allocate(8)); }),
               "told: ebb-E03 NoOpenCycle: \"step\" is closed and was asked for 8 bytes."));
  CHECK(begins(told_before_abort([&] { static_cast<void>(refused.enter()); }),
               "told: ebb-E05 SpaceRefused: the space of \"refused\" refused 4 096 bytes"));
  CHECK(begins(told_before_abort([&] { static_cast<void>(workspace.borrow()); }),
               "told: ebb-E04 NotOpen"));
  CHECK(begins(told_before_abort([&] {
                 auto cycle = workspace.enter();
                 static_cast<void>(workspace.allocate(128));
               }),
               "told: ebb-E01 OutOfWorkspace: \"step\" had 64 of 64 bytes left"));
  CHECK(begins(told_before_abort([&] {
                 auto cycle = workspace.enter();
                 static_cast<void>(workspace.make<int>(max_bytes / 2));
               }),
               "told: ebb-E06 BadRequest"));
  CHECK(begins(told_before_abort(
                   [] { const Workspace<Granule<dynamic>> bad("step", Granule<dynamic>{48}); }),
               "told: ebb-E09 BadConfiguration"));
}

TEST_CASE("Without exceptions a stale view tells the handler and aborts", "[workspace]") {
  Plain workspace{"step"};
  auto cycle = workspace.enter();
  auto array = workspace.make<int>(4);
  cycle.close();

  CHECK(begins(told_before_abort([&] { static_cast<void>(array.view("add", "X")); }),
               "told: ebb-E02 StaleArray: add of operand \"X\": array of workspace \"step\" from "
               "cycle 1, which is closed."));
}

TEST_CASE("Without exceptions a foreign piece is told at the close and the process goes on",
          "[workspace]") {
  const ViolationHandler before = set_violation_handler(&take_down);
  told().clear();
  Plain workspace;
  auto cycle = workspace.enter();
  alignas(64) std::byte foreign[64];

  workspace.deallocate(foreign, 64);
  cycle.close();

  CHECK(begins(told(), "ebb-E06 BadRequest"));
  set_violation_handler(before);
  auto next = workspace.enter();
  CHECK(workspace.allocate(64) != nullptr);
}

TEST_CASE("Without exceptions cycles nest and close in any order", "[workspace]") {
  Plain a;
  Plain b;
  auto a_cycle = a.enter();
  auto b_cycle = b.enter();
  auto a_again = a.enter();
  auto borrowed = b.borrow();
  auto none = outside();
  CHECK(current() == nullptr);

  a_cycle.close();
  none.close();
  CHECK(current() == &b);
  b_cycle.close();
  CHECK(current() == &a);
  a.destroy();
  borrowed.close();
  a_again.close();

  CHECK(current() == nullptr);
  CHECK(a.report().cycles == 1);
  CHECK(b.report().cycles == 1);
}

TEST_CASE("Without exceptions arrays are kept detached and copied", "[workspace]") {
  Plain workspace;
  Plain target;
  auto target_cycle = target.enter();
  std::optional<Array<int>> copy;
  std::optional<Detached<int>> detached;
  {
    auto cycle = workspace.enter();
    auto array = workspace.make<int>(4);
    array.view()[3] = 7;
    copy.emplace(array.copy_to(target));
    detached.emplace(array.detach());
    const ArrayView<int> kept = std::move(array).keep();
    CHECK(kept.view()[3] == 7);
  }

  CHECK(copy->view()[3] == 7);
  CHECK(detached->view()[3] == 7);
}

TEST_CASE("Without RTTI resources are equal by identity", "[adapt][pmr]") {
  Plain workspace;
  auto cycle = workspace.enter();
  const CycleResource resource = cycle.resource();
  const CycleResource other = cycle.resource();

  CHECK(resource == resource);
  CHECK(resource != other);
}

TEST_CASE("Without exceptions the standard containers live in a cycle", "[adapt]") {
  Workspace<> workspace;
  for (int i = 0; i < 2; ++i) {
    auto cycle = workspace.enter();
    auto resource = cycle.resource();
    std::map<int, int, std::less<>, std_allocator<std::pair<const int, int>>> squares{workspace};
    std::pmr::vector<int> numbers(&resource);
    for (int n = 0; n < 100; ++n) {
      squares.emplace(n, n * n);
      numbers.push_back(n);
    }
    CHECK(squares.at(9) == 81);
    CHECK(numbers.back() == 99);
  }
}

TEST_CASE("Without exceptions a memory resource is a space", "[adapt][pmr]") {
  Workspace<MemoryResource> workspace{"step", MemoryResource{std::pmr::new_delete_resource()}};
  for (int i = 0; i < 2; ++i) {
    auto cycle = workspace.enter();
    CHECK(workspace.allocate(1000) != nullptr);
  }

  CHECK(workspace.report().space_calls == 2);
}
