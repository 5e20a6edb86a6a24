// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <comparison.hpp>
#include <workload.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using advice::Contender;
using advice::Figures;
using advice::Scope;
using advice::Workload;
using ebb::Configuration;
using ebb::testing::Touch;
using ebb::testing::Trace;

namespace {

// 63 pieces one after the other, and two that live throughout: a cursor needs much more than lives.
Workload even(std::size_t cycles = 8) {
  Trace trace;
  trace.take(4096);
  const auto under = trace.take(64);
  for (int i = 0; i < 63; ++i) {
    const auto piece = trace.take(4096);
    trace.take(64);
    trace.give(piece);
  }
  trace.give(under);
  return advice::repeated("even", trace, cycles);
}

Figures figures_of(const Workload& workload, const std::string& configuration) {
  return advice::played(workload, Configuration::from_string(configuration), Touch::nothing);
}

}  // namespace

TEST_CASE("a sentence is spelled as its type", "[advice][reuse]") {
  const auto spelled = [](const std::string& text, advice::Naming naming) {
    return advice::sentence_of(Configuration::from_string(text), naming);
  };
  constexpr auto main_slots = advice::Naming::main_slots;
  constexpr auto differences = advice::Naming::differences;

  CHECK(spelled("", main_slots) == "Overallocate<30>, FirstLoop, Reallocate");
  CHECK(spelled("", differences).empty());
  CHECK(spelled("learning=learn-plan", differences) == "LearnPlan");
  CHECK(spelled("learning=learn-plans:2", differences) == "LearnPlans<2>");
  CHECK(spelled("allocation=strict,start=start-with:1KiB,spill=fail", main_slots) ==
        "Strict, StartWith<1024>, FirstLoop, Fail");
  CHECK(spelled("bounds=1:4KiB,granule=128", differences) == "Bounds<1, 4096>, Granule<128>");
  CHECK(spelled("bounds=1", differences) == "Bounds<1>");
}

TEST_CASE("the usual sentences begin with the default and are all valid", "[advice][reuse]") {
  const std::vector<Configuration> found = advice::sentences(Scope::usual, 4096);

  CHECK(found.front() == Configuration{});
  for (const Configuration& configuration : found) CHECK_NOTHROW(configuration.validate());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(std::find(found.begin() + static_cast<std::ptrdiff_t>(i) + 1, found.end(), found[i]) ==
          found.end());
}

TEST_CASE("the usual sentences hold every answer of the four slots", "[advice][reuse]") {
  const std::vector<Configuration> found = advice::sentences(Scope::usual, 4096);
  const auto answers = [&](auto member) {
    std::vector<std::size_t> indices;
    for (const Configuration& configuration : found)
      indices.push_back((configuration.*member).index());
    std::sort(indices.begin(), indices.end());
    indices.erase(std::unique(indices.begin(), indices.end()), indices.end());
    return indices.size();
  };

  CHECK(answers(&Configuration::allocation) ==
        std::variant_size_v<decltype(Configuration::allocation)>);
  CHECK(answers(&Configuration::learning) ==
        std::variant_size_v<decltype(Configuration::learning)>);
  CHECK(answers(&Configuration::spill) == std::variant_size_v<decltype(Configuration::spill)>);
  CHECK(answers(&Configuration::reset) == std::variant_size_v<decltype(Configuration::reset)>);
}

TEST_CASE("all sentences are more than the usual ones", "[advice][reuse]") {
  CHECK(advice::sentences(Scope::all, 4096).size() >
        2 * advice::sentences(Scope::usual, 4096).size());
}

TEST_CASE("figures are counted as the space sees them", "[advice][reuse]") {
  const Workload workload = even();
  const std::size_t demand = workload.demand_bytes();

  const Figures figures =
      figures_of(workload, "start=start-with:" + std::to_string(demand) + ",spill=fail");

  CHECK(figures.failure.empty());
  CHECK(figures.space_calls == 1);
  CHECK(figures.warm_space_calls == 0);
  CHECK(figures.peak_bytes == demand);
  CHECK(figures.fresh_bytes == demand);
  CHECK(figures.held_bytes == static_cast<double>(demand));
  CHECK(figures.spilled_requests == 0);
}

