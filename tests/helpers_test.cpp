// SPDX-License-Identifier: Apache-2.0
#include "helpers.hpp"

#include "endings.hpp"
#include <ebb/base/error.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <new>

using namespace ebb;

void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept {
  if (HeapRefuses::refuses) return nullptr;
  try {
    return ::operator new[](bytes);
  } catch (...) {
    return nullptr;
  }
}

TEST_CASE("message_of is the text of the expected error and of no other", "[helpers]") {
  const auto bad = [] { throw BadRequest("so."); };

  CHECK(message_of<BadRequest>(bad) == "ebb-E06 BadRequest: so. docs/errors/E06.md");
  CHECK(message_of<Error>(bad) == "ebb-E06 BadRequest: so. docs/errors/E06.md");
  CHECK(contains(message_of<StaleArray>(bad), "another error"));
  CHECK(message_of<Error>([] {}) == "no error");
}

TEST_CASE("Violations takes down what is told and restores the handler", "[helpers]") {
  const ViolationHandler before = set_violation_handler(nullptr);
  {
    const Violations violations;
    detail::violate(BadRequest("first."));
    detail::violate(BadRequest("second."));

    CHECK(violations.count() == 2);
    CHECK(contains(violations.last(), "second."));
  }

  CHECK(set_violation_handler(nullptr) == before);
}

TEST_CASE("HeapRefuses makes the heap refuse arrays that may be refused", "[helpers]") {
  {
    const HeapRefuses refuses;
    CHECK(std::unique_ptr<int[]>(new (std::nothrow) int[4]) == nullptr);
  }

  CHECK(std::unique_ptr<int[]>(new (std::nothrow) int[4]) != nullptr);
}

TEST_CASE("Watched notices what comes back with other numbers", "[helpers]") {
  Watched::Log log;
  Watched space{log};
  void* const first = space.allocate(100, 64);
  void* const second = space.allocate(200, 64);
  log.refuses = true;
  CHECK(space.allocate(1, 1) == nullptr);

  space.deallocate(first, 100, 64);
  CHECK(log.mistakes == 0);
  space.deallocate(second, 100, 64);

  CHECK(log.mistakes == 1);
  CHECK(log.asked.size() == 3);
}

TEST_CASE("Arena hands out one piece right behind the other", "[helpers]") {
  const auto memory = std::make_unique<Arena::Memory>();
  Arena arena{*memory};

  void* const first = arena.allocate(128, 64);
  void* const second = arena.allocate(64, 64);

  CHECK(bytes_at(second) == bytes_at(first) + 128);
  CHECK(arena.allocate(sizeof(memory->bytes), 64) == nullptr);
}

TEST_CASE("Page faults and resident pages are those that were touched", "[helpers]") {
  constexpr std::size_t pages = 64;
  void* const memory =
      ::mmap(nullptr, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  CHECK(::madvise(memory, pages * 4096, MADV_NOHUGEPAGE) == 0);

  CHECK(resident_pages(memory, pages * 4096) == 0);
  const long before = page_faults();
  for (std::size_t i = 0; i < pages; i += 2) static_cast<volatile char*>(memory)[i * 4096] = 1;

  CHECK(page_faults() - before >= static_cast<long>(pages / 2));
  CHECK(resident_pages(memory, pages * 4096) == pages / 2);
  ::munmap(memory, pages * 4096);
}

TEST_CASE("A limit of address space refuses what is beyond it", "[helpers]") {
  if (has_address_sanitizer) return skip_loudly("the sanitizer needs all address space");
  const Ending ending = ending_of([] {
    limit_address_space(std::size_t{64} << 20U);
    const auto maps = [](std::size_t bytes) {
      return ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
    };
    std::fprintf(stderr, "%d%d", maps(std::size_t{128} << 20U), maps(std::size_t{32} << 20U));
  });

  CHECK(ending.text == "01");
}

TEST_CASE("A folder is gone with its file", "[helpers]") {
  std::string file;
  {
    const Folder folder;
    file = folder.file();
    std::ofstream(file) << "bytes";
    CHECK(std::filesystem::file_size(file) == 5);
  }

  CHECK_FALSE(std::filesystem::exists(std::filesystem::path(file).parent_path()));
}
