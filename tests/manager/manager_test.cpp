// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/manager/manager.hpp>
#include <ebb/workspace/current.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <unistd.h>
#include <vector>

using namespace ebb;
using namespace std::chrono_literals;

static_assert(!std::is_default_constructible_v<WorkspaceManager>);
static_assert(!std::is_copy_constructible_v<WorkspaceManager>);
static_assert(std::is_same_v<decltype(manager()), WorkspaceManager&>);

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool heap_keeps_what_is_freed = true;
#elif defined(__has_feature)
constexpr bool heap_keeps_what_is_freed =
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool heap_keeps_what_is_freed = false;
#endif

// A clock that stands still until a test moves it.
std::chrono::steady_clock::time_point now;
std::chrono::steady_clock::time_point test_clock() noexcept { return now; }

// The manager of this thread as if nobody had called it yet, before and after a case.
struct Fresh {
  Fresh() { reset(); }
  ~Fresh() { reset(); }
  Fresh(const Fresh&) = delete;
  Fresh& operator=(const Fresh&) = delete;

  static void reset() {
    manager().destroy_all();
    manager().set_default_configuration({});
    manager().toggle_periodic_trim(false);
    manager().set_trim_clock(nullptr);
  }
};

Configuration with_block(std::size_t bytes) {
  Configuration configuration;
  configuration.start = StartWith<dynamic>{bytes};
  return configuration;
}

// A cycle that takes so many bytes.
void run(std::string_view name, std::size_t bytes) {
  auto cycle = manager().get_and_activate(name);
  static_cast<void>(current()->allocate(bytes));
}

std::size_t block_of(std::string_view name) { return manager().get(name).report().block_bytes; }

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("A workspace is made when its name is first asked for and found from then on",
          "[manager]") {
  const Fresh fresh;

  AnyWorkspace& step = manager().get("step");

  CHECK(&manager().get("step") == &step);
  CHECK(&manager().get(Configuration{}, "step") == &step);
  CHECK(&manager().get("other") != &step);
  CHECK(step.name() == "step");
  CHECK_FALSE(step.is_open());
}

TEST_CASE("A call without a name means the default name", "[manager]") {
  const Fresh fresh;

  {
    auto cycle = manager().get_and_activate();
    CHECK(current() == &manager().get("DefaultWorkspace").core());
  }

  CHECK(&manager().get() == &manager().get("DefaultWorkspace"));
  CHECK(&manager().get(Configuration{}) == &manager().get());
  CHECK(manager().names() == Names{"DefaultWorkspace"});
}

TEST_CASE("A name alone is made with the default configuration of that moment",
          "[manager][reuse]") {
  const Fresh fresh;
  CHECK(manager().default_configuration() == Configuration{});
  run("old", 64);

  manager().set_default_configuration(with_block(8192));
  run("new", 64);

  CHECK(manager().default_configuration() == with_block(8192));
  CHECK(block_of("old") < 8192);
  CHECK(block_of("new") >= 8192);
  // The old one stays as it is: its name alone is no question about a configuration.
  CHECK(manager().get("old").configuration() == Configuration{});
}

TEST_CASE("A default configuration that contradicts itself is refused and nothing changes",
          "[manager]") {
  const Fresh fresh;
  Configuration bad;
  bad.spill = Fail{};

  const std::string message =
      message_of<BadConfiguration>([&] { manager().set_default_configuration(bad); });

  CHECK(contains(message, "ebb-E09 BadConfiguration"));
  CHECK(manager().default_configuration() == Configuration{});
}

TEST_CASE("A configuration that contradicts itself makes no workspace", "[manager]") {
  const Fresh fresh;
  Configuration bad;
  bad.spill = Fail{};

  CHECK_THROWS_AS(manager().get(bad, "step"), BadConfiguration);
  CHECK_THROWS_AS(manager().get_and_activate(bad, "step"), BadConfiguration);

  CHECK_FALSE(manager().exists("step"));
}

TEST_CASE("A name without a configuration is the workspace that is there", "[manager]") {
  const Fresh fresh;
  AnyWorkspace& step = manager().get(with_block(8192), "step");

  CHECK(&manager().get("step") == &step);
  CHECK(step.configuration() == with_block(8192));
}

