// SPDX-License-Identifier: Apache-2.0
//
// What was once wrong with plans. Each case says what is true now.

#include "../helpers.hpp"
#include <ebb/ebb.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

using namespace ebb;

namespace {

template <class W>
std::uint64_t followed(const W& workspace) {
  return workspace.report().plan.followed_cycles;
}

// Lends from above to below, one range right beneath the other.
class Downwards {
 public:
  using slot = SpaceSlot;
  static constexpr std::size_t max_alignment = 64;
  struct Memory {
    alignas(64) std::array<std::byte, std::size_t{1} << 20> bytes;
    std::byte* top = bytes.data() + bytes.size();
  };

  explicit Downwards(Memory& memory) noexcept : memory_(&memory) {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t) noexcept {
    return memory_->top -= round_up(bytes, Alignment(64));
  }
  void deallocate(void*, std::size_t, std::size_t) noexcept {}

 private:
  Memory* memory_;
};
static_assert(Space<Downwards>);

}  // namespace

TEST_CASE("A place that is aligned by luck is aligned on purpose in the next plan",
          "[regressions][plan][reuse]") {
  Workspace<LearnPlan, Counted<>> workspace;
  const auto run = [&](std::size_t alignment, std::size_t first_bytes) {
    auto cycle = workspace.enter();
    void* const lucky = workspace.allocate(64, alignment);  // the block begins here
    CHECK(is_aligned(lucky, Alignment(alignment)));
    void* const other = workspace.allocate(first_bytes);
    workspace.deallocate(other, first_bytes);
  };
  run(64, 32);
  CHECK(workspace.plan().offsets()[0] % 4096 == 0);

  run(4096, 32);

  CHECK(workspace.plan().pieces()[0].alignment == 4096);
  run(4096, 8192);  // the larger piece would get the beginning of the block
  const std::size_t calls = workspace.space().calls();
  run(4096, 8192);
  CHECK(followed(workspace) == 3);
  CHECK(workspace.space().calls() == calls);
}

TEST_CASE("A chunk that ends where the block begins is not joined with it",
          "[regressions][plan][reuse]") {
  Downwards::Memory memory;
  Workspace<LearnPlan, Downwards> workspace{"step", Downwards{memory}};
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64 * 1024));
  }
  const std::byte* const block = memory.top;
  auto cycle = workspace.enter();
  void* const all = workspace.allocate(64 * 1024);
  CHECK(all == block);
  CHECK(workspace.allocate(64) < block);  // a chunk right beneath, almost all of it free
  workspace.deallocate(all, 64 * 1024);

  std::byte* const large = bytes_at(workspace.allocate(100'000));

  CHECK((large >= block || large + 100'000 <= block));
}

TEST_CASE("A plan without events can be followed", "[regressions][plan][reuse]") {
  Workspace<LearnPlan> workspace;
  workspace.set_plans({{std::nullopt, Plan()}});

  for (int i = 0; i < 2; ++i) auto cycle = workspace.enter();
  CHECK(followed(workspace) == 2);
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64));
  }
  CHECK(followed(workspace) == 3);
}

TEST_CASE("A given plan that a buffer cannot hold leaves the buffer usable",
          "[regressions][plan][reuse]") {
  alignas(64) std::array<std::byte, 1024> memory;
  Workspace<LearnPlan, Buffer> workspace{"buffer", Buffer{memory}};
  CycleRecord record;
  record.take(4096, 1);
  record.close();

  workspace.set_plans({{std::nullopt, Plan(record, SolveEffort::time_order)}});

  auto cycle = workspace.enter();
  CHECK(workspace.try_allocate(1024) == memory.data());
}

TEST_CASE("A given plan below the minimum of the bounds is followed",
          "[regressions][plan][reuse]") {
  Workspace<LearnPlan, Bounds<4096, 65536>> workspace;
  CycleRecord record;
  record.take(64, 1);
  record.close();

  workspace.set_plans({{std::nullopt, Plan(record, SolveEffort::time_order)}});

  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64));
  }
  CHECK(followed(workspace) == 1);
  CHECK(workspace.report().block_bytes == 4096);
}

TEST_CASE("A cycle that begins and ends switched off is no mismatch", "[regressions][plan]") {
  Workspace<LearnPlan> workspace;
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64));
  }
  workspace.set_enabled(false);
  {
    auto cycle = workspace.enter();
  }

  CHECK(workspace.report().plan.first_mismatch == "");
  CHECK(workspace.report().plan.diverged_cycles == 0);
}

TEST_CASE("A take that is larger than planned counts as what it took",
          "[regressions][plan][reuse]") {
  Workspace<LearnPlan> workspace;
  const auto take = [&](std::size_t bytes) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(bytes));
    return workspace.report().demand_bytes;
  };
  take(128);

  CHECK(take(448) == 128 + 448);  // the block of the plan, and beside it the piece

  CHECK(workspace.report().last_demand_bytes == 448);  // of the plan that came of it
  CHECK(workspace.report().live_peak_bytes == 448);
}

TEST_CASE("A cycle that ends before its plan counts what it took", "[regressions][plan][reuse]") {
  Workspace<LearnPlan> workspace;
  {
    auto cycle = workspace.enter();
    for (int i = 0; i < 3; ++i) static_cast<void>(workspace.allocate(64));
  }
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64));
  }
  CHECK(workspace.report().live_peak_bytes == 64);
  {
    auto cycle = workspace.enter();
  }
  CHECK(workspace.report().live_peak_bytes == 0);
}

TEST_CASE("A cycle that leaves its plan counts what it took before", "[regressions][plan][reuse]") {
  Workspace<LearnPlan> workspace;
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.make<std::byte>(4096));
    static_cast<void>(workspace.make<std::byte>(64));
  }
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.make<std::byte>(4096));
    static_cast<void>(workspace.allocate(64));  // and never given back
  }
  CHECK(workspace.report().live_peak_bytes == 4096);
}
