// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/adapt/pmr.hpp>
#include <ebb/adapt/std_allocator.hpp>
#include <ebb/engine/checked.hpp>
#include <ebb/space/buffer.hpp>
#include <ebb/space/limited.hpp>
#include <ebb/workspace/burst.hpp>
#include <ebb/workspace/current.hpp>
#include <ebb/workspace/named_pieces.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ebb;

// Nothing of it is left where it is not asked for.
static_assert(!std::is_base_of_v<Checked<Core>, Workspace<>>);
static_assert(std::is_base_of_v<Checked<Core>, Workspace<Fenced<16>>>);
static_assert(std::is_base_of_v<Checked<Planner>, Workspace<LearnPlan, Poisoning>>);
// A check is switched on without another type of array.
static_assert(std::is_same_v<Workspace<>::Handles, Workspace<Quarantined<1>>::Handles>);

namespace {

// A side table and nothing else.
struct Tabled {
  using slot = ChecksSlot;
  static constexpr bool checks_views() noexcept { return true; }
  static constexpr Watch watch() noexcept { return {}; }
};
// Two at once.
struct FencedAndQuarantined {
  using slot = ChecksSlot;
  static constexpr bool checks_views() noexcept { return true; }
  static constexpr Watch watch() noexcept { return {.fence_bytes = 24, .quarantine_cycles = 1}; }
};

void break_byte(std::byte* at) { *at ^= std::byte{0xFF}; }

template <class W>
std::string message_of_the_next_take(W& workspace) {
  return message_of<FenceBroken>([&] { static_cast<void>(workspace.allocate(1)); });
}

std::string line(unsigned number) { return "checked_test.cpp:" + std::to_string(number); }

}  // namespace

// ---- fences -------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("A broken fence is thrown by the take after the give that found it",
                   "[engine][checks]", (Workspace<Fenced<16>>), (Workspace<Fenced<16>, LearnPlan>),
                   (Workspace<Fenced<16>, External>), (Workspace<Fenced<16>, Granule<256>>),
                   (Workspace<FencedAndQuarantined>)) {
  TestType workspace{"step"};
  for (int round = 0; round < 3; ++round) {
    INFO("round " << round);
    auto cycle = workspace.enter();
    for (const std::ptrdiff_t at : {100, 101, 115, -1, -16}) {
      INFO("byte " << at);
      const unsigned made = __LINE__ + 1;
      auto letters = workspace.template make<std::byte>(100, named("letters"));
      break_byte(letters.view().data() + at);

      letters = {};

      const std::string message = message_of_the_next_take(workspace);
      CHECK(contains(message, "ebb-E13 FenceBroken: \"step\""));
      CHECK(contains(message, "array \"letters\", made at "));
      CHECK(contains(message, line(made)));
      CHECK(contains(message, at < 0 ? "before the begin of array" : "behind the end of array"));
      CHECK(contains(message, "byte " + std::to_string(at < 0 ? -at : at - 99) + " b"));
      CHECK(contains(message, "seen when it was given back or expanded, in cycle " +
                                  std::to_string(workspace.generation())));
      void* const served = workspace.allocate(64);  // it was told once
      CHECK(served != nullptr);
    }
  }
}

TEST_CASE("A fence of Bytes ends after as many bytes", "[engine][checks]") {
  Workspace<Fenced<16>> workspace{"step"};
  auto cycle = workspace.enter();
  auto letters = workspace.make<std::byte>(100);
  auto next = workspace.make<std::byte>(100);
  break_byte(letters.view().data() + 116);
  break_byte(letters.view().data() - 17);

  letters = {};

  CHECK(message_of_the_next_take(workspace) == "no error");
}