TEST_CASE("A known name with another configuration is an error that names both", "[manager]") {
  const Fresh fresh;
  AnyWorkspace& step = manager().get(Configuration::from_string("overallocate=10"), "step");
  const Configuration other = Configuration::from_string("overallocate=20");

  const std::string message = message_of<BadConfiguration>([&] { manager().get(other, "step"); });

  CHECK(contains(message, "ebb-E09 BadConfiguration: \"step\" was made with `"));
  CHECK(contains(message, to_string(Configuration::from_string("overallocate=10"))));
  CHECK(contains(message, "` and is asked for with `" + to_string(other) + "`. "));
  CHECK(contains(message, "Ask by its name alone, or destroy it first."));
  CHECK(&manager().get("step") == &step);
  CHECK(step.configuration() == Configuration::from_string("overallocate=10"));
}

TEST_CASE("Entering by a known name and another configuration opens nothing", "[manager]") {
  const Fresh fresh;
  manager().get("step");

  CHECK_THROWS_AS(manager().get_and_activate(with_block(8192), "step"), BadConfiguration);

  CHECK_FALSE(manager().any_active());
  CHECK(current() == nullptr);
}

TEST_CASE("The name in a configuration makes it no other configuration", "[manager]") {
  const Fresh fresh;
  Configuration named;
  named.name = "from a file";

  AnyWorkspace& step = manager().get(named, "step");

  CHECK(step.name() == "step");
  CHECK(&manager().get(Configuration{}, "step") == &step);
  CHECK(&manager().get(named, "step") == &step);
}

TEST_CASE("Get and activate opens a cycle that the token closes", "[manager]") {
  const Fresh fresh;
  {
    auto cycle = manager().get_and_activate("step");
    CHECK(current() == &manager().get("step").core());
    CHECK(manager().is_active("step"));
    {
      auto inner = manager().get_and_activate(with_block(4096), "inner");
      CHECK(current() == &manager().get("inner").core());
    }
    CHECK(current() == &manager().get("step").core());
    auto array = make<float>(100);
    auto nested = manager().get_and_activate(Configuration{}, "step");
    CHECK(array.is_in_scope());
  }

  CHECK(current() == nullptr);
  CHECK_FALSE(manager().is_active("step"));
  CHECK(manager().get("step").report().cycles == 1);
}

TEST_CASE("An enter that the space refuses opens nothing and keeps the workspace",
          "[manager][reuse]") {
  const Fresh fresh;
  Configuration configuration = with_block(4096);
  configuration.space = {.kind = SpaceKind::limited, .bytes = 4096};
  manager().get(configuration, "step").reserve(8192);

  CHECK_THROWS_AS(manager().get_and_activate("step"), SpaceRefused);

  CHECK(manager().exists("step"));
  CHECK_FALSE(manager().any_active());
}

TEST_CASE("The manager says what exists and what is active", "[manager]") {
  const Fresh fresh;
  CHECK_FALSE(manager().exists("b"));
  CHECK_FALSE(manager().is_active("b"));
  CHECK(manager().names().empty());
  manager().get("b");
  manager().get("a");
  CHECK(manager().exists("b"));
  CHECK_FALSE(manager().is_active("b"));
  CHECK_FALSE(manager().any_active());

  auto cycle = manager().get_and_activate("a");

  CHECK(manager().any_active());
  CHECK(manager().is_active("a"));
  CHECK_FALSE(manager().is_active("b"));
  CHECK(manager().names() == Names{"a", "b"});
}

TEST_CASE("A destroyed workspace is gone and its handles are stale", "[manager]") {
  const Fresh fresh;
  ArrayView<float> kept;
  {
    auto cycle = manager().get_and_activate("step");
    kept = make<float>(4).keep();
  }

  CHECK(manager().destroy("step"));

  CHECK_FALSE(manager().exists("step"));
  CHECK_FALSE(kept.is_in_scope());
  CHECK_FALSE(manager().destroy("step"));
  // The name is free, for a workspace of another configuration too.
  CHECK(manager().get(with_block(8192), "step").report().cycles == 0);
}

TEST_CASE("Destroying an open workspace closes its cycle and its token closes nothing more",
          "[manager]") {
  const Fresh fresh;
  auto below = manager().get_and_activate("below");
  auto cycle = manager().get_and_activate("step");
  ArrayView<float> kept = make<float>(4).keep();

  manager().destroy("step");

  CHECK(current() == &manager().get("below").core());
  CHECK_FALSE(kept.is_in_scope());
  auto again = manager().get_and_activate("step");
  cycle.close();
  CHECK(manager().is_active("step"));
  CHECK(manager().is_active("below"));
}

