// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/reset.hpp>

#include <catch2/catch.hpp>

#include <type_traits>

using namespace ebb;

static_assert(std::is_empty_v<BlockLeft>);
static_assert(!ResetPolicy<int>);

TEST_CASE("BlockLeft uses its one block again in every cycle", "[policy][reset]") {
  CHECK(BlockLeft::blocks() == 1);
}
