// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/arithmetic.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <cstddef>

using namespace ebb;

// RapidCheck takes an expression apart; the second parentheses keep `||` and `&&` lazy.
TEST_CASE("Sizes never wrap", "[base][arithmetic]") {
  rc::prop("a sum that is answered is not below its parts", [](std::size_t a, std::size_t b) {
    const auto sum = checked_add(a, b);
    RC_ASSERT((!sum || (*sum >= a && *sum >= b && *sum - a == b)));
  });
  rc::prop("a sum that is not answered would wrap", [](std::size_t a, std::size_t b) {
    RC_ASSERT(checked_add(a, b).has_value() == (a + b >= a));
  });
  rc::prop("a product that is answered divides back", [](std::size_t a, std::size_t b) {
    const auto product = checked_multiply(a, b);
    RC_ASSERT((!product || b == 0 || *product / b == a));
  });
  rc::prop("a larger size never has a smaller share",
           [](std::size_t a, std::size_t b, std::size_t percent) {
             RC_PRE(a <= b);
             RC_ASSERT(percent_of(a, percent) <= percent_of(b, percent));
           });
  rc::prop("a share is the product by a hundred", [] {
    const auto bytes = *rc::gen::inRange<std::size_t>(0, std::size_t{1} << 40);
    const auto percent = *rc::gen::inRange<std::size_t>(0, 10000);
    RC_ASSERT(percent_of(bytes, percent) == bytes * percent / 100);
  });
}
