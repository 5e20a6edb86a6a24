// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/engine/sizer.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <vector>

using namespace ebb;

namespace {

// A sizer with its policies and the block it decides about.
template <class Allocation, class Learning, class Spill, class BoundsAnswer = Unbounded>
struct Decider {
  std::optional<std::size_t> asks(std::size_t demand, bool by_exception = false) {
    return sizer.next_block({allocation, learning, spill, bounds}, {block, demand}, by_exception,
                            Alignment(64));
  }
  // The block after a cycle of this demand, where the space grants everything.
  std::size_t after(std::size_t demand) {
    if (const auto size = asks(demand)) {
      sizer.exchanged(true);
      block = *size;
    }
    return block;
  }

  Allocation allocation{};
  Learning learning{};
  Spill spill{};
  BoundsAnswer bounds{};
  Sizer<Allocation, Learning, Spill, BoundsAnswer> sizer{};
  std::size_t block = 0;
};

}  // namespace

TEST_CASE("The first answer of learning is the block with head-room", "[engine][sizer]") {
  Decider<Overallocate<10>, FirstLoop, Reallocate> decider;

  CHECK(decider.after(6400) == 7040);
}

TEST_CASE("The size is rounded up to the granule", "[engine][sizer]") {
  Decider<Overallocate<1>, FirstLoop, Reallocate> decider;

  CHECK(decider.after(6400) == 6464);
}

TEST_CASE("Head-room is added at every growth", "[engine][sizer]") {
  Decider<Overallocate<50>, FirstLoop, Reallocate> decider;

  CHECK(decider.after(640) == 960);
  CHECK(decider.after(640) == 960);
  CHECK(decider.after(1280) == 1920);
  CHECK(decider.after(2560) == 3840);
  CHECK(decider.after(64) == 3840);
}

TEST_CASE("A demand within the head-room changes nothing", "[engine][sizer]") {
  Decider<Overallocate<50>, FirstLoop, Reallocate> decider;
  decider.after(640);

  CHECK_FALSE(decider.asks(960));
}

TEST_CASE("The maximum clamps and is reached", "[engine][sizer]") {
  Decider<Overallocate<30>, FirstLoop, Reallocate, Bounds<0, 4096>> decider;

  CHECK(decider.after(1024) == 1344);
  CHECK(decider.after(4032) == 4096);
  CHECK(decider.after(100000) == 4096);
  CHECK_FALSE(decider.asks(100000));
}

TEST_CASE("A maximum that is no multiple of the granule is not exceeded", "[engine][sizer]") {
  Decider<Strict, FirstLoop, Reallocate, Bounds<0, 1000>> decider;

  CHECK(decider.after(10000) == 960);
  CHECK_FALSE(decider.asks(10000));
}

TEST_CASE("The minimum is the least that a block gets", "[engine][sizer]") {
  Decider<Strict, FirstLoop, Reallocate, Bounds<8192>> decider;

  CHECK(decider.after(64) == 8192);
  CHECK(decider.after(8256) == 8256);
}

TEST_CASE("An idle cycle teaches nothing", "[engine][sizer]") {
  Decider<Strict, FirstLoop, Reallocate> decider;

  CHECK_FALSE(decider.asks(0));
  CHECK(decider.sizer.learning(decider.learning));
  CHECK(decider.after(640) == 640);
  CHECK_FALSE(decider.sizer.learning(decider.learning));
}

TEST_CASE("OverTime keeps the block until it answers with the largest demand", "[engine][sizer]") {
  Decider<Strict, OverTime<3>, Reallocate> decider;

  CHECK(decider.after(1280) == 0);
  CHECK(decider.after(6400) == 0);
  CHECK(decider.after(640) == 6400);
  CHECK(decider.after(12800) == 12800);
}

TEST_CASE("Until learning answers the spill policy is not asked", "[engine][sizer]") {
  Decider<Strict, OverTime<3>, Reallocate> decider;
  decider.block = 1024;

  CHECK(decider.after(6400) == 1024);
}

