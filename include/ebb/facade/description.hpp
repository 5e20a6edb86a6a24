// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The one description of a configuration, from which every form of it is derived.
///
/// | a form wants to      | and asks                                                     |
/// |----------------------|--------------------------------------------------------------|
/// | write a value        | `fields()`, then `text_of` each                              |
/// | read a value         | `Settings::set(key, value)`, then `Settings::finish`         |
/// | say what is possible | `fields()`, then `usage_of` each                             |
///
/// The description itself is `facade/description.ipp`: the fields are reflected, each answer has
/// its word there, its numbers, and the sentence about numbers that no workspace can have. An
/// answer that is added there is known to every form.

#include <ebb/base/config.hpp>
#include <ebb/facade/configuration.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ebb::detail {

enum class Unit : unsigned char { bytes, cycles, keys, percent };

using Numbers = std::array<std::size_t, 2>;

// An answer to a slot: its word and its numbers.
struct AnswerDescription {
  std::string_view word = {};
  std::string_view parameters = {};  // as usage shows them: `:MIN[:MAX]`
  std::size_t most = 0;              // numbers
  std::size_t fewest = most;
  Unit unit = Unit::bytes;
  std::size_t left_out = 0;          // what a number is that is not given
  bool (*holds)(Numbers) = nullptr;  // null: for all numbers
  std::string_view rule = {};        // what is wrong where it does not hold
  std::string_view short_form = {};  // a word for the answer with one number in particular
  std::size_t short_number = 0;
  bool takes_file = false;
};

// Which answer a field holds, and its numbers.
struct Choice {
  std::size_t answer = 0;
  Numbers numbers{};
};

// A field of `Configuration`: a slot with its answers, or a text.
struct FieldDescription {
  std::string_view key;
  std::span<const AnswerDescription> answers;
  Choice (*get)(const Configuration&) = nullptr;
  void (*set)(Configuration&, const Choice&) = nullptr;
  const std::string& (*text)(const Configuration&) = nullptr;  // null: a slot
  void (*set_text)(Configuration&, std::string_view) = nullptr;
};

[[nodiscard]] std::span<const FieldDescription> fields();

// A number in a unit. Bytes may be `KiB` to `TiB`; signs, fractions and what does not fit are none.
[[nodiscard]] std::optional<std::size_t> number_from(std::string_view text, Unit unit);
[[nodiscard]] std::string text_of(std::size_t number, Unit unit);

// Numbers that were left out are not written.
[[nodiscard]] std::size_t written_numbers(const AnswerDescription& answer, Numbers numbers);

// An answer that is called like its slot is written without its word: `granule=64`.
[[nodiscard]] bool goes_without_word(const FieldDescription& field,
                                     const AnswerDescription& answer);

// An answer with numbers is a key of its own: `overallocate=10`.
[[nodiscard]] bool is_key(const FieldDescription& field, const AnswerDescription& answer);

// The value of a field, as it is read: `over-time:4`, `64`.
[[nodiscard]] std::string text_of(const FieldDescription& field,
                                  const Configuration& configuration);

// All that a field can be: `strict or overallocate:PERCENT`.
[[nodiscard]] std::string usage_of(const FieldDescription& field);

// Where a key leads: to a field, and to one answer if it is the word of that.
struct Target {
  const FieldDescription* field = nullptr;
  const AnswerDescription* answer = nullptr;
};
[[nodiscard]] Target target_of(std::string_view key);

// For messages: `"a value"`, not all of a long one; `a, b or c`.
[[nodiscard]] std::string in_quotes(std::string_view value);
[[nodiscard]] std::string listed(std::span<const std::string> names);

// Settings on their way into a configuration. Every error says where they came from.
class Settings {
 public:
  explicit Settings(std::string_view source, const Configuration& defaults = {})
      : source_(source), configuration_(defaults) {}

  // A key is a field, or the word of an answer with numbers.
  void set(std::string_view key, std::string_view value);

  // What was set, checked as a whole.
  [[nodiscard]] Configuration finish() const;

  [[noreturn]] void refuse(const std::string& why) const;

  [[noreturn]] void refuse_value(const FieldDescription& field, std::string_view value,
                                 const std::string& why = {}) const;

 private:
  [[nodiscard]] Choice choice_from(const FieldDescription& field, std::string_view value) const;

  std::string source_;
  Configuration configuration_;
  std::vector<const FieldDescription*> set_;
};

// Why no workspace can be made; empty: one can.
[[nodiscard]] std::string contradiction_in(const Configuration& configuration);

}  // namespace ebb::detail

#ifndef EBB_FACADE_COMPILED
#include <ebb/facade/configuration.ipp>  // IWYU pragma: export
#include <ebb/facade/description.ipp>    // IWYU pragma: export
#endif
