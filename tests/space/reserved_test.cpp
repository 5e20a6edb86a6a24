// SPDX-License-Identifier: Apache-2.0
#include "../endings.hpp"
#include "../helpers.hpp"
#include <ebb/ebb.hpp>
#include <ebb/testing/laws/space.hpp>
#include <ebb/testing/tracking_space.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <cstring>

using namespace ebb;

static_assert(ResizableSpace<Reserved> && !OneBlockSpace<Reserved> && !LosableSpace<Reserved>);
static_assert(std::same_as<Reserved, ReservedIn<Host>> && Reserved::max_alignment == 4096);
static_assert(Reserved{}.reserved_bytes() == std::size_t{1} << 36U);
static_assert(ResizableSpace<Limited<Reserved>> && ResizableSpace<Prefault<Counted<Reserved>>>);
static_assert(!ResizableSpace<Host> && !ResizableSpace<Counted<Host>>);

namespace {

constexpr std::size_t page = 4096;

void write_pages(std::byte* begin, std::size_t from, std::size_t to) {
  for (std::size_t at = from; at < to; at += page) begin[at] = std::byte{1};
}

// Bytes of one cycle, in pieces of a page.
template <class W>
void* run_cycle(W& workspace, std::size_t pieces) {
  auto cycle = workspace.enter();
  std::byte* first = nullptr;
  for (std::size_t i = 0; i < pieces; ++i) {
    std::byte* const piece = bytes_at(workspace.allocate(page));
    piece[0] = piece[page - 1] = std::byte{1};
    if (first == nullptr) first = piece;
  }
  return first;
}

}  // namespace

TEST_CASE("Reserved keeps the laws, those of growth in place too", "[space][reserved]") {
  const testing::SpaceRequest requests[] = {{100, 8}, {5000, 4096}, {0, 4096}, {70000, 4096}};
  Reserved space{1 << 20U};

  CHECK(testing::SpaceLaws<Reserved>::holds_for(space, requests).broken_law == std::string());
}

TEST_CASE("Reserved grows where it is and faults for the new pages alone", "[space][reserved]") {
  Reserved space{std::size_t{1} << 30U};
  std::byte* const piece = bytes_at(space.allocate(64 * page, page));
  REQUIRE(piece != nullptr);
  write_pages(piece, 0, 64 * page);

  REQUIRE(space.resize(piece, 64 * page, 256 * page, page));
  const long before = page_faults();
  write_pages(piece, 0, 64 * page);
  const long in_between = page_faults();
  write_pages(piece, 64 * page, 256 * page);
  const long after = page_faults();

  CHECK(in_between - before == 0);
  // A sanitizer has pages of its own for them.
  CHECK(after - in_between <= (has_address_sanitizer ? 2 : 1) * 192);
  CHECK(piece[63 * page] == std::byte{1});
  space.deallocate(piece, 256 * page, page);
}

TEST_CASE("Reserved gives pages back when it shrinks", "[space][reserved]") {
  Reserved space{std::size_t{1} << 30U};
  std::byte* const piece = bytes_at(space.allocate(8 * page, page));
  write_pages(piece, 0, 8 * page);

  CHECK(space.resize(piece, 8 * page, 2 * page + 1, page));
  CHECK(resident_pages(piece, 8 * page) == 3);
  CHECK(space.resize(piece, 2 * page + 1, 8 * page, page));
  CHECK(piece[2 * page] == std::byte{1});
  CHECK(piece[3 * page] == std::byte{0});

  space.deallocate(piece, 8 * page, page);
}

TEST_CASE("Reserved refuses what is beyond its reservation", "[space][reserved]") {
  Reserved space{16 * page};
  std::byte* const piece = bytes_at(space.allocate(page, page));
  piece[0] = std::byte{5};

  CHECK(space.allocate(16 * page + 1, page) == nullptr);
  CHECK(!space.resize(piece, page, 16 * page + 1, page));
  CHECK(piece[0] == std::byte{5});
  CHECK(space.resize(piece, page, 16 * page, page));
  piece[16 * page - 1] = std::byte{6};

  space.deallocate(piece, 16 * page, page);
  CHECK(Reserved{0}.allocate(0, page) != nullptr);
}

TEST_CASE("Reserved serves a piece that is alone from the heap, where it cannot grow",
          "[space][reserved]") {
  Reserved space{page};
  void* const piece = space.allocate(100 * page, 64);

  CHECK(piece != nullptr);
  CHECK(!space.resize(piece, 100 * page, 100 * page + 1, 64));
  CHECK(space.resize(piece, 100 * page, 100 * page, 64));
  space.deallocate(piece, 100 * page, 64);
}

