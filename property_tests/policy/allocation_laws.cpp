// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/allocation.hpp>
#include <ebb/testing/laws/allocation.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <cstddef>

using namespace ebb;

TEMPLATE_TEST_CASE("every allocation policy keeps the allocation laws", "[policy][allocation]",
                   Strict, Overallocate<0>, Overallocate<10>, Overallocate<30>, Overallocate<100>,
                   Overallocate<12345>, Overallocate<dynamic - 1>) {
  using Laws = testing::AllocationLaws<TestType>;
  rc::prop("enough", [](std::size_t bytes) { RC_ASSERT(Laws::enough(bytes)); });
  rc::prop("monotone", [](std::size_t a, std::size_t b) { RC_ASSERT(Laws::monotone(a, b)); });
}

TEST_CASE("Overallocate keeps the allocation laws with any percentage", "[policy][allocation]") {
  using Laws = testing::AllocationLaws<Overallocate<dynamic>>;
  rc::prop("enough", [](std::size_t bytes, std::size_t percent) {
    RC_ASSERT(Laws::enough(bytes, {percent}));
  });
  rc::prop("monotone", [](std::size_t a, std::size_t b, std::size_t percent) {
    RC_ASSERT(Laws::monotone(a, b, {percent}));
  });
}
