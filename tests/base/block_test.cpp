// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/block.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <type_traits>

using namespace ebb;

static_assert(std::is_trivially_copyable_v<Block>);

TEST_CASE("A block of nothing is false", "[base][block]") {
  const Block block;

  CHECK_FALSE(block);
  CHECK(block.bytes == 0);
  CHECK_FALSE(block.contains(nullptr));
}

TEST_CASE("A block contains its first and its last byte but not its end", "[base][block]") {
  std::array<std::byte, 32> memory{};
  const Block block{memory.data() + 8, 16};

  CHECK(block);
  CHECK(block.end() == memory.data() + 24);
  CHECK_FALSE(block.contains(memory.data() + 7));
  CHECK(block.contains(memory.data() + 8));
  CHECK(block.contains(memory.data() + 23));
  CHECK_FALSE(block.contains(memory.data() + 24));
}

TEST_CASE("Blocks are equal when beginning and size are", "[base][block]") {
  std::array<std::byte, 32> memory{};

  CHECK(Block{memory.data(), 16} == Block{memory.data(), 16});
  CHECK(Block{memory.data(), 16} != Block{memory.data(), 8});
  CHECK(Block{memory.data(), 16} != Block{memory.data() + 1, 16});
}
