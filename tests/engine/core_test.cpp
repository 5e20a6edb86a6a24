// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/engine/core.hpp>
#include <ebb/space/buffer.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/space/failing.hpp>
#include <ebb/workspace/current.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>

using namespace ebb;

static_assert(!std::is_copy_constructible_v<Core> && !std::is_copy_assignable_v<Core>);
static_assert(!std::is_constructible_v<Core>);

// ---- taking
// --------------------------------------------------------------------------------------

TEST_CASE("A piece is rounded up to the granule", "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();

  std::byte* const first = bytes_at(workspace.allocate(1));
  std::byte* const second = bytes_at(workspace.allocate(65));
  std::byte* const third = bytes_at(workspace.allocate(64));

  CHECK(second == first + 64);
  CHECK(third == second + 128);
  CHECK(workspace.report().demand_bytes == 256);
}

TEST_CASE("A request that just fits fills the block", "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();

  static_cast<void>(workspace.allocate(64));
  static_cast<void>(workspace.allocate(4096 - 64));
  CHECK(workspace.report().space_calls == 1);

  static_cast<void>(workspace.allocate(1));
  CHECK(workspace.report().space_calls == 2);
}

TEST_CASE("A size known when compiling takes as many bytes as one that is not",
          "[engine][core][reuse]") {
  Workspace<StartWith<4096>, Granule<dynamic>> workspace{"step", Granule<dynamic>{32}};
  Core& core = workspace;
  auto cycle = workspace.enter();

  std::byte* const first = bytes_at(workspace.allocate<33>());
  std::byte* const second = bytes_at(core.allocate<33>());
  std::byte* const third = bytes_at(workspace.allocate(33));
  std::byte* const fourth = bytes_at(core.allocate(33));
  std::byte* const fifth = bytes_at(core.try_allocate(33));
  std::byte* const sixth = bytes_at(workspace.try_allocate(33));

  CHECK(second == first + 64);
  CHECK(third == second + 64);
  CHECK(fourth == third + 64);
  CHECK(fifth == fourth + 64);
  CHECK(sixth == fifth + 64);
}

TEST_CASE("Core takes and gives with the granule of the workspace", "[engine][core][reuse]") {
  Workspace<StartWith<4096>, Granule<256>> workspace;
  Core& core = workspace;
  auto cycle = workspace.enter();

  std::byte* const first = bytes_at(core.allocate(1));
  std::byte* const second = bytes_at(workspace.allocate(1));
  std::byte* const third = bytes_at(core.allocate(1, 256));
  CHECK(second == first + 256);
  CHECK(third == second + 256);
  CHECK(core.end_of(third, 1) == third + 256);
  CHECK(workspace.end_of(third, 1) == third + 256);

  workspace.deallocate(third, 1);
  core.deallocate(second, 1);
  CHECK(core.granule() == Alignment(256));
  CHECK(workspace.allocate(1) == second);
}

TEST_CASE("Zero bytes answer the alignment as an address", "[engine][core]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();

  CHECK(address_of(workspace.allocate(0)) == 64);
  CHECK(address_of(workspace.allocate<0>()) == 64);
  CHECK(address_of(workspace.allocate(0, 1024)) == 1024);
  CHECK(address_of(workspace.try_allocate(0)) == 64);
  CHECK(address_of(static_cast<Core&>(workspace).allocate(0)) == 64);
  CHECK(workspace.report().demand_bytes == 0);
}

TEST_CASE("Giving zero bytes back changes nothing", "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  std::byte* const piece = bytes_at(workspace.allocate(64));

  workspace.deallocate(workspace.allocate(0), 0);
  workspace.deallocate(nullptr, 0);
  workspace.deallocate(nullptr, 64);

  CHECK(workspace.allocate(64) == piece + 64);
}

TEST_CASE("Every alignment up to that of the space is served", "[engine][core][reuse]") {
  Workspace<StartWith<65536>> workspace;
  auto cycle = workspace.enter();

  for (std::size_t alignment = 1; alignment <= Host::max_alignment; alignment *= 2) {
    static_cast<void>(workspace.allocate(1));
    CHECK(is_aligned(workspace.allocate(1, alignment), Alignment(alignment)));
    CHECK(is_aligned(workspace.try_allocate(1, alignment), Alignment(alignment)));
  }
  CHECK(workspace.report().space_calls == 1);
}

// ---- giving back
// ---------------------------------------------------------------------------------

TEST_CASE("A piece on top is used again at once", "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(64));
  void* const top = workspace.allocate(100);

  workspace.deallocate(top, 100);

  CHECK(workspace.allocate(200) == top);
}

TEST_CASE("A hole is not used again when it comes to lie on top", "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  void* const below = workspace.allocate(64);
  void* const top = workspace.allocate(64);

  workspace.deallocate(below, 64);
  workspace.deallocate(top, 64);

  CHECK(workspace.allocate(64) == top);
}

