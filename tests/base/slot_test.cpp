// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/slot.hpp>

#include <catch2/catch.hpp>

using namespace ebb;

namespace {

struct Answer {
  using slot = SpillSlot;
};
struct Slotless {};
struct UnknownSlot {
  using slot = Slotless;
};

}  // namespace

static_assert(Slot<AllocationSlot> && Slot<StartSlot> && Slot<LearningSlot> && Slot<SpillSlot> &&
              Slot<ResetSlot> && Slot<BoundsSlot> && Slot<GranuleSlot> && Slot<ChecksSlot> &&
              Slot<SpaceSlot>);
static_assert(!Slot<int> && !Slot<Slotless>);

TEST_CASE("A policy names one of the nine slots", "[base][slot]") {
  STATIC_REQUIRE(Policy<Answer>);
  STATIC_REQUIRE_FALSE(Policy<Slotless>);
  STATIC_REQUIRE_FALSE(Policy<UnknownSlot>);
  STATIC_REQUIRE_FALSE(Policy<int>);
}

TEST_CASE("A policy answers the slot that it names and no other", "[base][slot]") {
  STATIC_REQUIRE(PolicyFor<Answer, SpillSlot>);
  STATIC_REQUIRE_FALSE(PolicyFor<Answer, ResetSlot>);
  STATIC_REQUIRE_FALSE(PolicyFor<Slotless, SpillSlot>);
}
