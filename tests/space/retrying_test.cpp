// SPDX-License-Identifier: Apache-2.0
#include <ebb/space/buffer.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/space/failing.hpp>
#include <ebb/space/limited.hpp>
#include <ebb/space/retrying.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <type_traits>

using namespace ebb;

namespace {

bool give_up(std::size_t, std::size_t) noexcept { return false; }

/// Says true a number of times.
struct Patience {
  int left;
  std::size_t last_bytes = 0;
  std::size_t last_alignment = 0;

  bool operator()(std::size_t bytes, std::size_t alignment) noexcept {
    last_bytes = bytes;
    last_alignment = alignment;
    return left-- > 0;
  }
};

struct Stubborn {
  bool operator()(std::size_t, std::size_t) const noexcept { return true; }
};

}  // namespace

static_assert(OneBlockSpace<Retrying<Buffer>> && !OneBlockSpace<Retrying<Host>>);
static_assert(!std::is_default_constructible_v<Retrying<>>, "there is no handler to call");
static_assert(std::is_default_constructible_v<Retrying<Host, Stubborn>>);
static_assert(std::is_empty_v<Stubborn> && sizeof(Retrying<Host, Stubborn>) == 1);
static_assert(!MakesRoom<bool (*)(std::size_t, std::size_t)>, "a handler is noexcept");

TEST_CASE("Retrying does not call its handler when the inner space grants", "[space][retrying]") {
  Retrying<Host, Patience> space{Host{}, Patience{.left = 5}};

  void* const pointer = space.allocate(100, 8);

  CHECK(pointer != nullptr);
  CHECK(space.handler().left == 5);
  space.deallocate(pointer, 100, 8);
}

TEST_CASE("Retrying asks again when its handler says so", "[space][retrying]") {
  Retrying<Failing<>, Patience> space{Failing<>{Host{}, 1}, Patience{.left = 5}};

  void* const pointer = space.allocate(100, 8);

  CHECK(pointer != nullptr);
  CHECK(space.handler().left == 4);
  CHECK(space.handler().last_bytes == 100);
  CHECK(space.handler().last_alignment == 8);
  space.deallocate(pointer, 100, 8);
}

TEST_CASE("Retrying refuses when its handler gives up", "[space][retrying]") {
  Retrying<Counted<Limited<>>, Patience> space{Counted<Limited<>>{Limited<>{Host{}, 10}},
                                               Patience{.left = 2}};

  CHECK(space.allocate(100, 8) == nullptr);

  CHECK(space.space().calls() == 3);
}

TEST_CASE("Retrying takes a function as its handler", "[space][retrying]") {
  Retrying<Counted<Limited<>>> space{Counted<Limited<>>{Limited<>{Host{}, 10}}, give_up};

  CHECK(space.allocate(100, 8) == nullptr);

  CHECK(space.space().calls() == 1);
}

TEST_CASE("Retrying takes a lambda that makes room as its handler", "[space][retrying]") {
  bool room = false;
  auto handler = [&room](std::size_t, std::size_t) noexcept {
    if (room) return false;
    room = true;
    return true;
  };
  Retrying space{Failing<>{Host{}, 1}, handler};

  void* const pointer = space.allocate(100, 8);

  CHECK(pointer != nullptr);
  CHECK(room);
  space.deallocate(pointer, 100, 8);
}

TEST_CASE("Retrying round one block is the same block", "[space][retrying]") {
  alignas(64) std::array<std::byte, 256> memory{};
  const Retrying<Buffer> space{Buffer{memory}, give_up};

  CHECK(space.one_block_bytes() == 256);
}
