// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/ebb.hpp>
#include <ebb/engine/planner.hpp>
#include <ebb/testing/trace.hpp>
#include <ebb/testing/tracking_space.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <memory_resource>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace ebb;
using testing::SpaceLog;
using testing::Tracking;

static_assert(std::derived_from<Workspace<LearnPlan>, Planner>);
static_assert(!std::derived_from<Workspace<>, Planner>);
static_assert(std::same_as<Workspace<LearnPlan>, Workspace<Reallocate, LearnPlans<8>>>);

namespace {

// A cycle in a line: `+n` takes n bytes, `-n` gives back what the n-th take (from 0) has taken.
class Script {
 public:
  explicit Script(std::vector<long> events) : events_(std::move(events)) {}

  template <class W>
  void play(W& workspace) {
    pieces_.clear();
    for (const long event : events_) {
      if (event > 0) {
        const auto bytes = static_cast<std::size_t>(event);
        pieces_.push_back({bytes_at(workspace.allocate(bytes)), bytes});
      } else {
        const Piece piece = pieces_[static_cast<std::size_t>(-event)];
        workspace.deallocate(piece.begin, piece.bytes);
      }
    }
  }
  template <class W>
  Script& run(W& workspace) {
    auto cycle = workspace.enter();
    play(workspace);
    return *this;
  }
  [[nodiscard]] std::byte* place(std::size_t piece) const { return pieces_[piece].begin; }

 private:
  struct Piece {
    std::byte* begin;
    std::size_t bytes;
  };
  std::vector<long> events_;
  std::vector<Piece> pieces_;
};

// Two that live together; the third takes the place of the first.
Script even() { return Script({1024, 512, -0L, 1024, -1}); }

template <class W>
std::uint64_t followed(const W& workspace) {
  return workspace.report().plan.followed_cycles;
}
template <class W>
std::uint64_t diverged(const W& workspace) {
  return workspace.report().plan.diverged_cycles;
}

}  // namespace

// ---- recording ----------------------------------------------------------------------------------

TEST_CASE("A recorded cycle uses again what was given back", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  auto cycle = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(1000));
  std::byte* const second = bytes_at(workspace.allocate(64));

  workspace.deallocate(first, 1000);

  CHECK(workspace.allocate(1024) == first);
  CHECK(workspace.allocate(64) == second + 64);
}

TEST_CASE("The first cycle makes the plan, and the block is as large as it",
          "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  CHECK(workspace.plan().events().empty());

  Script({1000, 500, -0L, 1000, -1}).run(workspace);

  const Report report = workspace.report();
  CHECK(workspace.plan().events().size() == 5);
  CHECK(report.plan.bytes == 1024 + 512);
  CHECK(report.plan.live_bytes == 1024 + 512);
  CHECK(report.plan.bump_bytes == 1024 + 512 + 1024);
  CHECK(report.block_bytes == 1024 + 512);
  CHECK(report.last_demand_bytes == 1024 + 512);
  CHECK(report.live_peak_bytes == 1024 + 512);
  CHECK(report.plan.followed_cycles == 0);
  CHECK(report.plan.diverged_cycles == 0);
  CHECK(report.plan.first_mismatch == "");
}

TEST_CASE("While a cycle is recorded its demand is what lives at most",
          "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  auto cycle = workspace.enter();

  Script({1024, 512, -0L, 256}).play(workspace);

  CHECK(workspace.report().demand_bytes == 1536);
}

TEST_CASE("An empty cycle teaches nothing", "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  for (int i = 0; i < 3; ++i) auto cycle = workspace.enter();

  CHECK(workspace.plan().events().empty());
  CHECK(workspace.space().calls() == 0);

  even().run(workspace);
  even().run(workspace);
  CHECK(followed(workspace) == 1);
}

TEST_CASE("Zero bytes are no event", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  for (int i = 0; i < 2; ++i) {
    auto cycle = workspace.enter();
    if (i == 0) workspace.deallocate(workspace.allocate(0), 0);
    Script({64}).play(workspace);
    if (i == 1) workspace.deallocate(workspace.allocate(0), 0);
  }

  CHECK(workspace.plan().events().size() == 1);
  CHECK(followed(workspace) == 1);
}

TEST_CASE("What is never given back needs what a bump needs", "[engine][planner]") {
  Workspace<LearnPlan> workspace;

  Script({640, 64, 1280}).run(workspace);

  CHECK(workspace.report().plan.bytes == workspace.report().plan.bump_bytes);
  for (const Lifetime& piece : workspace.plan().pieces()) CHECK(piece.death == 3);
}

TEST_CASE("A cycle that an exception ends is not learnt from", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  const auto fail = [&] {
    auto cycle = workspace.enter();
    even().play(workspace);
    throw std::runtime_error("the step failed");
  };

  CHECK_THROWS_AS(fail(), std::runtime_error);
  CHECK(workspace.plan().events().empty());

  even().run(workspace);
  CHECK_THROWS_AS(fail(), std::runtime_error);
  CHECK(followed(workspace) == 0);
  CHECK(diverged(workspace) == 1);

  even().run(workspace);
  CHECK(followed(workspace) == 1);
}

TEST_CASE("Cycles that exceptions end never replace a plan", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  even().run(workspace);
  const auto fail = [&] {
    auto cycle = workspace.enter();
    Script({64, 64}).play(workspace);
    throw std::runtime_error("the step failed");
  };
  for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(fail(), std::runtime_error);

  even().run(workspace);

  CHECK(followed(workspace) == 1);
}

// ---- following ----------------------------------------------------------------------------------

TEST_CASE("A cycle that follows takes from the places of the plan", "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  even().run(workspace);
  const std::size_t calls = workspace.space().calls();
  Script script = even();

  for (int i = 0; i < 3; ++i) {
    script.run(workspace);

    const auto offsets = workspace.plan().offsets();
    CHECK(script.place(2) == script.place(0));
    CHECK(script.place(1) - script.place(0) ==
          static_cast<std::ptrdiff_t>(offsets[1]) - static_cast<std::ptrdiff_t>(offsets[0]));
  }
  CHECK(workspace.space().calls() == calls);
  CHECK(followed(workspace) == 3);
  CHECK(diverged(workspace) == 0);
  CHECK(workspace.report().spilled_bytes == 1024 + 512 + 1024);  // of the first cycle
}

TEST_CASE("While a cycle follows its demand is the plan", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  even().run(workspace);
  {
    auto cycle = workspace.enter();
    CHECK(workspace.report().demand_bytes == 1536);
  }
  CHECK(workspace.report().demand_bytes == 0);
}

TEST_CASE("A smaller take follows", "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  even().run(workspace);
  const std::size_t calls = workspace.space().calls();

  Script({1, 511, -0L, 800, -1}).run(workspace);

  CHECK(followed(workspace) == 1);
  CHECK(workspace.space().calls() == calls);
  CHECK(workspace.plan().pieces()[0].bytes == 1024);
}

