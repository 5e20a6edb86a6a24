// SPDX-License-Identifier: Apache-2.0
#include <ebb/space/buffer.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/space/failing.hpp>
#include <ebb/space/limited.hpp>
#include <ebb/space/prefault.hpp>
#include <ebb/space/retrying.hpp>
#include <ebb/space/space.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>

using namespace ebb;

namespace {

struct Throwing {
  using slot = SpaceSlot;
  static constexpr std::size_t max_alignment = 64;
  void* allocate(std::size_t, std::size_t);
  void deallocate(void*, std::size_t, std::size_t) noexcept;
};
struct Unaligned {
  using slot = SpaceSlot;
  void* allocate(std::size_t, std::size_t) noexcept;
  void deallocate(void*, std::size_t, std::size_t) noexcept;
};

bool give_up(std::size_t, std::size_t) noexcept { return false; }

}  // namespace

static_assert(!Space<int> && !Space<Throwing> && !Space<Unaligned>);
static_assert(!AllocatesBytes<Throwing> && DeallocatesBytes<Throwing>);
static_assert(Throwing::max_alignment == 64 && !StatesMaxAlignment<Unaligned>);

TEST_CASE("Spaces round a space nest in any order", "[space]") {
  Counted<Limited<Counted<Failing<Retrying<Prefault<>>>>>> outward{
      Limited{Counted<Failing<Retrying<Prefault<>>>>{
                  Failing{Retrying<Prefault<>>{Prefault<>{}, give_up}, 2}},
              100}};
  Prefault<Retrying<Failing<Counted<Limited<Counted<>>>>>> inward{
      Retrying<Failing<Counted<Limited<Counted<>>>>>{
          Failing{Counted<Limited<Counted<>>>{Limited{Counted<>{}, 100}}, 2}, give_up}};

  for (int request = 0; request < 3; ++request) {
    void* const first = outward.allocate(60, 8);
    void* const second = inward.allocate(60, 8);
    CHECK((first == nullptr) == (request == 1));
    CHECK((second == nullptr) == (request == 1));
    if (first != nullptr) outward.deallocate(first, 60, 8);
    if (second != nullptr) inward.deallocate(second, 60, 8);
  }

  CHECK(outward.refusals() == 1);
  CHECK(inward.space().space().space().calls() == 2);
}

TEST_CASE("A space round one block is one block however deep", "[space]") {
  alignas(64) std::array<std::byte, 256> memory{};
  const Prefault<Counted<Limited<Buffer>>> space{
      Counted<Limited<Buffer>>{Limited{Buffer{memory}, 200}}};

  STATIC_REQUIRE(OneBlockSpace<Prefault<Counted<Limited<Buffer>>>>);
  CHECK(space.one_block_bytes() == 200);
}
