// SPDX-License-Identifier: Apache-2.0
#include <ebb/testing/laws/reset.hpp>

#include <catch2/catch.hpp>

#include <cstddef>

using namespace ebb;

namespace {

struct Blockless {
  using slot = ResetSlot;
  static constexpr std::size_t blocks() noexcept { return 0; }
};
struct Moody {
  using slot = ResetSlot;
  static std::size_t blocks() noexcept {
    static std::size_t mood = 0;
    return ++mood;
  }
};

}  // namespace

TEST_CASE("A policy without a block breaks some", "[testing][laws][reset]") {
  STATIC_REQUIRE(testing::ResetLaws<BlockLeft>::some());
  STATIC_REQUIRE_FALSE(testing::ResetLaws<Blockless>::some());
}

TEST_CASE("A policy that changes its number of blocks breaks steady", "[testing][laws][reset]") {
  CHECK(testing::ResetLaws<BlockLeft>::steady());
  CHECK_FALSE(testing::ResetLaws<Moody>::steady());
}
