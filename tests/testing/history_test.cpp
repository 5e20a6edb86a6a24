// SPDX-License-Identifier: Apache-2.0
#include <ebb/testing/history.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

using namespace ebb;
using testing::Command;
using testing::History;
using testing::Verb;
using testing::Way;

TEST_CASE("The same numbers make the same history", "[testing][history]") {
  std::mt19937 random(1);
  std::mt19937 same(1);
  std::mt19937 other(2);

  const History history = testing::random_history(random, {.commands = 50});

  CHECK(history.size() == 50);
  CHECK(testing::random_history(same, {.commands = 50}) == history);
  CHECK(testing::random_history(other, {.commands = 50}) != history);
}

TEST_CASE("A random history has all verbs and ways", "[testing][history]") {
  std::mt19937_64 random(1);
  std::set<Verb> verbs;
  std::set<Way> ways;

  for (const Command& command : testing::random_history(random, {.commands = 5000})) {
    verbs.insert(command.verb);
    ways.insert(command.way);
  }

  CHECK(verbs.size() == static_cast<std::size_t>(Verb::detach) + 1);
  CHECK(ways.size() == testing::ways);
}

TEST_CASE("A shape leaves out what it says", "[testing][history]") {
  std::mt19937_64 random(1);
  const testing::HistoryShape shape{.commands = 5000,
                                    .workspaces = 3,
                                    .largest_alignment = 256,
                                    .refusals = false,
                                    .mistakes = false,
                                    .switches = false};

  const History history = testing::random_history(random, shape);

  CHECK(std::ranges::none_of(history, [](const Command& command) {
    return command.verb == Verb::refuse || command.verb == Verb::give_foreign ||
           command.verb == Verb::destroy || command.verb == Verb::enable ||
           command.verb == Verb::disable || command.verb == Verb::reserve;
  }));
  CHECK(std::ranges::all_of(history, [](const Command& command) {
    return command.workspace < 3 && command.alignment <= 256 && command.bytes <= 32 * 3000;
  }));
  CHECK(
      std::ranges::any_of(history, [](const Command& command) { return command.workspace == 2; }));
}

TEST_CASE("The bytes of a fuzzer make a history that ends with them", "[testing][history]") {
  std::vector<std::uint8_t> bytes(400);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 89);

  const History history = testing::history_from_bytes(bytes);

  CHECK(history.size() > 20);
  CHECK(history.size() < bytes.size());
  CHECK(testing::history_from_bytes({}).empty());
  CHECK(testing::history_from_bytes(bytes) == history);
  // A longer input begins as the shorter one does, but for the command in which that ended.
  bytes.push_back(7);
  const History longer = testing::history_from_bytes(bytes);
  CHECK(std::equal(history.begin(), history.end() - 1, longer.begin()));
}

TEST_CASE("A history reads as a list of sentences", "[testing][history]") {
  const History history = {
      {.verb = Verb::enter},
      {.verb = Verb::take, .way = Way::core_try, .bytes = 100, .alignment = 256},
      {.verb = Verb::take, .way = Way::array, .workspace = 1, .bytes = 7},
      {.verb = Verb::expand, .which = 2, .bytes = 300},
      {.verb = Verb::give, .which = 1},
      {.verb = Verb::refuse, .which = 3, .bytes = 2},
      {.verb = Verb::outside},
      {.verb = Verb::repeat},
      {.verb = Verb::copy, .which = 1, .bytes = 2},
      {.verb = Verb::detach, .which = 3},
  };

  CHECK(testing::to_string(history) ==
        "1. enter workspace 0\n"
        "2. take 100 bytes aligned to 256 by Core::try_allocate from workspace 0\n"
        "3. take 7 bytes as array from workspace 1\n"
        "4. expand piece 2 to 300 bytes in workspace 0\n"
        "5. give piece 1 to workspace 0\n"
        "6. refuse 2 requests, the first the 3-th from now on, of workspace 0\n"
        "7. go outside\n"
        "8. repeat the last cycle of workspace 0\n"
        "9. copy to workspace 2 piece 1 of workspace 0\n"
        "10. detach piece 3 of workspace 0\n");
}

TEST_CASE("A failing history is shortened to what makes it fail", "[testing][history]") {
  std::mt19937_64 random(1);
  const auto fails = [](const History& history) {
    const auto verb_count = [&](Verb verb) {
      return std::ranges::count(history, verb, &Command::verb);
    };
    return verb_count(Verb::enter) >= 2 && verb_count(Verb::give) >= 1;
  };
  const History history = testing::random_history(random);
  REQUIRE(fails(history));

  const History shortest = testing::shortened(history, fails);

  CHECK(shortest.size() == 3);
  CHECK(fails(shortest));
}