TEMPLATE_TEST_CASE("A fence that is broken at the end of the cycle is told to the handler",
                   "[engine][checks]", (Workspace<Fenced<16>>), (Workspace<Fenced<16>, LearnPlan>),
                   (Workspace<Fenced<dynamic>>)) {
  const auto make = [] {
    if constexpr (std::is_same_v<TestType, Workspace<Fenced<dynamic>>>)
      return TestType{"step", Fenced<dynamic>{16}};
    else
      return TestType{"step"};
  };
  TestType workspace = make();
  for (int round = 0; round < 3; ++round) {
    Violations violations;
    auto cycle = workspace.enter();
    auto kept = workspace.template make<std::byte>(100, named("kept")).keep().view();
    auto* const raw = static_cast<std::byte*>(workspace.allocate(50));
    break_byte(kept.data() + 100);
    break_byte(raw + 50);
    CHECK(violations.count() == 0);

    cycle.close();

    CHECK(violations.count() == 1);
    CHECK(contains(violations.last(), "ebb-E13 FenceBroken"));
    CHECK(contains(violations.last(), "seen when its cycle ended"));
    CHECK(contains(violations.last(), ", and 1 more"));
    CHECK_FALSE(workspace.is_open());
  }
}

TEST_CASE("A fence found broken and never thrown is told at the close", "[engine][checks]") {
  Workspace<Fenced<16>> workspace{"step"};
  Violations violations;
  auto cycle = workspace.enter();
  {
    auto letters = workspace.make<std::byte>(10, named("letters"));
    break_byte(letters.view().data() + 10);
  }

  cycle.close();

  CHECK(violations.count() == 1);
  CHECK(contains(violations.last(), "seen when it was given back or expanded"));
}

TEST_CASE("Destroying an open workspace looks at its fences", "[engine][checks]") {
  Workspace<Fenced<16>> workspace{"step"};
  Violations violations;
  auto cycle = workspace.enter();
  break_byte(static_cast<std::byte*>(workspace.allocate(64)) + 64);

  workspace.destroy();

  CHECK(violations.count() == 1);
}

TEST_CASE("A burst may use all of its last granule", "[engine][checks]") {
  Workspace<Fenced<16>> workspace{"step"};
  Violations violations;
  {
    auto cycle = workspace.enter();
    Burst burst{workspace, 70};
    for (int i = 0; i < 2; ++i) {
      auto* const piece = static_cast<std::byte*>(burst.allocate<64>());
      std::fill(piece, piece + 64, std::byte{1});
    }
  }

  CHECK(violations.count() == 0);
}

TEST_CASE("A burst has its own line, and what is constructed that of enter", "[engine][checks]") {
  const auto message_of_a_write = [](auto make) {
    Workspace<Fenced<16>> workspace{"step"};
    Violations violations;
    {
      auto cycle = workspace.enter();
      make(workspace)[-1] = std::byte{1};
    }
    return violations.last();
  };
  const std::string file = __FILE__;

  const unsigned line = __LINE__ + 2;
  const std::string burst = message_of_a_write([](auto& workspace) {
    Burst pieces{workspace, 64};
    return static_cast<std::byte*>(pieces.template allocate<64>());
  });
  const std::string constructed = message_of_a_write([](auto& workspace) {
    return reinterpret_cast<std::byte*>(workspace.template construct<double>(1.0));
  });

  CHECK(contains(burst, "piece, made at " + file + ":" + std::to_string(line)));
  CHECK(contains(constructed, "array, made in the cycle entered at " + file));
}

TEMPLATE_TEST_CASE("An expanded piece has its fence behind its new end", "[engine][checks]",
                   (Workspace<Fenced<16>>), (Workspace<FencedAndQuarantined>)) {
  TestType workspace{"step"};
  workspace.reserve(std::size_t{1} << 20U);
  auto cycle = workspace.enter();
  auto* const piece = static_cast<std::byte*>(workspace.allocate(100));
  REQUIRE(workspace.try_expand(piece, 100, 5000));
  std::fill(piece, piece + 5000, std::byte{1});
  workspace.deallocate(piece, 5000);
  CHECK(message_of_the_next_take(workspace) == "no error");

  auto* const again = static_cast<std::byte*>(workspace.allocate(5000));
  REQUIRE(workspace.try_expand(again, 5000, 100));
  break_byte(again + 100);
  workspace.deallocate(again, 100);

  CHECK(contains(message_of_the_next_take(workspace), "byte 1 behind the end of piece"));
}

