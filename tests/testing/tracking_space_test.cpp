// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/alignment.hpp>
#include <ebb/space/buffer.hpp>
#include <ebb/space/host.hpp>
#include <ebb/space/reserved.hpp>
#include <ebb/testing/laws/space.hpp>
#include <ebb/testing/tracking_space.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <string>

using namespace ebb;
using testing::Arena;
using testing::SpaceLog;
using testing::Tracking;

static_assert(OneBlockSpace<Tracking<Buffer>>);
static_assert(Tracking<Arena<256>>::max_alignment == 256);

namespace {

/// Hands out one and the same range, whatever is asked.
struct Generous {
  using slot = SpaceSlot;
  static constexpr std::size_t max_alignment = 64;
  alignas(64) std::array<std::byte, 256> memory{};
  std::size_t offset = 0;
  void* allocate(std::size_t, std::size_t) noexcept { return memory.data() + offset; }
  static void deallocate(void*, std::size_t, std::size_t) noexcept {}
};

bool mentions(const SpaceLog& log, const char* words) {
  return log.problem().find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("A log knows what was asked and what is out", "[testing][tracking_space]") {
  SpaceLog log;
  Tracking<> space{log};

  void* const first = space.allocate(100, 64);
  void* const second = space.allocate(200, 8);
  space.deallocate(first, 100, 64);

  REQUIRE(log.requests().size() == 2);
  CHECK(log.requests()[1].bytes == 200);
  CHECK(log.requests()[1].alignment == 8);
  CHECK(log.requests()[1].granted);
  REQUIRE(log.lent().size() == 1);
  CHECK(log.lent()[0].block.begin == second);
  CHECK(log.holds(second, 200));
  CHECK(!log.holds(second, 201));
  CHECK(!log.holds(static_cast<std::byte*>(second) - 1, 1));
  CHECK(log.problem().empty());
  space.deallocate(second, 200, 8);
}

TEST_CASE("A log refuses the requests it was told to", "[testing][tracking_space]") {
  SpaceLog log;
  Tracking<> space{log};
  space.deallocate(space.allocate(1, 1), 1, 1);

  log.refuse(2, 2);
  void* const granted = space.allocate(64, 64);

  CHECK(granted != nullptr);
  CHECK(space.allocate(64, 64) == nullptr);
  CHECK(space.allocate(64, 64) == nullptr);
  CHECK(!log.requests().back().granted);
  CHECK(log.has_refused_since(log.requests().size() - 1));
  CHECK(!log.has_refused_since(log.requests().size()));
  space.deallocate(granted, 64, 64);
  space.deallocate(space.allocate(64, 64), 64, 64);
  CHECK(log.lent().empty());
  CHECK(log.problem().empty());
}

TEST_CASE("A log tells its user off for a wrong give-back", "[testing][tracking_space]") {
  SpaceLog log;
  Tracking<> space{log};
  void* const range = space.allocate(128, 64);

  SECTION("of what is not out") {
    // Hidden from g++, which warns although the space never sees it.
    std::byte* volatile within = static_cast<std::byte*>(range) + 64;
    space.deallocate(within, 64, 64);
    CHECK(mentions(log, "64 bytes was given back that is not out"));
    space.deallocate(range, 128, 64);
  }
  SECTION("twice") {
    space.deallocate(range, 128, 64);
    space.deallocate(range, 128, 64);
    CHECK(mentions(log, "not out"));
  }
  SECTION("with another size") {
    space.deallocate(range, 64, 64);
    CHECK(mentions(log, "128 bytes, alignment 64 and given back with 64 bytes"));
    space.deallocate(range, 128, 64);
  }
  SECTION("with another alignment") {
    space.deallocate(range, 128, 32);
    CHECK(mentions(log, "alignment 32"));
    space.deallocate(range, 128, 64);
  }
  CHECK(log.lent().empty());
}

TEST_CASE("A log tells a space off for a wrong answer", "[testing][tracking_space]") {
  SpaceLog log;
  Tracking<Generous> space{log};

  SECTION("that is out already") {
    static_cast<void>(space.allocate(64, 64));
    space.space().offset = 63;
    static_cast<void>(space.allocate(1, 1));
    CHECK(mentions(log, "out already"));
  }
  SECTION("that is crooked") {
    space.space().offset = 4;
    static_cast<void>(space.allocate(64, 8));
    CHECK(mentions(log, "alignment 8"));
  }
  SECTION("and not for neighbours") {
    static_cast<void>(space.allocate(64, 64));
    space.space().offset = 64;
    static_cast<void>(space.allocate(64, 64));
    CHECK(log.problem().empty());
  }
}

TEST_CASE("An arena hands out neighbours and uses the first gap again",
          "[testing][tracking_space]") {
  Arena<64> arena{1024};

  auto* const first = static_cast<std::byte*>(arena.allocate(128, 64));
  auto* const second = static_cast<std::byte*>(arena.allocate(64, 64));
  auto* const third = static_cast<std::byte*>(arena.allocate(64, 64));

  CHECK(second == first + 128);
  CHECK(third == second + 64);
  arena.deallocate(second, 64, 64);
  CHECK(arena.allocate(65, 64) == third + 64);
  CHECK(arena.allocate(64, 64) == second);
  CHECK(arena.allocate(1024, 64) == nullptr);
}

TEST_CASE("An arena keeps the space laws", "[testing][tracking_space]") {
  Arena<256> arena{4096};
  constexpr testing::SpaceRequest requests[] = {{64, 64}, {100, 8}, {0, 1}, {300, 256}, {1, 1}};

  CHECK(testing::SpaceLaws<Arena<256>>::holds_for(arena, requests).holds());
}

TEST_CASE("A log knows what grew in place, and counts less as no request",
          "[testing][tracking_space]") {
  SpaceLog log;
  Tracking<Reserved> space{log, Reserved{8192}};
  void* const piece = space.allocate(4096, 4096);

  CHECK(space.is_resizable());
  CHECK(space.resize(piece, 4096, 8192, 4096));
  CHECK(!space.resize(piece, 8192, 8193, 4096));
  CHECK(space.resize(piece, 8192, 100, 4096));

  REQUIRE(log.requests().size() == 3);
  CHECK(log.requests()[1].bytes == 8192);
  CHECK(log.requests()[1].granted);
  CHECK(!log.requests()[2].granted);
  CHECK(log.holds(piece, 100));
  CHECK(!log.holds(piece, 101));
  log.refuse(1);
  CHECK(space.resize(piece, 100, 50, 4096));
  CHECK(!space.resize(piece, 50, 100, 4096));
  CHECK(log.problem().empty());
  space.deallocate(piece, 50, 4096);
  CHECK(log.lent().empty());
}

TEST_CASE("A log tells of a range that is resized with other numbers",
          "[testing][tracking_space]") {
  SpaceLog log;
  Tracking<Reserved> space{log, Reserved{8192}};
  void* const piece = space.allocate(4096, 4096);

  static_cast<void>(space.resize(piece, 4000, 8192, 4096));

  CHECK(mentions(log, "was resized that is not out with 4000 bytes"));
  space.deallocate(piece, 4096, 4096);
}