TEST_CASE("The padding before an over-aligned piece is not given back", "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(64));
  void* const piece = workspace.allocate(64, 1024);

  workspace.deallocate(piece, 64);

  CHECK(workspace.allocate(64) == piece);
}

TEST_CASE("The demand is the highest position and not the last", "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  void* const large = workspace.allocate(1024);
  workspace.deallocate(large, 1024);
  static_cast<void>(workspace.allocate(64));

  CHECK(workspace.report().demand_bytes == 1024);
  cycle.close();

  CHECK(workspace.report().last_demand_bytes == 1024);
}

TEST_CASE("A foreign piece is thrown once by the next take", "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace{"step"};
  auto cycle = workspace.enter();
  alignas(64) std::byte foreign[64];

  workspace.deallocate(foreign, 64);

  CHECK(
      message_of<BadRequest>([&] { static_cast<void>(workspace.allocate(64)); }) ==
      "ebb-E06 BadRequest: \"step\" was given back a piece of 64 bytes that is not of this cycle. "
      "Give back what this cycle took, once, with the same size. docs/errors/E06.md");
  CHECK(workspace.allocate(64) != nullptr);
  CHECK(workspace.report().demand_bytes == 64);
}

TEST_CASE("A foreign piece makes try_allocate answer null once", "[engine][core]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  alignas(64) std::byte foreign[64];

  workspace.deallocate(foreign, 64);

  CHECK(workspace.try_allocate(64) == nullptr);
  CHECK(workspace.try_allocate(64) != nullptr);
}

TEST_CASE("A foreign piece that no take follows is told to the violation handler at the close",
          "[engine][core]") {
  const Violations violations;
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  alignas(64) std::byte foreign[64];

  workspace.deallocate(foreign, 64);
  CHECK(violations.count() == 0);
  cycle.close();

  CHECK(violations.count() == 1);
  CHECK(contains(violations.last(), "is not of this cycle"));
  auto next = workspace.enter();
  CHECK(workspace.allocate(64) != nullptr);
}

TEST_CASE("Giving back to a closed workspace changes nothing", "[engine][core]") {
  const Violations violations;
  Workspace<StartWith<4096>> workspace;
  void* piece = nullptr;
  {
    auto cycle = workspace.enter();
    piece = workspace.allocate(64);
  }

  workspace.deallocate(piece, 64);

  CHECK_FALSE(workspace.is_open());
  CHECK(violations.count() == 0);
  CHECK_THROWS_AS(workspace.allocate(64), NoOpenCycle);
}

// ---- try_expand
// ----------------------------------------------------------------------------------

TEST_CASE("try_expand changes the size of the piece on top in place", "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  std::byte* const piece = bytes_at(workspace.allocate(64));

  CHECK(workspace.try_expand(piece, 64, 1024));
  CHECK(workspace.allocate(64) == piece + 1024);
  workspace.deallocate(piece + 1024, 64);
  CHECK(workspace.try_expand(piece, 1024, 128));

  CHECK(workspace.allocate(64) == piece + 128);
  CHECK(workspace.report().demand_bytes == 1024 + 64);
}

TEST_CASE("try_expand says yes where the rounded size stays the same", "[engine][core]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  void* const below = workspace.allocate(10);
  static_cast<void>(workspace.allocate(10));

  CHECK(workspace.try_expand(below, 10, 64));
}

TEST_CASE("try_expand answers false and changes nothing where it cannot be",
          "[engine][core][reuse]") {
  Workspace<StartWith<4096>, Bounds<0, 4096>> workspace;
  auto cycle = workspace.enter();
  std::byte* const below = bytes_at(workspace.allocate(64));
  std::byte* const top = bytes_at(workspace.allocate(64));

  CHECK_FALSE(workspace.try_expand(below, 64, 128));                // not on top
  CHECK_FALSE(workspace.try_expand(top, 64, 4096));                 // beyond the block
  CHECK_FALSE(workspace.try_expand(top, 64, 8192));                 // beyond the bounds
  CHECK_FALSE(workspace.try_expand(top, 64, max_bytes));            // beyond every size
  CHECK_FALSE(workspace.try_expand(top, 64, 0));                    // a piece of nothing
  CHECK_FALSE(workspace.try_expand(workspace.allocate(0), 0, 64));  // nothing to make bigger

  CHECK(workspace.report().space_calls == 1);
  CHECK(workspace.allocate(64) == top + 64);
}

TEST_CASE("try_expand answers false on a closed workspace", "[engine][core]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  void* const piece = workspace.allocate(64);
  cycle.close();

  CHECK_FALSE(workspace.try_expand(piece, 64, 128));
}