TEST_CASE("bytes held are an average over the cycles", "[advice][reuse]") {
  const Figures two = figures_of(even(2), "allocation=strict");
  const Figures eight = figures_of(even(8), "allocation=strict");

  CHECK(two.peak_bytes == eight.peak_bytes);
  CHECK(two.held_bytes > eight.held_bytes);
  CHECK(eight.held_bytes < static_cast<double>(eight.peak_bytes));
}

TEST_CASE("what nobody learns is asked of the space in every cycle", "[advice][reuse]") {
  const Figures four = figures_of(even(4), "learning=no-learning");
  const Figures eight = figures_of(even(8), "learning=no-learning");

  CHECK(eight.space_calls == 2 * four.space_calls);
  CHECK(eight.warm_space_calls == four.space_calls);
  CHECK(eight.fresh_bytes == 2 * four.fresh_bytes);
  CHECK(eight.spilled_requests == eight.space_calls);
}

TEST_CASE("a sentence that cannot go on says with which error and in which cycle",
          "[advice][reuse]") {
  const Workload workload = advice::growing("growing", even().traces[0], 4, 400);
  const std::string size = std::to_string(even().demand_bytes());

  CHECK(figures_of(workload, "start=start-with:" + size + ",spill=fail").failure ==
        "E01 in cycle 2");
}

TEST_CASE("figures are the same in every run", "[advice][reuse]") {
  const Workload workload = advice::varying("varying", even().traces[0], 16, 50);
  const auto first = advice::contenders(workload, Scope::usual);
  const auto second = advice::contenders(workload, Scope::usual);

  REQUIRE(first.size() == second.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(first[i].figures.fingerprint == second[i].figures.fingerprint);
    CHECK(first[i].figures.held_bytes == second[i].figures.held_bytes);
  }
}

TEST_CASE("sentences that ask the same of the space are joined, and none is lost",
          "[advice][reuse]") {
  const Workload workload = even();
  const auto joined = advice::contenders(workload, Scope::usual);

  std::size_t count = 0;
  for (const Contender& contender : joined) count += 1 + contender.alike.size();
  CHECK(count == advice::sentences(Scope::usual, workload.demand_bytes()).size());
  CHECK(joined.size() < count / 2);
  CHECK(joined.front().sentence == advice::sentence_of(Configuration{}));
}

TEST_CASE("no sentence damages the bytes of a piece", "[advice][reuse]") {
  const Workload workload = advice::varying("varying", even().traces[0], 8, 50);
  for (const Contender& contender : advice::contenders(workload, Scope::usual)) {
    if (contender.figures.failure.empty())
      CHECK(advice::damage(workload, contender.configuration, 8).empty());
  }
}

TEST_CASE("the estimate prefers a plan where pieces come and go", "[advice][reuse]") {
  const Workload workload = even(32);
  auto contenders = advice::contenders(workload, Scope::usual);

  advice::rank_by_estimate(workload, contenders);

  const auto best =
      std::find_if(contenders.begin(), contenders.end(),
                   [](const Contender& contender) { return !contender.is_sized_by_hand; });
  CHECK(best->sentence == "Overallocate<30>, LearnPlan, Reallocate");
  CHECK(contenders.front().regret == 1);
}

TEST_CASE("those that failed stand last and have no regret of others", "[advice][reuse]") {
  const Workload workload = even();
  auto contenders = advice::contenders(workload, Scope::usual);

  advice::rank_by_regret(workload, contenders, 1);

  CHECK(contenders.front().regret == 1);
  CHECK(contenders.front().figures.nanoseconds > 0);
  CHECK_FALSE(contenders.back().figures.failure.empty());
  CHECK(std::is_sorted(contenders.begin(), contenders.end(), [](const auto& a, const auto& b) {
    return a.figures.failure.empty() && b.figures.failure.empty() && a.regret < b.regret;
  }));
}
