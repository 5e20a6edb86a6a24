// SPDX-License-Identifier: Apache-2.0
// Sentences whose numbers are given when they are made: any numbers.
#include "histories.hpp"

#include <algorithm>
#include <tuple>

using namespace ebb;
using namespace ebb::testing;

namespace {

std::size_t some(std::size_t bound) { return *rc::gen::inRange<std::size_t>(0, bound); }

/// A policy of somebody else's, who looks at all the numbers there are: it grows up to a size, and
/// has no more than so much outside.
struct Choosy {
  using slot = SpillSlot;
  std::size_t largest_block = 4000;
  std::size_t most_outside = 1000;

  [[nodiscard]] Overflow on_overflow(Shortfall shortfall) const noexcept {
    const bool is_thrifty = shortfall.outside + shortfall.wanted <= most_outside;
    return is_thrifty || shortfall.left >= 64 ? Overflow::outside : Overflow::refuse;
  }
  [[nodiscard]] std::size_t next_block(CycleUse use) const noexcept {
    return use.demand <= largest_block ? std::max(use.block, use.demand) : use.block;
  }
};
static_assert(SpillPolicy<Choosy>);

using SmallSpace = Tracking<Limited<Arena<256>>>;

template <class Spill>
Spill some_spill() {
  return {};
}
template <>
Choosy some_spill() {
  return {.largest_block = some(20000), .most_outside = some(20000)};
}

}  // namespace

TEMPLATE_PRODUCT_TEST_CASE("any numbers make a workspace that does what the model says",
                           "[workspace][model][reuse]", std::tuple,
                           ((OverTime<dynamic>, External), (OverTime<dynamic>, Reallocate),
                            (OverTime<dynamic>, Fail), (OverTime<dynamic>, Choosy),
                            (PeakWithDecay<dynamic>, External),
                            (PeakWithDecay<dynamic>, Reallocate), (PeakWithDecay<dynamic>, Fail))) {
  using Learning = std::tuple_element_t<0, TestType>;
  using Spill = std::tuple_element_t<1, TestType>;
  using W = Workspace<Overallocate<dynamic>, StartWith<dynamic>, Learning, Spill,
                      Bounds<dynamic, dynamic>, Granule<dynamic>, SmallSpace>;

  rc::prop("played", [] {
    const Overallocate<dynamic> allocation{some(300)};
    const StartWith<dynamic> start{some(5000)};
    const Learning learning{some(5)};
    const Spill spill = some_spill<Spill>();
    const std::size_t minimum = some(2) * some(3000);
    const std::size_t maximum = some(2) == 0 ? max_bytes : minimum + some(20000);
    const Bounds<dynamic, dynamic> bounds{minimum, maximum};
    const Granule<dynamic> granule{std::size_t{1} << some(9)};
    constexpr std::size_t arena_bytes = 300'000;
    const std::size_t limit = some(2) == 0 ? arena_bytes : some(arena_bytes);
    const History history = *histories();

    SpaceLog log;
    std::string violation;
    {
      W workspace{"played", allocation, start,   learning,
                  spill,    bounds,     granule, SmallSpace{log, {Arena<256>{arena_bytes}, limit}}};
      violation = testing::play(history, workspace, log, {}, allocation, start, learning, spill,
                                bounds, granule);
    }
    if (violation.empty() && !log.lent().empty()) violation = "the destructor kept memory";
    expect_kept(violation, history);
  });
}
