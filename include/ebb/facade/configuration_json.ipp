// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ebb/facade/configuration_json.hpp>
#include <ebb/facade/description.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ebb {

namespace detail {

// Finds what a tree would hide or could not bear: where the text breaks off, which key stands twice
// in an object, and nesting without end.
class JsonCheck final : public nlohmann::json_sax<nlohmann::json> {
 public:
  // What is wrong; empty: nothing.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_array(std::size_t) override { return deeper(); }
  bool end_array() override { return higher(); }
  bool start_object(std::size_t) override { return deeper(); }
  bool end_object() override { return higher(); }
  bool key(string_t& key) override {
    if (keys_.back().insert(key).second) return true;
    problem_ = in_quotes(key) + " stands twice in one object. Keep one of them.";
    return false;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    problem_ = "the text is no JSON: it breaks off at byte " + std::to_string(position) + '.';
    return false;
  }

 private:
  // A setting needs three levels; a tree is written by recursion.
  static constexpr std::size_t most_levels = 8;

  bool deeper() {
    keys_.emplace_back();
    if (keys_.size() <= most_levels) return true;
    problem_ = "the JSON is nested deeper than any setting.";
    return false;
  }
  bool higher() {
    keys_.pop_back();
    return true;
  }

  std::vector<std::set<std::string>> keys_;  // of the objects and arrays that are open
  std::string problem_;
};

[[nodiscard]] EBB_FACADE_INLINE nlohmann::json json_object_from(std::string_view text,
                                                                const Settings& settings) {
  JsonCheck check;
  if (!nlohmann::json::sax_parse(text, &check)) settings.refuse(check.problem());
  nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) settings.refuse("the JSON is no object with a member for each setting.");
  return json;
}

// A number as it stands in the string form; empty: it is none.
[[nodiscard]] EBB_FACADE_INLINE std::string number_text(const nlohmann::json& json) {
  if (json.is_number_unsigned()) return json.dump();
  if (!json.is_string()) return {};
  const auto& text = json.get_ref<const std::string&>();
  return text.find(':') == std::string::npos ? text : std::string();
}

// One number or an array of them; empty: it is neither.
[[nodiscard]] EBB_FACADE_INLINE std::string numbers_text(const nlohmann::json& json) {
  if (!json.is_array()) return number_text(json);
  std::string text;
  for (const nlohmann::json& element : json) {
    const std::string number = number_text(element);
    if (number.empty()) return {};
    text.append(text.empty() ? "" : ":").append(number);
  }
  return text;
}

// A value as it stands in the string form; empty: it is none.
[[nodiscard]] EBB_FACADE_INLINE std::string value_text(const nlohmann::json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (!json.is_object()) return numbers_text(json);
  if (json.size() != 1 || json.begin().key().find(':') != std::string::npos) return {};
  const std::string numbers = numbers_text(json.begin().value());
  return numbers.empty() ? numbers : json.begin().key() + ':' + numbers;
}

}  // namespace detail

EBB_FACADE_INLINE nlohmann::json to_json(const Configuration& configuration) {
  nlohmann::json json = nlohmann::json::object();
  for (const detail::FieldDescription& field : detail::fields()) {
    const std::string key(field.key);
    if (field.text != nullptr) {
      if (!field.text(configuration).empty()) json[key] = field.text(configuration);
      continue;
    }
    const detail::Choice choice = field.get(configuration);
    const detail::AnswerDescription& answer = field.answers[choice.answer];
    const std::size_t count = detail::written_numbers(answer, choice.numbers);
    nlohmann::json numbers = choice.numbers[0];
    if (count == 2) numbers = choice.numbers;
    if (count == 0) {
      json[key] = answer.word;
    } else if (detail::goes_without_word(field, answer)) {
      json[key] = std::move(numbers);
    } else {
      json[key][std::string(answer.word)] = std::move(numbers);
    }
  }
  return json;
}

EBB_FACADE_INLINE Configuration Configuration::from_json(std::string_view text) {
  detail::Settings settings{{}};
  const nlohmann::json json = detail::json_object_from(text, settings);
  for (const auto& [key, value] : json.items()) {
    const detail::FieldDescription* const field = detail::target_of(key).field;
    const std::string in_words = detail::value_text(value);
    if (field != nullptr && !value.is_string() && (in_words.empty() || field->text != nullptr))
      settings.refuse_value(*field, value.dump(), "that is of another type");
    settings.set(key, in_words);
  }
  return settings.finish();
}

}  // namespace ebb
