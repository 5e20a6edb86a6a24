// SPDX-License-Identifier: Apache-2.0
// The law of each debug mode. What a mode must not change is shown by all other tests, which run
// under both modes too.
#include "../debug_modes.hpp"
#include "../helpers.hpp"
#include <ebb/ebb.hpp>
#include <ebb/testing/tracking_space.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <list>
#include <malloc.h>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace ebb;
using ebb::testing::SpaceLog;
using ebb::testing::Tracking;

namespace {

constexpr DebugMode modes[] = {DebugMode::spill_everything, DebugMode::bypass_everything};

template <class W>
void play_a_cycle(W& workspace) {
  const auto cycle = workspace.enter();
  const auto a = workspace.template make<float>(1000);
  const auto b = workspace.template make<float>(500);
}

std::size_t heap_bytes() {
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

// ---- spill_everything ---------------------------------------------------------------------------

TEMPLATE_TEST_CASE("Under spill_everything each request goes to the space alone",
                   "[engine][debug_mode]", (Workspace<Tracking<>>),
                   (Workspace<StartWith<65536>, External, Tracking<>>),
                   (Workspace<StartWith<64>, Fail, NoLearning, Tracking<>>),
                   (Workspace<PeakWithDecay<2>, Tracking<>>), (Workspace<LearnPlan, Tracking<>>)) {
  const InMode mode(DebugMode::spill_everything);
  SpaceLog log;
  TestType workspace{"step", Tracking<>{log}};

  const auto cycle = workspace.enter();
  CHECK(log.requests().empty());
  auto a = workspace.template make<float>(1000);
  void* const b = workspace.allocate(100);

  CHECK(log.lent().size() == 2);
  CHECK(log.holds(a.view().data(), 4000));
  CHECK(log.holds(b, 100));
  CHECK(a.is_attached());
}

TEST_CASE("Under spill_everything a piece goes back when it is given back, the rest at the close",
          "[engine][debug_mode]") {
  const InMode mode(DebugMode::spill_everything);
  SpaceLog log;
  Workspace<Tracking<>> workspace{"step", Tracking<>{log}};
  auto cycle = workspace.enter();
  std::optional array = workspace.make<float>(1000);
  auto kept = workspace.make<float>(10).keep();
  void* const raw = workspace.allocate(100);
  static_cast<void>(workspace.allocate(200));
  REQUIRE(log.lent().size() == 4);

  array.reset();
  CHECK(log.lent().size() == 3);
  workspace.deallocate(raw, 100);
  CHECK(log.lent().size() == 2);
  CHECK(kept.view().size() == 10);
  cycle.close();

  CHECK(log.lent().empty());
  CHECK(log.problem() == "");
}

TEMPLATE_TEST_CASE("Under spill_everything the report counts every request as spilled",
                   "[engine][debug_mode]", (Workspace<>), (Workspace<External, StartWith<65536>>),
                   (Workspace<LearnPlan>)) {
  const InMode mode(DebugMode::spill_everything);
  TestType workspace{"step"};

  {
    const auto cycle = workspace.enter();
    const auto a = workspace.template make<std::byte>(64);
    {
      const auto b = workspace.template make<std::byte>(640);
    }
    const auto c = workspace.template make<std::byte>(128);
    CHECK(workspace.report().demand_bytes == 704);
  }

  const Report report = workspace.report();
  CHECK(report.cycles == 1);
  CHECK(report.generation == 1);
  CHECK(report.spilled_requests == 3);
  CHECK(report.spilled_bytes == 832);
  CHECK(report.oversize_bytes == 832);
  CHECK(report.space_calls == 3);
  CHECK(report.block_bytes == 0);
  CHECK(report.last_demand_bytes == 704);  // at most that much was alive at once
  CHECK(report.live_peak_bytes == 704);
}

TEST_CASE("Under spill_everything a block that is all of the space is left alone",
          "[engine][debug_mode]") {
  const InMode mode(DebugMode::spill_everything);
  alignas(64) std::array<std::byte, 256> memory{};
  Workspace<Buffer> workspace{"step", Buffer{memory}};
  const auto cycle = workspace.enter();

  auto a = workspace.make<std::byte>(200);
  auto b = workspace.make<std::byte>(200);
  std::ranges::fill(a.view(), std::byte{1});
  std::ranges::fill(b.view(), std::byte{2});

  CHECK(std::ranges::count(memory, std::byte{0}) == 256);
  CHECK(std::ranges::count(a.view(), std::byte{1}) == 200);
  CHECK(a.is_attached());
  CHECK(workspace.report().spilled_requests == 2);
  CHECK(workspace.report().space_calls == 0);
}

TEST_CASE("Under spill_everything a refusal of the space is one, and changes nothing",
          "[engine][debug_mode]") {
  const InMode mode(DebugMode::spill_everything);
  SpaceLog log;
  Workspace<Tracking<>> workspace{"step", Tracking<>{log}};
  const auto cycle = workspace.enter();
  auto array = workspace.make<int>(10);

  log.refuse(1, 2);
  CHECK_THROWS_AS(workspace.allocate(100), SpaceRefused);
  CHECK(workspace.try_allocate(100) == nullptr);

  CHECK(workspace.allocate(100) != nullptr);
  CHECK(array.view().size() == 10);
  CHECK(workspace.report().spilled_requests == 2);
  CHECK(workspace.report().space_refusals == 2);
}

// ---- bypass_everything --------------------------------------------------------------------------

TEMPLATE_TEST_CASE("Under bypass_everything arrays are on the heap and say so",
                   "[engine][debug_mode]", (Workspace<Tracking<>>),
                   (Workspace<StartWith<65536>, External, Tracking<>>),
                   (Workspace<StartWith<64>, Fail, NoLearning, Tracking<>>),
                   (Workspace<LearnPlan, Tracking<>>)) {
  const InMode mode(DebugMode::bypass_everything);
  SpaceLog log;
  TestType workspace{"step", Tracking<>{log}};

  for (int loop = 0; loop < 3; ++loop) {
    const auto cycle = workspace.enter();
    auto a = workspace.template make<float>(1000);
    auto b = ebb::make<float>(1000);
    const ArrayView<float> view = a;
    auto kept = workspace.template make<float>(10).keep();
    void* const raw = workspace.allocate(4096, 4096);

    CHECK_FALSE(a.is_attached());
    CHECK_FALSE(b.is_attached());
    CHECK_FALSE(view.is_attached());
    CHECK_FALSE(kept.is_attached());
    CHECK(a.is_in_scope());
    CHECK(kept.view().size() == 10);
    CHECK(is_aligned(raw, Alignment(4096)));
  }

  CHECK(log.requests().empty());
}

// P57 of the model: there the bypass is an object that is never active, which breaks the roles, and
// not a workspace at all, which breaks the printing of statistics.
TEMPLATE_TEST_CASE("Under bypass_everything a workspace is open, is current and prints its report",
                   "[engine][debug_mode][regressions][P57]", (Workspace<>),
                   (Workspace<LearnPlan>)) {
  const InMode mode(DebugMode::bypass_everything);
  TestType workspace{"step"};

  auto cycle = workspace.enter();
  static_cast<void>(workspace.template make<float>(1000).keep());
  CHECK(workspace.is_open());
  CHECK(current() == &workspace);
  CHECK(workspace.generation() == 1);
  {
    const auto a = workspace.template make<float>(100);
    const auto b = workspace.template make<float>(100);
  }
  {
    const auto outside = ebb::outside();
    const auto borrow = workspace.borrow();
    CHECK(current() == &workspace);
  }
  cycle.close();

  CHECK_FALSE(workspace.is_open());
  CHECK(current() == nullptr);
  const Report report = workspace.report();
  CHECK(report.cycles == 1);
  CHECK(report.space_calls + report.spilled_requests + report.spilled_bytes == 0);
  CHECK(report.last_demand_bytes + report.live_peak_bytes + report.block_bytes == 0);
  CHECK(contains(to_string(report), "workspace \"step\""));
}

TEST_CASE("Under bypass_everything nothing is left on the heap after a close",
          "[engine][debug_mode]") {
  const InMode mode(DebugMode::bypass_everything);
  Workspace<> workspace{"step"};
  const auto play = [&] {
    const auto cycle = workspace.enter();
    auto array = workspace.make<std::byte>(100000);
    static_cast<void>(workspace.make<std::byte>(100000).keep());
    static_cast<void>(workspace.allocate(100000));
    ebb::vector<int> values(1000, 7, workspace);
  };
  play();

  const std::size_t before = heap_bytes();
  for (int loop = 0; loop < 20; ++loop) play();

  CHECK(heap_bytes() < before + 100000);
}

TEST_CASE("Under bypass_everything a limit of the space is none", "[engine][debug_mode]") {
  const InMode mode(DebugMode::bypass_everything);
  Workspace<Limited<>> workspace{"step", Limited<>{Host{}, 4096}};
  const auto cycle = workspace.enter();

  CHECK(workspace.make<std::byte>(100000).size() == 100000);
}

// ---- either -------------------------------------------------------------------------------------

TEST_CASE("Under either mode handles go stale at the close", "[engine][debug_mode]") {
  for (const DebugMode debug_mode : modes) {
    const InMode mode(debug_mode);
    Workspace<> workspace{"step"};
    std::optional<Array<int>> array;
    ArrayView<int> kept;
    {
      const auto cycle = workspace.enter();
      array = workspace.make<int>(10);
      kept = workspace.make<int>(10).keep();
    }

    CHECK_THROWS_AS(array->view(), StaleArray);
    CHECK_THROWS_AS(kept.view(), StaleArray);
    const auto cycle = workspace.enter();
    CHECK_THROWS_AS(kept.view(), StaleArray);
    array.reset();  // of an earlier cycle: gives nothing back
    CHECK(workspace.report().stale_handles == 3);
  }
}

TEST_CASE("Under either mode what cannot be served is refused", "[engine][debug_mode]") {
  for (const DebugMode debug_mode : modes) {
    const InMode mode(debug_mode);
    Workspace<Bounds<0, 8192>> workspace{"step"};
    CHECK_THROWS_AS(workspace.allocate(8), NoOpenCycle);
    const auto cycle = workspace.enter();

    CHECK_THROWS_AS(workspace.allocate(8193), BadRequest);
    CHECK_THROWS_AS(workspace.allocate(8, 24), BadRequest);
    CHECK_THROWS_AS(workspace.allocate(8, 8192), BadRequest);
    CHECK(workspace.try_allocate(8193) == nullptr);
    CHECK(workspace.allocate(8192, 4096) != nullptr);
    CHECK(workspace.allocate(0) != nullptr);
  }
}

TEST_CASE("Under either mode a piece that is not of the cycle is told", "[engine][debug_mode]") {
  for (const DebugMode debug_mode : modes) {
    const InMode mode(debug_mode);
    Workspace<> workspace{"step"};
    const auto cycle = workspace.enter();
    void* const piece = workspace.allocate(64);
    workspace.deallocate(piece, 64);

    workspace.deallocate(piece, 64);

    CHECK_THROWS_AS(workspace.allocate(64), BadRequest);
    CHECK(workspace.allocate(64) != nullptr);
  }
}

TEST_CASE("Under either mode containers, bursts and copies work", "[engine][debug_mode]") {
  for (const DebugMode debug_mode : modes) {
    const InMode mode(debug_mode);
    Workspace<> outer{"outer"};
    Workspace<> inner{"inner"};
    const auto outer_cycle = outer.enter();
    auto cycle = inner.enter();

    std::list<int, std_allocator<int>> list(inner);
    std::pmr::vector<int> vector(100, 3);
    {
      auto resource = cycle.resource();
      std::pmr::vector<int> numbers(&resource);
      for (int i = 0; i < 100; ++i) numbers.push_back(list.emplace_back(i));
      CHECK(std::accumulate(numbers.begin(), numbers.end(), 0) == 4950);
    }
    {
      Burst burst{inner, 1024};
      void* const a = burst.allocate<64>();
      void* const b = burst.allocate<64>();
      CHECK(bytes_at(b) == bytes_at(a) + 64);
    }
    auto array = inner.make<int>(10);
    array.view()[9] = 9;
    auto copy = array.copy_to_parent();
    auto detached = array.detach();
    CHECK_FALSE(inner.try_expand(array.view().data(), 40, 400));
    list.clear();
    cycle.close();

    CHECK(copy.view()[9] == 9);
    CHECK(detached.view()[9] == 9);
  }
}

TEST_CASE("Under either mode a workspace can be switched off, reserved and destroyed",
          "[engine][debug_mode]") {
  for (const DebugMode debug_mode : modes) {
    const InMode mode(debug_mode);
    static int told;
    told = 0;
    Workspace<> workspace{"step"};
    workspace.on_close([](const Report&) noexcept { ++told; });
    workspace.reserve(4096);
    {
      const auto cycle = workspace.enter();
      workspace.set_enabled(false);
      auto a = workspace.make<int>(10);
      workspace.set_enabled(true);
      auto b = workspace.make<int>(10);
      a.view()[0] = b.view()[0];
      workspace.destroy();
      CHECK_THROWS_AS(a.view(), StaleArray);
    }
    play_a_cycle(workspace);

    CHECK(told == 2);
    CHECK(workspace.report().block_bytes == 0);
  }
}

// ---- on and off ---------------------------------------------------------------------------------

TEST_CASE("A workspace that runs already takes notice at its next enter", "[engine][debug_mode]") {
  const InMode off(DebugMode::off);
  SpaceLog log;
  Workspace<Tracking<>> workspace{"step", Tracking<>{log}};
  for (int loop = 0; loop < 4; ++loop) play_a_cycle(workspace);
  const std::size_t asked = log.requests().size();
  const Report learnt = workspace.report();

  for (const DebugMode debug_mode : modes) {
    set_debug_mode(debug_mode);
    play_a_cycle(workspace);
    play_a_cycle(workspace);
  }
  CHECK(log.requests().size() == asked + 4);
  CHECK(workspace.report().spilled_requests == learnt.spilled_requests + 4);
  CHECK(log.lent().size() == 1);  // the block

  set_debug_mode(DebugMode::off);
  for (int loop = 0; loop < 4; ++loop) play_a_cycle(workspace);
  CHECK(log.requests().size() == asked + 4);
  CHECK(workspace.report().block_bytes == learnt.block_bytes);
  CHECK(workspace.report().last_demand_bytes == learnt.last_demand_bytes);
}

TEST_CASE("A cycle keeps the mode with which it was opened", "[engine][debug_mode]") {
  const InMode off(DebugMode::off);
  Workspace<> workspace{"step"};
  for (int loop = 0; loop < 4; ++loop) play_a_cycle(workspace);
  const Report learnt = workspace.report();
  {
    const auto cycle = workspace.enter();
    set_debug_mode(DebugMode::bypass_everything);
    const auto nested = workspace.enter();
    CHECK(workspace.make<float>(100).is_attached());
  }
  {
    const auto cycle = workspace.enter();
    auto bypassed = workspace.make<float>(100);
    set_debug_mode(DebugMode::spill_everything);
    CHECK_FALSE(workspace.make<float>(100).is_attached());
    CHECK_FALSE(bypassed.is_attached());
  }
  CHECK(workspace.report().spilled_requests == learnt.spilled_requests);
  {
    const auto cycle = workspace.enter();
    set_debug_mode(DebugMode::off);
    CHECK(workspace.make<float>(100).is_attached());
  }
  CHECK(workspace.report().spilled_requests == learnt.spilled_requests + 1);
  play_a_cycle(workspace);
  CHECK(workspace.report().spilled_requests == learnt.spilled_requests + 1);
}

TEST_CASE("Under either mode nothing is learnt", "[engine][debug_mode]") {
  for (const DebugMode debug_mode : modes) {
    const InMode mode(debug_mode);
    Workspace<FirstLoop> workspace{"step"};
    for (int loop = 0; loop < 3; ++loop) play_a_cycle(workspace);
    CHECK(workspace.report().block_bytes == 0);

    set_debug_mode(DebugMode::off);
    play_a_cycle(workspace);  // the first loop

    CHECK(workspace.report().block_bytes >= 6016);
  }
}

TEST_CASE("Under either mode a plan is not stepped, not left and not forgotten",
          "[engine][debug_mode]") {
  const InMode off(DebugMode::off);
  Workspace<LearnPlans<2>> workspace{"step"};
  const auto play = [&](int key, std::size_t count) {
    const auto cycle = workspace.enter(key);
    auto a = workspace.make<float>(count);
    auto b = workspace.make<float>(count);
    a.view()[0] = b.view()[0];
  };
  for (int loop = 0; loop < 3; ++loop)
    for (const int key : {1, 2}) play(key, 1000);
  const Report learnt = workspace.report();
  REQUIRE(learnt.plan.followed_cycles == 4);

  for (const DebugMode debug_mode : modes) {
    set_debug_mode(debug_mode);
    play(1, 1000);
    play(2, 5000);
    const auto cycle = workspace.enter(1);
    CHECK_THROWS_AS(workspace.enter(2), BadRequest);
  }

  CHECK(workspace.report().plan.followed_cycles == 4);
  CHECK(workspace.report().plan.diverged_cycles == 0);
  CHECK(workspace.report().plan.first_mismatch == "");
  set_debug_mode(DebugMode::off);
  const std::uint64_t asked = workspace.report().space_calls;
  play(1, 1000);
  play(2, 1000);
  CHECK(workspace.report().plan.followed_cycles == 6);
  CHECK(workspace.report().space_calls == asked);
}

TEST_CASE("A cycle whose record was cut by a mode leaves no trace in the next plan",
          "[engine][debug_mode]") {
  const InMode off(DebugMode::off);
  Workspace<LearnPlan> workspace{"step"};
  const auto play = [&](std::size_t first) {
    const auto cycle = workspace.enter();
    auto a = workspace.make<float>(first);
    auto b = workspace.make<float>(1000);
    std::ranges::fill(a.view(), 1.0F);
    std::ranges::fill(b.view(), 2.0F);
    CHECK(std::ranges::count(a.view(), 1.0F) == static_cast<std::ptrdiff_t>(first));
  };
  play(1000);
  play(1000);
  play(4000);  // diverges; the books are full
  set_debug_mode(DebugMode::spill_everything);
  play(4000);
  set_debug_mode(DebugMode::off);
  const std::uint64_t followed = workspace.report().plan.followed_cycles;

  play(1000);

  CHECK(workspace.report().plan.followed_cycles == followed + 1);
}

// ---- the environment ----------------------------------------------------------------------------

TEST_CASE("The environment names a mode", "[engine][debug_mode]") {
  const auto mode_of = [](const char* word) {
    const InEnvironment environment(word);
    return debug_mode();
  };

  CHECK(mode_of(nullptr) == DebugMode::off);
  CHECK(mode_of("") == DebugMode::off);
  CHECK(mode_of("off") == DebugMode::off);
  CHECK(mode_of("spill-everything") == DebugMode::spill_everything);
  CHECK(mode_of("bypass-everything") == DebugMode::bypass_everything);
}

TEST_CASE("The environment is read by the first enter, and once", "[engine][debug_mode]") {
  const InEnvironment environment("bypass-everything");
  Workspace<> workspace{"step"};
  ::unsetenv("EBB_DEBUG");
  ::setenv("EBB_DEBUG", "spill-everything", 1);
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(100));
  cycle.close();
  CHECK(workspace.report().spilled_requests == 1);

  ::setenv("EBB_DEBUG", "off", 1);

  play_a_cycle(workspace);
  CHECK(workspace.report().spilled_requests == 3);
}

TEST_CASE("Another word in the environment is an error of every enter until a mode is set",
          "[engine][debug_mode]") {
  const InEnvironment environment("spil-everything");
  Workspace<> workspace{"step"};

  for (int i = 0; i < 2; ++i)
    CHECK(message_of<BadConfiguration>([&] { static_cast<void>(workspace.enter()); }) ==
          "ebb-E09 BadConfiguration: the environment has EBB_DEBUG=\"spil-everything\". Use "
          "spill-everything, bypass-everything or off. docs/errors/E09.md");
  CHECK_THROWS_AS(debug_mode(), BadConfiguration);
  CHECK_FALSE(workspace.is_open());
  CHECK(current() == nullptr);
  CHECK(workspace.generation() == 0);

  set_debug_mode(DebugMode::off);
  play_a_cycle(workspace);
  CHECK(workspace.report().cycles == 1);
}

TEST_CASE("What the program sets outweighs the environment", "[engine][debug_mode]") {
  const InEnvironment environment("bypass-everything");

  set_debug_mode(DebugMode::spill_everything);

  CHECK(debug_mode() == DebugMode::spill_everything);
}

// ---- threads ------------------------------------------------------------------------------------

TEST_CASE("A mode can be set while other threads make, use and destroy workspaces",
          "[engine][debug_mode][threads]") {
  const InMode off(DebugMode::off);
  std::atomic<bool> stop{false};
  std::atomic<int> mistakes{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&, i] {
      Workspace<> stays{"stays"};
      while (!stop) {
        Workspace<> goes{"goes"};
        for (int loop = 0; loop < 5; ++loop) {
          const auto outer = stays.enter();
          const auto inner = goes.enter();
          auto a = stays.make<int>(100);
          auto b = goes.make<int>(100);
          std::ranges::fill(a.view(), i);
          std::ranges::fill(b.view(), i + 1);
          if (std::ranges::count(a.view(), i) != 100) ++mistakes;
        }
      }
    });

  for (int round = 0; round < 300; ++round)
    for (const DebugMode mode :
         {DebugMode::spill_everything, DebugMode::bypass_everything, DebugMode::off})
      set_debug_mode(mode);
  stop = true;
  for (std::thread& thread : threads) thread.join();

  CHECK(mistakes == 0);
}

TEST_CASE("A workspace takes notice of a mode that another thread has set",
          "[engine][debug_mode]"
          "[threads]") {
  const InMode off(DebugMode::off);
  Workspace<> workspace{"step"};
  for (int loop = 0; loop < 4; ++loop) play_a_cycle(workspace);

  std::thread([] { set_debug_mode(DebugMode::bypass_everything); }).join();

  const auto cycle = workspace.enter();
  CHECK_FALSE(workspace.make<int>(10).is_attached());
}
