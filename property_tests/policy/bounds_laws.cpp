// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/arithmetic.hpp>
#include <ebb/policy/bounds.hpp>
#include <ebb/testing/laws/bounds.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <algorithm>
#include <cstddef>

using namespace ebb;

namespace {

using Between = Bounds<16, 4096>;
using Exactly = Bounds<64, 64>;

}  // namespace

TEMPLATE_TEST_CASE("every bounds policy keeps the bounds laws", "[policy][bounds]", Unbounded,
                   Between, Exactly, Bounds<0>, Bounds<4096>) {
  using Laws = testing::BoundsLaws<TestType>;
  rc::prop("idempotent", [](std::size_t bytes) { RC_ASSERT(Laws::idempotent(bytes)); });
  rc::prop("monotone", [](std::size_t a, std::size_t b) { RC_ASSERT(Laws::monotone(a, b)); });
}

TEST_CASE("Bounds keeps the bounds laws with any valid ends", "[policy][bounds]") {
  using Laws = testing::BoundsLaws<Bounds<dynamic, dynamic>>;
  rc::prop("idempotent", [](std::size_t bytes, std::size_t one, std::size_t other) {
    const Bounds<dynamic, dynamic> policy{std::min(one, other), std::max(one, other)};
    RC_ASSERT(policy.valid());
    RC_ASSERT(Laws::idempotent(bytes, policy));
  });
  rc::prop("monotone", [](std::size_t a, std::size_t b, std::size_t one, std::size_t other) {
    const Bounds<dynamic, dynamic> policy{std::min(one, other), std::max(one, other)};
    RC_ASSERT(Laws::monotone(a, b, policy));
  });
  rc::prop("valid says what clamp shows", [](std::size_t minimum, std::size_t maximum) {
    const Bounds<dynamic, dynamic> policy{minimum, maximum};
    RC_ASSERT(policy.valid() == (policy.clamp(0) <= policy.clamp(max_bytes)));
  });
}
