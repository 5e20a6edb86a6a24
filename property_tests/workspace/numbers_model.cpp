// SPDX-License-Identifier: Apache-2.0
// Sentences whose numbers are given when they are made: any numbers.
#include "histories.hpp"

#include <tuple>

using namespace ebb;
using namespace ebb::testing;

namespace {

std::size_t some(std::size_t bound) { return *rc::gen::inRange<std::size_t>(0, bound); }

using SmallSpace = Tracking<Limited<Arena<256>>>;

}  // namespace

TEMPLATE_PRODUCT_TEST_CASE("any numbers make a workspace that does what the model says",
                           "[workspace][model]", std::tuple,
                           ((OverTime<dynamic>, External), (OverTime<dynamic>, Reallocate),
                            (OverTime<dynamic>, Fail), (PeakWithDecay<dynamic>, External),
                            (PeakWithDecay<dynamic>, Reallocate), (PeakWithDecay<dynamic>, Fail))) {
  using Learning = std::tuple_element_t<0, TestType>;
  using Spill = std::tuple_element_t<1, TestType>;
  using W = Workspace<Overallocate<dynamic>, StartWith<dynamic>, Learning, Spill,
                      Bounds<dynamic, dynamic>, Granule<dynamic>, SmallSpace>;

  rc::prop("played", [] {
    const Overallocate<dynamic> allocation{some(300)};
    const StartWith<dynamic> start{some(5000)};
    const Learning learning{some(5)};
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
      W workspace{"played",
                  allocation,
                  start,
                  learning,
                  bounds,
                  granule,
                  SmallSpace{log, {Arena<256>{arena_bytes}, limit}}};
      violation =
          testing::play(history, workspace, log, {}, allocation, start, learning, bounds, granule);
    }
    if (violation.empty() && !log.lent().empty()) violation = "the destructor kept memory";
    expect_kept(violation, history);
  });
}
