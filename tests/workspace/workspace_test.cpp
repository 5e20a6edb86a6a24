// SPDX-License-Identifier: Apache-2.0
#include "../endings.hpp"
#include "../helpers.hpp"
#include <ebb/adapt/pmr.hpp>
#include <ebb/space/buffer.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/space/limited.hpp>
#include <ebb/space/prefault.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <type_traits>
#include <unistd.h>
#include <utility>

using namespace ebb;

static_assert(!std::is_copy_constructible_v<Workspace<>> &&
              !std::is_move_constructible_v<Workspace<>> &&
              !std::is_copy_assignable_v<Workspace<>> && !std::is_move_assignable_v<Workspace<>>);
static_assert(std::derived_from<Workspace<>, Core>);
static_assert(WorkspaceLike<Workspace<>> && !WorkspaceLike<int>);

namespace {

template <class C>
std::size_t take_one(BasicWorkspace<C>& workspace) {
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(1));
  return workspace.report().demand_bytes;
}

// A policy of a user: pieces of up to a page go to the block, larger ones always outside.
struct KeepsItsSize {
  using slot = SpillSlot;
  [[nodiscard]] static constexpr Overflow on_overflow(Shortfall shortfall) noexcept {
    return shortfall.wanted > 4096 ? Overflow::refuse : Overflow::outside;
  }
  [[nodiscard]] static constexpr std::size_t next_block(CycleUse use) noexcept { return use.block; }
};

struct ThrowsWhenMade {
  explicit ThrowsWhenMade(int) { throw std::runtime_error("not today"); }
};

struct Point {
  int x;
  int y;
};

}  // namespace

// ---- construction
// --------------------------------------------------------------------------------

TEST_CASE("A workspace keeps a copy of its name", "[workspace]") {
  std::string name = "a name that is longer than any small string optimisation";
  const Workspace<> workspace{name};
  name.assign(name.size(), '-');

  CHECK(workspace.name() == "a name that is longer than any small string optimisation");
}

TEST_CASE("Numbers that are not in the type come with the answers", "[workspace][reuse]") {
  Workspace<Overallocate<dynamic>, StartWith<dynamic>, Bounds<dynamic, dynamic>, Granule<dynamic>>
      workspace{"step", Granule<dynamic>{128}, Bounds<dynamic, dynamic>{256, 8192},
                StartWith<dynamic>{1000}, Overallocate<dynamic>{12}};

  auto cycle = workspace.enter();

  CHECK(workspace.report().headroom_percent == 12);
  CHECK(workspace.report().block_bytes == 1024);
  CHECK(workspace.granule() == Alignment(128));
  static_cast<void>(workspace.allocate(1));
  CHECK(workspace.report().demand_bytes == 128);
  CHECK_THROWS_AS(workspace.allocate(8193), BadRequest);
}

TEST_CASE("Learning policies take dynamic numbers", "[workspace][reuse]") {
  Workspace<OverTime<dynamic>> over_time{"step", OverTime<dynamic>{2}};
  Workspace<PeakWithDecay<dynamic>> decay{"step", PeakWithDecay<dynamic>{1}};

  take_one(over_time);
  take_one(decay);
  CHECK(over_time.report().block_bytes == 0);
  CHECK(decay.report().block_bytes != 0);

  take_one(over_time);
  CHECK(over_time.report().block_bytes != 0);
}

TEST_CASE("A space with state is an answer", "[workspace][reuse]") {
  Workspace<Limited<>> workspace{"step", Limited<>{Host{}, 100000}};
  auto cycle = workspace.enter();

  CHECK(workspace.try_allocate(200000) == nullptr);
  CHECK(workspace.try_allocate(50000) != nullptr);
  CHECK(workspace.space().limit_bytes() == 100000);
}

TEST_CASE("make_workspace deduces the sentence from the answers", "[workspace]") {
  auto workspace = make_workspace("step", Overallocate<dynamic>{7}, External{}, Counted<>{});

  static_assert(
      std::same_as<decltype(workspace), Workspace<Counted<>, External, Overallocate<dynamic>>>);
  CHECK(workspace.name() == "step");
  CHECK(workspace.report().headroom_percent == 7);
  static_assert(std::same_as<decltype(make_workspace("plain")), Workspace<>>);
}