TEST_CASE("A take follows through every door", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  Core& core = workspace;
  const auto run = [&] {
    auto cycle = workspace.enter();
    std::vector<std::byte*> places{
        bytes_at(workspace.allocate(64)),
        bytes_at(workspace.allocate<64>()),
        bytes_at(workspace.allocate(64, 32)),
        bytes_at(workspace.try_allocate(64)),
        bytes_at(workspace.try_allocate(64, 64)),
        bytes_at(core.allocate(64)),
        bytes_at(core.allocate<64>()),
        bytes_at(core.allocate(64, 16)),
        bytes_at(core.try_allocate(64)),
        bytes_at(core.try_allocate(64, 8)),
        bytes_at(workspace.allocate(64, 1024)),
    };
    workspace.deallocate(places[0], 64);
    core.deallocate(places[1], 64);
    return places;
  };
  static_cast<void>(run());

  const std::vector<std::byte*> places = run();

  CHECK(followed(workspace) == 1);
  CHECK(run() == places);
  for (std::size_t i = 0; i < places.size(); ++i)
    CHECK(places[i] - places[0] == static_cast<std::ptrdiff_t>(workspace.plan().offsets()[i]) -
                                       static_cast<std::ptrdiff_t>(workspace.plan().offsets()[0]));
}

TEST_CASE("A take that is too large is served outside, and following goes on",
          "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  even().run(workspace);
  {
    auto cycle = workspace.enter();
    const std::byte* const first = bytes_at(workspace.allocate(1024));
    void* const large = workspace.allocate(5000);
    workspace.deallocate(const_cast<std::byte*>(first), 1024);
    CHECK(workspace.allocate(1024) == first);
    workspace.deallocate(large, 5000);
  }
  CHECK(followed(workspace) == 1);
  CHECK(diverged(workspace) == 0);
  CHECK(workspace.plan().pieces()[1].bytes == 5056);  // learnt
  CHECK(workspace.report().block_bytes == 1024 + 5056);

  const std::size_t calls = workspace.space().calls();
  Script({1024, 5000, -0L, 1024, -1}).run(workspace);
  CHECK(workspace.space().calls() == calls);
  CHECK(followed(workspace) == 2);
}

TEST_CASE("Substitutes are given back where the plan gives their pieces back",
          "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  Script({64, -0L, 64, -1, 64, 64, -3, -2}).run(workspace);
  const std::size_t calls = workspace.space().calls();
  Script large({5000, -0L, 5000, -1, 5000, 5000, -3, -2});

  large.run(workspace);

  CHECK(large.place(1) == large.place(0));  // one chunk serves them one after the other
  CHECK(large.place(3) != large.place(2));
  CHECK(followed(workspace) == 1);
  CHECK(workspace.space().calls() == calls + 2);  // a chunk, and the larger block

  large.run(workspace);
  CHECK(followed(workspace) == 2);
  CHECK(workspace.space().calls() == calls + 2);
}

TEST_CASE("A substitute that is given back too early diverges", "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  even().run(workspace);

  Script({1024, 5000, -1, -0L, 1024}).run(workspace);

  CHECK(diverged(workspace) == 1);
  even().run(workspace);
  CHECK(followed(workspace) == 1);
}

TEST_CASE("A place that is not aligned as asked is not used, and the alignment is learnt",
          "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  Script({64, 64}).run(workspace);
  const auto run = [&] {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64));
    void* const piece = workspace.allocate(64, 2048);
    CHECK(is_aligned(piece, Alignment(2048)));
  };

  run();
  CHECK(followed(workspace) == 1);
  CHECK(workspace.plan().pieces()[1].alignment == 2048);

  const std::size_t calls = workspace.space().calls();
  run();
  CHECK(followed(workspace) == 2);
  CHECK(workspace.space().calls() == calls);
}

TEST_CASE("Capacities only grow", "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  Script({1024, 512, -0L, 1024, -1}).run(workspace);
  Script({64, 2048, -0L, 64, -1}).run(workspace);
  const std::size_t calls = workspace.space().calls();

  Script({1024, 64, -0L, 1024, -1}).run(workspace);
  Script({64, 2048, -0L, 64, -1}).run(workspace);

  CHECK(followed(workspace) == 3);
  CHECK(workspace.space().calls() == calls);
}

TEST_CASE("A size that was outgrown now and then is planned as it is", "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  Script({1024, 512, -0L, -1}).run(workspace);
  Script({3072, 512, -0L, -1}).run(workspace);
  Script({1024, 512, -0L, -1}).run(workspace);

  CHECK(workspace.plan().bytes() == 3072 + 512);

  Script({1024, 640, -0L, -1}).run(workspace);

  CHECK(workspace.plan().bytes() == 3072 + 640);  // the cycle before had room

  Script({1024, 704, -0L, -1}).run(workspace);
  Script({1024, 512, 64, -0L, -1}).run(workspace);  // does not follow
  Script({1024, 768, -0L, -1}).run(workspace);

  CHECK(workspace.plan().bytes() == 3072 + 768);
}

TEST_CASE("Sizes that grow from cycle to cycle get head-room", "[engine][planner][reuse]") {
  const auto cycles_with_space_calls = [](auto workspace) {
    std::size_t count = 0;
    for (long granules = 16; granules < 80; ++granules) {
      const std::size_t calls = workspace->space().calls();
      Script({64 * granules, 512, -0L, 64 * granules, -1}).run(*workspace);
      if (workspace->space().calls() != calls) ++count;
    }
    CHECK(followed(*workspace) == 63);
    CHECK(workspace->plan().pieces()[1].bytes == 512);
    return count;
  };

  CHECK(cycles_with_space_calls(std::make_unique<Workspace<LearnPlan, Counted<>>>()) == 8);
  CHECK(cycles_with_space_calls(std::make_unique<Workspace<LearnPlan, Strict, Counted<>>>()) == 64);
}

TEST_CASE("Head-room for which there is no room is left out", "[engine][planner][reuse]") {
  Workspace<LearnPlan, Bounds<0, 4096>, Counted<>> workspace;
  for (const long bytes : {3008, 3072, 3136, 3200}) Script({bytes, -0L}).run(workspace);

  CHECK(workspace.plan().bytes() == 3200);  // and not 30 percent more
  CHECK(workspace.report().block_bytes == 3200);

  SpaceLog log;
  Workspace<LearnPlan, Tracking<>> refused{"step", Tracking<>{log}};
  for (const long bytes : {3072, 7168, 8192}) Script({bytes, -0L}).run(refused);
  log.refuse(2);  // of a chunk, the block with head-room, the block without
  Script({9216, -0L}).run(refused);

  CHECK(refused.report().space_refusals == 1);
  CHECK(refused.report().block_bytes == 9216);

  Workspace<LearnPlan, Overallocate<1000>, Counted<>> generous;
  for (const long bytes : {1024, 1088, 1152, 1216}) Script({bytes}).run(generous);
  CHECK(generous.plan().bytes() == 2 * 1216);  // at most as much again
}