TEST_CASE("Reserved takes less address space where a limit forbids more", "[space][reserved]") {
  if (has_address_sanitizer) return skip_loudly("the sanitizer needs all address space");
  const Ending ending = ending_of([] {
    limit_address_space(std::size_t{768} << 20U);
    Reserved some;
    void* const piece = some.allocate(page, page);
    Reserved all{std::size_t{1} << 36U};
    std::fprintf(stderr, "%s %d, %s", piece != nullptr ? "granted" : "refused",
                 static_cast<int>(some.reserved_bytes() >> 20U),
                 all.allocate(page, page) != nullptr ? "granted" : "refused");
  });

  CHECK(ending.text == "granted 128, refused");
}

TEST_CASE("A workspace on Reserved says when address space ends, and goes on",
          "[space][reserved]") {
  if (has_address_sanitizer) return skip_loudly("the sanitizer needs all address space");
  const Ending ending = ending_of([] {
    limit_address_space(std::size_t{64} << 20U);
    Workspace<Reserved> workspace{"step", Reserved{std::size_t{32} << 20U}};
    auto cycle = workspace.enter();
    auto small = workspace.make<char>(1000);
    const std::string message = message_of<SpaceRefused>(
        [&] { static_cast<void>(workspace.allocate(std::size_t{100} << 20U)); });
    small.view()[999] = 'x';
    std::fprintf(stderr, "%s\n%s", message.c_str(), workspace.try_allocate(1000) ? "on" : "over");
  });

  CHECK(contains(ending.text, "ebb-E05 SpaceRefused: the space of \"step\" refused 104 8"));
  CHECK(contains(ending.text, "\non"));
}

TEST_CASE("A workspace on Reserved never moves its block and never spills",
          "[space][reserved][reuse]") {
  Workspace<Counted<Reserved>> workspace;
  void* const first = run_cycle(workspace, 100);

  for (const std::size_t pieces : {100U, 300U, 50U, 2000U, 2000U})
    CHECK(run_cycle(workspace, pieces) == first);

  const Report report = workspace.report();
  CHECK(report.largest_demand_bytes == 2000 * page);
  CHECK(report.block_bytes == 2600 * page);
  CHECK(report.spilled_requests == 0);
  CHECK(report.spilled_bytes == 0);
  CHECK(report.space_calls == workspace.space().calls());
  CHECK(workspace.space().outstanding_bytes() == 2600 * page);
  CHECK(workspace.space().releases() == 0);
}

TEST_CASE("A block grown in place keeps its pages for the next cycle", "[space][reserved][reuse]") {
  const auto faults_of_the_second = [](auto& workspace) {
    run_cycle(workspace, 500);
    const long before = page_faults();
    run_cycle(workspace, 500);
    return page_faults() - before;
  };
  Workspace<Reserved> grown;
  Workspace<> exchanged;

  CHECK(faults_of_the_second(grown) == 0);
  CHECK(faults_of_the_second(exchanged) >= 0);
}

TEST_CASE("Without learning, what a cycle has grown in place goes back at its end",
          "[space][reserved][reuse]") {
  Workspace<Counted<Reserved>, NoLearning, StartWith<4 * page>> workspace;
  std::byte* const first = bytes_at(run_cycle(workspace, 100));

  CHECK(workspace.space().outstanding_bytes() == 4 * page);
  CHECK(resident_pages(first, 4 * page) == 4);
  CHECK(workspace.report().block_bytes == 4 * page);
  CHECK(run_cycle(workspace, 100) == first);
}

TEST_CASE("Without a block and without learning nothing is kept", "[space][reserved][reuse]") {
  Workspace<Counted<Reserved>, NoLearning> workspace;
  run_cycle(workspace, 100);

  CHECK(workspace.space().outstanding_bytes() == 0);
  CHECK(workspace.report().block_bytes == 0);
  CHECK(workspace.report().spilled_bytes == 0);
}

TEST_CASE("Memory of a burst goes back to the system where it is", "[space][reserved][reuse]") {
  Workspace<Counted<Reserved>, PeakWithDecay<1>> workspace;
  void* const first = run_cycle(workspace, 4000);
  for (int cycle = 0; cycle < 20; ++cycle) CHECK(run_cycle(workspace, 10) == first);

  CHECK(workspace.space().outstanding_bytes() < 100 * page);
  CHECK(workspace.space().peak_bytes() >= 4000 * page);
  CHECK(workspace.space().releases() == 0);
}

TEST_CASE("A full reservation is followed by chunks, and the pieces before stay",
          "[space][reserved][reuse]") {
  Workspace<Reserved> workspace{"step", Reserved{256 * page}};
  auto cycle = workspace.enter();
  auto first = workspace.make<std::size_t>(200 * page / sizeof(std::size_t));
  first.view().back() = 7;
  auto second = workspace.make<std::size_t>(200 * page / sizeof(std::size_t));
  second.view().back() = 8;

  CHECK(first.view().back() == 7);
  CHECK(second.view().back() == 8);
  CHECK(workspace.report().spilled_requests == 1);
}