TEST_CASE("Destroying all leaves none, open ones included", "[manager]") {
  const Fresh fresh;
  for (const char* const name : {"a", "b", "c"}) manager().get(name);
  auto cycle = manager().get_and_activate("b");

  manager().destroy_all();

  CHECK(manager().names().empty());
  CHECK(current() == nullptr);
  CHECK_FALSE(manager().any_active());
}

TEST_CASE("A hook that is told of a destroyed cycle may call the manager", "[manager]") {
  const Fresh fresh;
  static bool was_gone = false;
  static bool destroyed_twice = true;
  manager().get("step").on_close([](const Report&) noexcept {
    was_gone = !manager().exists("step");
    destroyed_twice = manager().destroy("step");
    for (int i = 0; i < 100; ++i) manager().get("made in the hook " + std::to_string(i));
  });
  auto cycle = manager().get_and_activate("step");

  CHECK(manager().destroy("step"));

  CHECK(was_gone);
  CHECK_FALSE(destroyed_twice);
  CHECK(manager().names().size() == 100);
}

TEST_CASE("A reference stays valid however many workspaces come and go", "[manager]") {
  const Fresh fresh;
  AnyWorkspace& kept = manager().get("kept");
  auto cycle = kept.enter();
  auto array = kept.make<int>(10);

  for (int i = 0; i < 1000; ++i) manager().get(std::to_string(i));
  for (int i = 0; i < 1000; ++i) manager().destroy(std::to_string(i));

  CHECK(&manager().get("kept") == &kept);
  CHECK(array.is_in_scope());
}

TEST_CASE("A report has all workspaces by name and prints them as a table", "[manager][reuse]") {
  const Fresh fresh;
  for (int i = 0; i < 2; ++i) run("b", 64);
  manager().get(with_block(4096), "a much longer name");
  run("a much longer name", 64);

  const ManagerReport report = manager().report();
  std::ostringstream printed;
  printed << report;

  REQUIRE(report.workspaces.size() == 2);
  CHECK(report.workspaces[0].name == "a much longer name");
  CHECK(report.workspaces[1].cycles == 2);
  CHECK(report.block_bytes() ==
        report.workspaces[0].block_bytes + report.workspaces[1].block_bytes);
  CHECK(report.block_bytes() > 4096);
  CHECK(printed.str() ==
        "workspace                   cycles     block bytes  largest demand   spilled bytes"
        "     space calls\n"
        "a much longer name               1           4 096              64               0"
        "               1\n"
        "b                                2             128              64              64"
        "               2\n");
}

TEST_CASE("Trimming gives back the blocks of closed workspaces and keeps what they learnt",
          "[manager][trim][reuse]") {
  const Fresh fresh;
  run("step", 10000);
  run("open", 10000);
  const std::size_t block = block_of("step");
  const std::uint64_t calls = manager().get("step").report().space_calls;
  REQUIRE(block >= 10000);
  auto cycle = manager().get_and_activate("open");

  CHECK(manager().trim() == block);

  CHECK(block_of("step") == 0);
  CHECK(block_of("open") == block);
  CHECK(manager().trim() == 0);
  for (int i = 0; i < 3; ++i) run("step", 10000);
  const Report report = manager().get("step").report();
  CHECK(report.block_bytes == block);
  CHECK(report.space_calls == calls + 1);
}

