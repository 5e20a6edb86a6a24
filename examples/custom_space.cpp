// SPDX-License-Identifier: Apache-2.0
// A space of your own: pages straight from the kernel, which go back to it at once.

#include <ebb/ebb.hpp>
#include <ebb/testing/laws/space.hpp>

#include <cstddef>
#include <cstdio>
#include <sys/mman.h>
using namespace ebb;

// A space answers with null where it has no more, gets back the numbers it was asked with, and
// never throws. `ebb/space/space.hpp` names all of it.
struct Pages {
  using slot = SpaceSlot;
  static constexpr std::size_t max_alignment = 4096;

  static void* allocate(std::size_t bytes, std::size_t) noexcept {
    void* const pages =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? nullptr : pages;
  }
  static void deallocate(void* pages, std::size_t bytes, std::size_t) noexcept {
    ::munmap(pages, bytes);
  }
};

int main() {
  // The laws, tried on it: aligned, disjoint, writable, and null for what cannot be had.
  Pages pages;
  constexpr testing::SpaceRequest requests[] = {{100, 8}, {4096, 4096}, {1, 1}, {20000, 64}};
  const testing::Verdict verdict = testing::SpaceLaws<Pages>::holds_for(pages, requests);
  std::printf("laws: %s\n", verdict.holds() ? "all kept" : verdict.broken_law);

  // It takes its place in the sentence, and within the spaces that go round a space.
  Workspace<Strict, FirstLoop, Reallocate, Counted<Pages>> memory;
  for (int loop = 0; loop < 3; ++loop) {
    auto cycle = memory.enter();
    auto numbers = memory.make<double>(100'000);
    numbers.view().back() = loop;
    std::printf("loop %d: %zu requests, %zu bytes of pages in use\n", loop, memory.space().calls(),
                memory.space().outstanding_bytes());
  }
  return verdict.holds() ? 0 : 1;
}
