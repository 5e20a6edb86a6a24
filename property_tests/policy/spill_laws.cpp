// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/spill.hpp>
#include <ebb/testing/laws/spill.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <cstddef>

using namespace ebb;

TEMPLATE_TEST_CASE("every spill policy keeps the spill laws", "[policy][spill]", External,
                   Reallocate, Fail) {
  using Laws = testing::SpillLaws<TestType>;
  rc::prop("monotone", [](std::size_t block, std::size_t demand) {
    RC_ASSERT(Laws::monotone({.block = block, .demand = demand}));
  });
  rc::prop("steady", [](std::size_t block, std::size_t demand) {
    RC_ASSERT(Laws::steady({.block = block, .demand = demand}));
  });
}