TEST_CASE("Sizes that vary by half are learnt in a few cycles", "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  std::uint64_t state = 1;
  std::size_t cycles_with_space_calls = 0;
  for (int i = 0; i < 256; ++i) {
    const std::size_t calls = workspace.space().calls();
    std::vector<long> events;
    for (int piece = 0; piece < 20; ++piece) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      events.push_back(static_cast<long>(5000 + (state >> 33U) % 10000));
    }
    Script(events).run(workspace);
    if (workspace.space().calls() != calls) ++cycles_with_space_calls;
  }

  CHECK(followed(workspace) == 255);
  CHECK(cycles_with_space_calls < 60);
}

TEST_CASE("Many substitutes in one cycle are no scan of all pairs", "[engine][planner][reuse]") {
  constexpr std::size_t pieces = 20000;
  Workspace<LearnPlan, Counted<>> workspace;
  std::vector<std::byte*> places(pieces);
  const auto run = [&](std::size_t bytes) {
    auto cycle = workspace.enter();
    for (auto& place : places) place = bytes_at(workspace.allocate(bytes));
    for (auto& place : places) workspace.deallocate(place, bytes);
  };
  run(64);
  const std::size_t calls = workspace.space().calls();

  run(128);
  run(128);

  CHECK(followed(workspace) == 2);
  CHECK(workspace.space().calls() < calls + 12);  // a chunk for each doubling, and the block
}

// ---- diverging ----------------------------------------------------------------------------------

TEST_CASE("An odd cycle diverges, and the next one follows as if it had not been",
          "[engine][planner][reuse]") {
  struct Odd {
    const char* what;
    std::vector<long> events;
  };
  const Odd odd = GENERATE(Odd{"a give where a take is planned", {1024, -0L, 512}},
                           Odd{"a take where a give is planned", {1024, 512, 1024, -0L}},
                           Odd{"the give of another piece", {1024, 512, -1, 1024, -0L}},
                           Odd{"the end comes early", {1024, 512, -0L}},
                           Odd{"the end comes before anything", {}},
                           Odd{"the end comes late", {1024, 512, -0L, 1024, -1, 64}},
                           Odd{"a give more", {1024, 512, -0L, 1024, -1, -2}});
  CAPTURE(odd.what);
  Workspace<LearnPlan, Counted<>> workspace;
  even().run(workspace);
  even().run(workspace);

  Script(odd.events).run(workspace);

  CHECK(diverged(workspace) == 1);
  CHECK(workspace.plan().events().size() == 5);
  const std::size_t calls = workspace.space().calls();
  even().run(workspace);
  CHECK(followed(workspace) == 2);
  CHECK(workspace.space().calls() == calls);
}

TEST_CASE("A diverged cycle goes on around what is alive", "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  even().run(workspace);
  const std::size_t calls = workspace.space().calls();
  auto cycle = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(1024));
  std::byte* const second = bytes_at(workspace.allocate(512));

  workspace.deallocate(second, 512);  // planned is the give of the first
  std::byte* const third = bytes_at(workspace.allocate(512));

  CHECK(third == second);
  CHECK((third + 512 <= first || first + 1024 <= third));
  CHECK(workspace.space().calls() == calls);
}

TEST_CASE("A diverged cycle that needs more gets a chunk", "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  even().run(workspace);
  const std::size_t calls = workspace.space().calls();

  Script({1024, 512, 4096, 4096}).run(workspace);

  CHECK(workspace.space().calls() == calls + 1);
  CHECK(workspace.report().block_bytes == 1536);
}

TEST_CASE("Seen twice running, another cycle replaces the plan", "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  even().run(workspace);
  Script odd({64, 128, 256, -1});

  odd.run(workspace);
  CHECK(workspace.plan().events().size() == 5);
  odd.run(workspace);
  CHECK(workspace.plan().events().size() == 4);
  const std::size_t calls = workspace.space().calls();
  odd.run(workspace);

  CHECK(followed(workspace) == 1);
  CHECK(diverged(workspace) == 2);
  CHECK(workspace.space().calls() == calls);
}

TEST_CASE("What was seen twice has the larger of both sizes", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  even().run(workspace);
  Script({64, 2048, 256, -1}).run(workspace);

  Script({4096, 128, 256, -1}).run(workspace);

  CHECK(workspace.plan().pieces()[0].bytes == 4096);
  CHECK(workspace.plan().pieces()[1].bytes == 2048);
}

TEST_CASE("Seen twice with another cycle between, nothing is replaced",
          "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  even().run(workspace);
  Script odd({64, 128, 256, -1});
  Script other({64, 128, 256});

  SECTION("one that follows") {
    odd.run(workspace);
    even().run(workspace);
    odd.run(workspace);
    CHECK(followed(workspace) == 1);
  }
  SECTION("one that is odd in its own way") {
    odd.run(workspace);
    other.run(workspace);
    odd.run(workspace);
  }

  CHECK(workspace.plan().events().size() == 5);
}

TEST_CASE("100 cycles with one odd one ask the space once more at most",
          "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  even().run(workspace);
  const std::size_t calls = workspace.space().calls();

  for (int i = 0; i < 99; ++i)
    i == 40 ? static_cast<void>(Script({1024, 512, 64, -0L, 1024, -1}).run(workspace))
            : static_cast<void>(even().run(workspace));

  CHECK(followed(workspace) == 98);
  CHECK(workspace.space().calls() <= calls + 1);
}

// ---- who gives ----------------------------------------------------------------------------------

TEST_CASE("Arrays give when they go, kept ones at the end", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    auto kept = workspace.make<int>(100).keep();
    {
      auto scratch = workspace.make<double>(1000);
      CHECK(scratch.view()[999] == 0);
      scratch.view()[999] = 1;
    }
    auto next = workspace.make<double>(1000);
    CHECK(next.view()[999] == 0);
    kept.view()[0] = 5;
    CHECK(kept.view()[0] == 5);
  }

  CHECK(followed(workspace) == 2);
  CHECK(workspace.plan().events().size() == 5);  // three takes, two gives
  CHECK(workspace.plan().bytes() == 448 + 8000);
}

TEST_CASE("Containers take and give as they grow", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    ebb::vector<int> numbers{workspace};
    for (int n = 0; n < 200; ++n) numbers.push_back(n);
    std::list<int, std_allocator<int>> list({1, 2, 3}, std_allocator<int>(workspace));
    list.pop_front();
    auto resource = cycle.resource();
    std::pmr::vector<int> others(&resource);
    for (int n = 0; n < 50; ++n) others.push_back(n);
    CHECK(numbers[199] == 199);
    CHECK(others[49] == 49);
    CHECK(list.front() == 2);
  }

  CHECK(followed(workspace) == 2);
  CHECK(workspace.plan().bytes() < workspace.plan().bump_bytes());
}