TEST_CASE("A dynamic granule that is no power of two is BadConfiguration", "[workspace]") {
  using W = Workspace<Granule<dynamic>>;

  CHECK(
      message_of<BadConfiguration>([] { const W workspace("step", Granule<dynamic>{48}); }) ==
      "ebb-E09 BadConfiguration: \"step\" has a granule of 48 bytes. Use a power of two of at most "
      "4 096. docs/errors/E09.md");
  CHECK_THROWS_AS(W("step", Granule<dynamic>{0}), BadConfiguration);
  CHECK_THROWS_AS(W("step", Granule<dynamic>{8192}), BadConfiguration);
}

TEST_CASE("Dynamic bounds upside down are BadConfiguration", "[workspace]") {
  using B = Bounds<dynamic, dynamic>;
  using W = Workspace<B>;

  CHECK(message_of<BadConfiguration>([] { const W workspace("step", B{4096, 1000}); }) ==
        "ebb-E09 BadConfiguration: \"step\" has bounds with a minimum of 4 096 bytes above their "
        "maximum of 1 000. Exchange them. docs/errors/E09.md");
  CHECK_NOTHROW(W("step", B{1000, 1000}));
}

TEST_CASE("A workspace whose cell has no page is SpaceRefused", "[workspace][reuse]") {
  // More workspaces than the process has cells, on memory that is there before the limit is.
  const auto places = std::make_unique<std::array<std::optional<Workspace<>>, 20'000>>();

  const Ending ending = ending_of([&] {
    try {
      // Once while there is memory: a sanitizer maps what an exception needs when it is first
      // needed.
      Workspace<StartWith<64>, Limited<>>("step", Limited<>{Host{}, 0}).enter().close();
    } catch (const SpaceRefused&) {
    }
    const rlimit nothing_more{1, 1};
    ::setrlimit(RLIMIT_AS, &nothing_more);
    try {
      for (auto& place : *places) place.emplace("step");
    } catch (const SpaceRefused& error) {
      std::fputs(error.what(), stderr);
    }
    ::_exit(0);
  });

  INFO(ending.text);
  CHECK(contains(ending.text, "ebb-E05 SpaceRefused: the space of \"step\" refused 128 bytes"));
}

// ---- a sentence at work
// --------------------------------------------------------------------------

TEST_CASE("After the first loop a cycle makes no space call", "[workspace][reuse]") {
  Workspace<Overallocate<10>, FirstLoop, Reallocate, BlockLeft, Counted<>> workspace{"step"};
  std::size_t calls = 0;
  const std::byte* place = nullptr;
  for (int i = 0; i < 10; ++i) {
    auto cycle = workspace.enter();
    const std::byte* const first = bytes_at(workspace.allocate(1000));
    auto array = workspace.make<float>(5000);
    static_cast<void>(workspace.allocate<4096>());
    cycle.close();
    if (i == 0) calls = workspace.space().calls();
    if (i == 1) place = first;
    if (i > 1) CHECK(first == place);
  }

  CHECK(workspace.space().calls() == calls);
}

TEST_CASE("Functions over any workspace are templates of its composition", "[workspace][reuse]") {
  Workspace<Granule<256>> large;
  Workspace<External, Granule<16>> small;

  CHECK(take_one(large) == 256);
  CHECK(take_one(small) == 16);
}

TEST_CASE("A spill policy of the user decides for each request", "[workspace][reuse]") {
  Workspace<StartWith<4096>, KeepsItsSize> workspace;
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(4096));

  CHECK_THROWS_AS(workspace.allocate(8192), OutOfWorkspace);
  CHECK(workspace.allocate(1000) != nullptr);
  CHECK(workspace.report().oversize_bytes == 1024);
}

TEST_CASE("Buffer is one block and never exchanged", "[workspace][reuse]") {
  alignas(64) std::byte memory[8192];
  Workspace<Counted<Buffer>> workspace{"step", Counted{Buffer{memory}}};
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    CHECK(workspace.allocate(8192) == memory);
    CHECK(contains(message_of<SpaceRefused>([&] { static_cast<void>(workspace.allocate(64)); }),
                   "the block has 8 192"));
  }

  CHECK(workspace.report().block_bytes == 8192);
  CHECK(workspace.report().spilled_requests == 0);
  CHECK(workspace.space().outstanding_bytes() == 8192);
}

