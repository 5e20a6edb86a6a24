// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/adapt/pmr.hpp>
#include <ebb/adapt/std_allocator.hpp>
#include <ebb/facade/any_workspace.hpp>
#include <ebb/space/buffer.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/workspace/burst.hpp>
#include <ebb/workspace/current.hpp>
#include <ebb/workspace/plan_file.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory_resource>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace ebb;

static_assert(!std::is_copy_constructible_v<AnyWorkspace> &&
              !std::is_copy_assignable_v<AnyWorkspace>);
static_assert(std::is_nothrow_move_constructible_v<AnyWorkspace> &&
              std::is_nothrow_move_assignable_v<AnyWorkspace>);
static_assert(WorkspaceLike<AnyWorkspace>);
static_assert(sizeof(AnyWorkspace) == 2 * sizeof(void*));

namespace {

// Code over any workspace.
template <WorkspaceLike W>
std::byte* take_one(W& workspace) {
  return bytes_at(workspace.allocate(64));
}

Configuration with_block(std::size_t bytes) {
  Configuration configuration;
  configuration.start = StartWith<dynamic>{bytes};
  return configuration;
}

Configuration with_plans() {
  Configuration configuration;
  configuration.learning = LearnPlans<dynamic>{8};
  return configuration;
}

// A cycle of two pieces, one after the other.
void run(AnyWorkspace& workspace, std::optional<int> key = {}) {
  auto cycle = key ? workspace.enter(*key) : workspace.enter();
  for (int i = 0; i < 2; ++i) workspace.deallocate(workspace.allocate(640), 640);
}

struct Point {
  int x;
  int y;
};

// The name of a file that is gone when the test is.
struct TemporaryFile {
  std::string path = "any_workspace_test_" + std::to_string(::getpid()) + ".plan";
  ~TemporaryFile() { std::remove(path.c_str()); }
};

}  // namespace

TEST_CASE("A workspace of a configuration learns in the first cycle",
          "[facade][any_workspace][reuse]") {
  auto workspace = AnyWorkspace::make("step", Configuration{});
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(6400));
  }

  CHECK(workspace.name() == "step");
  CHECK(workspace.report().block_bytes == 8320);
  CHECK_FALSE(workspace.is_open());
  CHECK(workspace.generation() == 1);
}

TEST_CASE("The name is the caller's, else that of the configuration", "[facade][any_workspace]") {
  Configuration configuration;

  CHECK(AnyWorkspace::make("", configuration).name() == "workspace");
  configuration.name = "configured";
  CHECK(AnyWorkspace::make("", configuration).name() == "configured");
  CHECK(AnyWorkspace::make("called", configuration).name() == "called");
}

TEST_CASE("A workspace says what it was made from", "[facade][any_workspace]") {
  Configuration configuration = with_block(4096);
  configuration.spill = External{};

  const auto workspace = AnyWorkspace::make("step", configuration);

  CHECK(workspace.configuration() == configuration);
}

