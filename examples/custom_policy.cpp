// SPDX-License-Identifier: Apache-2.0
// A policy of your own: blocks whose sizes are powers of two, so that a demand that creeps up
// exchanges the block once per doubling.

#include <ebb/ebb.hpp>
#include <ebb/testing/laws/allocation.hpp>

#include <bit>
#include <cstddef>
#include <cstdio>
using namespace ebb;

// A policy says which slot it answers, and answers its question: how big is a block for so many
// bytes? `ebb/policy/allocation.hpp` names what is needed; a compiler message names what is
// missing.
struct PowersOfTwo {
  using slot = AllocationSlot;

  [[nodiscard]] static constexpr std::size_t with_headroom(std::size_t bytes) noexcept {
    // Beyond the largest power of two there is none: as big as was needed, then.
    return bytes > max_bytes / 2 + 1 ? bytes : std::bit_ceil(bytes);
  }
};

// The laws of the slot, asked while compiling: by hand here, over random numbers in a test.
using Laws = testing::AllocationLaws<PowersOfTwo>;
static_assert(Laws::enough(0) && Laws::enough(1000) && Laws::enough(max_bytes));
static_assert(Laws::monotone(1023, 1025) && Laws::monotone(max_bytes - 1, max_bytes));

int main() {
  Workspace<PowersOfTwo, FirstLoop, Reallocate> memory;  // in any place of the sentence

  for (const std::size_t bytes : {1000U, 1024U, 1100U, 1900U, 2000U, 5000U}) {
    {
      auto cycle = memory.enter();
      static_cast<void>(memory.allocate(bytes));
    }
    std::printf("a cycle of %zu bytes leaves a block of %zu\n", bytes,
                static_cast<std::size_t>(memory.report().block_bytes));
  }
}
