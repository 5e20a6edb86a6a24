// SPDX-License-Identifier: Apache-2.0
#include <ebb/json.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstdint>
#include <string>

using namespace ebb;

TEST_CASE("A report as JSON has every number under its printed name", "[json][reuse]") {
  Workspace<> workspace{"step"};
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(1000));
  }
  const Report report = workspace.report();

  const nlohmann::json json = to_json(report);

  CHECK(json.at("name") == "step");
  CHECK(json.at("sealed") == false);
  CHECK(json.at("last_demand_bytes") == 1024);
  std::size_t numbers = 0;
  report.for_each([&](const char* name, std::uint64_t number) {
    CHECK(json.at(name) == number);
    ++numbers;
  });
  CHECK(json.size() == numbers + 5);
}

TEST_CASE("The places that debugging checks name are arrays within the report", "[json]") {
  Report report;
  report.escapes.push_back({{.place = {"a.cpp", 1}, .name = "x", .taker = Taker::array}, 4000, 2});

  const nlohmann::json json = to_json(report);

  CHECK(json.at("escapes") ==
        nlohmann::json::array(
            {{{"origin", "array \"x\", made at a.cpp:1"}, {"bytes", 4000}, {"count", 2}}}));
  CHECK(json.at("growing") == nlohmann::json::array());
}

TEST_CASE("A plan report is an object within the report", "[json]") {
  Report report;
  report.plan = {.bytes = 1,
                 .live_bytes = 2,
                 .bump_bytes = 3,
                 .followed_cycles = 4,
                 .diverged_cycles = 5,
                 .first_mismatch = "take 3"};

  CHECK(to_json(report).at("plan") == nlohmann::json{{"bytes", 1},
                                                     {"live_bytes", 2},
                                                     {"bump_bytes", 3},
                                                     {"followed_cycles", 4},
                                                     {"diverged_cycles", 5},
                                                     {"first_mismatch", "take 3"}});
}

TEST_CASE("A number of 64 bits survives the text of JSON", "[json]") {
  Report report;
  report.spilled_bytes = 18446744073709551615U;

  const nlohmann::json read = nlohmann::json::parse(to_json(report).dump());

  CHECK(read.at("spilled_bytes").get<std::uint64_t>() == report.spilled_bytes);
}
