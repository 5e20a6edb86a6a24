// SPDX-License-Identifier: Apache-2.0
#include <ebb/space/buffer.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/space/failing.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <vector>

using namespace ebb;

static_assert(OneBlockSpace<Failing<Buffer>> && !OneBlockSpace<Failing<Host>>);

namespace {

template <class S>
std::vector<bool> grants(S& space, int requests) {
  std::vector<bool> result;
  for (int request = 0; request < requests; ++request) {
    void* const pointer = space.allocate(8, 8);
    result.push_back(pointer != nullptr);
    if (pointer != nullptr) space.deallocate(pointer, 8, 8);
  }
  return result;
}

}  // namespace

TEST_CASE("Failing refuses the call with its number and no other", "[space][failing]") {
  Failing<> first{Host{}, 1};
  Failing<> third{Host{}, 3};

  CHECK(grants(first, 4) == std::vector{false, true, true, true});
  CHECK(grants(third, 4) == std::vector{true, true, false, true});
  CHECK(third.calls() == 4);
}

TEST_CASE("Failing without a number refuses nothing", "[space][failing]") {
  Failing<> said{Host{}, 0};
  Failing<> unsaid;

  CHECK(grants(said, 3) == std::vector{true, true, true});
  CHECK(grants(unsaid, 3) == std::vector{true, true, true});
}

TEST_CASE("Failing keeps its refusal from the inner space", "[space][failing]") {
  Failing<Counted<>> space{Counted<>{}, 2};

  (void)grants(space, 3);

  CHECK(space.space().calls() == 2);
  CHECK(space.space().refusals() == 0);
}

TEST_CASE("Failing round one block is the same block", "[space][failing]") {
  alignas(64) std::array<std::byte, 256> memory{};
  const Failing<Buffer> space{Buffer{memory}, 0};

  CHECK(space.one_block_bytes() == 256);
}