// ---- bad requests
// --------------------------------------------------------------------------------

TEST_CASE("Taking from a closed workspace is NoOpenCycle", "[engine][core]") {
  Workspace<> workspace{"step"};

  CHECK(message_of<NoOpenCycle>([&] { static_cast<void>(workspace.allocate(100)); }) ==
        "ebb-E03 NoOpenCycle: \"step\" is closed and was asked for 100 bytes. Keep the token of "
        "`enter()` while memory is taken. docs/errors/E03.md");
  CHECK_THROWS_AS(workspace.allocate(0), NoOpenCycle);
  CHECK_THROWS_AS(workspace.allocate(8, 4096), NoOpenCycle);
  CHECK_THROWS_AS(workspace.allocate<8>(), NoOpenCycle);
  CHECK_THROWS_AS(static_cast<Core&>(workspace).allocate(8), NoOpenCycle);
  CHECK(workspace.try_allocate(100) == nullptr);
  CHECK(workspace.try_allocate(0) == nullptr);
}

TEST_CASE("An alignment that is no power of two is a BadRequest", "[engine][core]") {
  Workspace<StartWith<4096>> workspace{"step"};
  auto cycle = workspace.enter();

  CHECK(
      message_of<BadRequest>([&] { static_cast<void>(workspace.allocate(8, 48)); }) ==
      "ebb-E06 BadRequest: \"step\" was asked for the alignment 48. Use a power of two of at most "
      "4 096, the largest of its space. docs/errors/E06.md");
  CHECK_THROWS_AS(workspace.allocate(8, 0), BadRequest);
  CHECK_THROWS_AS(workspace.allocate(0, 3), BadRequest);
  CHECK(workspace.try_allocate(8, 48) == nullptr);
  CHECK(workspace.try_allocate(8, 0) == nullptr);
  CHECK(workspace.report().demand_bytes == 0);
  CHECK(workspace.allocate(8) != nullptr);
}

TEST_CASE("An alignment above that of the space is a BadRequest", "[engine][core]") {
  alignas(64) std::byte memory[1024];
  Workspace<Buffer> workspace{"step", Buffer{memory}};
  auto cycle = workspace.enter();

  CHECK(contains(message_of<BadRequest>([&] { static_cast<void>(workspace.allocate(8, 128)); }),
                 "\"step\" was asked for the alignment 128. Use a power of two of at most 64"));
  CHECK(workspace.try_allocate(8, 128) == nullptr);
  CHECK(workspace.allocate(8, 64) != nullptr);
}

TEST_CASE("A size that no address space has is a BadRequest", "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();

  for (const std::size_t bytes : {max_bytes, max_bytes - 63, max_bytes / 2 + 1, max_bytes / 2}) {
    CHECK(contains(message_of<BadRequest>([&] { static_cast<void>(workspace.allocate(bytes)); }),
                   "more than any address space has"));
    CHECK_THROWS_AS(workspace.allocate(bytes, 4096), BadRequest);
    CHECK(workspace.try_allocate(bytes) == nullptr);
    CHECK(workspace.try_allocate(bytes, 4096) == nullptr);
  }
  CHECK_THROWS_AS(workspace.allocate<max_bytes>(), BadRequest);

  CHECK(workspace.report().demand_bytes == 0);
  CHECK(workspace.report().space_calls == 1);
}

TEST_CASE("A size that the heap refuses is SpaceRefused and leaves the cycle usable",
          "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace{"step"};
  auto cycle = workspace.enter();
  std::byte* const before = bytes_at(workspace.allocate(64));

  CHECK(contains(
      message_of<SpaceRefused>([&] { static_cast<void>(workspace.allocate(max_bytes / 4)); }),
      "the space of \"step\" refused"));
  CHECK(workspace.try_allocate(max_bytes / 4) == nullptr);

  CHECK(workspace.allocate(64) == before + 64);
  CHECK(workspace.report().spilled_requests == 0);
}

TEST_CASE("A single request beyond the bounds is a BadRequest", "[engine][core]") {
  Workspace<Bounds<0, 1000>> workspace{"step"};
  auto cycle = workspace.enter();

  CHECK(message_of<BadRequest>([&] { static_cast<void>(workspace.allocate(1001)); }) ==
        "ebb-E06 BadRequest: \"step\" was asked for 1 001 bytes, and its bounds allow 1 000. Raise "
        "the maximum of `Bounds`. docs/errors/E06.md");
  CHECK(workspace.try_allocate(1001) == nullptr);
  CHECK(workspace.report().space_calls == 0);
  CHECK(workspace.allocate(1000) != nullptr);
}