TEST_CASE("Every value of a configuration is asked", "[facade][any_workspace][reuse]") {
  Configuration configuration = with_block(1024);
  configuration.allocation = Overallocate<dynamic>{100};
  configuration.bounds = Bounds<dynamic, dynamic>{512, 8192};
  configuration.granule = Granule<dynamic>{256};
  configuration.space = {.kind = SpaceKind::limited, .bytes = 100'000};
  auto workspace = AnyWorkspace::make("step", configuration);
  {
    auto cycle = workspace.enter();
    CHECK(workspace.report().block_bytes == 1024);
    std::byte* const first = bytes_at(workspace.allocate(1));
    CHECK(bytes_at(workspace.allocate(1)) == first + 256);
    static_cast<void>(workspace.allocate(2000));
    CHECK_THROWS_AS(workspace.allocate(8193), BadRequest);
  }

  CHECK(workspace.granule().bytes() == 256);
  CHECK(workspace.report().block_bytes == 5120);  // 2560, and as much again
  CHECK(workspace.report().headroom_percent == 100);
  CHECK(workspace.space().get_if<Limited<>>()->outstanding_bytes() == 5120);
}

TEST_CASE("Values that contradict each other make no workspace", "[facade][any_workspace]") {
  Configuration refusing;
  refusing.spill = Fail{};
  Configuration crossed;
  crossed.bounds = Bounds<dynamic, dynamic>{20, 10};
  Configuration odd;
  odd.granule = Granule<dynamic>{48};
  Configuration unfenced;
  unfenced.checks = Fenced<dynamic>{0};

  for (const Configuration& configuration : {refusing, crossed, odd, unfenced})
    CHECK_THROWS_AS(AnyWorkspace::make("step", configuration), BadConfiguration);
  const std::string message = message_of<BadConfiguration>(
      [&] { static_cast<void>(AnyWorkspace::make("step", refusing)); });
  CHECK(contains(message, "refuses the very cycle it would learn from"));
}

TEST_CASE("A buffer of the caller's serves a workspace, and refuses what is more",
          "[facade][any_workspace][reuse]") {
  alignas(64) std::array<std::byte, 1024> memory{};
  auto workspace = AnyWorkspace::make("buffer", Configuration{}, Buffer{memory});
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    CHECK(workspace.allocate(64) == memory.data());
    CHECK_THROWS_AS(workspace.allocate(1024), SpaceRefused);
  }
  Configuration failing;
  failing.spill = Fail{};
  alignas(64) std::array<std::byte, 1024> other{};

  CHECK(workspace.report().block_bytes == 1024);
  CHECK(std::as_const(workspace).space().get_if<Buffer>() != nullptr);
  // One block is a first size: `Fail` refuses no lesson.
  CHECK_NOTHROW(AnyWorkspace::make("failing", failing, Buffer{other}));
}

TEST_CASE("The core stays where it is when the workspace moves", "[facade][any_workspace]") {
  auto first = AnyWorkspace::make("first", with_block(1024));
  Core* const core = &first.core();
  auto cycle = first.enter();
  auto array = first.make<int>(4);

  AnyWorkspace second = std::move(first);

  CHECK(&second.core() == core);
  CHECK(current() == core);
  CHECK(second.is_open());
  array.view()[0] = 7;
  cycle.close();
  CHECK_FALSE(second.is_open());
  CHECK_FALSE(array.is_in_scope());
}

TEST_CASE("An assignment destroys the workspace that was there", "[facade][any_workspace]") {
  auto first = AnyWorkspace::make("first", with_block(1024));
  auto second = AnyWorkspace::make("second", with_block(1024));
  auto cycle = first.enter();
  auto array = first.make<int>(4);

  first = std::move(second);

  CHECK(first.name() == "second");
  CHECK_FALSE(array.is_in_scope());
  CHECK(current() == nullptr);
}

TEST_CASE("Every way to take memory takes it from the open cycle",
          "[facade][any_workspace][reuse]") {
  auto workspace = AnyWorkspace::make("step", with_block(65536));
  CHECK_THROWS_AS(workspace.allocate(1), NoOpenCycle);
  CHECK(workspace.try_allocate(1) == nullptr);
  auto cycle = workspace.enter();
  std::byte* const begin = take_one(workspace);

  CHECK(workspace.allocate<64>() == begin + 64);
  CHECK(workspace.allocate(1, 32) == begin + 128);
  CHECK(workspace.try_allocate(65) == begin + 192);
  CHECK(workspace.try_allocate(1, 8) == begin + 320);
  CHECK(workspace.try_allocate(1, 3) == nullptr);
  CHECK_THROWS_AS(workspace.allocate(1, 8192), BadRequest);
  workspace.deallocate(begin + 320, 1);
  CHECK(workspace.try_expand(begin + 192, 65, 200));
  CHECK(bytes_at(workspace.allocate(1)) == begin + 448);
  auto zeroed = workspace.make<int>(16);
  CHECK(std::ranges::all_of(zeroed.view(), [](int value) { return value == 0; }));
  CHECK(bytes_at(zeroed.view().data()) == begin + 512);
  auto known = workspace.make<std::byte, 64>();
  CHECK(known.view().data() == begin + 576);
  auto plain = workspace.make_for_overwrite<float>(16);
  CHECK(bytes_at(plain.view().data()) == begin + 640);
  auto tried = workspace.try_make<float>(16);
  REQUIRE(tried.has_value());
  CHECK(bytes_at(tried->view().data()) == begin + 704);
  CHECK_FALSE(workspace.try_make<double>(~std::size_t{0}).has_value());
  CHECK_THROWS_AS(workspace.make<double>(~std::size_t{0}), BadRequest);
  Point* const point = workspace.construct<Point>(3, 4);
  CHECK(point->y == 4);
  CHECK(bytes_at(point) == begin + 768);
}

