// SPDX-License-Identifier: Apache-2.0
//
// Settings made of the bytes of libFuzzer, as the string form, as JSON and as ND4J's JSON: raw, or
// put together from what is known, with a mistake here and there. What is accepted comes back from
// both forms as it was and makes a workspace; what is not is a `BadConfiguration`.
// `tools/fuzz_configuration` builds and runs it for as long as you like.

#include <ebb/facade/any_workspace.hpp>
#include <ebb/facade/configuration_json.hpp>
#include <ebb/facade/nd4j.hpp>
#include <ebb/testing/program.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

using namespace ebb;
using ebb::testing::NumbersFromBytes;

namespace {

enum class Form { string, json, nd4j };

[[noreturn]] void end(const char* broken, std::string_view input) {
  std::fprintf(stderr, "%s, after\n%.*s\n", broken, static_cast<int>(input.size()), input.data());
  std::abort();
}

template <class T, std::size_t N>
const T& pick(NumbersFromBytes& next, const T (&from)[N]) {
  return from[next(N)];
}

std::string number(NumbersFromBytes& next) {
  static constexpr const char* numbers[] = {"0",          "1",
                                            "8",          "64",
                                            "100",        "1000",
                                            "4096",       "9000",
                                            "4294967296", "18446744073709551615",
                                            "-1",         "18446744073709551616",
                                            "0.3",        "1e3"};
  static constexpr const char* units[] = {"", "", "", "", "B", "KiB", "MiB", "TiB", "KB"};
  // Mostly those that can be right.
  const std::size_t known = next(4) == 0 ? std::size(numbers) : 9;
  return numbers[next(known)] + std::string(pick(next, units));
}

// A key and a value of ebb that are mostly valid; where a number is wanted, there is one.
std::string setting(NumbersFromBytes& next, Form form) {
  const detail::FieldDescription& field = detail::fields()[next(detail::fields().size())];
  std::string value = "a name";
  std::string numbers;
  if (!field.answers.empty()) {
    const detail::AnswerDescription& answer = field.answers[next(field.answers.size())];
    value = detail::goes_without_word(field, answer) ? "" : answer.word;
    for (std::size_t i = 0; i < answer.most; ++i) numbers += ':' + number(next);
    if (value.empty()) numbers.erase(0, 1);
  }
  const std::string key(field.key);
  if (form == Form::string) return key + '=' + value + numbers;
  if (numbers.empty() || value.empty() || next(2) == 0)
    return '"' + key + "\":\"" + value + numbers + '"';
  return '"' + key + "\":{\"" + value + "\":" + numbers.substr(1) + '}';
}

std::string nd4j_setting(NumbersFromBytes& next) {
  static constexpr const char* policies[] = {"OVERALLOCATE", "STRICT",
                                             "NONE",         "FIRST_LOOP",
                                             "OVER_TIME",    "EXTERNAL",
                                             "REALLOCATE",   "BLOCK_LEFT",
                                             "FULL",         "HOST_ONLY",
                                             "RAM",          "FAIL",
                                             "MMAP",         "ENDOFBUFFER_REACHED"};
  const std::string_view name = pick(next, detail::nd4j_fields).name;
  std::string value = number(next);
  if (name.starts_with("policy")) value = pick(next, policies);
  if (name == "overallocationLimit") value = "0." + std::to_string(next(256));
  if (name == "tempFilePath") return "\"tempFilePath\":null";
  return '"' + std::string(name) + "\":\"" + value + '"';
}

std::string settings_from(NumbersFromBytes& next, Form form) {
  static constexpr const char* mistakes[] = {"=",  ",", ":",  "\"", "\\",   "{",    "}",  "[",
                                             "\n", " ", "\t", "x",  "\xC3", "null", "{}", ",,"};
  std::string text;
  for (std::size_t left = next(6); left != 0; --left) {
    text += text.empty() ? "" : ",";
    text += form == Form::nd4j ? nd4j_setting(next) : setting(next, form);
    if (next(8) == 7) text.insert(next(text.size() + 1), pick(next, mistakes));
  }
  return form == Form::string ? text : '{' + text + '}';
}

Configuration read(const std::string& text, Form form) {
  if (form == Form::string) return Configuration::from_string(text);
  if (form == Form::json) return Configuration::from_json(text);
  return Configuration::nd4j().json(text).build();
}

void check(const std::string& text, Form form) {
  Configuration accepted;
  try {
    accepted = read(text, form);
  } catch (const BadConfiguration&) {
    return;
  }
  if (Configuration::from_string(to_string(accepted)) != accepted)
    end("the string form does not come back", text);
  if (Configuration::from_json(to_json(accepted).dump()) != accepted)
    end("the JSON does not come back", text);
  if (accepted.space.kind == SpaceKind::mapped_file) return;  // files of any name and size
  if (AnyWorkspace::make("fuzz", accepted).is_open()) end("a workspace is born open", text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  NumbersFromBytes next{std::span(data, size)};
  const Form form = static_cast<Form>(next(3));
  if (next(8) == 0) {
    check(std::string(data, data + size), form);
  } else {
    check(settings_from(next, form), form);
  }
  return 0;
}