TEST_CASE("Sums beyond the bounds spill in every cycle", "[engine][core][reuse]") {
  Workspace<Bounds<0, 1024>, Strict> workspace;
  const auto spills_of_a_cycle = [&] {
    const auto before = workspace.report().spilled_requests;
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(1000));
    static_cast<void>(workspace.allocate(1000));
    return workspace.report().spilled_requests - before;
  };

  spills_of_a_cycle();
  CHECK(workspace.report().block_bytes == 1024);
  CHECK(spills_of_a_cycle() == 1);
  CHECK(spills_of_a_cycle() == 1);

  CHECK(workspace.report().block_bytes == 1024);
}

// ---- the first block and reserve
// -----------------------------------------------------------------

TEST_CASE("The first block is taken at the first enter and with its exact size",
          "[engine][core][reuse]") {
  Workspace<StartWith<1000>, Counted<>> workspace;
  CHECK(workspace.space().calls() == 0);

  auto cycle = workspace.enter();

  CHECK(workspace.space().calls() == 1);
  CHECK(workspace.report().block_bytes == 1024);  // a multiple of the granule
}

TEST_CASE("A refused first block leaves the workspace closed", "[engine][core][reuse]") {
  Workspace<StartWith<1000>, Failing<>> workspace{"step", Failing<>{Host{}, 1}};

  CHECK(
      message_of<SpaceRefused>([&] { static_cast<void>(workspace.enter()); }) ==
      "ebb-E05 SpaceRefused: the space of \"step\" refused 1 024 bytes; the block has 0. Give the "
      "space more, ask for less, or give back earlier. docs/errors/E05.md");
  CHECK_FALSE(workspace.is_open());
  CHECK(workspace.generation() == 0);
  CHECK(current() == nullptr);

  auto cycle = workspace.enter();
  CHECK(workspace.allocate(1024) != nullptr);
  CHECK(workspace.report().spilled_requests == 0);
}

TEST_CASE("A first block beyond the bounds is a BadRequest", "[engine][core][reuse]") {
  Workspace<StartWith<2000>, Bounds<0, 1000>> workspace{"step"};

  CHECK(contains(message_of<BadRequest>([&] { static_cast<void>(workspace.enter()); }),
                 "\"step\" was asked for 2 000 bytes, and its bounds allow 1 000"));
  CHECK_FALSE(workspace.is_open());
  CHECK(current() == nullptr);
}

TEST_CASE("A reservation is the exact block of the next enter", "[engine][core][reuse]") {
  Workspace<Counted<>> workspace;
  workspace.reserve(10000);
  CHECK(workspace.space().calls() == 0);

  auto cycle = workspace.enter();

  CHECK(workspace.report().block_bytes == 10048);
  static_cast<void>(workspace.allocate(10048));
  CHECK(workspace.space().calls() == 1);
}

TEST_CASE("A reservation below the block changes nothing", "[engine][core][reuse]") {
  Workspace<StartWith<4096>, Counted<>> workspace;
  {
    auto cycle = workspace.enter();
  }
  workspace.reserve(1000);

  auto cycle = workspace.enter();

  CHECK(workspace.report().block_bytes == 4096);
  CHECK(workspace.space().calls() == 1);
}

TEST_CASE("A reservation while open is a BadRequest", "[engine][core]") {
  Workspace<> workspace{"step"};
  auto cycle = workspace.enter();

  CHECK(
      message_of<BadRequest>([&] { workspace.reserve(1000); }) ==
      "ebb-E06 BadRequest: \"step\" is open; `reserve(1 000)` sets a size between cycles. Call it "
      "while closed. docs/errors/E06.md");
  cycle.close();
  auto next = workspace.enter();
  CHECK(workspace.report().block_bytes == 0);
}

TEST_CASE("A reservation beyond the bounds or beyond every size is a BadRequest",
          "[engine][core]") {
  Workspace<Bounds<0, 1000>> bounded;
  Workspace<> unbounded;

  CHECK_THROWS_AS(bounded.reserve(1001), BadRequest);
  CHECK_THROWS_AS(unbounded.reserve(max_bytes), BadRequest);

  auto first = bounded.enter();
  auto second = unbounded.enter();
  CHECK(bounded.report().block_bytes == 0);
  CHECK(unbounded.report().block_bytes == 0);
}

TEST_CASE("A refused reservation keeps the block and is asked for again at the next enter",
          "[engine][core][reuse]") {
  Watched::Log log;
  Workspace<StartWith<1024>, Watched> workspace{"step", Watched{log}};
  {
    auto cycle = workspace.enter();
  }
  workspace.reserve(4096);

  log.refuses = true;
  CHECK_THROWS_AS(workspace.enter(), SpaceRefused);
  CHECK_FALSE(workspace.is_open());
  CHECK(workspace.report().block_bytes == 1024);

  log.refuses = false;
  auto cycle = workspace.enter();
  CHECK(workspace.report().block_bytes == 4096);
}