TEST_CASE("What survives its cycle gives nothing back in the next", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  std::optional<Array<int>> array;
  std::optional<ebb::vector<int>> numbers;
  std::optional<CycleResource> resource;
  void* piece = nullptr;
  {
    auto cycle = workspace.enter();
    array = workspace.make<int>(100);
    numbers.emplace(100, std_allocator<int>(workspace));
    resource.emplace(cycle.resource());
    piece = resource->allocate(400);
  }
  auto cycle = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(400));
  std::byte* const second = bytes_at(workspace.allocate(400));
  std::byte* const third = bytes_at(workspace.allocate(400));

  array.reset();
  numbers.reset();
  resource->deallocate(piece, 400);

  std::byte* const fourth = bytes_at(workspace.allocate(400));
  for (std::byte* const other : {first, second, third}) CHECK(fourth != other);
  CHECK(workspace.report().plan.first_mismatch != "");  // the fourth take, and nothing before
  CHECK(contains(workspace.report().plan.first_mismatch, "planned the end of the cycle"));
}

TEST_CASE("A doubled give is told, and overlaps nothing", "[engine][planner]") {
  Workspace<LearnPlan> workspace;
  if (GENERATE(false, true)) even().run(workspace);
  auto cycle = workspace.enter();
  void* const first = workspace.allocate(1024);
  void* const second = workspace.allocate(512);
  workspace.deallocate(second, 512);

  workspace.deallocate(second, 512);

  CHECK_THROWS_AS(workspace.allocate(64), BadRequest);
  std::byte* const next = bytes_at(workspace.allocate(512));
  CHECK((next + 512 <= first || bytes_at(first) + 1024 <= next));
}

TEST_CASE("What was never taken is told when it is given", "[engine][planner]") {
  Workspace<LearnPlan> workspace;
  if (GENERATE(false, true)) even().run(workspace);
  const Violations violations;
  std::array<std::byte, 64> foreign{};
  {
    auto cycle = workspace.enter();
    workspace.deallocate(foreign.data(), 64);
    CHECK_THROWS_AS(workspace.allocate(64), BadRequest);
    workspace.deallocate(foreign.data(), 64);
    CHECK(violations.count() == 0);
  }

  CHECK(violations.count() == 1);
}

TEST_CASE("Null is given back as with free", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  for (int i = 0; i < 2; ++i) {
    auto cycle = workspace.enter();
    workspace.deallocate(nullptr, 64);
    Script({64}).play(workspace);
  }

  CHECK(followed(workspace) == 1);
}

// ---- keys ---------------------------------------------------------------------------------------

TEST_CASE("Each key has a plan of its own", "[engine][planner][keys][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  const auto run = [&](std::size_t batch) {
    auto cycle = workspace.enter(batch);
    for (std::size_t i = 0; i < batch; ++i) static_cast<void>(workspace.allocate(64));
    return workspace.plan().events().size();
  };
  for (const std::size_t batch : {32U, 5U, 64U}) CHECK(run(batch) == 0);
  const std::size_t calls = workspace.space().calls();

  for (const std::size_t batch : {5U, 32U, 64U, 5U, 64U, 32U}) CHECK(run(batch) == batch);

  CHECK(followed(workspace) == 6);
  CHECK(diverged(workspace) == 0);
  CHECK(workspace.space().calls() == calls);
}

TEST_CASE("One block is as large as the largest plan", "[engine][planner][keys][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  const auto run = [&](int key, std::size_t bytes) {
    auto cycle = workspace.enter(key);
    static_cast<void>(workspace.allocate(bytes));
  };

  run(1, 4096);
  CHECK(workspace.report().block_bytes == 4096);
  run(2, 1024);
  CHECK(workspace.report().block_bytes == 4096);
  run(3, 8192);
  CHECK(workspace.report().block_bytes == 8192);
  run(1, 4096);
  CHECK(followed(workspace) == 1);
  CHECK(workspace.report().plan.bytes == 4096);
  CHECK(workspace.space().outstanding_bytes() == 8192);
}

TEST_CASE("The least recently used plan goes out", "[engine][planner][keys][reuse]") {
  Workspace<LearnPlans<2>> workspace;
  const auto run = [&](int key) {
    auto cycle = workspace.enter(key);
    Script(std::vector<long>(static_cast<std::size_t>(key), 64)).play(workspace);
  };
  const auto keys = [&] {
    std::vector<std::uint64_t> found;
    workspace.for_each_plan(
        [&](std::optional<std::uint64_t> key, const Plan&) { found.push_back(key.value()); });
    return found;
  };
  run(1);
  run(2);
  run(1);
  CHECK(keys() == std::vector<std::uint64_t>{1, 2});

  run(3);

  CHECK(keys() == std::vector<std::uint64_t>{3, 1});
  const std::uint64_t before = followed(workspace);
  run(2);
  CHECK(followed(workspace) == before);  // it has to be learnt again
  run(3);
  CHECK(followed(workspace) == before + 1);
}

TEST_CASE("LearnPlan keeps eight plans", "[engine][planner][keys][reuse]") {
  Workspace<LearnPlan> workspace;
  for (int key = 0; key < 9; ++key) {
    auto cycle = workspace.enter(key);
    static_cast<void>(workspace.allocate(64));
  }

  std::size_t plans = 0;
  workspace.for_each_plan([&](std::optional<std::uint64_t> key, const Plan&) {
    CHECK(key != 0);
    ++plans;
  });
  CHECK(plans == 8);
}

TEST_CASE("How many plans are kept can be said at run time", "[engine][planner][keys][reuse]") {
  const std::size_t said = GENERATE(0U, 1U, 3U);
  Workspace<LearnPlans<dynamic>> workspace{"keys", LearnPlans<dynamic>{said}};
  for (int key = 0; key < 5; ++key) {
    auto cycle = workspace.enter(key);
    static_cast<void>(workspace.allocate(64));
  }

  std::size_t plans = 0;
  workspace.for_each_plan([&](std::optional<std::uint64_t>, const Plan&) { ++plans; });
  CHECK(plans == std::max<std::size_t>(said, 1));
}

TEST_CASE("The outermost key counts, and a nested one must be the same",
          "[engine][planner][keys]") {
  Workspace<LearnPlan> workspace{"step"};
  {
    auto outer = workspace.enter(7);
    auto same = workspace.enter(7);
    auto any = workspace.enter();
    const std::string message = message_of<BadRequest>([&] { auto other = workspace.enter(8); });
    CHECK(contains(message, "\"step\" is open"));
    CHECK(contains(message, "key 8"));
    static_cast<void>(workspace.allocate(64));
  }
  auto unkeyed = workspace.enter();
  CHECK_THROWS_AS(workspace.enter(7), BadRequest);
  CHECK(workspace.plan().events().empty());
}

