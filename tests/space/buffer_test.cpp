// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/alignment.hpp>
#include <ebb/base/arithmetic.hpp>
#include <ebb/space/buffer.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <utility>

using namespace ebb;

namespace {

struct alignas(64) Memory {
  std::array<std::byte, 1024> bytes{};
};

}  // namespace

static_assert(OneBlockSpace<Buffer> && Buffer::max_alignment == 64);

TEST_CASE("Buffer grants all of its memory as one block", "[space][buffer]") {
  Memory memory;
  Buffer buffer{memory.bytes};

  CHECK(buffer.one_block_bytes() == 1024);
  CHECK(buffer.allocate(1024, 64) == memory.bytes.data());
}

TEST_CASE("Buffer refuses while its memory is out", "[space][buffer]") {
  Memory memory;
  Buffer buffer{memory.bytes};
  void* const pointer = buffer.allocate(100, 64);

  CHECK(buffer.allocate(1, 1) == nullptr);

  buffer.deallocate(pointer, 100, 64);
  CHECK(buffer.allocate(1024, 64) == pointer);
}

TEST_CASE("Buffer refuses what does not fit and stays whole", "[space][buffer]") {
  Memory memory;
  Buffer buffer{memory.bytes};

  CHECK(buffer.allocate(1025, 1) == nullptr);
  CHECK(buffer.allocate(max_bytes, 64) == nullptr);
  CHECK(buffer.allocate(1024, 64) != nullptr);
}

TEST_CASE("Buffer loses the bytes before the first aligned one", "[space][buffer]") {
  Memory memory;
  Buffer buffer{memory.bytes.data() + 8, 1000};

  CHECK(buffer.one_block_bytes() == 1000 - 56);
  CHECK(buffer.allocate(1000 - 55, 64) == nullptr);
  CHECK(buffer.allocate(1000 - 56, 64) == memory.bytes.data() + 64);
}

TEST_CASE("Buffer wastes nothing on a request that is aligned already", "[space][buffer]") {
  Memory memory;
  Buffer buffer{memory.bytes.data() + 8, 1000};

  CHECK(buffer.allocate(1000, 8) == memory.bytes.data() + 8);
}

TEST_CASE("Buffer without an aligned byte has an empty block", "[space][buffer]") {
  Memory memory;
  Buffer short_buffer{memory.bytes.data() + 8, 56};
  Buffer no_buffer{std::span<std::byte>{}};

  CHECK(short_buffer.one_block_bytes() == 0);
  CHECK(short_buffer.allocate(1, 64) == nullptr);
  CHECK(no_buffer.one_block_bytes() == 0);
  CHECK(no_buffer.allocate(0, 1) == nullptr);
}

TEST_CASE("Buffer can be moved before it is used", "[space][buffer]") {
  Memory memory;
  Buffer first{memory.bytes};

  Buffer second{std::move(first)};

  CHECK(second.allocate(1024, 64) == memory.bytes.data());
}
