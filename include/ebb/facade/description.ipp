// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ebb/base/contract.hpp>
#include <ebb/base/error.hpp>
#include <ebb/facade/description.hpp>

#include <boost/hana/accessors.hpp>
#include <boost/hana/adapt_struct.hpp>
#include <boost/hana/first.hpp>
#include <boost/hana/second.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/hana/unpack.hpp>

#include <algorithm>
#include <charconv>
#include <type_traits>
#include <utility>

BOOST_HANA_ADAPT_STRUCT(ebb::Configuration, name, allocation, start, learning, spill, reset, bounds,
                        granule, checks, space, file);

namespace ebb::detail {

// ---- the words: one line for an answer ----------------------------------------------------------

template <class Answer>
inline constexpr AnswerDescription described{};

template <>
inline constexpr AnswerDescription described<Strict>{.word = "strict"};
template <>
inline constexpr AnswerDescription described<Overallocate<dynamic>>{
    .word = "overallocate", .parameters = ":PERCENT", .most = 1, .unit = Unit::percent};

template <>
inline constexpr AnswerDescription described<Empty>{.word = "empty"};
template <>
inline constexpr AnswerDescription described<StartWith<dynamic>>{
    .word = "start-with", .parameters = ":BYTES", .most = 1};

template <>
inline constexpr AnswerDescription described<NoLearning>{.word = "no-learning"};
template <>
inline constexpr AnswerDescription described<FirstLoop>{.word = "first-loop"};
template <>
inline constexpr AnswerDescription described<OverTime<dynamic>>{
    .word = "over-time",
    .parameters = ":CYCLES",
    .most = 1,
    .unit = Unit::cycles,
    .holds = [](Numbers numbers) { return numbers[0] > 0; },
    .rule =
        "ebb::OverTime: the number of cycles to watch must be at least 1; use NoLearning for a "
        "workspace that never learns"};
template <>
inline constexpr AnswerDescription described<PeakWithDecay<dynamic>>{
    .word = "peak-with-decay",
    .parameters = ":CYCLES",
    .most = 1,
    .unit = Unit::cycles,
    .holds =
        [](Numbers numbers) {
          return numbers[0] > 0 && numbers[0] <= PeakWithDecay<dynamic>::longest_half_life;
        },
    .rule = "ebb::PeakWithDecay: the half-life must be from 1 to 4294967295 cycles"};
template <>
inline constexpr AnswerDescription described<LearnPlans<dynamic>>{
    .word = "learn-plans",
    .parameters = ":KEYS",
    .most = 1,
    .unit = Unit::keys,
    .holds = [](Numbers numbers) { return numbers[0] > 0; },
    .rule = "ebb::LearnPlans: the number of plans is 0; LearnPlans<1> keeps one",
    .short_form = "learn-plan",
    .short_number = LearnPlan::value()};

template <>
inline constexpr AnswerDescription described<External>{.word = "external"};
template <>
inline constexpr AnswerDescription described<Reallocate>{.word = "reallocate"};
template <>
inline constexpr AnswerDescription described<Fail>{.word = "fail"};

template <>
inline constexpr AnswerDescription described<BlockLeft>{.word = "block-left"};

template <>
inline constexpr AnswerDescription described<Unbounded>{.word = "unbounded"};
template <>
inline constexpr AnswerDescription described<Bounds<dynamic, dynamic>>{
    .word = "bounds",
    .parameters = ":MIN[:MAX]",
    .most = 2,
    .fewest = 1,
    .left_out = max_bytes,
    .holds =
        [](Numbers numbers) { return Bounds<dynamic, dynamic>{numbers[0], numbers[1]}.valid(); },
    .rule = "ebb::Bounds: the minimum is above the maximum; the order is Bounds<Min, Max>"};

template <>
inline constexpr AnswerDescription described<Granule<dynamic>>{
    .word = "granule",
    .parameters = ":BYTES",
    .most = 1,
    .holds = [](Numbers numbers) { return Granule<dynamic>{numbers[0]}.valid(); },
    .rule = "ebb::Granule: the number of bytes must be a power of two"};

template <>
inline constexpr AnswerDescription described<Trusting>{.word = "trusting"};
template <>
inline constexpr AnswerDescription described<Generational>{.word = "generational"};
template <>
inline constexpr AnswerDescription described<Poisoning>{.word = "poisoning"};
template <>
inline constexpr AnswerDescription described<Fenced<dynamic>>{
    .word = "fenced",
    .parameters = ":BYTES",
    .most = 1,
    .holds = [](Numbers numbers) { return Fenced<dynamic>{numbers[0]}.valid(); },
    .rule = "ebb::Fenced: a fence has from 1 byte to 1 MiB; use `Generational` for none"};
template <>
inline constexpr AnswerDescription described<Quarantined<dynamic>>{
    .word = "quarantined",
    .parameters = ":CYCLES",
    .most = 1,
    .unit = Unit::cycles,
    .holds = [](Numbers numbers) { return Quarantined<dynamic>{numbers[0]}.valid(); },
    .rule =
        "ebb::Quarantined: a quarantine has from 1 to 4294967295 cycles; use `Generational` for "
        "none"};

// In the order of `SpaceKind`.
inline constexpr AnswerDescription described_spaces[] = {
    {.word = "host"},
    {.word = "prefault"},
    {.word = "limited", .parameters = ":BYTES", .most = 1},
    {.word = "huge-pages"},
    {.word = "reserved", .parameters = "[:BYTES]", .most = 1, .fewest = 0},
    {.word = "mapped-file", .parameters = "[:BYTES]", .most = 1, .fewest = 0, .takes_file = true},
};

// ---- the fields: what kinds there are -----------------------------------------------------------

template <class Answer>
[[nodiscard]] constexpr Numbers numbers_of(const Answer& answer) {
  if constexpr (requires { answer.value(); }) {
    return {answer.value(), 0};
  } else if constexpr (requires { answer.minimum_bytes(); }) {
    return {answer.minimum_bytes(), answer.maximum_bytes()};
  } else {
    return {};
  }
}

template <class Answer>
[[nodiscard]] constexpr Answer answer_from(Numbers numbers) {
  if constexpr (std::is_empty_v<Answer>) {
    return {};
  } else if constexpr (std::is_constructible_v<Answer, std::size_t, std::size_t>) {
    return Answer(numbers[0], numbers[1]);
  } else {
    return Answer(numbers[0]);
  }
}

// A single answer with a number.
template <class Field>
struct FieldKind {
  static constexpr AnswerDescription answers[] = {described<Field>};

