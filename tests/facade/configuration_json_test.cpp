// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/facade/configuration_json.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace ebb;

namespace {

std::string refusal(const std::string& text) {
  return message_of<BadConfiguration>([&] { (void)Configuration::from_json(text); });
}

}  // namespace

TEST_CASE("A configuration as JSON has a member for every slot", "[facade][json]") {
  CHECK(to_json(Configuration{}) == nlohmann::json{{"allocation", {{"overallocate", 30}}},
                                                   {"start", "empty"},
                                                   {"learning", "first-loop"},
                                                   {"spill", "reallocate"},
                                                   {"reset", "block-left"},
                                                   {"bounds", "unbounded"},
                                                   {"granule", 64},
                                                   {"checks", "generational"},
                                                   {"space", "host"}});
  const Configuration named =
      Configuration::builder().name("step").bounds(Bounds<16, 4096>{}).build();
  CHECK(to_json(named).at("name") == "step");
  CHECK(to_json(named).at("bounds") == nlohmann::json{16, 4096});
  CHECK(to_json(Configuration::builder().bounds(Bounds<16>{}).build()).at("bounds") == 16);
}

TEST_CASE("A configuration is read from JSON in words, numbers and objects", "[facade][json]") {
  const Configuration expected = Configuration::builder()
                                     .name("a, \"b\"")
                                     .allocation(Overallocate<10>{})
                                     .start(StartWith<(1 << 20)>{})
                                     .bounds(Bounds<4096, (2 << 20)>{})
                                     .granule(Granule<256>{})
                                     .build();

  CHECK(Configuration::from_json(to_json(expected).dump()) == expected);
  CHECK(Configuration::from_json(R"({"name": "a, \"b\"", "allocation": "overallocate:10",
      "start": "start-with:1MiB", "bounds": "4KiB:2MiB", "granule": "256"})") == expected);
  CHECK(Configuration::from_json(R"({"name": "a, \"b\"", "allocation": {"overallocate": 10},
      "start": {"start-with": "1MiB"}, "bounds": {"bounds": [4096, "2MiB"]},
      "granule": 256})") == expected);
  CHECK(Configuration::from_json(R"({"name": "a, \"b\"", "overallocate": 10,
      "start-with": [1048576], "bounds": [4096, 2097152], "granule": "granule:256"})") == expected);
  CHECK(Configuration::from_json("{}") == Configuration{});

  for (const nlohmann::json& checks : {nlohmann::json("poisoning"), nlohmann::json{{"fenced", 64}},
                                       nlohmann::json{{"quarantined", 2}}}) {
    const Configuration configuration =
        Configuration::from_json(nlohmann::json{{"checks", checks}}.dump());
    CHECK(to_json(configuration).at("checks") == checks);
    CHECK(Configuration::from_json(to_json(configuration).dump()) == configuration);
  }
}

TEST_CASE("Wrong JSON is an error that names key, value and what is allowed", "[facade][json]") {
  CHECK(refusal(R"({"granule": 64)") ==
        "ebb-E09 BadConfiguration: the text is no JSON: it breaks off at byte 15. "
        "docs/errors/E09.md");
  CHECK(contains(refusal(""), "no JSON"));
  CHECK(contains(refusal("\"\xFF\""), "no JSON"));
  CHECK(contains(refusal("{} {}"), "no JSON"));
  CHECK(contains(refusal("[]"), "no object"));
  CHECK(contains(refusal("null"), "no object"));
  CHECK(contains(refusal(R"({"spill": "fail", "spill": "external"})"),
                 "\"spill\" stands twice in one object"));
  CHECK(contains(refusal(R"({"over-time": 4, "learning": "first-loop"})"), "is set twice"));
  CHECK(contains(refusal(R"({"lerning": "first-loop"})"), "there is no setting \"lerning\""));
  CHECK(refusal(R"({"granule": 64.5})") ==
        "ebb-E09 BadConfiguration: \"granule\" cannot be \"64.5\": that is of another type. It can "
        "be BYTES. docs/errors/E09.md");
  for (const char* value :
       {"-64", "1e2", "18446744073709551616", "true", "null", "[]", "{}", "[[64]]", "[null]",
        R"({"granule": {}})", R"({"granule": 64, "bounds": 1})", R"({"granule:6": 4})",
        R"({"granule": "6:4"})", R"({"granule": []})"})
    CHECK(contains(refusal(R"({"granule": )" + std::string(value) + "}"), "another type"));
  for (const char* value : {"[64, 128]", R"({"bytes": 64})", R"({"": 64})", R"("")", "48"})
    CHECK(contains(refusal(R"({"granule": )" + std::string(value) + "}"), "cannot be"));
  CHECK(contains(refusal(R"({"name": 5})"), "another type"));
  CHECK(contains(refusal(R"({"name": "a\u0000b"})"), "without control characters"));
  CHECK(contains(refusal(R"({"learning": {"first-loop": 1}})"), "a number too many"));
  CHECK(contains(refusal(R"({"overallocate": {"percent": 10}})"), "cannot be"));
  CHECK(contains(refusal(R"({"checks": {"fenced": 0}})"), "ebb::Fenced: a fence has from 1 byte"));
  CHECK(contains(refusal(R"({"checks": {"poisoning": 1}})"), "a number too many"));
  CHECK(contains(refusal(R"({"spill": "fail"})"), "refuses the very cycle it would learn from"));
}

TEST_CASE("JSON that is nested without end is refused", "[facade][json]") {
  for (const char* begin : {"{\"granule\":", "["}) {
    const std::string levels = begin + std::string(100000, '[') + std::string(100000, ']');
    CHECK(contains(refusal(levels), "nested deeper than any setting"));
  }
}
