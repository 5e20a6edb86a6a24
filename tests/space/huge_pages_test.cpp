// SPDX-License-Identifier: Apache-2.0
#include "../endings.hpp"
#include "../helpers.hpp"
#include <ebb/space/counted.hpp>
#include <ebb/space/huge_pages.hpp>
#include <ebb/testing/laws/space.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>
#include <sys/prctl.h>
#include <utility>

using namespace ebb;

static_assert(Space<HugePages> && !OneBlockSpace<HugePages> && HugePages::max_alignment == 4096);

namespace {

constexpr std::size_t huge = HugePages::huge_page_bytes;

/// Says whether the kernel was asked for huge pages at an address.
bool is_wished_at(const void* pointer) {
  bool is_here = false;
  bool is_wished = false;
  detail::for_each_line("/proc/self/smaps", [&](const char* line) {
    unsigned long begin = 0;
    unsigned long end = 0;
    if (std::sscanf(line, "%lx-%lx ", &begin, &end) == 2)
      is_here = address_of(pointer) - begin < end - begin;
    else if (is_here && contains(line, "VmFlags:"))
      is_wished = contains(line, " hg");
  });
  return is_wished;
}

}  // namespace

TEST_CASE("HugePages keeps the laws of spaces", "[space][huge_pages]") {
  const testing::SpaceRequest requests[] = {{100, 8}, {huge, 4096}, {huge + 5000, 64}, {0, 1}};
  HugePages space;

  CHECK(testing::SpaceLaws<HugePages>::holds_for(space, requests).broken_law == std::string());
  CHECK(space.wished_bytes() == 0);
}

TEST_CASE("HugePages begins at a multiple of a huge page", "[space][huge_pages]") {
  HugePages space;
  void* pieces[4];
  // Sizes that are no multiple, so that the next one does not begin at one by chance.
  for (void*& piece : pieces) piece = space.allocate(huge + 3 * 4096, 64);

  for (void* const piece : pieces) {
    CHECK(is_aligned(piece, Alignment(huge)));
    std::memset(piece, 1, huge + 3 * 4096);
  }
  CHECK(space.wished_bytes() == 4 * huge);
  space.deallocate(pieces[1], huge + 3 * 4096, 64);
  CHECK(space.wished_bytes() == 3 * huge);
  for (void* const piece : {pieces[0], pieces[2], pieces[3]})
    space.deallocate(piece, huge + 3 * 4096, 64);
}

TEST_CASE("HugePages asks the kernel for whole huge pages alone", "[space][huge_pages]") {
  if (!HugePages::are_offered()) return skip_loudly("this kernel offers no huge pages");
  HugePages space;
  std::byte* const piece = bytes_at(space.allocate(3 * huge - 4096, 4096));

  CHECK(is_wished_at(piece));
  CHECK(is_wished_at(piece + 2 * huge - 1));
  CHECK(!is_wished_at(piece + 2 * huge));
  space.deallocate(piece, 3 * huge - 4096, 4096);
}

TEST_CASE("HugePages takes small pieces from the heap", "[space][huge_pages]") {
  HugePages space;

  void* const piece = space.allocate(huge - 1, 4096);

  CHECK(piece != nullptr);
  CHECK(space.wished_bytes() == 0);
  space.deallocate(piece, huge - 1, 4096);
}

TEST_CASE("HugePages says how much the kernel has granted", "[space][huge_pages]") {
  if (!HugePages::are_offered()) return skip_loudly("this kernel offers no huge pages");
  HugePages space;
  void* const piece = space.allocate(8 * huge, 4096);

  CHECK(space.granted_bytes() == 0);  // nothing was touched
  std::memset(piece, 1, 8 * huge);

  const std::size_t granted = space.granted_bytes();
  CHECK(granted % huge == 0);
  CHECK(granted <= 8 * huge);
  space.deallocate(piece, 8 * huge, 4096);
  CHECK(space.granted_bytes() == 0);
  if (granted == 0) return skip_loudly("this machine has no huge page free");
}

TEST_CASE("HugePages serves small pages where the kernel grants no huge ones, and says so",
          "[space][huge_pages]") {
  const Ending ending = ending_of([] {
    ::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    HugePages space;
    void* const piece = space.allocate(4 * huge, 4096);
    std::memset(piece, 1, 4 * huge);
    std::fprintf(stderr, "%s, %zu of %zu", HugePages::are_offered() ? "offered" : "not offered",
                 space.granted_bytes(), space.wished_bytes());
    space.deallocate(piece, 4 * huge, 4096);
  });

  CHECK(ending.text == "not offered, 0 of 8388608");
}

TEST_CASE("HugePages refuses where address space ends", "[space][huge_pages]") {
  HugePages space;
  CHECK(space.allocate(max_bytes, 64) == nullptr);
  CHECK(space.allocate(max_bytes / 2, 64) == nullptr);
  if (has_address_sanitizer) return skip_loudly("the sanitizer needs all address space");

  const Ending ending = ending_of([] {
    limit_address_space(16 * huge);
    HugePages limited;
    void* const small = limited.allocate(4 * huge, 64);
    void* const large = limited.allocate(100 * huge, 64);
    std::fprintf(stderr, "%s %s, %zu out", small ? "granted" : "refused",
                 large ? "granted" : "refused", limited.wished_bytes());
  });
  CHECK(ending.text == "granted refused, 8388608 out");
}

TEST_CASE("A copy of HugePages begins with nothing out", "[space][huge_pages]") {
  HugePages space;
  void* const piece = space.allocate(huge, 64);

  HugePages copy(space);
  CHECK(copy.wished_bytes() == 0);
  // Also a piece that only the other one knows can be given back.
  copy.deallocate(piece, huge, 64);
}

TEST_CASE("A workspace takes its block from HugePages and can be asked",
          "[space][huge_pages][reuse]") {
  Workspace<HugePages, StartWith<4 * huge>> workspace;
  auto cycle = workspace.enter();

  void* const first = workspace.allocate(64);

  CHECK(is_aligned(first, Alignment(huge)));
  CHECK(workspace.space().wished_bytes() == 4 * huge);
  CHECK(workspace.space().granted_bytes() <= 4 * huge);
}
