// SPDX-License-Identifier: Apache-2.0
#include <ebb/testing/laws/checks.hpp>

#include <catch2/catch.hpp>

using namespace ebb;

namespace {

struct Undecided {
  using slot = ChecksSlot;
  static bool checks_views() noexcept {
    static bool answer = false;
    answer = !answer;
    return answer;
  }
};

}  // namespace

TEST_CASE("A policy that decides at run time breaks known", "[testing][laws][checks]") {
  STATIC_REQUIRE(testing::ChecksLaws<Generational>::known());
  STATIC_REQUIRE_FALSE(testing::ChecksLaws<Undecided>::known());
}

TEST_CASE("A policy with a number above the largest breaks bounded", "[testing][laws][checks]") {
  using FenceLaws = testing::ChecksLaws<Fenced<dynamic>>;
  using QuarantineLaws = testing::ChecksLaws<Quarantined<dynamic>>;

  STATIC_REQUIRE(testing::ChecksLaws<Generational>::bounded());
  CHECK(FenceLaws::bounded(Fenced<dynamic>{most_fence_bytes}));
  CHECK_FALSE(FenceLaws::bounded(Fenced<dynamic>{most_fence_bytes + 1}));
  CHECK(QuarantineLaws::bounded(Quarantined<dynamic>{most_quarantine_cycles}));
  CHECK_FALSE(QuarantineLaws::bounded(Quarantined<dynamic>{most_quarantine_cycles + 1}));
}
