// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/config.hpp>

#include <catch2/catch.hpp>

namespace {

EBB_ALWAYS_INLINE int inlined() { return 1; }
EBB_COLD int out_of_line() { return 2; }

}  // namespace

// tests/noexcept has the other half.
static_assert(EBB_HAS_EXCEPTIONS == 1);

TEST_CASE("Where EBB_HAS_EXCEPTIONS is 1 an exception is caught", "[base][config]") {
  CHECK_THROWS_AS(throw 1, int);
}

TEST_CASE("The function attributes leave the answer alone", "[base][config]") {
  CHECK(inlined() == 1);
  CHECK(out_of_line() == 2);
}