  static Choice get(const Field& field) { return {.answer = 0, .numbers = numbers_of(field)}; }
  static void set(Field& field, const Choice& choice) {
    field = answer_from<Field>(choice.numbers);
  }
};

template <class... Answers>
struct FieldKind<std::variant<Answers...>> {
  static_assert((!described<Answers>.word.empty() && ...),
                "ebb::Configuration: an answer without its word in facade/description.ipp");

  static constexpr AnswerDescription answers[] = {described<Answers>...};

  static Choice get(const std::variant<Answers...>& field) {
    return {.answer = field.index(),
            .numbers = std::visit([](const auto& answer) { return numbers_of(answer); }, field)};
  }
  static void set(std::variant<Answers...>& field, const Choice& choice) {
    std::size_t at = 0;
    const auto set_if_chosen = [&]<class Answer>(std::type_identity<Answer>) {
      if (at++ == choice.answer) field = answer_from<Answer>(choice.numbers);
    };
    (set_if_chosen(std::type_identity<Answers>{}), ...);
  }
};

template <>
struct FieldKind<SpaceChoice> {
  static constexpr std::span<const AnswerDescription> answers = described_spaces;

  static Choice get(const SpaceChoice& field) {
    return {.answer = static_cast<std::size_t>(field.kind), .numbers = {field.bytes, 0}};
  }
  static void set(SpaceChoice& field, const Choice& choice) {
    field = {.kind = static_cast<SpaceKind>(choice.answer), .bytes = choice.numbers[0]};
  }
};

template <class Name, class Member>
[[nodiscard]] constexpr FieldDescription describe(Name name, Member) {
  using Field = std::remove_cvref_t<decltype(Member{}(std::declval<Configuration&>()))>;
  FieldDescription description;
  description.key = name.c_str();
  if constexpr (std::is_same_v<Field, std::string>) {
    description.text = [](const Configuration& from) -> const std::string& {
      return Member{}(from);
    };
    description.set_text = [](Configuration& into, std::string_view text) {
      Member{}(into) = text;
    };
  } else {
    using Kind = FieldKind<Field>;
    description.answers = Kind::answers;
    description.get = [](const Configuration& from) { return Kind::get(Member{}(from)); };
    description.set = [](Configuration& into, const Choice& choice) {
      Kind::set(Member{}(into), choice);
    };
  }
  return description;
}

inline constexpr auto described_fields =
    boost::hana::unpack(boost::hana::accessors<Configuration>(), [](auto... members) {
      return std::array{describe(boost::hana::first(members), boost::hana::second(members))...};
    });

EBB_FACADE_INLINE std::span<const FieldDescription> fields() { return described_fields; }

// ---- numbers and their units --------------------------------------------------------------------

struct NamedUnit {
  std::string_view name;
  std::size_t bytes;
};
// The largest first. `KB` is missing because some mean 1000 by it and some 1024.
inline constexpr NamedUnit byte_units[] = {{"TiB", std::size_t{1} << 40},
                                           {"GiB", std::size_t{1} << 30},
                                           {"MiB", std::size_t{1} << 20},
                                           {"KiB", std::size_t{1} << 10},
                                           {"B", 1}};

EBB_FACADE_INLINE std::optional<std::size_t> number_from(std::string_view text, Unit unit) {
  std::size_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{}) return std::nullopt;
  if (rest == end) return number;
  if (unit != Unit::bytes) return std::nullopt;
  const std::string_view name(rest, static_cast<std::size_t>(end - rest));
  const auto* const named = std::ranges::find(byte_units, name, &NamedUnit::name);
  if (named == std::end(byte_units)) return std::nullopt;
  return checked_multiply(number, named->bytes);
}