TEST_CASE("A refused nested key leaves the next cycle its own", "[engine][planner][keys]") {
  Workspace<LearnPlan> workspace;
  {
    auto outer = workspace.enter(1);
    CHECK_THROWS_AS(workspace.enter(2), BadRequest);
    static_cast<void>(workspace.allocate(64));
  }
  {
    auto unkeyed = workspace.enter();
    CHECK(workspace.plan().events().empty());
  }
  auto negative = workspace.enter(-1);
  CHECK(workspace.plan().events().empty());
}

TEST_CASE("Another thread is told of itself, not of its key", "[engine][planner][keys][threads]") {
  Workspace<LearnPlan> workspace;
  auto cycle = workspace.enter(1);

  std::thread([&] {
    CHECK_THROWS_AS(workspace.enter(1), WrongThread);
    CHECK_THROWS_AS(workspace.enter(2), WrongThread);
  }).join();
}

// ---- refusing -----------------------------------------------------------------------------------

namespace {

using Strictly = Workspace<LearnPlan, Fail, StartWith<8192>, Counted<>>;

}  // namespace

TEST_CASE("Under Fail a cycle is recorded in the block that it starts with",
          "[engine][planner][fail][reuse]") {
  Strictly workspace;
  even().run(workspace);
  even().run(workspace);

  CHECK(followed(workspace) == 1);
  CHECK(workspace.space().calls() == 1);
  CHECK(workspace.report().block_bytes == 8192);
}

TEST_CASE("Under Fail what does not fit while recording is OutOfWorkspace",
          "[engine][planner][fail][reuse]") {
  Strictly workspace;
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(4096));

  CHECK_THROWS_AS(workspace.allocate(8192), OutOfWorkspace);
  CHECK(workspace.try_allocate(8192) == nullptr);

  CHECK(workspace.try_allocate(4096) != nullptr);
}

TEST_CASE("Under Fail a take that is not the plan's is PlanMismatch, and nothing changes",
          "[engine][planner][fail][reuse]") {
  Strictly workspace;
  even().run(workspace);
  {
    auto cycle = workspace.enter();
    std::byte* const first = bytes_at(workspace.allocate(1024));

    const std::string message =
        message_of<PlanMismatch>([&] { static_cast<void>(workspace.allocate(600)); });
    CHECK(contains(message, "left its plan with a piece of 640 bytes"));
    CHECK(workspace.try_allocate(600) == nullptr);
    CHECK_THROWS_AS(workspace.allocate(64, 4096), PlanMismatch);

    std::byte* const second = bytes_at(workspace.allocate(512));
    CHECK_THROWS_AS(workspace.allocate(64), PlanMismatch);  // a give is planned
    workspace.deallocate(first, 1024);
    CHECK(workspace.allocate(1024) == first);
    workspace.deallocate(second, 512);
    CHECK_THROWS_AS(workspace.allocate(64), PlanMismatch);  // the end is planned
  }
  CHECK(followed(workspace) == 1);
  CHECK(workspace.space().calls() == 1);
}

TEST_CASE("Under Fail a give that is not the plan's is kept, and told by the next take",
          "[engine][planner][fail][reuse]") {
  Strictly workspace;
  even().run(workspace);
  auto cycle = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(1024));
  std::byte* const second = bytes_at(workspace.allocate(512));

  workspace.deallocate(second, 512);
  CHECK_THROWS_AS(workspace.allocate(64), PlanMismatch);

  CHECK(contains(workspace.report().plan.first_mismatch,
                 "event 2: planned give of 1 024 bytes (piece 0), happened give of 512 bytes"));
  workspace.deallocate(first, 1024);
  CHECK(workspace.allocate(1024) == first);
  workspace.deallocate(second, 512);
}

TEST_CASE("Under Fail a give that no take follows is told at the close",
          "[engine][planner][fail][reuse]") {
  Strictly workspace;
  even().run(workspace);
  const Violations violations;

  Script({1024, 512, -1}).run(workspace);

  CHECK(violations.count() == 1);
  CHECK(contains(violations.last(), "PlanMismatch"));
}

TEST_CASE("Under Fail nothing is learnt again", "[engine][planner][fail][reuse]") {
  Strictly workspace;
  even().run(workspace);
  for (int i = 0; i < 3; ++i) Script({1024, 512}).run(workspace);
  CHECK(diverged(workspace) == 3);

  even().run(workspace);

  CHECK(followed(workspace) == 1);
  CHECK(workspace.plan().events().size() == 5);
}

TEST_CASE("Under Fail each key is recorded once", "[engine][planner][fail][keys][reuse]") {
  Strictly workspace;
  for (int i = 0; i < 3; ++i)
    for (int key = 1; key < 4; ++key) {
      auto cycle = workspace.enter(key);
      Script(std::vector<long>(static_cast<std::size_t>(key), 64)).play(workspace);
    }

  CHECK(followed(workspace) == 6);
  CHECK(diverged(workspace) == 0);
}

TEST_CASE("External serves what is too large alone, and keeps its block",
          "[engine][planner][reuse]") {
  Workspace<LearnPlan, External, Counted<>> workspace;
  even().run(workspace);
  CHECK(workspace.report().block_bytes == 1536);
  const std::size_t calls = workspace.space().calls();
  Script large({1024, 5000, -0L, 1024, -1});

  large.run(workspace);
  large.run(workspace);

  CHECK(followed(workspace) == 2);
  CHECK(workspace.space().calls() == calls + 2);
  CHECK(workspace.report().block_bytes == 1536);
  CHECK(workspace.report().oversize_bytes == 2 * 5056);
  CHECK(workspace.space().outstanding_bytes() == 1536);
}

TEST_CASE("External learns what fits its block", "[engine][planner][reuse]") {
  Workspace<LearnPlan, External, StartWith<8192>, Counted<>> workspace;
  even().run(workspace);
  Script({1024, 4096, -0L, 1024, -1}).run(workspace);
  const std::size_t calls = workspace.space().calls();

  Script({1024, 4096, -0L, 1024, -1}).run(workspace);

  CHECK(followed(workspace) == 2);
  CHECK(workspace.space().calls() == calls);
}

TEST_CASE("Head-room is not added to a plan", "[engine][planner][reuse]") {
  Workspace<Overallocate<100>, LearnPlan> workspace;

  even().run(workspace);

  CHECK(workspace.report().block_bytes == 1536);
}

// ---- spaces -------------------------------------------------------------------------------------

TEST_CASE("A buffer is one block, in which a plan is recorded and followed",
          "[engine][planner][spaces][reuse]") {
  alignas(64) std::array<std::byte, 4096> memory;
  Workspace<LearnPlan, Buffer> workspace{"buffer", Buffer{memory}};
  Script script = even();
  for (int i = 0; i < 3; ++i) {
    script.run(workspace);
    CHECK(script.place(0) >= memory.data());
    CHECK(script.place(1) + 512 <= memory.data() + memory.size());
  }

  CHECK(followed(workspace) == 2);
  CHECK(workspace.report().space_calls == 1);
}