// ---- destroy
// -------------------------------------------------------------------------------------

TEST_CASE("destroy gives the block back and forgets what was learnt", "[engine][core][reuse]") {
  Watched::Log log;
  Workspace<Watched> workspace{"step", Watched{log}};
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(1000));
  }
  CHECK(workspace.report().block_bytes != 0);

  workspace.destroy();

  CHECK(log.out.empty());
  CHECK(workspace.report().block_bytes == 0);
  CHECK(workspace.generation() == 2);
  CHECK(workspace.report().cycles == 1);
}

TEMPLATE_TEST_CASE("A destroyed workspace learns again", "[engine][core][reuse]", External,
                   Reallocate) {
  Workspace<TestType, Counted<>> workspace;
  const auto cycle_of = [&](std::size_t bytes) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(bytes));
  };
  cycle_of(1000);
  workspace.destroy();
  cycle_of(5000);
  const std::size_t calls = workspace.space().calls();

  cycle_of(5000);

  CHECK(workspace.report().block_bytes >= 5000);
  CHECK(workspace.space().calls() == calls);
}

TEST_CASE("destroy takes the first block of StartWith again at the next enter",
          "[engine][core][reuse]") {
  Workspace<StartWith<4096>, Counted<>> workspace;
  {
    auto cycle = workspace.enter();
  }
  workspace.destroy();
  CHECK(workspace.space().outstanding_bytes() == 0);

  auto cycle = workspace.enter();

  CHECK(workspace.report().block_bytes == 4096);
}

TEST_CASE("destroy forgets a reservation", "[engine][core]") {
  Workspace<> workspace;
  workspace.reserve(4096);
  workspace.destroy();

  auto cycle = workspace.enter();

  CHECK(workspace.report().block_bytes == 0);
}

TEST_CASE("destroy while open ends the cycle and gives everything back", "[engine][core][reuse]") {
  Watched::Log log;
  Workspace<StartWith<1024>, Watched> workspace{"step", Watched{log}};
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(8192));
  CHECK(log.out.size() == 2);

  workspace.destroy();

  CHECK(log.out.empty());
  CHECK_FALSE(workspace.is_open());
  CHECK(current() == nullptr);
  CHECK(workspace.generation() == 2);
  CHECK(workspace.report().last_demand_bytes == 8192);
  CHECK_THROWS_AS(workspace.allocate(8), NoOpenCycle);
}

TEST_CASE("trim gives the block back and the next enter takes one of its size",
          "[engine][core][reuse]") {
  Watched::Log log;
  Workspace<Watched> workspace{"step", Watched{log}};
  const auto run = [&] {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(10000));
  };
  for (int i = 0; i < 2; ++i) run();
  const std::size_t block = workspace.report().block_bytes;
  const std::size_t asked = log.asked.size();

  CHECK(workspace.trim() == block);
  CHECK(log.out.empty());
  CHECK(workspace.report().block_bytes == 0);
  CHECK(workspace.trim() == 0);

  for (int i = 0; i < 3; ++i) run();
  CHECK(workspace.report().block_bytes == block);
  CHECK(log.asked.size() == asked + 1);
  CHECK(log.mistakes == 0);
  CHECK(workspace.report().cycles == 5);
}

TEST_CASE("trim while open is a BadRequest and changes nothing", "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace{"step"};
  auto cycle = workspace.enter();

  const std::string message = message_of<BadRequest>([&] { workspace.trim(); });

  CHECK(message ==
        "ebb-E06 BadRequest: \"step\" is open; `trim()` gives the block back between cycles. Call "
        "it while closed. docs/errors/E06.md");
  CHECK(workspace.report().block_bytes == 4096);
  CHECK(workspace.allocate(64) != nullptr);
}

TEST_CASE("trim before the first enter changes nothing", "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace;

  CHECK(workspace.trim() == 0);

  auto cycle = workspace.enter();
  CHECK(workspace.report().block_bytes == 4096);
}

TEST_CASE("A trimmed block comes back although a first one of its size would be out of bounds",
          "[engine][core][reuse]") {
  Workspace<StartWith<100>, Bounds<0, 100>> workspace;
  static_cast<void>(workspace.enter());
  REQUIRE(workspace.trim() == 128);

  auto cycle = workspace.enter();

  CHECK(workspace.report().block_bytes == 128);
}

TEST_CASE("A trimmed block comes back as small as learning had made it", "[engine][core]") {
  Workspace<StartWith<65536>, PeakWithDecay<1>, Strict> workspace;
  for (int i = 0; i < 20; ++i) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64));
  }
  const std::size_t block = workspace.trim();
  REQUIRE(block < 65536);

  auto cycle = workspace.enter();

  CHECK(workspace.report().block_bytes == block);
}