EBB_FACADE_INLINE std::string text_of(std::size_t number, Unit unit) {
  if (unit == Unit::bytes && number != 0)
    for (const NamedUnit& named : byte_units)
      if (named.bytes > 1 && number % named.bytes == 0)
        return std::to_string(number / named.bytes).append(named.name);
  return std::to_string(number);
}

// ---- writing ------------------------------------------------------------------------------------

EBB_FACADE_INLINE std::size_t written_numbers(const AnswerDescription& answer, Numbers numbers) {
  std::size_t count = answer.most;
  while (count > answer.fewest && numbers[count - 1] == answer.left_out) --count;
  return count;
}

EBB_FACADE_INLINE bool goes_without_word(const FieldDescription& field,
                                         const AnswerDescription& answer) {
  return answer.word == field.key;
}

EBB_FACADE_INLINE bool is_key(const FieldDescription& field, const AnswerDescription& answer) {
  return answer.most != 0 && !goes_without_word(field, answer);
}

EBB_FACADE_INLINE std::string text_of(const FieldDescription& field,
                                      const Configuration& configuration) {
  if (field.text != nullptr) return field.text(configuration);
  const Choice choice = field.get(configuration);
  const AnswerDescription& answer = field.answers[choice.answer];
  std::string text;
  if (!goes_without_word(field, answer)) text = answer.word;
  for (std::size_t i = 0; i < written_numbers(answer, choice.numbers); ++i)
    text.append(text.empty() ? "" : ":").append(text_of(choice.numbers[i], answer.unit));
  return text;
}

EBB_FACADE_INLINE std::string listed(std::span<const std::string> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text.append(i == 0 ? "" : i + 1 == names.size() ? " or " : ", ").append(names[i]);
  return text;
}

EBB_FACADE_INLINE std::string usage_of(const FieldDescription& field) {
  if (field.text != nullptr) return "a text in UTF-8 without control characters";
  std::vector<std::string> forms;
  for (const AnswerDescription& answer : field.answers) {
    std::string form;
    if (!goes_without_word(field, answer)) form = answer.word;
    form += answer.parameters.substr(form.empty() ? 1 : 0);
    forms.push_back(std::move(form));
  }
  return listed(forms);
}

// ---- reading ------------------------------------------------------------------------------------

EBB_FACADE_INLINE std::string in_quotes(std::string_view value) {
  constexpr std::size_t most = 80;
  std::string text = "\"";
  for (const char c : value.substr(0, most)) text += c < ' ' && c >= 0 ? '?' : c;
  return text.append(value.size() > most ? "…\"" : "\"");
}

EBB_FACADE_INLINE void Settings::refuse(const std::string& why) const {
  raise(BadConfiguration(source_.empty() ? why : source_ + ": " + why));
}