TEST_CASE("The end of a cycle trims what was unused for a whole window", "[manager][trim][reuse]") {
  const Fresh fresh;
  manager().set_trim_clock(test_clock);
  manager().set_auto_trim_window(100ms);
  run("idle", 1000);
  run("busy", 1000);

  // The first window sees both in use.
  now += 100ms;
  run("busy", 1000);
  CHECK(block_of("idle") != 0);

  SECTION("and not before the window has passed") {
    now += 99ms;
    run("busy", 1000);
    CHECK(block_of("idle") != 0);
  }
  SECTION("and no workspace that was used in it") {
    now += 50ms;
    run("idle", 1000);
    now += 50ms;
    run("busy", 1000);
    CHECK(block_of("idle") != 0);
    CHECK(block_of("busy") != 0);
  }
  SECTION("and no workspace that is open") {
    auto cycle = manager().get_and_activate("idle");
    for (int i = 0; i < 3; ++i) {
      now += 100ms;
      run("busy", 1000);
      CHECK(block_of("idle") != 0);
    }
    // It was in use until its close, so the window that it was open in does not count.
    cycle.close();
    now += 100ms;
    run("busy", 1000);
    CHECK(block_of("idle") != 0);
    now += 100ms;
    run("busy", 1000);
    CHECK(block_of("idle") == 0);
  }
  SECTION("and gives its block back, which the next enter takes anew") {
    now += 100ms;
    run("busy", 1000);
    CHECK(block_of("idle") == 0);
    CHECK(block_of("busy") != 0);
    run("idle", 1000);
    CHECK(block_of("idle") == block_of("busy"));
  }
  SECTION("and only the end of a cycle, not of a nested token or an enter") {
    now += 100ms;
    auto cycle = manager().get_and_activate("busy");
    run("busy", 1000);
    CHECK(block_of("idle") != 0);
    cycle.close();
    CHECK(block_of("idle") == 0);
  }
  SECTION("and the end of a cycle of any workspace of this thread") {
    Workspace<> own;
    now += 100ms;
    {
      auto cycle = own.enter();
    }
    CHECK(block_of("idle") == 0);
  }
}

TEST_CASE("Nothing is trimmed by itself unless a window is set", "[manager][trim][reuse]") {
  const Fresh fresh;
  manager().set_trim_clock(test_clock);
  const auto wait = [] {
    for (int i = 0; i < 3; ++i) {
      now += 1h;
      run("busy", 1000);
    }
    return block_of("idle");
  };
  run("idle", 1000);
  run("busy", 1000);
  CHECK(wait() != 0);
  // Closes are plain: the window costs nothing while it is off.
  CHECK_FALSE(detail::scope_stack_v1.is_summoned());

  SECTION("and again once it is switched off") {
    manager().set_auto_trim_window(100ms);
    manager().toggle_periodic_trim(false);
    CHECK(wait() != 0);
    manager().toggle_periodic_trim(true);
    CHECK(wait() == 0);
  }
  SECTION("and not with a window of nothing") {
    manager().set_auto_trim_window(100ms);
    manager().set_auto_trim_window(0ms);
    CHECK(wait() != 0);
    CHECK_FALSE(detail::scope_stack_v1.is_summoned());
  }
}

TEST_CASE("A window that was never set is one of five seconds", "[manager][trim][reuse]") {
  std::size_t before = 0;
  std::size_t after = 0;

  std::thread([&] {
    manager().set_trim_clock(test_clock);
    run("idle", 1000);
    manager().toggle_periodic_trim(true);
    now += 4999ms;
    run("busy", 1000);
    before = block_of("idle");
    now += 1ms;
    run("busy", 1000);
    after = block_of("idle");
  }).join();

  CHECK(before != 0);
  CHECK(after == 0);
}

TEST_CASE("The trim window gives resident pages back to the system", "[manager][trim][reuse]") {
  if (heap_keeps_what_is_freed) {
    WARN("skipped: a sanitizer keeps what is freed");
    return;
  }
  const Fresh fresh;
  constexpr std::size_t bytes = std::size_t{64} << 20U;  // above what the heap ever keeps
  const auto resident_bytes = [] {
    std::ifstream pages("/proc/self/statm");
    std::size_t all = 0;
    std::size_t resident = 0;
    pages >> all >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  };
  const auto resident_after_the_window = [&](bool is_on) {
    manager().set_trim_clock(test_clock);
    manager().get(with_block(bytes), "burst");
    {
      auto cycle = manager().get_and_activate("burst");
      auto array = manager().get("burst").make_for_overwrite<std::byte>(bytes);
      std::memset(array.view().data(), 1, bytes);
    }
    if (is_on) manager().set_auto_trim_window(100ms);
    for (int i = 0; i < 2; ++i) {
      now += 100ms;
      run("steady", 1000);
    }
    return resident_bytes();
  };

  const std::size_t without = resident_after_the_window(false);
  const std::size_t with = resident_after_the_window(true);

  CHECK(without >= with + bytes * 9 / 10);
}