TEST_CASE("Handles are checked, of a trusting configuration too", "[facade][any_workspace]") {
  Configuration configuration;
  configuration.checks = Trusting{};
  auto workspace = AnyWorkspace::make("step", configuration);
  auto cycle = workspace.enter();
  static_assert(std::same_as<decltype(workspace.make<int>(1)), Array<int>>);
  ArrayView<int> view = workspace.make<int>(4).keep();

  cycle.close();

  CHECK_THROWS_AS(view.view(), StaleArray);
}

TEST_CASE("A stale handle of a configured debugging check says where it was made",
          "[facade][any_workspace][checks]") {
  for (const char* settings :
       {"checks=poisoning", "fenced=16", "quarantined=1", "checks=poisoning,learning=learn-plan",
        "fenced=16,learning=learn-plan", "quarantined=1,learning=learn-plan"}) {
    INFO(settings);
    auto workspace = AnyWorkspace::make("step", Configuration::from_string(settings));
    const auto expect_stale = [](const auto& view, unsigned line, const char* what) {
      const std::string message = message_of<StaleArray>([&] { static_cast<void>(view.view()); });
      CHECK(contains(message, std::string(what) + ", made at "));
      CHECK(contains(message, "any_workspace_test.cpp:" + std::to_string(line)));
    };
    for (int round = 0; round < 3; ++round) {
      auto cycle = workspace.enter();
      const unsigned line = __LINE__ + 1;
      auto named_one = workspace.make<float>(10, named("activations")).keep();
      auto known = workspace.make<float, 10>().keep();
      auto plain = workspace.make_for_overwrite<float>(10).keep();
      auto tried = workspace.try_make<float>(10);
      REQUIRE(tried.has_value());
      auto kept = std::move(*tried).keep();

      cycle.close();

      expect_stale(named_one, line, "array \"activations\"");
      expect_stale(known, line + 1, "array");
      expect_stale(plain, line + 2, "array");
      expect_stale(kept, line + 3, "array");
    }
  }
}

TEST_CASE("A broken fence of a configured workspace is thrown by the next take",
          "[facade][any_workspace][checks]") {
  for (const char* settings : {"fenced=16", "fenced=16,learning=learn-plan"}) {
    INFO(settings);
    auto workspace = AnyWorkspace::make("step", Configuration::from_string(settings));
    for (int round = 0; round < 3; ++round) {
      auto cycle = workspace.enter();
      const unsigned line = __LINE__ + 1;
      auto letters = workspace.make<std::byte>(100, named("letters"));
      letters.view().data()[100] ^= std::byte{0xFF};

      letters = {};

      const std::string message =
          message_of<FenceBroken>([&] { static_cast<void>(workspace.allocate(1)); });
      CHECK(contains(message, "behind the end of array \"letters\", made at "));
      CHECK(contains(message, "any_workspace_test.cpp:" + std::to_string(line)));
      CHECK(workspace.allocate(1) != nullptr);
    }
  }
}

TEST_CASE("What was taken without a line of its own has that of the enter",
          "[facade][any_workspace][checks]") {
  const auto break_raw = [](AnyWorkspace& workspace) {
    bytes_at(workspace.allocate(50))[50] ^= std::byte{0xFF};
    bytes_at(workspace.allocate<50>())[50] ^= std::byte{0xFF};
    bytes_at(workspace.try_allocate(50))[50] ^= std::byte{0xFF};
  };
  const auto expect_told = [](const Violations& violations, unsigned line) {
    CHECK(violations.count() == 1);
    CHECK(contains(violations.last(), "made in the cycle entered at "));
    CHECK(contains(violations.last(), "any_workspace_test.cpp:" + std::to_string(line)));
    CHECK(contains(violations.last(), ", and 2 more"));
  };
  for (const char* settings : {"fenced=16", "fenced=16,learning=learn-plan"}) {
    INFO(settings);
    auto workspace = AnyWorkspace::make("step", Configuration::from_string(settings));
    for (int round = 0; round < 3; ++round) {
      Violations violations;
      const unsigned line = __LINE__ + 1;
      auto cycle = workspace.enter();
      break_raw(workspace);
      auto nested = workspace.enter();
      nested.close();
      cycle.close();
      expect_told(violations, line);
    }
    if (!workspace.learns_plans()) continue;
    Violations violations;
    const unsigned line = __LINE__ + 1;
    auto cycle = workspace.enter(3);
    break_raw(workspace);
    cycle.close();
    expect_told(violations, line);
  }
}

