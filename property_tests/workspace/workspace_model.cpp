// SPDX-License-Identifier: Apache-2.0
// Every combination of policies plays random histories as the model says.
#include "histories.hpp"

using namespace ebb;
using namespace ebb::testing;
using boost::hana::tuple_t;

TEST_CASE("every sentence of policies does what the model says", "[workspace][model]") {
  const auto all = compositions(
      tuple_t<Strict, Overallocate<30>>, tuple_t<Empty, StartWith<1024>>,
      tuple_t<NoLearning, FirstLoop, OverTime<3>, PeakWithDecay<2>>,
      tuple_t<External, Reallocate, Fail>, tuple_t<Unbounded, Bounds<256, 8192>>,
      tuple_t<Tracking<>>);
  CHECK(all.size() == 84);
  for (const auto& composition : all)
    rc::prop(composition.sentence, [&] {
      const History history = *histories();
      std::size_t requests = 0;
      expect_kept(composition.play(history, 0, requests), history);
    });
}
