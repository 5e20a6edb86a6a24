// SPDX-License-Identifier: Apache-2.0
#include "../endings.hpp"
#include <ebb/engine/guard.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <sys/mman.h>

using namespace ebb;
using namespace ebb::detail;

namespace {

// Three pages that nobody else uses.
struct Pages {
  Pages()
      : bytes(3 * page_bytes()),
        begin(static_cast<std::byte*>(
            ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {}
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages() { ::munmap(begin, bytes); }

  std::size_t bytes;
  std::byte* begin;
};

int signal_of_a_write_to(std::byte* at) {
  return ending_of([&] {
           std::signal(SIGSEGV, SIG_DFL);  // not the sanitizer's
           *static_cast<volatile std::byte*>(at) = std::byte{1};
         })
      .signal;
}

}  // namespace

TEST_CASE("A fence is whole until a byte of it is written", "[engine][guard]") {
  std::array<std::byte, 64> fence{};
  std::byte* const end = fence.data() + fence.size();
  write_fence(fence.data(), end);
  CHECK(broken_byte(fence.data(), end, false) == nullptr);
  CHECK(broken_byte(fence.data(), end, true) == nullptr);

  for (std::byte& byte : fence) {
    const std::byte before = byte;
    byte ^= std::byte{1};
    CHECK(broken_byte(fence.data(), end, false) == &byte);
    CHECK(broken_byte(fence.data(), end, true) == &byte);
    byte = before;
  }
}

TEST_CASE("Of a broken fence the byte that is nearest to the piece is told", "[engine][guard]") {
  std::array<std::byte, 64> fence{};
  std::byte* const end = fence.data() + fence.size();
  write_fence(fence.data(), end);
  fence[10] ^= std::byte{1};
  fence[20] ^= std::byte{1};

  CHECK(broken_byte(fence.data(), end, false) == &fence[10]);
  CHECK(broken_byte(fence.data(), end, true) == &fence[20]);
}

TEST_CASE("Bytes of zero or of one value are no fence", "[engine][guard]") {
  std::array<std::byte, 64> zeros{};
  std::array<std::byte, 64> ones{};
  ones.fill(std::byte{0xA5});

  CHECK(broken_byte(zeros.data(), zeros.data() + zeros.size(), false) != nullptr);
  CHECK(broken_byte(ones.data(), ones.data() + ones.size(), false) != nullptr);
}

TEST_CASE("Whole pages are protected, and a page in part is not", "[engine][guard]") {
  const Pages pages;
  const std::size_t page = page_bytes();

  protect_pages(pages.begin + 1, pages.bytes - 2);

  CHECK(signal_of_a_write_to(pages.begin + page - 1) == 0);
  CHECK(signal_of_a_write_to(pages.begin + page) == SIGSEGV);
  CHECK(signal_of_a_write_to(pages.begin + 2 * page - 1) == SIGSEGV);
  CHECK(signal_of_a_write_to(pages.begin + 2 * page) == 0);
}

TEST_CASE("Protected pages can be used again wherever they are touched", "[engine][guard]") {
  const Pages pages;
  const std::size_t page = page_bytes();
  protect_pages(pages.begin, pages.bytes);
  REQUIRE(signal_of_a_write_to(pages.begin) == SIGSEGV);

  CHECK(unprotect_pages(pages.begin + page - 1, 2));

  CHECK(signal_of_a_write_to(pages.begin) == 0);
  CHECK(signal_of_a_write_to(pages.begin + 2 * page - 1) == 0);
  CHECK(signal_of_a_write_to(pages.begin + 2 * page) == SIGSEGV);
}

TEST_CASE("Pages that the system does not have cannot be used", "[engine][guard]") {
  std::byte* gone = nullptr;
  {
    const Pages pages;
    gone = pages.begin;
  }

  CHECK_FALSE(unprotect_pages(gone, 1));
  CHECK(unprotect_pages(gone, 0));
}