TEST_CASE("A configured quarantine keeps addresses from the next cycles",
          "[facade][any_workspace][checks][reuse]") {
  for (const char* settings : {"start-with=16KiB", "start-with=16KiB,quarantined=2"}) {
    INFO(settings);
    auto workspace = AnyWorkspace::make("step", Configuration::from_string(settings));
    std::vector<std::byte*> seen;
    for (int round = 0; round < 3; ++round) {
      auto cycle = workspace.enter();
      seen.push_back(bytes_at(workspace.allocate(100)));
    }
    std::ranges::sort(seen);
    const bool is_reused = std::ranges::adjacent_find(seen) != seen.end();
    CHECK(is_reused == !contains(settings, "quarantined"));
  }
}

TEST_CASE("Cycles nest, are borrowed and left out like those of any workspace",
          "[facade][any_workspace]") {
  auto workspace = AnyWorkspace::make("step", Configuration{});
  CHECK_THROWS_AS(workspace.borrow(), NotOpen);
  auto other = AnyWorkspace::make("other", Configuration{});
  {
    auto cycle = workspace.enter();
    auto nested = workspace.enter();
    auto inner = other.enter();
    {
      auto borrowed = workspace.borrow();
      CHECK(current() == &workspace.core());
      auto outside = ebb::outside();
      CHECK(current() == nullptr);
    }
    CHECK(current() == &other.core());
    inner.close();
    cycle.close();
    CHECK(workspace.is_open());
  }

  CHECK_FALSE(workspace.is_open());
  CHECK(workspace.generation() == 1);
}

TEST_CASE("A workspace is open on one thread", "[facade][any_workspace][threads]") {
  auto workspace = AnyWorkspace::make("step", Configuration{});
  auto cycle = workspace.enter();
  int refused = 0;

  std::thread([&] {
    try {
      static_cast<void>(workspace.enter());
    } catch (const WrongThread&) {
      ++refused;
    }
    try {
      workspace.destroy();
    } catch (const WrongThread&) {
      ++refused;
    }
  }).join();

  CHECK(refused == 2);
}

TEST_CASE("Copies, adapters and bursts work on a workspace of a configuration",
          "[facade][any_workspace][reuse]") {
  auto source = AnyWorkspace::make("source", with_block(4096));
  auto target = AnyWorkspace::make("target", with_block(4096));
  auto cycle = target.enter();
  auto inner = source.enter();
  auto array = source.make<int>(3);
  array.view()[2] = 5;
  const auto last_of = [](const auto& elements) { return elements.view()[2]; };

  SECTION("copies") {
    auto copy = array.copy_to(target);
    CHECK(copy.is_in(&target.core()));
    CHECK(last_of(copy) == 5);
    CHECK(last_of(array.copy_to(target.core())) == 5);
    CHECK(last_of(array.copy_to_parent()) == 5);
    CHECK(last_of(array.copy_to_current()) == 5);
    CHECK(last_of(array.detach()) == 5);
    inner.close();
    CHECK(copy.is_in_scope());
    CHECK_THROWS_AS(copy.copy_to(source), NotOpen);
  }
  SECTION("std::vector") {
    std_allocator<int> allocator{source};
    ebb::vector<int> numbers{source};
    ebb::string text{"a text that is too long to be kept within the string itself", source};
    for (int i = 0; i < 100; ++i) numbers.push_back(i);
    CHECK(numbers.back() == 99);
    CHECK(numbers.get_allocator() == allocator);
    CHECK(text.get_allocator() == allocator);
    CHECK(source.report().demand_bytes >= 100 * sizeof(int));
    inner.close();
    CHECK_THROWS_AS(std_allocator<int>{source}, NoOpenCycle);
  }
  SECTION("std::pmr") {
    auto resource = inner.resource();
    std::pmr::vector<int> numbers(&resource);
    numbers.assign(100, 7);
    CHECK(numbers.back() == 7);
    CHECK(source.report().demand_bytes >= 100 * sizeof(int));
  }
  SECTION("bursts") {
    std::byte* first = nullptr;
    {
      Burst burst{source, 1024};
      first = bytes_at(burst.allocate<8>());
      CHECK(bytes_at(burst.allocate<65>()) == first + 64);
    }
    CHECK(bytes_at(source.allocate(1)) == first + 192);
  }
  SECTION("the free make") {
    auto made = ebb::make<int>(4);
    CHECK(made.is_in(&source.core()));
  }
}