TEST_CASE("A write beside a piece is seen before it is expanded", "[engine][checks]") {
  Workspace<Fenced<16>> workspace{"step"};
  auto cycle = workspace.enter();
  auto* const piece = static_cast<std::byte*>(workspace.allocate(100));
  break_byte(piece + 100);

  CHECK(workspace.try_expand(piece, 100, 110));

  CHECK(contains(message_of_the_next_take(workspace), "FenceBroken"));
}

TEST_CASE("A piece is served only with room for both of its fences", "[engine][checks]") {
  alignas(64) std::array<std::byte, 192> memory{};
  const auto is_served = [&](std::size_t bytes) {
    Workspace<Fenced<64>, Buffer> workspace{"step", Buffer{std::span(memory).first(bytes)}};
    auto cycle = workspace.enter();
    return workspace.try_allocate(64) != nullptr;
  };

  CHECK(is_served(192));
  CHECK_FALSE(is_served(128));
}

TEST_CASE("A piece given back twice or with another size is a bad request", "[engine][checks]") {
  Workspace<Fenced<16>> workspace{"step"};
  auto cycle = workspace.enter();
  void* const piece = workspace.allocate(100);
  const auto next = [&] {
    return message_of<BadRequest>([&] { static_cast<void>(workspace.allocate(1)); });
  };

  workspace.deallocate(piece, 1000);
  CHECK(contains(next(), "not of this cycle"));
  workspace.deallocate(piece, 100);
  CHECK(next() == "no error");
  workspace.deallocate(piece, 100);
  CHECK(contains(next(), "not of this cycle"));
}

// ---- quarantine ---------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("An address is not used again for the cycles of the quarantine",
                   "[engine][checks]", (Workspace<Quarantined<2>, StartWith<65536>>),
                   (Workspace<Quarantined<2>>), (Workspace<Quarantined<2>, LearnPlan>),
                   (Workspace<Quarantined<2>, External, StartWith<4096>>)) {
  TestType workspace{"step"};
  std::vector<std::vector<std::byte*>> cycles;
  for (int round = 0; round < 12; ++round) {
    auto cycle = workspace.enter();
    cycles.emplace_back();
    for (int i = 0; i < 5; ++i) {
      auto* const piece = static_cast<std::byte*>(workspace.allocate(3000));
      *piece = std::byte{1};
      cycles.back().push_back(piece);
      if (i % 2 == 0) workspace.deallocate(piece, 3000);
    }
  }
  for (std::size_t now = 0; now < cycles.size(); ++now)
    for (std::size_t i = 0; i < cycles[now].size(); ++i) {
      const std::byte* const piece = cycles[now][i];
      CHECK(std::count(cycles[now].begin(), cycles[now].end(), piece) == 1);
      for (std::size_t before = now < 2 ? 0 : now - 2; before < now; ++before)
        CHECK(std::count(cycles[before].begin(), cycles[before].end(), piece) == 0);
    }
}

TEST_CASE("A block is used again once its quarantine is over", "[engine][checks]") {
  Watched::Log log;
  Workspace<Quarantined<2>, StartWith<65536>, NoLearning, Watched> workspace{"step", Watched{log}};
  std::vector<void*> addresses;
  for (int round = 0; round < 9; ++round) {
    auto cycle = workspace.enter();
    addresses.push_back(workspace.allocate(100));
  }

  CHECK(log.asked.size() == 3);
  for (std::size_t i = 3; i < addresses.size(); ++i) CHECK(addresses[i] == addresses[i - 3]);
}

TEST_CASE("What is in quarantine goes back to the space in the end", "[engine][checks]") {
  Watched::Log log;
  {
    Workspace<Quarantined<3>, Watched> workspace{"step", Watched{log}};
    for (std::size_t round = 0; round < 10; ++round) {
      auto cycle = workspace.enter();
      static_cast<void>(workspace.allocate(1000 * (round + 1)));
    }
    CHECK(log.out.size() <= 4 + 3);  // blocks, and chunks of the last cycles
    CHECK(log.out.size() > 1);
    workspace.destroy();
  }
  CHECK(log.out.empty());
  CHECK(log.mistakes == 0);
}