TEST_CASE("Buffer gives its memory back when the workspace goes", "[workspace][reuse]") {
  alignas(64) std::byte memory[4096];
  Counted<Buffer> space{Buffer{memory}};
  {
    Workspace<Counted<Buffer>> workspace{"step", space};
    take_one(workspace);
    workspace.destroy();
    CHECK(workspace.space().outstanding_bytes() == 0);
    take_one(workspace);
    CHECK(workspace.report().block_bytes == 4096);
  }
}

TEST_CASE("Buffer refuses a reservation beyond it", "[workspace][reuse]") {
  alignas(64) std::byte memory[4096];
  Workspace<Buffer> workspace{"step", Buffer{memory}};
  workspace.reserve(8192);

  CHECK(contains(message_of<SpaceRefused>([&] { static_cast<void>(workspace.enter()); }),
                 "refused 8 192 bytes"));

  CHECK_FALSE(workspace.is_open());
  workspace.reserve(4096);
  auto cycle = workspace.enter();
  CHECK(workspace.allocate(4096) == memory);
}

TEST_CASE("Fail needs no first size over a Buffer", "[workspace][reuse]") {
  alignas(64) std::byte memory[4096];
  Workspace<Fail, Buffer> workspace{"step", Buffer{memory}};
  auto cycle = workspace.enter();

  CHECK(workspace.allocate(4096) == memory);
  CHECK_THROWS_AS(workspace.allocate(64), OutOfWorkspace);
}

TEST_CASE("A workspace without any policy of learning never grows", "[workspace][reuse]") {
  Workspace<NoLearning, StartWith<1024>, Counted<>> workspace;
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(4096));
  }

  CHECK(workspace.report().block_bytes == 1024);
  CHECK(workspace.space().calls() == 4);
}

TEST_CASE("A workspace over Prefault and Limited works as over Host", "[workspace][reuse]") {
  Workspace<Prefault<Limited<>>> workspace{"step", Prefault{Limited<>{Host{}, 1 << 20}}};

  CHECK(take_one(workspace) == 64);
  CHECK(take_one(workspace) == 64);
}

// ---- make, construct and their try forms
// ---------------------------------------------------------

TEST_CASE("make answers zeroed elements also where memory was written before", "[workspace]") {
  Workspace<StartWith<4096>> workspace;
  for (int i = 0; i < 2; ++i) {
    auto cycle = workspace.enter();
    auto array = workspace.make<std::uint32_t>(100);
    for (auto& element : array.view()) {
      CHECK(element == 0);
      element = 0xFFFFFFFFU;
    }
  }
}

TEST_CASE("make_for_overwrite leaves the memory as it is", "[workspace][reuse]") {
  Workspace<StartWith<4096>> workspace;
  {
    auto cycle = workspace.enter();
    workspace.make_for_overwrite<int>(4).keep().view()[2] = 42;
  }
  auto cycle = workspace.enter();

  auto array = workspace.make_for_overwrite<int>(4);

  CHECK(array.view()[2] == 42);
}

TEST_CASE("make with a count in the type takes as many bytes as with an argument",
          "[workspace][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();

  auto first = workspace.make<int, 17>();
  auto second = workspace.make<int>(17);

  CHECK(first.size() == 17);
  CHECK(first.view()[16] == 0);
  CHECK(bytes_at(second.view().data()) == bytes_at(first.view().data()) + 128);
}

TEST_CASE("make of nothing is an empty attached array", "[workspace][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  {
    auto empty = workspace.make<int>(0);
    auto known = workspace.make<int, 0>();
    auto tried = workspace.try_make<int>(0);

    CHECK(empty.is_attached());
    CHECK(empty.is_in_scope());
    CHECK(empty.view().empty());
    CHECK(empty.view().data() != nullptr);
    CHECK(known.view().empty());
    REQUIRE(tried);
    CHECK(tried->view().empty());
  }

  CHECK(workspace.report().demand_bytes == 0);
  cycle.close();
  CHECK_THROWS_AS(workspace.make<int>(0), NoOpenCycle);
}

