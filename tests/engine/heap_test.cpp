// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/engine/heap.hpp>
#include <ebb/workspace/current.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <utility>

using namespace ebb;

TEST_CASE("The heap aligns like a host workspace", "[engine][heap]") {
  for (const std::size_t alignment : {1U, 8U, 64U, 256U}) {
    void* const pointer = detail::heap_allocate(100, alignment);

    REQUIRE(pointer != nullptr);
    CHECK(is_aligned(pointer, Alignment(64)));
    CHECK(is_aligned(pointer, Alignment(alignment)));
    std::free(pointer);
  }
}

TEST_CASE("The heap answers null for a size that no address space has", "[engine][heap]") {
  CHECK(detail::heap_allocate(max_bytes, 64) == nullptr);
  CHECK(detail::heap_allocate(max_bytes / 4, 64) == nullptr);
}

TEST_CASE("The heap's refusal is SpaceRefused", "[engine][heap]") {
  // Kept where the compiler cannot leave out a call whose answer nobody reads.
  void* volatile pointer = nullptr;

  CHECK(contains(message_of<SpaceRefused>(
                     [&] { pointer = detail::heap_allocate_or_raise(max_bytes / 4, 64); }),
                 "the space of \"heap\" refused"));
  CHECK(pointer == nullptr);
}

TEST_CASE("The heap's cell shows its number for ever", "[engine][heap]") {
  CHECK(detail::heap_cell_v1.shows(detail::heap_number));
  CHECK(detail::heap_cell_v1.core.load() == &detail::heap_core_v1.core);
  CHECK_FALSE(detail::heap_core_v1.core.is_open());
}

TEST_CASE("An array outside every workspace is on the heap", "[engine][heap]") {
  REQUIRE(current() == nullptr);

  auto array = make<int>(100);

  CHECK_FALSE(array.is_attached());
  CHECK(array.is_in_scope());
  CHECK(is_aligned(array.view().data(), Alignment(64)));
  CHECK(array.view()[99] == 0);
}

TEST_CASE("An array on the heap has no cycle to be kept for", "[engine][heap]") {
  auto array = make<int>(100);

  CHECK(message_of<NoOpenCycle>([&] { static_cast<void>(std::move(array).keep()); }) ==
        "ebb-E03 NoOpenCycle: \"heap\" is closed and was asked for 400 bytes. Keep the token of "
        "`enter()` while memory is taken. docs/errors/E03.md");

  CHECK(array.is_in_scope());
  CHECK(array.view().size() == 100);
}

TEST_CASE("A count whose bytes overflow is a BadRequest on the heap too", "[engine][heap]") {
  CHECK(contains(message_of<BadRequest>([] { static_cast<void>(make<int>(max_bytes / 2)); }),
                 "\"heap\" was asked for 9 223 372 036 854 775 807 × 4 bytes"));
  CHECK_THROWS_AS(make_for_overwrite<int>(max_bytes / 8), SpaceRefused);
}

TEST_CASE("An array of the heap outlives every workspace and moves", "[engine][heap]") {
  Array<int> outlives;
  {
    auto array = make<int>(3);
    array.view()[2] = 7;
    outlives = std::move(array);
    CHECK_FALSE(array.is_in_scope());
  }

  CHECK(outlives.view()[2] == 7);
  const Detached<int> copy = outlives.detach();
  CHECK(copy.view()[2] == 7);
}

TEST_CASE("An empty array on the heap is an array", "[engine][heap]") {
  auto array = make<int>(0);

  CHECK(array.is_in_scope());
  CHECK(array.view().empty());
}