TEST_CASE("Where the space refuses, the quarantine is shorter", "[engine][checks]") {
  using Small = Workspace<Quarantined<100>, StartWith<16384>, NoLearning, Limited<>>;
  Small workspace{"step", Limited<>{Host{}, std::size_t{3} * 16384}};
  for (int round = 0; round < 20; ++round) {
    auto cycle = workspace.enter();
    auto* const piece = static_cast<std::byte*>(workspace.allocate(3 * 4096));
    std::fill(piece, piece + 3 * 4096, std::byte{1});
    CHECK(workspace.try_allocate(std::size_t{2} * 4096) != nullptr);  // in a chunk
  }
  CHECK(workspace.report().cycles == 20);
}

TEST_CASE("A buffer is all there is, and is used in every cycle", "[engine][checks]") {
  alignas(4096) static std::array<std::byte, std::size_t{16} * 4096> memory;
  Workspace<Quarantined<2>, Buffer> workspace{"step", Buffer{memory}};
  for (int round = 0; round < 5; ++round) {
    auto cycle = workspace.enter();
    auto* const piece = static_cast<std::byte*>(workspace.allocate(100));
    std::fill(piece, piece + 100, std::byte{1});
  }
  workspace.destroy();
  CHECK(workspace.report().cycles == 5);
}

TEST_CASE("After the workspace is gone its memory can be used by others", "[engine][checks]") {
  alignas(4096) static std::array<std::byte, std::size_t{16} * 4096> memory;
  {
    Workspace<Quarantined<2>, Buffer> workspace{"step", Buffer{memory}};
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(100));
  }
  {
    Workspace<Poisoning, Buffer> workspace{"step", Buffer{memory}};
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(100));
  }

  std::fill(memory.begin(), memory.end(), std::byte{1});
  CHECK(memory[memory.size() - 1] == std::byte{1});
}

// ---- where it was made --------------------------------------------------------------------------

TEMPLATE_TEST_CASE("The message of a stale handle tells where its array was made",
                   "[engine][checks]", (Workspace<Tabled>), (Workspace<Fenced<16>>),
                   (Workspace<Quarantined<1>, LearnPlan>), (Workspace<Poisoning>)) {
  TestType workspace{"step"};
  ArrayView<float> handle;
  const unsigned made = __LINE__ + 3;
  {
    auto cycle = workspace.enter();
    handle = workspace.template make<float>(10, named("weights")).keep();
  }

  const std::string message = message_of<StaleArray>([&] { static_cast<void>(handle.view()); });

  CHECK(contains(message, "It was array \"weights\", made at "));
  CHECK(contains(message, line(made)));
}

TEST_CASE("Without debugging checks names are taken and nothing is told", "[engine][checks]") {
  Workspace<> workspace{"step"};
  ArrayView<float> handle;
  {
    auto cycle = workspace.enter();
    const NamedPieces named_pieces{workspace, "all"};
    handle = workspace.make<float>(10, named("weights")).keep();
    CHECK(workspace.allocate(10, 64, named("raw")) != nullptr);
  }

  const std::string message = message_of<StaleArray>([&] { static_cast<void>(handle.view()); });

  CHECK_FALSE(contains(message, "weights"));
  CHECK(workspace.report().escapes.empty());
}

TEST_CASE("Every door says where a piece was made", "[engine][checks]") {
  Workspace<Fenced<16>> workspace{"step"};
  auto cycle = workspace.enter();
  const auto expect_told = [&](std::byte* piece, std::size_t bytes, const std::string& origin) {
    break_byte(piece + bytes);
    workspace.deallocate(piece, bytes);
    const std::string message = message_of_the_next_take(workspace);
    INFO(message);
    CHECK(contains(message, " " + origin));
  };
  const auto at = [](void* pointer) { return static_cast<std::byte*>(pointer); };
  const auto here = [](const char* what, Place place = Place::here()) {
    return what + std::string(", made at ") + place.file + ":" + std::to_string(place.line) + " (";
  };

  expect_told(at(workspace.allocate(8)), 8, here("piece"));
  expect_told(at(workspace.allocate(8, 8)), 8, here("piece"));
  expect_told(at(workspace.allocate<8>()), 8, here("piece"));
  expect_told(at(workspace.try_allocate(8)), 8, here("piece"));
  expect_told(at(workspace.try_allocate(8, 8)), 8, here("piece"));
  expect_told(at(workspace.allocate(8, named("raw"))), 8, here("piece \"raw\""));
  expect_told(workspace.make<std::byte>(8).keep().view().data(), 8, here("array"));
  expect_told((workspace.make<std::byte, 8>().keep().view().data()), 8, here("array"));
  expect_told(workspace.make_for_overwrite<std::byte>(8).keep().view().data(), 8, here("array"));
  expect_told(std::move(*workspace.try_make<std::byte>(8)).keep().view().data(), 8, here("array"));
  expect_told(ebb::make<std::byte>(8).keep().view().data(), 8, here("array"));
  expect_told(ebb::make<std::byte>(8, named("x")).keep().view().data(), 8, here("array \"x\""));
  expect_told(ebb::make_for_overwrite<std::byte>(8).keep().view().data(), 8, here("array"));
}