TEST_CASE("A refused block leaves a trimmed workspace closed and is asked for again",
          "[engine][core][reuse]") {
  Watched::Log log;
  Workspace<StartWith<4096>, Watched> workspace{"step", Watched{log}};
  static_cast<void>(workspace.enter());
  workspace.trim();

  log.refuses = true;
  CHECK_THROWS_AS(workspace.enter(), SpaceRefused);
  CHECK_FALSE(workspace.is_open());
  log.refuses = false;

  auto cycle = workspace.enter();
  CHECK(workspace.report().block_bytes == 4096);
}

TEST_CASE("A reservation beside a trimmed block is the larger of the two",
          "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace;
  static_cast<void>(workspace.enter());

  workspace.trim();
  workspace.reserve(1000);
  static_cast<void>(workspace.enter());
  CHECK(workspace.report().block_bytes == 4096);

  workspace.trim();
  workspace.reserve(8192);
  static_cast<void>(workspace.enter());
  CHECK(workspace.report().block_bytes == 8192);
}

TEST_CASE("destroy forgets a trimmed block", "[engine][core][reuse]") {
  Workspace<> workspace;
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(10000));
  }
  REQUIRE(workspace.trim() != 0);

  workspace.destroy();

  auto cycle = workspace.enter();
  CHECK(workspace.report().block_bytes == 0);
}

TEST_CASE("A trimmed workspace that is switched on within its cycle learns a block once",
          "[engine][core][reuse]") {
  Workspace<> workspace;
  const auto run = [&](std::size_t bytes) {
    auto cycle = workspace.enter();
    workspace.set_enabled(true);
    static_cast<void>(workspace.allocate(bytes));
  };
  run(10000);
  workspace.trim();
  workspace.set_enabled(false);

  run(1000);
  const auto report = workspace.report();
  run(1000);

  CHECK(report.block_bytes >= 1000);
  CHECK(workspace.report().space_calls == report.space_calls);
}

TEST_CASE("A trimmed block is not forgotten by a cycle that is switched on late",
          "[engine][core][reuse]") {
  Workspace<NoLearning> workspace;
  workspace.reserve(4096);
  static_cast<void>(workspace.enter());
  workspace.trim();
  workspace.set_enabled(false);
  {
    auto cycle = workspace.enter();
    workspace.set_enabled(true);
  }

  auto cycle = workspace.enter();

  CHECK(workspace.report().block_bytes == 4096);
}

TEST_CASE("A plan is followed in the block that comes after a trimmed one",
          "[engine][core][reuse]") {
  Watched::Log log;
  Workspace<LearnPlan, Watched> workspace{"step", Watched{log}};
  const auto run = [&] {
    auto cycle = workspace.enter();
    auto first = workspace.make<int>(1000);
    auto second = workspace.make<int>(3000);
    return first.view().size() + second.view().size();
  };
  for (int i = 0; i < 2; ++i) CHECK(run() == 4000);
  REQUIRE(workspace.report().plan.followed_cycles == 1);

  CHECK(workspace.trim() == workspace.plan().bytes());
  CHECK(log.out.empty());
  // So that the next block lies elsewhere.
  void* const in_its_place = Host::allocate(workspace.plan().bytes(), 4096);
  CHECK(run() == 4000);
  Host::deallocate(in_its_place, 0, 4096);

  CHECK(workspace.report().plan.followed_cycles == 2);
  CHECK(workspace.report().spilled_requests == 1);
  CHECK(workspace.report().block_bytes == workspace.plan().bytes());
}

TEST_CASE("The space gets back exactly what it gave", "[engine][core]") {
  Watched::Log log;
  {
    Workspace<StartWith<1024>, Watched> workspace{"step", Watched{log}};
    for (std::size_t bytes = 512; bytes < 1000000; bytes *= 3) {
      auto cycle = workspace.enter();
      static_cast<void>(workspace.allocate(bytes, 128));
      static_cast<void>(workspace.allocate(bytes));
    }
    auto open_to_the_end = workspace.enter();
    static_cast<void>(workspace.allocate(3000000));
  }

  CHECK(log.out.empty());
  CHECK(log.mistakes == 0);
}

// ---- set_enabled
// ---------------------------------------------------------------------------------

TEST_CASE("Switched off before the cycle every request goes out alone and nothing is learnt",
          "[engine][core][reuse]") {
  Watched::Log log;
  Workspace<Watched> workspace{"step", Watched{log}};
  workspace.set_enabled(false);
  {
    auto cycle = workspace.enter();
    for (int i = 0; i < 5; ++i) static_cast<void>(workspace.allocate(100));
    CHECK(log.out.size() == 5);
    CHECK(workspace.report().spilled_requests == 5);
    CHECK(workspace.report().spilled_bytes == 5 * 128);
    CHECK(workspace.report().oversize_bytes == 5 * 128);
  }

  CHECK(log.out.empty());
  CHECK(workspace.report().block_bytes == 0);
  CHECK(workspace.report().last_demand_bytes == 5 * 128);
}

