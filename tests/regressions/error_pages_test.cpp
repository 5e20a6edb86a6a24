// SPDX-License-Identifier: Apache-2.0
// The pages in docs/errors show messages; these are made here and looked for there.
#include "../debug_modes.hpp"
#include <ebb/ebb.hpp>
#include <ebb/facade/configuration.hpp>
#include <ebb/facade/nd4j.hpp>
#include <ebb/manager/array_type.hpp>
#include <ebb/manager/manager.hpp>
#include <ebb/manager/roles.hpp>
#include <ebb/testing/trace.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <utility>

using namespace ebb;
using Catch::Matchers::Contains;

namespace {

std::string page_of(const std::string& id) {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  std::ifstream file(root / "docs" / "errors" / (id + ".md"));
  return {std::istreambuf_iterator<char>(file), {}};
}

// Makes an error and looks for its message, as a line of its own, on the page of its id.
template <class E, class Mistake>
void check_shown(Mistake&& mistake) {
  std::optional<E> error;
  try {
    mistake();
  } catch (const E& thrown) {
    error = thrown;
  }
  REQUIRE(error);
  CHECK_THAT(page_of(error->id()), Contains("\n" + std::string(error->what()) + "\n"));
}

}  // namespace

TEST_CASE("The page of OutOfWorkspace shows its message", "[regressions][errors][reuse]") {
  check_shown<OutOfWorkspace>([] {
    Workspace<StartWith<4096>, NoLearning, Fail> workspace{"activations"};
    auto cycle = workspace.enter();
    auto values = workspace.make<float>(1000);
    auto more = workspace.make<float>(16384);
  });
}

TEST_CASE("The page of StaleArray shows its message", "[regressions][errors]") {
  check_shown<StaleArray>([] {
    Workspace<> workspace{"step"};
    ArrayView<float> kept;
    for (int loop = 0; loop < 3; ++loop) {
      auto cycle = workspace.enter();
      auto values = workspace.make<float>(10);
      if (loop == 0) kept = std::move(values).keep();
      if (loop == 2) static_cast<void>(kept.view("add", "Y"));
    }
  });
}

TEST_CASE("The page of NoOpenCycle shows its message", "[regressions][errors]") {
  check_shown<NoOpenCycle>([] {
    Workspace<> workspace{"step"};
    auto values = workspace.make<float>(1000);
  });
}

TEST_CASE("The page of NotOpen shows its messages", "[regressions][errors]") {
  Workspace<> step{"step"};
  Workspace<> results{"results"};
  auto cycle = step.enter();
  auto values = step.make<float>(1000);

  check_shown<NotOpen>([&] { auto copy = values.copy_to(results); });
  check_shown<NotOpen>([&] { auto copy = values.copy_to_parent(); });
}

TEST_CASE("The page of SpaceRefused shows its message", "[regressions][errors][reuse]") {
  check_shown<SpaceRefused>([] {
    Workspace<Limited<>> workspace{"step", Limited<>{Host{}, 1'000'000}};
    auto cycle = workspace.enter();
    auto values = workspace.make<float>(1'000'000);
  });
}

TEST_CASE("The page of BadRequest shows its messages", "[regressions][errors][reuse]") {
  Workspace<> workspace{"step"};
  Workspace<Bounds<0, 4096>> small{"step"};
  Workspace<Bounds<4096, 8192>, StartWith<100>> large{"step"};
  auto cycle = workspace.enter();
  auto cycle_of_small = small.enter();
  int foreign = 0;

  check_shown<BadRequest>([&] { auto many = workspace.make<double>(std::size_t{1} << 62); });
  check_shown<BadRequest>([&] { static_cast<void>(workspace.allocate(100, 48)); });
  check_shown<BadRequest>([&] { static_cast<void>(small.allocate(5000)); });
  check_shown<BadRequest>([&] { auto cycle_of_large = large.enter(); });
  check_shown<BadRequest>([&] { workspace.reserve(1000); });
  check_shown<BadRequest>([&] { workspace.trim(); });
  check_shown<BadRequest>([&] {
    workspace.deallocate(&foreign, 64);
    static_cast<void>(workspace.allocate(64));
  });
}

TEST_CASE("The page of WrongThread shows its messages", "[regressions][errors][threads]") {
  Workspace<> workspace{"step"};
  auto cycle = workspace.enter();

  check_shown<WrongThread>([&] {
    std::optional<WrongThread> error;
    std::thread([&] {
      try {
        auto other = workspace.enter();
      } catch (const WrongThread& thrown) {
        error = thrown;
      }
    }).join();
    if (error) throw *error;
  });
  check_shown<WrongThread>([] {
    static std::optional<WrongThread> error;
    struct Late {
      bool is_made = true;
      ~Late() {
        try {
          manager().get();
        } catch (const WrongThread& thrown) {
          error = thrown;
        }
      }
    };
    std::thread([] {
      static thread_local Late late;
      if (late.is_made) manager().get();
    }).join();
    if (error) throw *error;
  });
}