TEST_CASE("What has no line of its own has that of the scope, else that of the enter",
          "[engine][checks]") {
  Workspace<Tabled> workspace{"step"};
  const unsigned entered = __LINE__ + 1;
  auto cycle = workspace.enter();
  auto resource = cycle.resource();
  std::pmr::vector<int> plain(10, &resource);
  ebb::vector<int> found{workspace};
  const unsigned scope = __LINE__ + 2;
  {
    const NamedPieces edges{workspace, "edges"};
    found.resize(100);
  }
  auto copy = workspace.make<int>(3).copy_to(static_cast<Core&>(workspace));
  cycle.close();

  const std::vector<PlaceReport> escapes = workspace.report().escapes;

  REQUIRE(escapes.size() == 3);
  CHECK(escapes[0].origin.name == std::string("edges"));
  CHECK(escapes[0].origin.place.line == scope);
  CHECK(escapes[0].origin.taker == Taker::container);
  CHECK_FALSE(escapes[0].origin.is_of_cycle);
  CHECK(escapes[1].origin.place.line == entered);
  CHECK(escapes[1].origin.is_of_cycle);
  CHECK(escapes[1].origin.taker == Taker::container);
  CHECK(escapes[2].origin.taker == Taker::array);
  CHECK(escapes[2].bytes == 3 * sizeof(int));
}

// ---- escapes and leaks --------------------------------------------------------------------------

TEMPLATE_TEST_CASE("The report lists what was still held when the cycle ended", "[engine][checks]",
                   (Workspace<Tabled>), (Workspace<Fenced<16>>),
                   (Workspace<Quarantined<1>, LearnPlan>), (Workspace<Poisoning, LearnPlan>)) {
  TestType workspace{"step"};
  for (int round = 0; round < 3; ++round) {
    std::vector<Array<float>> outside;
    auto cycle = workspace.enter();
    for (int i = 0; i < 3; ++i)
      outside.push_back(workspace.template make<float>(100, named("history")));
    outside.pop_back();
    static_cast<void>(workspace.template make<float>(1000, named("kept")).keep());
    static_cast<void>(workspace.allocate(1000));
    static_cast<void>(workspace.template make<float>(1000, named("given")));
    static_cast<void>(workspace.template construct<double>(1.0));
    cycle.close();

    const Report report = workspace.report();

    REQUIRE(report.escapes.size() == 1);
    CHECK(report.escapes[0].bytes == 2 * 100 * sizeof(float));
    CHECK(report.escapes[0].count == 2);
    CHECK(contains(to_string(report), "held beyond the cycle: array \"history\", made at "));
    CHECK(contains(to_string(report), "(800 bytes, 2 pieces)"));
  }
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.template make<float>(100));
  }
  CHECK(workspace.report().escapes.empty());
}

TEMPLATE_TEST_CASE("The report names the places whose demand keeps growing", "[engine][checks]",
                   (Workspace<Tabled>), (Workspace<Fenced<16>, LearnPlan>)) {
  TestType workspace{"step"};
  const auto run = [&](std::size_t leaking, std::size_t swinging) {
    auto cycle = workspace.enter();
    const auto leak = workspace.template make<char>(leaking, named("leak"));
    const auto swing = workspace.template make<char>(swinging, named("swing"));
    const auto steady = workspace.template make<char>(100, named("steady"));
  };
  for (std::size_t round = 0; round < 4; ++round) {
    run(100 + round, 100 + round % 2);
    CHECK(workspace.report().growing.empty());
  }

  run(104, 100);

  const Report report = workspace.report();
  REQUIRE(report.growing.size() == 1);
  CHECK(report.growing[0].origin.name == std::string("leak"));
  CHECK(report.growing[0].bytes == 104);
  CHECK(report.growing[0].count == 4);
  CHECK(contains(to_string(report), "growing: array \"leak\", made at "));
  run(103, 100);
  CHECK(workspace.report().growing.empty());
}

