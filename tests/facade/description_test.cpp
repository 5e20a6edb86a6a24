// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/facade/description.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>

using namespace ebb;
using namespace ebb::detail;

namespace {

// A header as the compiler prints its sentences: neighbouring string literals are one.
std::string header(const std::string& path) {
  std::ifstream file(std::string(EBB_HEADERS) + "/ebb/" + path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::string joined;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') {
      const std::size_t next = text.find_first_not_of(" \n", at + 1);
      if (next != std::string::npos && next > at + 1 && text[next] == '"') {
        at = next;
        continue;
      }
    }
    joined += text[at];
  }
  return joined;
}

}  // namespace

TEST_CASE("The description has every field of a configuration", "[facade][description]") {
  // One name more or less does not compile.
  const auto& [name, allocation, start, learning, spill, reset, bounds, granule, checks, space,
               file] = Configuration{};

  REQUIRE(fields().size() == 11);
  CHECK(fields().front().key == "name");
  CHECK(fields().back().key == "file");
  CHECK(fields()[1].answers.size() == std::variant_size_v<std::decay_t<decltype(allocation)>>);
  CHECK(fields()[3].answers.size() == std::variant_size_v<std::decay_t<decltype(learning)>>);
}

TEST_CASE("No two settings have one word", "[facade][description]") {
  std::set<std::string_view> words;
  for (const FieldDescription& field : fields()) {
    CHECK(words.insert(field.key).second);
    for (const AnswerDescription& answer : field.answers) {
      CHECK((goes_without_word(field, answer) || words.insert(answer.word).second));
      CHECK((answer.short_form.empty() || words.insert(answer.short_form).second));
      CHECK(answer.fewest <= answer.most);
      CHECK((answer.most == 0) == answer.parameters.empty());
      CHECK((answer.holds == nullptr) == answer.rule.empty());
    }
  }
}

TEST_CASE("What is wrong at run time has the sentence that the compiler says",
          "[facade][description]") {
  const std::string policies = header("policy/learning.hpp") + header("policy/bounds.hpp") +
                               header("policy/granule.hpp") + header("policy/checks.hpp") +
                               header("workspace/workspace.hpp");
  std::size_t rules = 0;
  for (const FieldDescription& field : fields())
    for (const AnswerDescription& answer : field.answers)
      if (!answer.rule.empty()) {
        INFO(answer.rule);
        CHECK(contains(policies, '"' + std::string(answer.rule) + '"'));
        ++rules;
      }
  CHECK(rules == 7);

  for (const char* settings : {"spill=fail", "granule=8KiB"}) {
    const std::string message =
        message_of<BadConfiguration>([&] { (void)Configuration::from_string(settings); });
    const std::size_t begin = message.find("ebb::");
    REQUIRE(begin != std::string::npos);
    const std::string sentence = message.substr(begin, message.rfind(". docs/") - begin);
    INFO(sentence);
    CHECK(contains(policies, '"' + sentence + '"'));
  }
}

TEST_CASE("A number is whole, fits, and bytes may have a unit", "[facade][description]") {
  CHECK(number_from("0", Unit::cycles) == 0);
  CHECK(number_from("18446744073709551615", Unit::keys) == max_bytes);
  CHECK(number_from("100MiB", Unit::bytes) == 104857600);
  CHECK(number_from("7B", Unit::bytes) == 7);
  CHECK(number_from("16777215TiB", Unit::bytes) == std::size_t{16777215} << 40);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.5", "1e3", "0x10", "ten", "1KB", "1MB",
                           "1kib", "1 KiB", "KiB", "1KiBB", "18446744073709551616", "16777216TiB"})
    CHECK_FALSE(number_from(text, Unit::bytes));
  CHECK_FALSE(number_from("4KiB", Unit::cycles));
  CHECK_FALSE(number_from("4B", Unit::percent));
}

TEST_CASE("Bytes are written in the largest unit of which they are whole ones",
          "[facade][description]") {
  CHECK(text_of(0, Unit::bytes) == "0");
  CHECK(text_of(1000, Unit::bytes) == "1000");
  CHECK(text_of(4096, Unit::bytes) == "4KiB");
  CHECK(text_of(std::size_t{1} << 20, Unit::bytes) == "1MiB");
  CHECK(text_of((std::size_t{1} << 40) + 1024, Unit::bytes) == "1073741825KiB");
  CHECK(text_of(4096, Unit::cycles) == "4096");
}

TEST_CASE("A long value is not repeated whole in a message", "[facade][description]") {
  const std::string message = message_of<BadConfiguration>(
      [] { (void)Configuration::from_string("learning=" + std::string(100000, 'x')); });

  CHECK(contains(message, "xxx…\""));
  CHECK(message.size() < 400);
}
