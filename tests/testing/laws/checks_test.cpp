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
