// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ebb/base/contract.hpp>
#include <ebb/base/error.hpp>
#include <ebb/facade/configuration.hpp>
#include <ebb/facade/description.hpp>

#include <algorithm>
#include <cstdlib>
#include <ostream>

namespace ebb {

namespace detail {

inline constexpr std::string_view blanks = " \t\r\n";

[[nodiscard]] EBB_FACADE_INLINE std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(blanks), text.size());
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

// The texts that a string form needs quotes for.
[[nodiscard]] EBB_FACADE_INLINE std::string in_string_form(std::string_view value) {
  if (!value.empty() && value == trimmed(value) &&
      value.find_first_of(",=\"") == std::string_view::npos)
    return std::string(value);
  std::string text = "\"";
  for (const char c : value) text.append(c == '"' || c == '\\' ? "\\" : "").append(1, c);
  return text.append("\"");
}

// Reads `key=value,key="value"`.
class StringForm {
 public:
  StringForm(std::string_view text, std::string_view source) : rest_(text), settings_(source) {}

  [[nodiscard]] Configuration read() {
    if (trimmed(rest_).empty()) return settings_.finish();
    do {
      const std::string_view key = trimmed(take_until("=,"));
      if (!rest_.starts_with('='))
        settings_.refuse(in_quotes(key) + " has no value. Settings are key=value,key=value.");
      rest_.remove_prefix(1);
      settings_.set(key, value());
    } while (take_comma());
    return settings_.finish();
  }

 private:
  std::string_view take_until(std::string_view ends) {
    const std::string_view taken = rest_.substr(0, rest_.find_first_of(ends));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  [[nodiscard]] bool take_comma() {
    if (rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }

  [[nodiscard]] std::string value() {
    const std::string_view blank = rest_.substr(0, rest_.find_first_not_of(blanks));
    if (rest_.substr(blank.size()).starts_with('"')) {
      rest_.remove_prefix(blank.size() + 1);
      return quoted_value();
    }
    const std::string_view plain = trimmed(take_until(","));
    if (plain.find_first_of("=\"") != std::string_view::npos)
      settings_.refuse(in_quotes(plain) +
                       " is no value. Between settings stands a comma; a text with a comma, an "
                       "equals sign or a quote stands in double quotes.");
    return std::string(plain);
  }

  // Behind the opening quote; a backslash takes the next character as it is.
  [[nodiscard]] std::string quoted_value() {
    std::string text;
    while (true) {
      text += take_until("\"\\");
      if (rest_.empty()) settings_.refuse(in_quotes(text) + " has no closing quote.");
      const bool ends = rest_.front() == '"';
      rest_.remove_prefix(1);
      if (ends) break;
      text += rest_.substr(0, 1);
      rest_.remove_prefix(std::min<std::size_t>(rest_.size(), 1));
    }
    if (const std::string_view behind = trimmed(take_until(",")); !behind.empty())
      settings_.refuse(in_quotes(behind) + " stands between a closing quote and the next comma.");
    return text;
  }

  std::string_view rest_;
  Settings settings_;
};

}  // namespace detail

EBB_FACADE_INLINE Configuration Configuration::from_string(std::string_view text) {
  return detail::StringForm(text, {}).read();
}

EBB_FACADE_INLINE Configuration Configuration::from_environment(const char* variable) {
  const char* const text = std::getenv(variable);
  return detail::StringForm(text == nullptr ? "" : text, variable).read();
}

EBB_FACADE_INLINE void Configuration::validate() const {
  if (const std::string why = detail::contradiction_in(*this); !why.empty())
    detail::raise(BadConfiguration(name.empty() ? why : detail::in_quotes(name) + ": " + why));
}

EBB_FACADE_INLINE bool operator==(const Configuration& a, const Configuration& b) {
  return std::ranges::all_of(detail::fields(), [&](const detail::FieldDescription& field) {
    if (field.text != nullptr) return field.text(a) == field.text(b);
    const detail::Choice of_a = field.get(a);
    const detail::Choice of_b = field.get(b);
    const auto count = static_cast<std::ptrdiff_t>(field.answers[of_a.answer].most);
    return of_a.answer == of_b.answer &&
           std::equal(of_a.numbers.begin(), of_a.numbers.begin() + count, of_b.numbers.begin());
  });
}

EBB_FACADE_INLINE std::string to_string(const Configuration& configuration) {
  std::string text;
  for (const detail::FieldDescription& field : detail::fields()) {
    const std::string value = detail::text_of(field, configuration);
    if (value.empty()) continue;
    text.append(text.empty() ? "" : ",").append(field.key).append("=");
    text.append(field.text == nullptr ? value : detail::in_string_form(value));
  }
  return text;
}

EBB_FACADE_INLINE std::ostream& operator<<(std::ostream& out, const Configuration& configuration) {
  return out << to_string(configuration);
}

}  // namespace ebb