TEST_CASE("What is decided between cycles is decided for a workspace of a configuration",
          "[facade][any_workspace][reuse]") {
  static std::uint64_t told = 0;
  auto workspace = AnyWorkspace::make("step", Configuration{}, Counted<>{});
  workspace.on_close([](const Report& report) noexcept { told = report.last_demand_bytes; });
  workspace.reserve(4096);
  {
    auto cycle = workspace.enter();
    CHECK(workspace.report().block_bytes == 4096);
    CHECK_THROWS_AS(workspace.reserve(1), BadRequest);
    workspace.set_enabled(false);
    workspace.deallocate(workspace.allocate(64), 64);
    workspace.set_enabled(true);
    static_cast<void>(workspace.allocate(128));
  }
  CHECK(told == 192);
  CHECK(workspace.space().get_if<Counted<>>()->calls() == 2);

  workspace.destroy();

  CHECK(workspace.report().block_bytes == 0);
  CHECK(workspace.generation() == 2);
}

TEST_CASE("A workspace that learns plans follows them, one for each key",
          "[facade][any_workspace][reuse]") {
  auto workspace = AnyWorkspace::make("planned", with_plans());
  CHECK(workspace.learns_plans());
  for (const int key : {1, 2, 1, 2}) run(workspace, key);

  CHECK(workspace.report().plan.followed_cycles == 2);
  CHECK(workspace.plan().bytes() == 640);
  CHECK_NOTHROW(workspace.solve());
  auto cycle = workspace.enter(1);
  CHECK_THROWS_AS(workspace.enter(2), BadRequest);
  CHECK_THROWS_AS(workspace.solve(), BadRequest);
}

TEST_CASE("Plans of a workspace of a configuration are saved and loaded",
          "[facade][any_workspace][reuse]") {
  const TemporaryFile file;
  auto first = AnyWorkspace::make("first", with_plans());
  run(first);
  save_plan(first, file.path);
  auto second = AnyWorkspace::make("second", with_plans());
  load_plan(second, file.path);

  run(second);

  CHECK(second.report().plan.followed_cycles == 1);
  CHECK_THROWS_AS(load_plan(second, "no/such/file"), BadPlanFile);
  // The static type of the same sentence reads it too.
  Workspace<LearnPlan> known;
  load_plan(known, file.path);
  CHECK(known.report().plan.bytes == 0);
}

TEST_CASE("What needs a plan is a bad request where none is learnt", "[facade][any_workspace]") {
  auto workspace = AnyWorkspace::make("step", Configuration{});
  const AnyWorkspace& constant = workspace;

  CHECK_FALSE(workspace.learns_plans());
  CHECK_THROWS_AS(workspace.enter(7), BadRequest);
  CHECK_THROWS_AS(constant.plan(), BadRequest);
  CHECK_THROWS_AS(workspace.solve(), BadRequest);
  CHECK_THROWS_AS(save_plan(constant, "unused"), BadRequest);
  const std::string message = message_of<BadRequest>([&] { load_plan(workspace, "unused"); });
  CHECK(contains(message, "\"step\" learns no plans, and `load_plan` is about one"));
  CHECK(contains(message, "`learning=learn-plan`"));
  CHECK(
      AnyWorkspace::make("step", Configuration::from_string("learning=learn-plan")).learns_plans());
  CHECK_FALSE(workspace.is_open());
}