TEST_CASE("What a buffer cannot hold is SpaceRefused, and the cycle goes on",
          "[engine][planner][spaces][reuse]") {
  alignas(64) std::array<std::byte, 2048> memory;
  Workspace<LearnPlan, Buffer> workspace{"buffer", Buffer{memory}};
  even().run(workspace);
  {
    auto cycle = workspace.enter();
    std::byte* const first = bytes_at(workspace.allocate(1024));
    CHECK_THROWS_AS(workspace.allocate(5000), SpaceRefused);
    std::byte* const second = bytes_at(workspace.allocate(512));
    workspace.deallocate(first, 1024);
    CHECK(workspace.allocate(1024) == first);
    workspace.deallocate(second, 512);
  }

  CHECK(followed(workspace) == 1);
}

TEST_CASE("Every host space serves a plan", "[engine][planner][spaces][reuse]") {
  const auto run = [](auto& workspace) {
    for (int i = 0; i < 3; ++i) even().run(workspace);
    CHECK(followed(workspace) == 2);
  };
  Workspace<LearnPlan, Prefault<>> prefault;
  run(prefault);
  Workspace<LearnPlan, Limited<>> limited{"limited", Limited<>{Host{}, 1 << 20}};
  run(limited);
  const RetryHandler never = [](std::size_t, std::size_t) noexcept { return false; };
  Workspace<LearnPlan, Retrying<>> retrying{"retrying", Retrying<>{Host{}, never}};
  run(retrying);
  Workspace<LearnPlan, MemoryResource> resource{"resource",
                                                MemoryResource{std::pmr::new_delete_resource()}};
  run(resource);
}

TEST_CASE("A block that the space refuses leaves the old one, and is not asked for again",
          "[engine][planner][spaces][reuse]") {
  SpaceLog log;
  Workspace<LearnPlan, Tracking<>> workspace{"step", Tracking<>{log}};
  even().run(workspace);
  Script large({1024, 200000, -0L, 1024, -1});
  log.refuse(2);  // the chunk is granted, the block is not

  large.run(workspace);
  CHECK(workspace.report().space_refusals == 1);
  CHECK(workspace.report().block_bytes == 1536);
  CHECK(workspace.plan().pieces()[1].bytes == 512);

  const std::size_t requests = log.requests().size();
  for (int i = 0; i < 3; ++i) large.run(workspace);
  CHECK(log.requests().size() == requests + 3);  // only a chunk each
  CHECK(workspace.report().block_bytes == 1536);
  even().run(workspace);
  CHECK(followed(workspace) == 5);
  CHECK(log.problem() == "");
}

TEST_CASE("A first block that the space refuses means that every cycle is recorded",
          "[engine][planner][spaces][reuse]") {
  SpaceLog log;
  Workspace<LearnPlan, Tracking<>> workspace{"step", Tracking<>{log}};
  log.refuse(2);

  for (int i = 0; i < 4; ++i) even().run(workspace);

  CHECK(followed(workspace) == 0);
  CHECK(workspace.report().block_bytes == 0);
  CHECK(log.requests().size() == 5);  // a chunk each time, and once the block
  CHECK(log.lent().empty());

  // A larger demand asks again; the shape was seen before.
  Script({1024, 2048, -0L, 1024, -1}).run(workspace);
  Script({1024, 2048, -0L, 1024, -1}).run(workspace);
  CHECK(followed(workspace) == 1);
}

TEST_CASE("A substitute that the space refuses is an error, and following goes on",
          "[engine][planner][spaces][reuse]") {
  SpaceLog log;
  Workspace<LearnPlan, Tracking<>> workspace{"step", Tracking<>{log}};
  even().run(workspace);
  log.refuse(1, 2);
  {
    auto cycle = workspace.enter();
    std::byte* const first = bytes_at(workspace.allocate(1024));
    CHECK_THROWS_AS(workspace.allocate(5000), SpaceRefused);
    std::byte* const second = bytes_at(workspace.allocate(500));
    workspace.deallocate(first, 1024);
    CHECK(workspace.allocate(1024) == first);
    workspace.deallocate(second, 500);
  }

  CHECK(followed(workspace) == 1);
  CHECK(workspace.plan().pieces()[1].bytes == 512);
}

TEST_CASE("A chunk that is refused is asked for again as small as it can be",
          "[engine][planner][spaces][reuse]") {
  SpaceLog log;
  Workspace<LearnPlan, Tracking<>> workspace{"step", Tracking<>{log}};
  log.refuse(1);
  auto cycle = workspace.enter();

  CHECK(workspace.try_allocate(1024) != nullptr);

  CHECK(log.requests().size() == 2);
  CHECK(log.requests()[1].bytes < log.requests()[0].bytes);
}

TEST_CASE("The space gets back all it lent", "[engine][planner][spaces][reuse]") {
  SpaceLog log;
  {
    Workspace<LearnPlan, Tracking<>> workspace{"step", Tracking<>{log}};
    even().run(workspace);
    auto cycle = workspace.enter();
    Script({1024, 5000, -0L, 200000, 64}).play(workspace);
    workspace.set_enabled(false);
    Script({64, 128}).play(workspace);
    CHECK(log.lent().size() > 2);
    cycle.close();
  }

  CHECK(log.lent().empty());
  CHECK(log.problem() == "");
}

// ---- bounds -------------------------------------------------------------------------------------

TEST_CASE("A block for a plan is not below the minimum", "[engine][planner][bounds][reuse]") {
  Workspace<LearnPlan, Bounds<4096, 65536>> workspace;

  even().run(workspace);

  CHECK(workspace.report().block_bytes == 4096);
  even().run(workspace);
  CHECK(followed(workspace) == 1);
}

TEST_CASE("A plan beyond the maximum is not followed", "[engine][planner][bounds]") {
  Workspace<LearnPlan, Bounds<0, 1024>, Counted<>> workspace;

  for (int i = 0; i < 3; ++i) Script({1024, 512}).run(workspace);

  CHECK(followed(workspace) == 0);
  CHECK(workspace.report().block_bytes == 0);
  CHECK(workspace.space().outstanding_bytes() == 0);
}

TEST_CASE("A request beyond the maximum is BadRequest, also while following",
          "[engine][planner][bounds][reuse]") {
  Workspace<LearnPlan, Bounds<0, 4096>> workspace;
  even().run(workspace);
  auto cycle = workspace.enter();

  CHECK_THROWS_AS(workspace.allocate(5000), BadRequest);
  even().play(workspace);

  cycle.close();
  CHECK(followed(workspace) == 1);
}

// ---- what else a workspace does -----------------------------------------------------------------