TEST_CASE("The page of WrongRole shows its messages", "[regressions][errors]") {
  const auto roles = Roles<ArrayType>()
                         .with(ArrayType::activations, "all activations", {})
                         .with(ArrayType::forward_working_memory, "layer memory", {})
                         .with(ArrayType::updater_working_memory, "updater", {})
                         .no_workspace_for(ArrayType::input);
  auto all = roles.enter(ArrayType::activations);
  auto layer = roles.enter(ArrayType::forward_working_memory);
  auto in_layer = make<float>(100);
  auto on_heap = roles.make<float>(ArrayType::input, 100);

  check_shown<WrongRole>([&] { roles.validate(ArrayType::activations, in_layer, "layer 2"); });
  check_shown<WrongRole>([&] { roles.validate(ArrayType::activations, on_heap); });
  check_shown<WrongRole>([&] { roles.validate(ArrayType::input, in_layer); });
  check_shown<WrongRole>([&] { roles.expect_current(ArrayType::activations); });
  check_shown<WrongRole>([&] { roles.expect_open(ArrayType::updater_working_memory); });
  check_shown<WrongRole>([&] { roles.expect_open(ArrayType::forward_cache); });
}

TEST_CASE("The page of BadConfiguration shows its messages", "[regressions][errors]") {
  check_shown<BadConfiguration>([] {
    Workspace<Bounds<dynamic, dynamic>> workspace{"step", Bounds<dynamic, dynamic>{8192, 4096}};
  });
  check_shown<BadConfiguration>(
      [] { Workspace<Granule<dynamic>> workspace{"step", Granule<dynamic>{48}}; });
  for (const char* settings : {"lerning=first-loop", "start-with=100MB", "over-time=0",
                               "granule=64,granule=128", "spill=fail"})
    check_shown<BadConfiguration>([&] { (void)Configuration::from_string(settings); });
  check_shown<BadConfiguration>([] {
    ::setenv("EBB_STEP", "spill=realocate", 1);
    (void)Configuration::from_environment("EBB_STEP");
  });
  ::unsetenv("EBB_STEP");
  check_shown<BadConfiguration>(
      [] { (void)Configuration::nd4j().policyReset("ENDOFBUFFER_REACHED"); });
  manager().get("known step");
  check_shown<BadConfiguration>(
      [] { manager().get(Configuration::from_string("overallocate=10"), "known step"); });
  manager().destroy("known step");
  check_shown<BadConfiguration>([] {
    const InEnvironment environment("spil-everything");
    Workspace<> workspace{"step"};
    auto cycle = workspace.enter();
  });
}

TEST_CASE("The page of PlanMismatch shows its message", "[regressions][errors][reuse]") {
  check_shown<PlanMismatch>([] {
    Workspace<StartWith<4096>, LearnPlan, Fail> workspace{"step"};
    {
      auto cycle = workspace.enter();
      auto values = workspace.make<float>(100);
    }
    auto cycle = workspace.enter();
    auto values = workspace.make<float>(500);
  });
}

TEST_CASE("The page of BadPlanFile shows its message", "[regressions][errors]") {
  check_shown<BadPlanFile>([] {
    std::ofstream("step.plan") << "ebb-plan 2\n";
    Workspace<LearnPlan> workspace{"step"};
    load_plan(workspace, "step.plan");
  });
  std::filesystem::remove("step.plan");
}

TEST_CASE("The page of FenceBroken shows its message", "[regressions][errors]") {
  check_shown<FenceBroken>([] {
    Workspace<Fenced<64>> workspace{"step"};
    for (int loop = 1; loop <= 3; ++loop) {
      auto cycle = workspace.enter();
      const Origin origin = named("activations", {"model.cpp", 12});
      auto activations = workspace.make<float>(1000, origin);
      if (loop == 3) reinterpret_cast<char*>(activations.view().data())[4000] = 1;
      activations = {};
      auto next = workspace.make<float>(10);
    }
  });
}

TEST_CASE("The page of DataError shows its message", "[regressions][errors]") {
  check_shown<DataError>(
      [] { static_cast<void>(testing::parse_trace("+ 0 4096\n- 1\n", "step.txt")); });
}