TEST_CASE("A count whose bytes overflow is a BadRequest", "[workspace]") {
  Workspace<StartWith<4096>> workspace{"step"};
  auto cycle = workspace.enter();
  const std::size_t count = max_bytes / 8 + 1;

  CHECK(message_of<BadRequest>([&] { static_cast<void>(workspace.make<double>(count)); }) ==
        "ebb-E06 BadRequest: \"step\" was asked for 2 305 843 009 213 693 952 × 8 bytes, more than "
        "any address space has. Check the count. docs/errors/E06.md");
  CHECK_THROWS_AS(workspace.make_for_overwrite<double>(count), BadRequest);
  CHECK_FALSE(workspace.try_make<double>(count));
  CHECK(workspace.report().demand_bytes == 0);
}

TEST_CASE("try_make answers nothing exactly where make would throw", "[workspace][reuse]") {
  Workspace<StartWith<4096>, Fail> workspace;
  CHECK_FALSE(workspace.try_make<int>(1));
  auto cycle = workspace.enter();

  CHECK_FALSE(workspace.try_make<int>(4097 / sizeof(int) + 1));
  CHECK(workspace.report().demand_bytes == 0);

  auto array = workspace.try_make<int>(4096 / sizeof(int));
  REQUIRE(array);
  CHECK(array->view().size() == 1024);
  CHECK(array->view()[1023] == 0);
}

TEST_CASE("try_make spills as make does", "[workspace][reuse]") {
  Workspace<StartWith<64>> workspace;
  auto cycle = workspace.enter();

  auto array = workspace.try_make<int>(10000);

  REQUIRE(array);
  CHECK(array->view()[9999] == 0);
  CHECK(workspace.report().spilled_requests == 1);
}

TEST_CASE("An array is aligned to its elements", "[workspace]") {
  struct alignas(512) Wide {
    int value;
  };
  Workspace<StartWith<65536>> workspace;
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(64));

  auto array = workspace.make<Wide>(3);
  static_cast<void>(workspace.allocate(64));
  Wide* const object = workspace.construct<Wide>();

  CHECK(is_aligned(array.view().data(), Alignment(512)));
  CHECK(is_aligned(object, Alignment(512)));
}

TEST_CASE("construct makes one object that lives to the end of the cycle", "[workspace][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();

  Point* const point = workspace.construct<Point>(3, 4);
  const int* const number = workspace.construct<const int>(5);

  CHECK(point->x == 3);
  CHECK(point->y == 4);
  CHECK(*number == 5);
  CHECK(workspace.report().demand_bytes == 128);
}

TEST_CASE("construct gives its bytes back when the constructor throws", "[workspace][reuse]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  std::byte* const before = bytes_at(workspace.allocate(64));

  CHECK_THROWS_AS(workspace.construct<ThrowsWhenMade>(1), std::runtime_error);

  CHECK(workspace.allocate(64) == before + 64);
}

TEST_CASE("construct on a closed workspace is NoOpenCycle", "[workspace]") {
  Workspace<> workspace;

  CHECK_THROWS_AS((workspace.construct<Point>(1, 2)), NoOpenCycle);
}

TEST_CASE("A trusting workspace makes handles that ask no question", "[workspace]") {
  Workspace<StartWith<4096>, Trusting> workspace;
  auto cycle = workspace.enter();

  auto array = workspace.make<int>(4);
  ArrayView<int, TrustingHandles> view = array;

  static_assert(std::same_as<decltype(array), Array<int, TrustingHandles>>);
  static_assert(std::same_as<decltype(Workspace<>().make<int>(1)), Array<int, CheckedHandles>>);
  view.view()[3] = 7;
  CHECK(array.view()[3] == 7);
  cycle.close();
  CHECK(view.try_view());
  CHECK_FALSE(view.is_in_scope());
}

TEST_CASE("A trusting array of an earlier cycle gives nothing back", "[workspace][reuse]") {
  Workspace<StartWith<4096>, Trusting> workspace;
  std::optional<Array<int, TrustingHandles>> array;
  {
    auto cycle = workspace.enter();
    array = workspace.make<int>(4);
  }
  auto cycle = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(64));

  array.reset();

  CHECK(workspace.allocate(64) == first + 64);
}