TEST_CASE("Switched off in the middle, a cycle follows on when it is switched on again",
          "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  even().run(workspace);
  {
    auto cycle = workspace.enter();
    std::byte* const first = bytes_at(workspace.allocate(1024));
    workspace.set_enabled(false);
    void* const alone = workspace.allocate(1024);
    CHECK(alone != first);
    workspace.set_enabled(true);
    std::byte* const second = bytes_at(workspace.allocate(512));
    workspace.deallocate(alone, 1024);
    workspace.deallocate(first, 1024);
    CHECK(workspace.allocate(1024) == first);
    workspace.deallocate(second, 512);
  }

  CHECK(followed(workspace) == 1);
  CHECK(diverged(workspace) == 0);
}

TEST_CASE("Gives are the plan's also while switched off", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  even().run(workspace);
  {
    auto cycle = workspace.enter();
    std::byte* const first = bytes_at(workspace.allocate(1024));
    std::byte* const second = bytes_at(workspace.allocate(512));
    workspace.set_enabled(false);
    workspace.deallocate(first, 1024);
    workspace.set_enabled(true);
    CHECK(workspace.allocate(1024) == first);
    workspace.deallocate(second, 512);
  }

  CHECK(followed(workspace) == 1);
}

TEST_CASE("A cycle that is switched off to its end teaches nothing", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  even().run(workspace);
  workspace.set_enabled(false);
  Script({64, 128}).run(workspace);
  Script({64, 128}).run(workspace);
  workspace.set_enabled(true);

  CHECK(diverged(workspace) == 0);
  CHECK(workspace.report().plan.first_mismatch == "");
  even().run(workspace);
  CHECK(followed(workspace) == 1);
}

TEST_CASE("Destroyed, a workspace begins anew", "[engine][planner][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  even().run(workspace);
  even().run(workspace);

  if (GENERATE(false, true)) {
    auto cycle = workspace.enter();
    Script({1024, 5000}).play(workspace);
    workspace.destroy();
  } else {
    workspace.destroy();
  }

  CHECK(workspace.space().outstanding_bytes() == 0);
  CHECK(workspace.plan().events().empty());
  even().run(workspace);
  CHECK(workspace.plan().events().size() == 5);
  even().run(workspace);
  CHECK(followed(workspace) == 2);  // totals go on
}

TEST_CASE("Nested cycles are one cycle of the plan", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  for (int i = 0; i < 3; ++i) {
    auto outer = workspace.enter();
    void* const first = workspace.allocate(1024);
    {
      auto inner = workspace.enter();
      static_cast<void>(workspace.allocate(512));
    }
    workspace.deallocate(first, 1024);
  }

  CHECK(followed(workspace) == 2);
  CHECK(workspace.plan().events().size() == 3);
}

TEST_CASE("Borrowing and going outside change nothing of the plan", "[engine][planner][reuse]") {
  Workspace<LearnPlan> step{"step"};
  Workspace<LearnPlan> other{"other"};
  for (int i = 0; i < 3; ++i) {
    auto cycle = step.enter();
    auto a = ebb::make<int>(100);
    auto inner = other.enter();
    auto b = ebb::make<int>(200);
    {
      auto borrow = step.borrow();
      auto c = ebb::make<int>(300);
    }
    {
      auto nowhere = ebb::outside();
      auto d = ebb::make<int>(400);
      CHECK(!d.is_attached());
    }
    auto e = ebb::make<int>(50);
  }

  CHECK(followed(step) == 2);
  CHECK(followed(other) == 2);
  CHECK(step.plan().events().size() == 4);
}

TEST_CASE("Detached and copied arrays are events of their targets", "[engine][planner][reuse]") {
  Workspace<LearnPlan> from{"from"};
  Workspace<LearnPlan> to{"to"};
  std::vector<int> detached;
  for (int i = 0; i < 3; ++i) {
    auto outer = to.enter();
    auto inner = from.enter();
    auto array = from.make<int>(100);
    array.view()[99] = i;
    auto copy = array.copy_to(to);
    auto up = array.copy_to_parent();
    auto here = array.copy_to_current();
    auto outlives = array.detach();
    detached.push_back(outlives.view()[99]);
    CHECK(copy.view()[99] == i);
    CHECK(up.view()[99] == i);
    CHECK(here.view()[99] == i);
  }

  CHECK(detached == std::vector<int>{0, 1, 2});
  CHECK(followed(from) == 2);
  CHECK(followed(to) == 2);
  CHECK(to.plan().pieces().size() == 2);
}

TEST_CASE("A burst is one piece", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    {
      Burst burst(workspace, 1024);
      static_cast<void>(burst.allocate<100>());
    }
    {
      Burst unused(workspace, 512);  // goes back whole
    }
  }

  CHECK(followed(workspace) == 2);
  CHECK(workspace.plan().events().size() == 3);
}

TEST_CASE("A piece of a plan cannot be expanded", "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  for (int i = 0; i < 2; ++i) {
    auto cycle = workspace.enter();
    void* const piece = workspace.allocate(64);
    CHECK(!workspace.try_expand(piece, 64, 128));
    CHECK(!workspace.try_expand(piece, 64, 0));
  }

  CHECK(followed(workspace) == 1);
}

TEST_CASE("Handles are stale after their cycle, unless nobody checks", "[engine][planner][reuse]") {
  Workspace<LearnPlan> checked;
  Workspace<LearnPlan, Trusting> trusting;
  for (int i = 0; i < 3; ++i) {
    ArrayView<int> view;
    ArrayView<int, TrustingHandles> unchecked;
    {
      auto cycle = checked.enter();
      view = checked.make<int>(10).keep();
      auto other = trusting.enter();
      unchecked = trusting.make<int>(10).keep();
      CHECK(view.view().size() == 10);
    }
    CHECK_THROWS_AS(view.view(), StaleArray);
    CHECK_NOTHROW(static_cast<void>(unchecked.view()));
  }

  CHECK(followed(checked) == 2);
  CHECK(followed(trusting) == 2);
}

TEST_CASE("A closed workspace gives nothing, whatever it has planned", "[engine][planner]") {
  Workspace<LearnPlan> workspace;
  even().run(workspace);

  CHECK_THROWS_AS(workspace.allocate(1024), NoOpenCycle);
  CHECK_THROWS_AS(workspace.allocate<1024>(), NoOpenCycle);
  CHECK_THROWS_AS(static_cast<Core&>(workspace).allocate(1024), NoOpenCycle);
  CHECK(workspace.try_allocate(1024) == nullptr);
}

TEST_CASE("Requests that cannot be served are BadRequest and leave the step",
          "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  even().run(workspace);
  {
    auto cycle = workspace.enter();
    CHECK_THROWS_AS(workspace.allocate(64, 3), BadRequest);
    CHECK_THROWS_AS(workspace.allocate(64, 0), BadRequest);
    CHECK_THROWS_AS(workspace.allocate(64, 8192), BadRequest);
    CHECK_THROWS_AS(workspace.allocate(max_bytes), BadRequest);
    CHECK_THROWS_AS(workspace.make<double>(max_bytes / 4), BadRequest);
    even().play(workspace);
  }

  CHECK(followed(workspace) == 1);
}

