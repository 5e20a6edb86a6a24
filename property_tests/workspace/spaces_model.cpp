// SPDX-License-Identifier: Apache-2.0
// Granules, checks and spaces: one with neighbours side by side, one that is one block, one that
// ends.
#include "histories.hpp"

using namespace ebb;
using namespace ebb::testing;
using boost::hana::tuple_t;

TEST_CASE("every granule, check and space does what the model says", "[workspace][model]") {
  const auto all = compositions(
      tuple_t<Granule<16>, Granule<64>>, tuple_t<Trusting, Generational>,
      tuple_t<Tracking<>, Tracking<Arena<64>>, Tracking<Arena<4096>>, Tracking<Buffer>,
              Limited<Tracking<>>>,
      tuple_t<External, Reallocate, Fail>, tuple_t<StartWith<1024>>);
  CHECK(all.size() == 60);
  for (const auto& composition : all)
    rc::prop(composition.sentence, [&] {
      const History history = *histories();
      std::size_t requests = 0;
      expect_kept(composition.play(history, 0, requests), history);
    });
}