TEST_CASE("Switched off within a cycle later requests go out alone and are gone at its close",
          "[engine][core][reuse]") {
  Watched::Log log;
  Workspace<StartWith<4096>, Watched> workspace{"step", Watched{log}};
  {
    auto cycle = workspace.enter();
    std::byte* const in_block = bytes_at(workspace.allocate(64));
    workspace.set_enabled(false);
    void* const alone = workspace.allocate(64);
    static_cast<void>(workspace.allocate<64>());
    CHECK(workspace.try_allocate(64) != nullptr);
    CHECK(alone != in_block + 64);
    CHECK(log.out.size() == 4);
    workspace.deallocate(alone, 64);
    CHECK(log.out.size() == 3);
  }

  CHECK(log.out.size() == 1);
  CHECK(workspace.report().spilled_requests == 3);
}

TEST_CASE("What lies in the block is given back while switched off", "[engine][core][reuse]") {
  const Violations violations;
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  void* const piece = workspace.allocate(64);
  workspace.set_enabled(false);
  static_cast<void>(workspace.allocate(64));

  workspace.deallocate(piece, 64);
  workspace.set_enabled(true);

  CHECK(workspace.allocate(64) == piece);
  cycle.close();
  CHECK(violations.count() == 0);
}

TEST_CASE("Switched on again the block serves", "[engine][core][reuse]") {
  Workspace<StartWith<4096>, Counted<>> workspace;
  workspace.set_enabled(false);
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64));
  }
  workspace.set_enabled(true);
  {
    auto cycle = workspace.enter();
    CHECK(workspace.report().block_bytes == 4096);
  }
  const std::size_t calls = workspace.space().calls();

  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(64));

  CHECK(workspace.space().calls() == calls);
}

TEST_CASE("Switched off stays so until it is switched on", "[engine][core][reuse]") {
  Workspace<StartWith<4096>> workspace;
  workspace.set_enabled(false);
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64));
  }

  CHECK(workspace.report().spilled_requests == 3);
}

TEST_CASE("Switched off the spill policy is not asked", "[engine][core]") {
  Workspace<StartWith<64>, Fail> workspace;
  workspace.set_enabled(false);
  auto cycle = workspace.enter();

  CHECK(workspace.allocate(4096) != nullptr);
}

// ---- what a workspace says about itself
// ----------------------------------------------------------

TEST_CASE("generation counts real enters and destroys", "[engine][core]") {
  Workspace<> workspace;
  CHECK(workspace.generation() == 0);
  {
    auto cycle = workspace.enter();
    CHECK(workspace.generation() == 1);
    auto nested = workspace.enter();
    auto borrowed = workspace.borrow();
    CHECK(workspace.generation() == 1);
  }
  CHECK(workspace.generation() == 1);

  workspace.destroy();

  CHECK(workspace.generation() == 2);
}

TEST_CASE("is_open and name say what they say", "[engine][core]") {
  Workspace<> workspace{"a name"};
  Workspace<> nameless;
  CHECK_FALSE(workspace.is_open());

  auto cycle = workspace.enter();

  CHECK(workspace.is_open());
  CHECK(workspace.name() == "a name");
  CHECK(nameless.name() == "workspace");
}

TEST_CASE("A refusal injected at any call leaves the workspace usable", "[engine][core][reuse]") {
  // A history that asks for a first block, chunks, an exchange, and pieces alone.
  const auto run = [](auto& workspace) {
    int thrown = 0;
    for (const std::size_t bytes : {1000U, 100000U, 700000U, 700000U}) {
      try {
        auto cycle = workspace.enter();
        for (int i = 0; i < 3; ++i) {
          try {
            static_cast<void>(workspace.allocate(bytes));
          } catch (const SpaceRefused&) {
            ++thrown;
          }
        }
      } catch (const SpaceRefused&) {
        ++thrown;
      }
      CHECK_FALSE(workspace.is_open());
      CHECK(current() == nullptr);
    }
    return thrown;
  };

  Workspace<StartWith<512>, Counted<>> never_refused;
  CHECK(run(never_refused) == 0);
  const std::size_t calls = never_refused.space().calls();
  CHECK(calls > 5);

  for (std::size_t call = 1; call <= calls; ++call) {
    Workspace<StartWith<512>, Counted<Failing<>>> workspace{
        "step", Counted<Failing<>>{Failing<>{Host{}, call}}};

    CHECK(run(workspace) <= 1);

    CHECK(workspace.report().space_refusals == 1);
    CHECK(workspace.report().space_calls == workspace.space().calls());
    workspace.destroy();
    CHECK(workspace.space().outstanding_bytes() == 0);
    auto cycle = workspace.enter();
    CHECK(workspace.allocate(100) != nullptr);
  }
}

