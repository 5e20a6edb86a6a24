// SPDX-License-Identifier: Apache-2.0
#include <ebb/testing/laws/start.hpp>

#include <catch2/catch.hpp>

#include <cstddef>

using namespace ebb;

namespace {

struct Moody {
  using slot = StartSlot;
  static std::size_t first_block() noexcept {
    static std::size_t mood = 0;
    return ++mood;
  }
};

}  // namespace

TEST_CASE("A policy that changes its mind breaks steady", "[testing][laws][start]") {
  CHECK(testing::StartLaws<StartWith<64>>::steady());
  CHECK_FALSE(testing::StartLaws<Moody>::steady());
}
