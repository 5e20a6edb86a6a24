// SPDX-License-Identifier: Apache-2.0
// Every combination of policies does what the model says, also when the space refuses.
#include "histories.hpp"

#include <algorithm>

using namespace ebb;
using namespace ebb::testing;
using boost::hana::tuple_t;

namespace {

const std::vector<Case>& all_policies() {
  static const std::vector<Case> all =
      compositions(tuple_t<Empty, StartWith<1024>>,
                   tuple_t<NoLearning, FirstLoop, OverTime<3>, PeakWithDecay<2>>,
                   tuple_t<External, Reallocate, Fail>, tuple_t<Unbounded, Bounds<256, 8192>>,
                   tuple_t<Tracking<>>);
  return all;
}

// One cycle: what is taken and given back in it, and nothing else.
History one_cycle(const HistoryShape& shape) {
  History history = *rc::gen::resize(40, histories(shape));
  std::erase_if(history, [](const Command& command) {
    return command.verb != Verb::take && command.verb != Verb::give &&
           command.verb != Verb::expand && command.verb != Verb::keep;
  });
  history.insert(history.begin(), {.verb = Verb::enter});
  history.push_back({.verb = Verb::leave});
  return history;
}

}  // namespace

TEST_CASE("every sentence of policies does what the model says", "[workspace][model][reuse]") {
  CHECK(all_policies().size() == 42);
  play_all(all_policies());
}

TEST_CASE("a refusal at any call of the space loses nothing", "[workspace][model]") {
  for (const Case& each : all_policies())
    rc::prop(sentence(each.type), [&] {
      const History history = *rc::gen::resize(25, histories({.refusals = false}));
      std::size_t calls = 0;
      expect_kept(each.play(history, {}, calls), history);
      for (std::size_t refused = 1; refused <= calls; ++refused)
        for (const std::size_t in_a_row : {std::size_t{1}, std::size_t{2}, max_bytes}) {
          std::size_t calls_now = 0;
          const auto violation = each.play(history, {refused, in_a_row}, calls_now);
          if (!violation.empty())
            RC_LOG() << "with " << in_a_row << " refused from call " << refused << " on\n";
          expect_kept(violation, history);
        }
    });
}

TEST_CASE("an identical cycle makes no call to the space", "[workspace][model][reuse]") {
  for (const Case& each : all_policies()) {
    if (!each.promises.repeats_for_free) continue;
    rc::prop(sentence(each.type), [&] {
      History history = one_cycle(
          {.largest_bytes = 20000, .refusals = false, .mistakes = false, .switches = false});
      constexpr std::size_t cycles_to_learn = 3;
      for (std::size_t cycle = 0; cycle < cycles_to_learn; ++cycle)
        history.push_back({.verb = Verb::repeat});
      std::size_t calls = 0;
      expect_kept(each.play(history, {}, calls), history);

      history.push_back({.verb = Verb::repeat});
      std::size_t calls_with_one_more = 0;
      expect_kept(each.play(history, {}, calls_with_one_more), history);
      RC_ASSERT(calls_with_one_more == calls);
    });
  }
}