TEST_CASE("A cycle that has a chunk does not grow its block in place", "[space][reserved][reuse]") {
  testing::SpaceLog log;
  Workspace<testing::Tracking<Reserved>> workspace{
      "step", testing::Tracking<Reserved>{log, Reserved{std::size_t{1} << 30U}}};
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(page));
  log.refuse(1, 2);
  static_cast<void>(workspace.allocate(16 * page));
  CHECK(workspace.report().spilled_requests == 1);
  CHECK(workspace.report().space_refusals == 2);

  static_cast<void>(workspace.allocate(1000 * page));

  CHECK(workspace.report().spilled_requests == 2);
  CHECK(workspace.report().spilled_bytes == 1016 * page);
  CHECK(log.lent().size() == 3);
}

TEST_CASE("Growth in place stays within the bounds", "[space][reserved][reuse]") {
  Workspace<Counted<Reserved>, Bounds<0, 64 * page>> workspace;
  {
    auto cycle = workspace.enter();
    for (int i = 0; i < 64; ++i) static_cast<void>(workspace.allocate(page));
    CHECK(workspace.space().outstanding_bytes() == 64 * page);
    CHECK(workspace.report().spilled_requests == 0);
    static_cast<void>(workspace.allocate(page));
    CHECK(workspace.report().spilled_requests == 1);
  }
  CHECK(workspace.report().block_bytes == 64 * page);
}

TEST_CASE("A reserved first size grows the block where it is", "[space][reserved][reuse]") {
  Workspace<Reserved> workspace;
  void* const first = run_cycle(workspace, 10);

  workspace.reserve(1000 * page);

  CHECK(run_cycle(workspace, 1000) == first);
  CHECK(workspace.report().block_bytes == 1000 * page);
}

TEST_CASE("A plan on Reserved is recorded and followed in one block", "[space][reserved][reuse]") {
  Workspace<LearnPlan, Counted<Reserved>> workspace;
  const auto run = [&](std::size_t pieces) {
    auto cycle = workspace.enter();
    void* const kept = workspace.allocate(page);
    for (std::size_t i = 0; i < pieces; ++i) {
      std::byte* const piece = bytes_at(workspace.allocate(10 * page));
      std::memset(piece, 1, 10 * page);
      if (i % 2 == 0) workspace.deallocate(piece, 10 * page);
    }
    return kept;
  };
  run(100);
  void* const planned = run(100);

  CHECK(run(100) == planned);
  CHECK(workspace.report().plan.followed_cycles == 2);
  CHECK(workspace.report().spilled_requests == 0);
  CHECK(workspace.report().spilled_bytes == 0);
  CHECK(workspace.space().releases() == 0);
  run(200);
  run(200);
  run(200);
  CHECK(workspace.report().plan.followed_cycles == 3);
  CHECK(workspace.space().releases() == 0);
}

TEST_CASE("Destroying a workspace gives its address space back", "[space][reserved][reuse]") {
  Workspace<Counted<Reserved>> workspace;
  run_cycle(workspace, 100);
  auto cycle = workspace.enter();
  for (int i = 0; i < 1000; ++i) static_cast<void>(workspace.allocate(page));

  workspace.destroy();

  CHECK(workspace.space().outstanding_bytes() == 0);
  CHECK(workspace.space().releases() == 1);
  CHECK(workspace.report().block_bytes == 0);
  CHECK(run_cycle(workspace, 10) != nullptr);
}

TEST_CASE("Spaces round Reserved pass growth on by their own rules", "[space][reserved]") {
  Counted<Limited<Failing<Prefault<Reserved>>>> space{
      Limited{Failing<Prefault<Reserved>>{Prefault<Reserved>{}, 3}, 10 * page}};
  std::byte* const piece = bytes_at(space.allocate(2 * page, page));
  REQUIRE(piece != nullptr);

  CHECK(space.is_resizable());
  CHECK(space.resize(piece, 2 * page, 4 * page, page));
  CHECK(resident_pages(piece, 4 * page) == 4);
  CHECK(!space.resize(piece, 4 * page, 11 * page, page));  // the limit
  CHECK(!space.resize(piece, 4 * page, 5 * page, page));   // the third call that gets so far
  CHECK(space.resize(piece, 4 * page, 10 * page, page));
  CHECK(space.resize(piece, 10 * page, page, page));
  CHECK(space.calls() == 5);
  CHECK(space.refusals() == 2);
  CHECK(space.peak_bytes() == 10 * page);
  CHECK(space.outstanding_bytes() == page);
  CHECK(space.space().outstanding_bytes() == page);
  CHECK(space.space().space().calls() == 4);
  space.deallocate(piece, page, page);
  CHECK(space.outstanding_bytes() == 0);
}

TEST_CASE("Retrying does not ask again for growth in place", "[space][reserved]") {
  const auto always = [](std::size_t, std::size_t) noexcept { return true; };
  Retrying<Reserved, decltype(always)> space{Reserved{4 * page}, always};
  void* const piece = space.allocate(page, page);

  CHECK(space.is_resizable());
  CHECK(!space.resize(piece, page, 5 * page, page));
  CHECK(space.resize(piece, page, 4 * page, page));
  space.deallocate(piece, 4 * page, page);
}
