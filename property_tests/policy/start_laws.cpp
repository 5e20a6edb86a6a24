// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/start.hpp>
#include <ebb/testing/laws/start.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <cstddef>

using namespace ebb;

TEMPLATE_TEST_CASE("every start policy keeps the start laws", "[policy][start]", Empty,
                   StartWith<0>, StartWith<4096>) {
  rc::prop("steady", [] { RC_ASSERT(testing::StartLaws<TestType>::steady()); });
}

TEST_CASE("StartWith keeps the start laws with any size", "[policy][start]") {
  using Laws = testing::StartLaws<StartWith<dynamic>>;
  rc::prop("steady", [](std::size_t bytes) { RC_ASSERT(Laws::steady({bytes})); });
}