TEST_CASE("A cycle that ends by an exception is looked at as well", "[engine][checks]") {
  Workspace<Fenced<16>> workspace{"step"};
  Violations violations;
  try {
    auto cycle = workspace.enter();
    auto array = workspace.make<std::byte>(10);
    break_byte(array.view().data() + 10);
    throw 1;
  } catch (int) {
  }

  CHECK(violations.count() == 1);
  CHECK(workspace.report().escapes.empty());
}

// ---- mistakes and refusals ----------------------------------------------------------------------

TEST_CASE("Numbers that a check cannot have are a bad configuration", "[engine][checks]") {
  const auto message = [](auto answer) {
    return message_of<BadConfiguration>([&] {
      Workspace<decltype(answer)> workspace("step", answer);
      static_cast<void>(workspace);
    });
  };

  CHECK(contains(message(Fenced<dynamic>{0}), "fences of 0 bytes"));
  CHECK(contains(message(Fenced<dynamic>{most_fence_bytes + 1}), "ebb-E09"));
  CHECK(contains(message(Quarantined<dynamic>{0}), "a quarantine of 0 cycles"));
  CHECK(contains(message(Quarantined<dynamic>{most_quarantine_cycles + 1}), "ebb-E09"));
  CHECK(message(Quarantined<dynamic>{1}) == "no error");
}

TEMPLATE_TEST_CASE("Where the heap has no place for the side table nothing is taken",
                   "[engine][checks]", (Workspace<Fenced<16>>),
                   (Workspace<Fenced<16>, LearnPlan>)) {
  TestType workspace{"step"};
  auto cycle = workspace.enter();
  std::string message;
  {
    const HeapRefuses refuses;
    message = message_of<SpaceRefused>([&] { static_cast<void>(workspace.allocate(100)); });
    CHECK(workspace.try_allocate(100) == nullptr);
  }

  CHECK(contains(message, "ebb-E05"));
  CHECK(workspace.report().demand_bytes == 0);
  CHECK(workspace.allocate(100) != nullptr);
}

TEST_CASE("A request that no mechanism serves is refused as without checks", "[engine][checks]") {
  Workspace<Fenced<16>, Bounds<0, 4096>> workspace{"step"};
  const auto refused = [&](std::size_t bytes, std::size_t alignment) {
    return message_of<BadRequest>([&] { static_cast<void>(workspace.allocate(bytes, alignment)); });
  };
  auto cycle = workspace.enter();

  CHECK(contains(refused(max_bytes, 1), "ebb-E06"));
  CHECK(contains(refused(max_bytes / 4 + 1, 1), "ebb-E06"));
  CHECK(contains(refused(16, 3), "ebb-E06"));
  CHECK(contains(refused(16, 8192), "ebb-E06"));
  CHECK(contains(refused(5000, 1), "bounds allow"));
  CHECK(workspace.allocate(0) != nullptr);
  CHECK(is_aligned(workspace.allocate(16, 1024), Alignment(1024)));
  cycle.close();
  CHECK(contains(message_of<NoOpenCycle>([&] { static_cast<void>(workspace.allocate(16)); }),
                 "ebb-E03"));
}

TEST_CASE("While switched off everything is still checked", "[engine][checks]") {
  Workspace<Fenced<16>> workspace{"step"};
  auto cycle = workspace.enter();
  workspace.set_enabled(false);
  auto letters = workspace.make<std::byte>(10, named("letters"));
  workspace.set_enabled(true);
  break_byte(letters.view().data() - 1);

  letters = {};

  CHECK(contains(message_of_the_next_take(workspace), "array \"letters\""));
}
