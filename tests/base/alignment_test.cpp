// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/alignment.hpp>

#include <catch2/catch.hpp>

#include <cstddef>

using namespace ebb;

static_assert(Alignment{64}.bytes() == 64 && Alignment{64} > Alignment{32});
static_assert(is_alignment(1) && is_alignment(4096));
static_assert(!is_alignment(0) && !is_alignment(48) && !is_alignment(max_bytes));
static_assert(round_up(0, Alignment{64}) == 0 && round_up(1, Alignment{64}) == 64);
static_assert(round_down(63, Alignment{64}) == 0 && round_down(64, Alignment{64}) == 64);

TEST_CASE("round_up leaves a multiple alone", "[base][alignment]") {
  CHECK(round_up(128, Alignment{64}) == 128);
  CHECK(round_up(129, Alignment{64}) == 192);
  CHECK(round_up(17, Alignment{1}) == 17);
}

TEST_CASE("checked_round_up answers nothing exactly where the multiple does not fit",
          "[base][alignment]") {
  const std::size_t largest_multiple = max_bytes - 63;

  CHECK(checked_round_up(largest_multiple, Alignment{64}) == largest_multiple);
  CHECK(!checked_round_up(largest_multiple + 1, Alignment{64}));
  CHECK(checked_round_up(max_bytes, Alignment{1}) == max_bytes);
}

TEST_CASE("is_aligned looks at the address", "[base][alignment]") {
  alignas(64) const std::byte memory[128]{};

  CHECK(is_aligned(memory, Alignment{64}));
  CHECK(is_aligned(memory + 32, Alignment{32}));
  CHECK_FALSE(is_aligned(memory + 32, Alignment{64}));
  CHECK_FALSE(is_aligned(memory + 1, Alignment{2}));
  CHECK(is_aligned(nullptr, Alignment{4096}));
}

TEST_CASE("address_of is the number behind the address", "[base][alignment]") {
  const std::byte memory[2]{};

  CHECK(address_of(nullptr) == 0);
  CHECK(address_of(memory + 1) == address_of(memory) + 1);
}