// ---- what is given back beneath the top --------------------------------------------------------

namespace {

// The two ways to give a piece back that may lie anywhere.
struct Raw {
  static void give(Core& core, void* piece, std::size_t bytes) { core.deallocate(piece, bytes); }
};
struct Adapter {
  static void give(Core& core, void* piece, std::size_t bytes) {
    core.deallocate_in_any_order(piece, bytes);
  }
};

}  // namespace

TEMPLATE_TEST_CASE("The live peak knows what rose between two pieces given back beneath the top",
                   "[engine][core][reuse]", Raw, Adapter) {
  Workspace<StartWith<4096>, NoLearning> workspace;
  {
    auto cycle = workspace.enter();
    void* const first = workspace.allocate(64);
    void* const second = workspace.allocate(64);
    static_cast<void>(workspace.allocate(64));

    TestType::give(workspace, first, 64);
    void* const large = workspace.allocate(1024);  // 128 + 1024 alive: the peak
    TestType::give(workspace, large, 1024);
    TestType::give(workspace, second, 64);
  }

  CHECK(workspace.report().live_peak_bytes == 128 + 1024);
  CHECK(workspace.report().last_demand_bytes == 192 + 1024);
}

TEMPLATE_TEST_CASE(
    "The live peak knows what went out between two pieces given back beneath the top",
    "[engine][core][reuse]", Raw, Adapter) {
  Workspace<StartWith<4096>, NoLearning, External> workspace;
  {
    auto cycle = workspace.enter();
    void* const first = workspace.allocate(64);
    void* const second = workspace.allocate(64);
    static_cast<void>(workspace.allocate(64));

    TestType::give(workspace, first, 64);
    static_cast<void>(workspace.allocate(8192));  // 128 + 8192 alive: the peak
    TestType::give(workspace, second, 64);
  }

  CHECK(workspace.report().live_peak_bytes == 128 + 8192);
}

TEMPLATE_TEST_CASE("A piece that is out alone goes home after others were given back in the block",
                   "[engine][core][reuse]", Raw, Adapter) {
  Workspace<StartWith<4096>, NoLearning, External, Counted<>> workspace;
  auto cycle = workspace.enter();
  void* const first = workspace.allocate(64);
  static_cast<void>(workspace.allocate(64));
  void* const alone = workspace.allocate(8192);

  TestType::give(workspace, first, 64);
  TestType::give(workspace, alone, 8192);

  CHECK(workspace.space().releases() == 1);
}

TEMPLATE_TEST_CASE("A piece that is out alone goes home where there is no block at all",
                   "[engine][core][reuse]", Raw, Adapter) {
  Workspace<Counted<>> workspace;
  workspace.set_enabled(false);
  auto cycle = workspace.enter();
  void* const alone = workspace.allocate(64);

  TestType::give(workspace, alone, 64);

  CHECK(workspace.space().releases() == 1);
}

TEMPLATE_TEST_CASE("A piece of a chunk is not taken for one of the block", "[engine][core][reuse]",
                   Raw, Adapter) {
  Workspace<StartWith<4096>, FirstLoop> workspace;
  {
    auto cycle = workspace.enter();
    void* const first = workspace.allocate(64);
    static_cast<void>(workspace.allocate(64));
    TestType::give(workspace, first, 64);
    void* const in_chunk = workspace.allocate(8192);
    static_cast<void>(workspace.allocate(64));
    TestType::give(workspace, in_chunk, 8192);
  }

  CHECK(workspace.report().live_peak_bytes == 64 + 8192 + 64);
  CHECK(workspace.report().last_demand_bytes == 128 + 8192 + 64);
}

TEST_CASE("The live peak is that of the last cycle, whatever came before or is open",
          "[engine][core][reuse]") {
  Workspace<StartWith<4096>, NoLearning> workspace;
  const auto with_a_gap = [&] {
    void* const first = workspace.allocate(64);
    static_cast<void>(workspace.allocate(64));
    workspace.deallocate(first, 64);
    static_cast<void>(workspace.allocate(128));
  };
  {
    auto cycle = workspace.enter();
    with_a_gap();
  }
  CHECK(workspace.report().last_demand_bytes == 256);
  CHECK(workspace.report().live_peak_bytes == 192);

  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(512));
    CHECK(workspace.report().live_peak_bytes == 192);
  }
  CHECK(workspace.report().live_peak_bytes == 512);

  auto destroyed = workspace.enter();
  with_a_gap();
  workspace.destroy();
  CHECK(workspace.report().live_peak_bytes == 192);
}