TEST_CASE("After the answer External and Fail keep the block", "[engine][sizer]") {
  Decider<Strict, FirstLoop, External> external;
  Decider<Strict, FirstLoop, Fail> fail;
  fail.block = 64;

  CHECK(external.after(640) == 640);
  CHECK(external.after(6400) == 640);
  CHECK(fail.after(640) == 640);
  CHECK(fail.after(6400) == 640);
}

TEST_CASE("NoLearning never resizes", "[engine][sizer]") {
  Decider<Strict, NoLearning, Reallocate> decider;
  decider.block = 64;

  CHECK_FALSE(decider.asks(6400));
  CHECK_FALSE(decider.sizer.learning(decider.learning));
}

TEST_CASE("PeakWithDecay shrinks a block once half of it is too much", "[engine][sizer]") {
  Decider<Strict, PeakWithDecay<4>, Reallocate> decider;
  CHECK(decider.after(64000) == 64000);

  std::vector<std::size_t> sizes;
  for (int i = 0; i < 20; ++i) sizes.push_back(decider.after(3200));

  CHECK(sizes[0] == 64000);
  CHECK(sizes[3] == 32000);
  CHECK(sizes.back() <= 6400);
  for (std::size_t i = 1; i < sizes.size(); ++i)
    CHECK((sizes[i] == sizes[i - 1] || sizes[i] <= sizes[i - 1] / 2));
}

TEST_CASE("Only a policy that keeps learning shrinks", "[engine][sizer]") {
  Decider<Strict, FirstLoop, Reallocate> decider;
  decider.block = 64000;

  CHECK_FALSE(decider.asks(640));
  CHECK_FALSE(decider.asks(640));
}

TEST_CASE("A refused size is not asked for again before a larger demand", "[engine][sizer]") {
  Decider<Overallocate<10>, FirstLoop, Reallocate> decider;
  decider.after(640);
  CHECK(decider.asks(6400));
  decider.sizer.exchanged(false);

  CHECK_FALSE(decider.asks(6400));
  CHECK_FALSE(decider.asks(3200));
  CHECK(decider.asks(6464));
  decider.sizer.exchanged(false);
  CHECK_FALSE(decider.asks(6464));
  CHECK(decider.after(12800) == 14080);
}

TEST_CASE("A cycle closed by an exception does not end learning", "[engine][sizer]") {
  Decider<Strict, FirstLoop, Reallocate> decider;

  CHECK_FALSE(decider.asks(640, true));
  CHECK(decider.sizer.learning(decider.learning));

  CHECK(decider.after(320) == 640);
}

TEST_CASE("A cycle closed by an exception may raise the demand after learning", "[engine][sizer]") {
  Decider<Strict, FirstLoop, Reallocate> decider;
  decider.after(640);

  CHECK(decider.asks(6400, true) == 6400);
}

TEST_CASE("forget goes back to the beginning", "[engine][sizer]") {
  Decider<Strict, OverTime<2>, External> decider;
  decider.after(640);
  decider.after(640);
  CHECK_FALSE(decider.sizer.learning(decider.learning));
  decider.block = 0;

  decider.sizer.forget();

  CHECK(decider.sizer.learning(decider.learning));
  CHECK(decider.after(6400) == 0);
  CHECK(decider.after(640) == 6400);
}

TEST_CASE("Sizes near the end of the address space do not wrap", "[engine][sizer]") {
  Decider<Overallocate<100>, FirstLoop, Reallocate> decider;

  const auto size = decider.asks(max_bytes / 2 - 63);

  REQUIRE(size);
  CHECK(*size <= max_bytes / 2);
  CHECK(*size > max_bytes / 2 - 128);
}

// ---- in a workspace
// ------------------------------------------------------------------------------

TEST_CASE("Every growth of a workspace has head-room", "[engine][sizer][reuse]") {
  Workspace<Overallocate<10>, Counted<>> workspace;
  for (const std::size_t bytes : {6400U, 64000U, 640000U}) {
    {
      auto cycle = workspace.enter();
      static_cast<void>(workspace.allocate(bytes));
    }
    CHECK(workspace.report().block_bytes == bytes + bytes / 10);
  }
}

