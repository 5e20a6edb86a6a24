// SPDX-License-Identifier: Apache-2.0
// Granules, checks and spaces: with neighbours side by side, of one block, with an end, and such
// that grow in place. And several workspaces on a thread, one of them known as a `Core` alone.
#include "histories.hpp"

using namespace ebb;
using namespace ebb::testing;
using boost::hana::tuple_t;

TEST_CASE("every granule, check and space does what the model says", "[workspace][model][reuse]") {
  const auto all = compositions(tuple_t<Granule<16>, Granule<64>>, tuple_t<Trusting, Generational>,
                                tuple_t<Tracking<>, Tracking<Arena<64>>, Tracking<Arena<4096>>,
                                        Tracking<Buffer>, Tracking<Limited<>>>,
                                tuple_t<External, Reallocate>, tuple_t<Strict>);
  CHECK(all.size() == 40);
  play_all(all);
}

TEST_CASE("every space that grows in place does what the model says", "[workspace][model][reuse]") {
  // The reservation is so small that some cycles fill it, and go on in chunks.
  auto all = compositions(tuple_t<Tracking<Reserved>>, tuple_t<Empty, StartWith<4096>>,
                          tuple_t<FirstLoop, OverTime<3>, PeakWithDecay<3>>,
                          tuple_t<External, Reallocate>, tuple_t<Unbounded, Bounds<0, 98304>>);
  const auto files = compositions(tuple_t<Tracking<MappedFile>>, tuple_t<NoLearning>,
                                  tuple_t<External, Reallocate, Fail>);
  all.insert(all.end(), files.begin(), files.end());
  CHECK(all.size() == 27);
  play_all(all);
}

TEST_CASE("several workspaces of a thread do not disturb each other", "[workspace][model][reuse]") {
  // Tokens beyond those that the stack of a thread has room for without the heap, too.
  rc::prop("whatever is open", [] {
    const std::size_t depth = *rc::gen::inRange<std::size_t>(0, 80);
    const HistoryShape shape{.workspaces = 3, .largest_bytes = 6000};
    History history = *histories(shape);
    for (std::size_t i = 0; i < depth; ++i)
      history.insert(history.begin(), {.verb = i % 7 == 6   ? Verb::outside
                                               : i % 5 == 4 ? Verb::borrow
                                                            : Verb::enter,
                                       .workspace = i * i % 3});

    SpaceLog logs[3];
    std::string violation;
    {
      using Growing = Workspace<Tracking<>>;
      using Fixed = Workspace<External, NoLearning, StartWith<2048>, Trusting, Tracking<>>;
      using Fading = Workspace<PeakWithDecay<3>, Granule<256>, Tracking<Arena<4096>>>;
      Growing growing{"growing", Tracking<>{logs[0]}};
      Fixed fixed{"fixed", Tracking<>{logs[1]}};
      Fading fading{"fading", Tracking<Arena<4096>>{logs[2], Arena<4096>{1'000'000}}};
      Player player;
      player.add(growing, logs[0], promises_of<Growing::Policies>());
      player.add(fixed, logs[1], promises_of<Fixed::Policies>());
      player.add(hands_of<Core>(fading), logs[2], sentence_of<Fading>(fading.space()),
                 promises_of<Fading::Policies>());
      violation = player.play(history);
    }
    for (const SpaceLog& log : logs)
      if (violation.empty() && !log.lent().empty()) violation = "a destructor kept memory";
    expect_kept(violation, history);
  });
}
