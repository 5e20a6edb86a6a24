// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/arithmetic.hpp>

#include <catch2/catch.hpp>

#include <cstddef>

using namespace ebb;

static_assert(checked_add(2, 3) == 5);
static_assert(checked_add(max_bytes, 0) == max_bytes && !checked_add(max_bytes, 1));
static_assert(checked_multiply(6, 7) == 42);
static_assert(checked_multiply(0, max_bytes) == 0 && checked_multiply(max_bytes, 0) == 0);
static_assert(saturating_add(2, 3) == 5 && saturating_add(max_bytes, 1) == max_bytes);
static_assert(percent_of(1000, 30) == 300 && percent_of(0, 30) == 0 && percent_of(1000, 0) == 0);

TEST_CASE("checked_add answers nothing exactly where the sum does not fit", "[base][arithmetic]") {
  const std::size_t half = max_bytes / 2;

  CHECK(checked_add(half, half + 1) == max_bytes);
  CHECK(!checked_add(half + 1, half + 1));
  CHECK(!checked_add(max_bytes, max_bytes));
}

TEST_CASE("checked_multiply answers nothing exactly where the product does not fit",
          "[base][arithmetic]") {
  const std::size_t root = std::size_t{1} << 32;

  CHECK(checked_multiply(root, root - 1) == max_bytes - (root - 1));
  CHECK(!checked_multiply(root, root));
  CHECK(checked_multiply(max_bytes, 1) == max_bytes);
  CHECK(!checked_multiply(max_bytes / 2 + 1, 2));
}

TEST_CASE("percent_of rounds down", "[base][arithmetic]") {
  CHECK(percent_of(199, 1) == 1);
  CHECK(percent_of(99, 1) == 0);
  CHECK(percent_of(3, 50) == 1);
  CHECK(percent_of(150, 150) == 225);
}

TEST_CASE("percent_of is exact where the plain product would wrap", "[base][arithmetic]") {
  CHECK(percent_of(max_bytes, 100) == max_bytes);
  CHECK(percent_of(max_bytes - 15, 50) == (max_bytes - 15) / 2);
  CHECK(percent_of(50, max_bytes) == max_bytes / 2);
}

TEST_CASE("percent_of answers the largest size where the share does not fit",
          "[base][arithmetic]") {
  CHECK(percent_of(max_bytes, 101) == max_bytes);
  CHECK(percent_of(1000, max_bytes) == max_bytes);
  CHECK(percent_of(199, max_bytes) == max_bytes);
}
