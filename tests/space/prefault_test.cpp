// SPDX-License-Identifier: Apache-2.0
#include <ebb/space/buffer.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/space/limited.hpp>
#include <ebb/space/prefault.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <sys/mman.h>
#include <type_traits>
#include <vector>

using namespace ebb;

static_assert(OneBlockSpace<Prefault<Buffer>> && !OneBlockSpace<Prefault<Host>>);
static_assert(std::is_empty_v<Prefault<>>);

namespace {

constexpr std::size_t page = Prefault<>::page_bytes;

/// Pages that nobody has written to.
struct FreshPages {
  std::size_t bytes;
  std::byte* begin;

  explicit FreshPages(std::size_t pages)
      : bytes(pages * page),
        begin(static_cast<std::byte*>(
            mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    REQUIRE(static_cast<void*>(begin) != MAP_FAILED);
    (void)madvise(begin, bytes, MADV_NOHUGEPAGE);
  }
  FreshPages(const FreshPages&) = delete;
  FreshPages& operator=(const FreshPages&) = delete;
  ~FreshPages() { munmap(begin, bytes); }

  [[nodiscard]] std::size_t resident() const {
    std::vector<unsigned char> states(bytes / page);
    REQUIRE(mincore(begin, bytes, states.data()) == 0);
    std::size_t count = 0;
    for (const unsigned char state : states) count += state & 1U;
    return count;
  }
};

}  // namespace

TEST_CASE("Prefault takes the faults when memory is asked for", "[space][prefault]") {
  const FreshPages pages{8};
  Prefault<Buffer> space{Buffer{pages.begin, pages.bytes}};
  REQUIRE(pages.resident() == 0);

  void* const pointer = space.allocate(pages.bytes, 64);

  CHECK(pointer == pages.begin);
  CHECK(pages.resident() == 8);
}

TEST_CASE("Prefault touches the last page of memory that begins within a page",
          "[space][prefault]") {
  const FreshPages pages{8};
  Prefault<Buffer> space{Buffer{pages.begin + page - 64, 2 * page}};

  void* const pointer = space.allocate(2 * page, 64);

  CHECK(pointer == pages.begin + page - 64);
  CHECK(pages.resident() == 3);
}

TEST_CASE("Prefault touches no byte beyond the request", "[space][prefault]") {
  const FreshPages pages{8};
  Prefault<Buffer> space{Buffer{pages.begin, pages.bytes}};

  void* const pointer = space.allocate(page, 64);

  CHECK(pointer == pages.begin);
  CHECK(pages.resident() == 1);
}

TEST_CASE("Prefault leaves what lies there", "[space][prefault]") {
  const FreshPages pages{2};
  std::fill_n(pages.begin, pages.bytes, std::byte{7});
  Prefault<Buffer> space{Buffer{pages.begin, pages.bytes}};

  CHECK(space.allocate(pages.bytes, 64) == pages.begin);
  CHECK(std::count(pages.begin, pages.begin + pages.bytes, std::byte{7}) ==
        static_cast<std::ptrdiff_t>(pages.bytes));
}

TEST_CASE("Prefault touches nothing when no bytes are asked for", "[space][prefault]") {
  const FreshPages pages{1};
  Prefault<Buffer> space{Buffer{pages.begin, pages.bytes}};

  CHECK(space.allocate(0, 64) == pages.begin);
  CHECK(pages.resident() == 0);
}

TEST_CASE("Prefault passes a refusal on", "[space][prefault]") {
  Prefault<Limited<>> space{Limited<>{Host{}, 10}};

  CHECK(space.allocate(100, 8) == nullptr);
}

TEST_CASE("Prefault gives back to the inner space what it gave", "[space][prefault]") {
  Prefault<Counted<>> space;
  void* const pointer = space.allocate(3 * page, 64);

  space.deallocate(pointer, 3 * page, 64);

  CHECK(space.space().releases() == 1);
  CHECK(space.space().outstanding_bytes() == 0);
}
