// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the model tests share: workspaces by the hundred from Hana, each played by histories.

#include "../random_histories.hpp"
#include <ebb/ebb.hpp>
#include <ebb/testing/play.hpp>

#include <boost/hana.hpp>
#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ebb::testing {

// Spaces, each with a log.
template <class S>
S make_space(SpaceLog& log, Memory& memory) {
  constexpr std::size_t arena_bytes = std::size_t{512} * 1024;
  constexpr std::size_t limit_bytes = std::size_t{80} * 1024;
  constexpr std::size_t file_bytes = std::size_t{200} * 1024;
  if constexpr (std::same_as<S, Tracking<>>) {
    return Tracking<>{log};
  } else if constexpr (std::same_as<S, Tracking<Buffer>>) {
    return {log, Buffer{memory.buffer}};
  } else if constexpr (std::same_as<S, Tracking<MappedFile>>) {
    return {log, MappedFile::temporary(file_bytes)};
  } else if constexpr (std::same_as<S, Tracking<Limited<>>>) {
    return {log, Limited<>{Host{}, limit_bytes}};
  } else {
    return {log, std::remove_reference_t<decltype(std::declval<S&>().space())>{arena_bytes}};
  }
}

// What a sentence promises beyond what every workspace keeps.
template <class Policies>
constexpr Promises promises_of() {
  constexpr bool follows_the_demand = learns<typename Policies::Learning>() &&
                                      std::same_as<typename Policies::Spill, Reallocate> &&
                                      std::same_as<typename Policies::Bounds, Unbounded> &&
                                      !OneBlockSpace<typename Policies::Space>;
  return {.repeats_for_free = follows_the_demand, .grows_by_doubling = follows_the_demand};
}

// One workspace type, forgotten. All that is made for each of them is kept small: there are
// hundreds.
struct Refusals {
  std::size_t first = 0;  ///< counted from 1; 0 for none
  std::size_t in_a_row = 1;
};
struct Case {
  std::string_view type;
  Promises promises;
  std::string (*play)(const History& history, Refusals refusals, std::size_t& requests);
};

[[gnu::noinline]] inline std::string play_made(const History& history, const Hands& hands,
                                               SpaceLog& log, Sentence sentence,
                                               Promises promises) {
  Player player;
  player.add(hands, log, std::move(sentence), promises);
  return player.play(history);
}

[[gnu::noinline]] inline void expect_all_back(const SpaceLog& log, std::string& violation,
                                              std::size_t& requests) {
  requests = log.requests().size();
  if (violation.empty()) violation = log.problem();
  if (violation.empty() && !log.lent().empty()) violation = "the destructor kept memory";
}

template <class W>
[[gnu::noinline]] std::string play_on(const History& history, Refusals refusals,
                                      std::size_t& requests) {
  static Memory memory;
  SpaceLog log;
  std::string violation;
  {
    W workspace{"played", make_space<typename W::Policies::Space>(log, memory)};
    log.refuse(refusals.first, refusals.in_a_row);
    violation = play_made(history, hands_of(workspace), log, sentence_of<W>(workspace.space()),
                          promises_of<typename W::Policies>());
  }
  expect_all_back(log, violation, requests);
  return violation;
}

// What the compiler calls a type; `sentence` makes it readable.
template <class W>
constexpr std::string_view name_of_type() {
  return __PRETTY_FUNCTION__;
}
inline std::string sentence(std::string_view type) {
  std::string name(type.substr(type.find("Composition<") + 12));
  for (std::size_t at = 0; (at = name.find("ebb::", at)) != std::string::npos;) name.erase(at, 5);
  for (std::size_t at = 0; (at = name.find("testing::", at)) != std::string::npos;)
    name.erase(at, 9);
  return name.substr(0, name.find_first_of(";]"));
}

// The one combination that a workspace refuses.
template <class Policies>
constexpr bool refuses_what_it_would_learn_from =
    std::same_as<typename Policies::Spill, Fail> && std::same_as<typename Policies::Start, Empty> &&
    learns<typename Policies::Learning>() && !OneBlockSpace<typename Policies::Space>;

template <class W>
void add_if_sentence(std::vector<Case>& all) {
  if constexpr (!refuses_what_it_would_learn_from<typename W::Policies>)
    all.push_back({name_of_type<W>(), promises_of<typename W::Policies>(), &play_on<W>});
}
template <class... Policies>
void add(std::vector<Case>& all, boost::hana::basic_type<Policies>...) {
  add_if_sentence<Workspace<Policies...>>(all);
}

// One property for each: what the model says.
inline void play_all(const std::vector<Case>& all, const HistoryShape& shape = {}) {
  for (const Case& each : all)
    rc::prop(sentence(each.type), [&] {
      const History history = *histories(shape);
      std::size_t requests = 0;
      expect_kept(each.play(history, {}, requests), history);
    });
}

// All sentences with one answer of each tuple of types.
template <class... Slots>
std::vector<Case> compositions(const Slots&... slots) {
  std::vector<Case> all;
  boost::hana::for_each(boost::hana::cartesian_product(boost::hana::make_tuple(slots...)),
                        [&](auto policies) {
                          boost::hana::unpack(policies, [&](auto... types) { add(all, types...); });
                        });
  return all;
}

}  // namespace ebb::testing