TEST_CASE("Sizes of a workspace never oscillate", "[engine][sizer][reuse]") {
  Workspace<Overallocate<10>, Counted<>> workspace;
  const auto run = [&](std::size_t bytes) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(bytes));
  };
  run(100000);
  const std::size_t calls = workspace.space().calls();

  for (int i = 0; i < 50; ++i) run(i % 2 == 0 ? 100 : 100000);

  CHECK(workspace.space().calls() == calls);
}

TEST_CASE("A burst comes back to the system under PeakWithDecay", "[engine][sizer][reuse]") {
  Workspace<Strict, PeakWithDecay<4>, Counted<>> workspace;
  const auto run = [&](std::size_t bytes) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(bytes));
  };
  run(1024);
  run(1024 * 1024);
  CHECK(workspace.report().block_bytes == 1024 * 1024);

  for (int i = 0; i < 100; ++i) run(1024);
  CHECK(workspace.report().block_bytes <= 2 * 1024);
  CHECK(workspace.space().outstanding_bytes() == workspace.report().block_bytes);

  const std::size_t calls = workspace.space().calls();
  for (int i = 0; i < 100; ++i) run(1024);
  CHECK(workspace.space().calls() == calls);
}

TEST_CASE("A refused exchange keeps the old block and is not asked for again",
          "[engine][sizer][reuse]") {
  Watched::Log log;
  Workspace<Strict, Watched> workspace{"step", Watched{log}};
  const auto run = [&](std::size_t bytes) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(bytes));
  };
  run(1024);
  const void* const block = log.out.front().pointer;
  const auto refused_exchange = [&](std::size_t bytes) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(bytes));
    log.refuses = true;
    cycle.close();
    log.refuses = false;
  };

  refused_exchange(100000);
  CHECK(workspace.report().block_bytes == 1024);
  CHECK(log.out.size() == 1);
  CHECK(log.out.front().pointer == block);
  CHECK(workspace.report().space_refusals == 1);

  const std::size_t asked = log.asked.size();
  run(100000);
  CHECK(workspace.report().block_bytes == 1024);
  CHECK(log.asked.size() == asked + 1);  // the chunk alone

  run(200000);
  CHECK(workspace.report().block_bytes >= 200000);
  CHECK(log.mistakes == 0);
}

TEST_CASE("An exception that closes a cycle while learning leaves the lesson to the next",
          "[engine][sizer][reuse]") {
  Workspace<Strict> workspace;
  const auto run = [&](std::size_t bytes, bool throws) {
    try {
      auto cycle = workspace.enter();
      static_cast<void>(workspace.allocate(bytes));
      if (throws) throw std::runtime_error("in the middle");
    } catch (const std::runtime_error&) {
    }
  };

  run(64, true);
  CHECK_FALSE(workspace.is_open());
  CHECK(workspace.report().block_bytes == 0);
  CHECK(workspace.report().cycles == 1);

  run(6400, false);
  CHECK(workspace.report().block_bytes == 6400);
}

TEST_CASE("An exception that closes a cycle after learning may raise the demand",
          "[engine][sizer][reuse]") {
  Workspace<Strict> workspace;
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(64));
  }
  try {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(6400));
    throw std::runtime_error("in the middle");
  } catch (const std::runtime_error&) {
  }

  CHECK(workspace.report().block_bytes == 6400);
}

TEST_CASE("A whole cycle within the unwinding of an exception is an ordinary one",
          "[engine][sizer][reuse]") {
  Workspace<Strict> workspace;
  struct UsesItInItsDestructor {
    Workspace<Strict>& memory;
    ~UsesItInItsDestructor() {
      auto cycle = memory.enter();
      static_cast<void>(memory.allocate(6400));
    }
  };

  try {
    const UsesItInItsDestructor guard{workspace};
    throw std::runtime_error("outside the cycle");
  } catch (const std::runtime_error&) {
  }

  CHECK(workspace.report().block_bytes == 6400);
}
