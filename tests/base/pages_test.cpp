// SPDX-License-Identifier: Apache-2.0
#include "../endings.hpp"
#include "../helpers.hpp"
#include <ebb/base/arithmetic.hpp>
#include <ebb/base/pages.hpp>

#include <catch2/catch.hpp>

#include <csignal>
#include <cstddef>

using namespace ebb;
using namespace ebb::detail;

TEST_CASE("Sizes are rounded up to pages and never wrap", "[base][pages]") {
  const std::size_t page = page_bytes();

  CHECK(is_alignment(page));
  CHECK(in_whole_pages(0) == 0);
  CHECK(in_whole_pages(1) == page);
  CHECK(in_whole_pages(page) == page);
  CHECK(in_whole_pages(max_bytes) == max_bytes - (page - 1));
}

TEST_CASE("Mapped pages are zeros and can be written", "[base][pages]") {
  std::byte* const pages = map_pages(3 * 4096);
  REQUIRE(pages != nullptr);

  CHECK(pages[0] == std::byte{0});
  pages[3 * 4096 - 1] = std::byte{1};
  CHECK(resident_pages(pages, 3 * 4096) >= 1);

  unmap_pages(pages, 3 * 4096);
}

TEST_CASE("What no machine has is refused", "[base][pages]") {
  CHECK(map_pages(max_bytes) == nullptr);
  CHECK(reserve_pages(max_bytes / 2) == nullptr);
  CHECK(reserve_pages(0) == nullptr);
}

TEST_CASE("Committed pages can be written, and decommitted ones are zeros again", "[base][pages]") {
  std::byte* const pages = reserve_pages(std::size_t{1} << 30U);
  REQUIRE(pages != nullptr);

  REQUIRE(commit_pages(pages, 2 * 4096));
  pages[0] = pages[4096] = std::byte{7};
  CHECK(resident_pages(pages, 2 * 4096) == 2);
  decommit_pages(pages + 4096, 4096);
  CHECK(resident_pages(pages + 4096, 4096) == 0);
  REQUIRE(commit_pages(pages + 4096, 4096));
  CHECK(pages[0] == std::byte{7});
  CHECK(pages[4096] == std::byte{0});

  unmap_pages(pages, std::size_t{1} << 30U);
}

TEST_CASE("Reserved and decommitted pages cannot be touched", "[base][pages]") {
  for (const bool was_committed : {false, true}) {
    const Ending ending = ending_of([&] {
      std::signal(SIGSEGV,
                  [](int) { ::_exit(::write(STDERR_FILENO, "no memory", 9) == 9 ? 0 : 1); });
      std::byte* const pages = reserve_pages(4096);
      if (was_committed && commit_pages(pages, 4096)) decommit_pages(pages, 4096);
      *static_cast<volatile std::byte*>(pages) = std::byte{1};
    });
    CHECK(ending.text == "no memory");
  }
}