EBB_FACADE_INLINE void Settings::refuse_value(const FieldDescription& field, std::string_view value,
                                              const std::string& why) const {
  refuse(in_quotes(field.key) + " cannot be " + in_quotes(value) + (why.empty() ? "" : ": " + why) +
         ". It can be " + usage_of(field) + '.');
}

EBB_FACADE_INLINE Target target_of(std::string_view key) {
  for (const FieldDescription& field : fields())
    if (field.key == key) return {.field = &field};
  for (const FieldDescription& field : fields())
    for (const AnswerDescription& answer : field.answers)
      if (answer.word == key && is_key(field, answer)) return {.field = &field, .answer = &answer};
  return {};
}

[[nodiscard]] EBB_FACADE_INLINE std::string all_keys() {
  std::vector<std::string> keys;
  for (const FieldDescription& field : fields()) keys.emplace_back(field.key);
  for (const FieldDescription& field : fields())
    for (const AnswerDescription& answer : field.answers)
      if (is_key(field, answer)) keys.emplace_back(answer.word);
  return listed(keys);
}

EBB_FACADE_INLINE Choice Settings::choice_from(const FieldDescription& field,
                                               std::string_view value) const {
  const std::string_view word = value.substr(0, value.find(':'));
  for (std::size_t i = 0; i < field.answers.size(); ++i) {
    const AnswerDescription& answer = field.answers[i];
    if (!answer.short_form.empty() && value == answer.short_form)
      return {.answer = i, .numbers = {answer.short_number, 0}};
    std::string_view numbers;
    if (word == answer.word) {
      numbers = value.substr(word.size());
      if (!numbers.empty()) numbers.remove_prefix(1);
      if (numbers.empty() && word.size() != value.size()) refuse_value(field, value);
    } else if (goes_without_word(field, answer) && word.find_first_of("0123456789-+.") == 0) {
      numbers = value;
    } else {
      continue;
    }
    Choice choice{.answer = i, .numbers = {answer.left_out, answer.left_out}};
    std::size_t count = 0;
    for (std::size_t at = 0; !numbers.empty() && at <= numbers.size(); ++count) {
      const std::string_view text = numbers.substr(at, numbers.find(':', at) - at);
      at += text.size() + 1;
      if (count == answer.most) refuse_value(field, value, "that is a number too many");
      const auto number = number_from(text, answer.unit);
      if (!number)
        refuse_value(field, value,
                     in_quotes(text) +
                         (answer.unit == Unit::bytes
                              ? " is no whole number of bytes below 2^64 in B, KiB, MiB, GiB or TiB"
                              : " is no whole number below 2^64"));
      choice.numbers[count] = *number;
    }
    if (count < answer.fewest) refuse_value(field, value, "a number is missing");
    if (answer.holds != nullptr && !answer.holds(choice.numbers))
      refuse_value(field, value, std::string(answer.rule));
    return choice;
  }
  refuse_value(field, value);
}

EBB_FACADE_INLINE void Settings::set(std::string_view key, std::string_view value) {
  const Target target = target_of(key);
  if (target.field == nullptr)
    refuse("there is no setting " + in_quotes(key) + ". Use " + all_keys() + ".");
  const FieldDescription& field = *target.field;
  if (std::ranges::find(set_, &field) != set_.end())
    refuse(in_quotes(field.key) + " is set twice, the second time to " + in_quotes(value) +
           ". Keep one of them.");
  set_.push_back(&field);
  if (field.text != nullptr) {
    field.set_text(configuration_, value);
  } else if (target.answer != nullptr) {
    field.set(configuration_,
              choice_from(field, std::string(target.answer->word).append(":").append(value)));
  } else {
    field.set(configuration_, choice_from(field, value));
  }
}

EBB_FACADE_INLINE Configuration Settings::finish() const {
  if (const std::string contradiction = contradiction_in(configuration_); !contradiction.empty())
    refuse(contradiction);
  return configuration_;
}

// ---- contradictions -----------------------------------------------------------------------------

