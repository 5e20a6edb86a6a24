// SPDX-License-Identifier: Apache-2.0
// An array on the heap had a null end, which is where the cursor of a core without memory stands:
// the first one moved that cursor instead of going back to the heap.
#include <ebb/engine/heap.hpp>
#include <ebb/workspace/current.hpp>

#include <catch2/catch.hpp>

using namespace ebb;

TEST_CASE("An array on the heap goes back to the heap and leaves its core without memory",
          "[workspace][current]") {
  Core& heap = detail::heap_core_v1.core;
  int* place = nullptr;
  {
    auto array = make<int>(16);
    place = array.view().data();
  }

  // A cursor at the place would let it be the piece on top.
  CHECK_FALSE(heap.try_expand(place, 64, 128));
  CHECK(heap.try_allocate(64) == nullptr);
}
