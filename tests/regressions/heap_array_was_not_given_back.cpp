// SPDX-License-Identifier: Apache-2.0
// An array on the heap had a null end, which is where the cursor of a core without memory stands:
// the first one of a process moved that cursor instead of going back to the heap.
#include <ebb/workspace/current.hpp>

#include <catch2/catch.hpp>

#include <malloc.h>

using namespace ebb;

// The first case of its process, as ctest runs it; a sanitizer's heap counts nothing.
TEST_CASE("The first array on the heap goes back to the heap", "[workspace][current]") {
  const auto before = ::mallinfo2().uordblks;
  std::size_t during = 0;
  {
    auto array = make<int>(1000);
    during = ::mallinfo2().uordblks;
  }
  const auto after = ::mallinfo2().uordblks;

  CHECK(after < before + 4000);  // glibc keeps what it cut off for the alignment
  CHECK((during == 0 || during >= before + 4000));
}