// Well formed UTF-8 without control characters: what JSON and a terminal can show.
[[nodiscard]] EBB_FACADE_INLINE bool is_text(std::string_view text) {
  const auto byte = [&](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
  };
  for (std::size_t at = 0; at < text.size();) {
    const unsigned first = byte(at);
    if (first < 0x20 || first == 0x7F) return false;
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xC2 ? 0
                               : first < 0xE0 ? 2
                               : first < 0xF0 ? 3
                               : first < 0xF5 ? 4
                                              : 0;
    if (length == 0) return false;
    for (std::size_t i = 1; i < length; ++i)
      if ((byte(at + i) & 0xC0U) != 0x80) return false;
    const unsigned second = byte(at + 1);
    // Longer than needed, a surrogate, beyond the last code point.
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0) ||
        (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90))
      return false;
    at += length;
  }
  return true;
}

// A field as a contradiction names it: `start=empty`.
[[nodiscard]] EBB_FACADE_INLINE std::string shown(std::string_view key,
                                                  const Configuration& configuration) {
  const FieldDescription& field = *target_of(key).field;
  return std::string(key).append("=").append(text_of(field, configuration));
}

EBB_FACADE_INLINE std::string contradiction_in(const Configuration& configuration) {
  for (const FieldDescription& field : fields()) {
    if (field.text != nullptr) {
      if (!is_text(field.text(configuration)))
        return in_quotes(field.key) + " cannot be " + in_quotes(field.text(configuration)) +
               ". It can be " + usage_of(field) + '.';
      continue;
    }
    const Choice choice = field.get(configuration);
    const AnswerDescription& answer = field.answers[choice.answer];
    if (answer.holds != nullptr && !answer.holds(choice.numbers))
      return in_quotes(field.key) + " cannot be " + in_quotes(text_of(field, configuration)) +
             ": " + std::string(answer.rule) + ". It can be " + usage_of(field) + '.';
  }

  // Rules that tie two answers together.
  const auto beside = [&](std::string_view key, std::initializer_list<std::string_view> others,
                          std::string_view rule) {
    std::string text = shown(key, configuration) + " contradicts ";
    for (const std::string_view other : others)
      text.append(other == *others.begin() ? "" : " with ").append(shown(other, configuration));
    return text.append(": ").append(rule).append(".");
  };
  const std::size_t start =
      std::visit([](const auto& answer) { return answer.first_block(); }, configuration.start);
  const bool learns =
      std::visit([]<class Learning>(const Learning&) { return ebb::learns<Learning>(); },
                 configuration.learning);
  if (std::holds_alternative<Fail>(configuration.spill) && learns && start == 0)
    return beside("spill", {"learning", "start"},
                  "ebb::Workspace: `Fail` with a learning policy and `Empty` refuses the very "
                  "cycle it would learn from; add `StartWith<Bytes>`, or use `Reallocate`");
  if (configuration.granule.bytes() > Host::max_alignment)
    return beside("granule", {"space"},
                  "ebb::Workspace: the granule is larger than the largest alignment of the space");
  const std::size_t clamped =
      std::visit([&](const auto& answer) { return answer.clamp(start); }, configuration.bounds);
  if (start != 0 && clamped != start)
    return beside("start", {"bounds"}, "a first size is exact, so it must lie within the bounds");
  const auto rounded = checked_round_up(start, Alignment(configuration.granule.bytes()));
  if (!rounded)
    return beside("start", {"granule"}, "rounded up to the granule it is more than 2^64 bytes");
  const SpaceChoice& space = configuration.space;
  const bool is_bounded =
      space.kind == SpaceKind::limited || (space.kind == SpaceKind::reserved && space.bytes != 0);
  if (is_bounded && *rounded > space.bytes)
    return beside("start", {"space"}, "the first block is more than the space may have out");
  if (space.kind == SpaceKind::mapped_file && learns)
    return beside("space", {"learning"},
                  "ebb::Workspace: `MappedFile` with a learning policy: the size is that of the "
                  "file, which no cycle changes; add `NoLearning`");
  if (space.kind == SpaceKind::mapped_file && configuration.file.empty() && space.bytes == 0)
    return beside("space", {"file"},
                  "a file without a name is made anew, so its size must be said, as in "
                  "mapped-file:1GiB");
  if (space.kind == SpaceKind::mapped_file && start != 0)
    return beside("start", {"space"}, "the first block of a mapped file is all of the file");
  if (space.kind != SpaceKind::mapped_file && !configuration.file.empty())
    return beside("file", {"space"}, "that space keeps nothing in a file");
  return {};
}

}  // namespace ebb::detail