// ---- the report ---------------------------------------------------------------------------------

TEST_CASE("The report has the first mismatch with both sides", "[engine][planner][report][reuse]") {
  Workspace<LearnPlan> workspace;
  even().run(workspace);
  const auto mismatch_of = [&](std::vector<long> events) {
    Script(std::move(events)).run(workspace);
    return workspace.report().plan.first_mismatch;
  };

  CHECK(mismatch_of({1024, 512, 100, 100}) ==
        "event 2: planned give of 1 024 bytes (piece 0), happened take of 128 bytes");
  CHECK(mismatch_of({1024, -0L, 512, 512}) ==
        "event 1: planned take of at most 512 bytes (piece 1), happened give of 1 024 bytes");
  CHECK(mismatch_of({1024, 512, -1, 64}) ==
        "event 2: planned give of 1 024 bytes (piece 0), happened give of 512 bytes");
  CHECK(mismatch_of({1024, 512, -0L}) ==
        "event 3: planned take of at most 1 024 bytes (piece 2), happened the end of the cycle");
  CHECK(mismatch_of({1024, 512, -0L, 1024, -1, 64}) ==
        "event 5: planned the end of the cycle, happened take of 64 bytes");
}

TEST_CASE("An exception does not cover the mismatch that caused it",
          "[engine][planner][report][reuse]") {
  Strictly workspace;
  even().run(workspace);

  CHECK_THROWS_AS(Script({1024, 600}).run(workspace), PlanMismatch);

  CHECK(workspace.report().plan.first_mismatch ==
        "event 1: planned take of at most 512 bytes (piece 1), happened take of 640 bytes");
}

namespace {

std::vector<Report>& told() {
  static std::vector<Report> reports;
  return reports;
}

}  // namespace

TEST_CASE("The hook is told of the plan that was just learnt", "[engine][planner][report][reuse]") {
  told().clear();
  Workspace<LearnPlan> workspace;
  workspace.on_close(+[](const Report& report) noexcept { told().push_back(report); });

  even().run(workspace);
  even().run(workspace);
  Script({64}).run(workspace);

  REQUIRE(told().size() == 3);
  CHECK(told()[0].plan.bytes == 1536);
  CHECK(told()[0].demand_bytes == 0);
  CHECK(told()[1].plan.followed_cycles == 1);
  CHECK(told()[2].plan.diverged_cycles == 1);
  CHECK(told()[2].plan.first_mismatch != "");
}

// ---- effort -------------------------------------------------------------------------------------

TEST_CASE("A large record is solved in time order at the close, and by all orders when asked",
          "[engine][planner][reuse]") {
  Workspace<LearnPlan> workspace;
  const testing::Trace trace = testing::read_trace(std::string(EBB_TRACES) + "/resnet18.txt");
  const auto run = [&](auto& other) {
    auto cycle = other.enter();
    for (int i = 0; i < 3; ++i)  // 6 930 events
      CHECK(testing::play(trace, other, testing::Touch::nothing) == std::nullopt);
  };
  run(workspace);
  const std::size_t before = workspace.report().plan.bytes;
  const std::size_t block = workspace.report().block_bytes;

  workspace.solve();

  CHECK(workspace.report().plan.bytes < before);
  CHECK(workspace.report().block_bytes == block);
  run(workspace);
  CHECK(followed(workspace) == 1);
  {
    auto cycle = workspace.enter();
    CHECK_THROWS_AS(workspace.solve(), BadRequest);
  }
}

TEST_CASE("A recorded training step is followed with every byte intact",
          "[engine][planner][reuse]") {
  const char* const name = GENERATE("mlp", "resnet18_infer", "gpt", "lstm");
  const testing::Trace trace = testing::read_trace(std::string(EBB_TRACES) + "/" + name + ".txt");
  Workspace<LearnPlan, Counted<>> workspace;
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    CHECK(testing::play(trace, workspace) == std::nullopt);
  }

  CHECK(followed(workspace) == 2);
  CHECK(workspace.report().plan.bytes <= workspace.report().plan.live_bytes * 1015 / 1000);
}

// ---- plans from elsewhere -----------------------------------------------------------------------

TEST_CASE("Given plans are followed from the first cycle", "[engine][planner][reuse]") {
  Workspace<LearnPlan> teacher;
  even().run(teacher);
  Workspace<LearnPlan, Counted<>> workspace;

  workspace.set_plans({{std::nullopt, teacher.plan()}});

  CHECK(workspace.space().calls() == 0);
  even().run(workspace);
  CHECK(workspace.space().calls() == 1);
  CHECK(followed(workspace) == 1);
  CHECK(workspace.report().block_bytes == 1536);
}

TEST_CASE("Plans cannot be given while a cycle is open, nor beyond the bounds",
          "[engine][planner][reuse]") {
  Workspace<LearnPlan> teacher;
  even().run(teacher);
  Workspace<LearnPlan, Bounds<0, 1024>> workspace;
  {
    auto cycle = workspace.enter();
    CHECK_THROWS_AS(workspace.set_plans({}), BadRequest);
  }

  CHECK_THROWS_AS(workspace.set_plans({{std::nullopt, teacher.plan()}}), BadRequest);

  std::size_t plans = 0;
  workspace.for_each_plan([&](std::optional<std::uint64_t>, const Plan&) { ++plans; });
  CHECK(plans == 0);
  Script({64}).run(workspace);
  CHECK(workspace.plan().events().size() == 1);
}

TEST_CASE("Of more plans than are kept the first remain", "[engine][planner][keys]") {
  Workspace<LearnPlan> teacher;
  even().run(teacher);
  Workspace<LearnPlans<2>> workspace;

  workspace.set_plans({{1, teacher.plan()}, {2, teacher.plan()}, {3, teacher.plan()}});

  std::vector<std::uint64_t> keys;
  workspace.for_each_plan(
      [&](std::optional<std::uint64_t> key, const Plan&) { keys.push_back(key.value()); });
  CHECK(keys == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("The fingerprint differs where a plan of one cannot serve the other",
          "[engine][planner]") {
  const Workspace<LearnPlan> plain{"one"};
  const Workspace<LearnPlans<2>, External, Trusting, StartWith<64>> like_plain{"two"};
  const Workspace<LearnPlan, Granule<256>> granule;
  const Workspace<LearnPlan, Bounds<0, 4096>> bounds;
  alignas(64) std::array<std::byte, 4096> memory;
  const Workspace<LearnPlan, Buffer> buffer{"buffer", Buffer{memory}};

  CHECK(plain.fingerprint() == like_plain.fingerprint());
  CHECK(plain.fingerprint() != granule.fingerprint());
  CHECK(plain.fingerprint() != bounds.fingerprint());
  CHECK(plain.fingerprint() != buffer.fingerprint());
}
