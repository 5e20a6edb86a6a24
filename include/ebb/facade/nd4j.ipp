// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ebb/facade/configuration_json.hpp>
#include <ebb/facade/description.hpp>
#include <ebb/facade/nd4j.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ebb {

namespace detail {

[[noreturn]] EBB_FACADE_INLINE void refuse_nd4j(std::string_view field, std::string_view value,
                                                std::string_view why) {
  Settings({}).refuse(in_quotes(field) + " cannot be " + in_quotes(value) + ": " +
                      std::string(why));
}

[[nodiscard]] EBB_FACADE_INLINE std::string nd4j_word(
    std::string_view field, std::string_view value,
    std::initializer_list<std::string_view> allowed) {
  for (const std::string_view word : allowed)
    if (value == word) return std::string(word);
  refuse_nd4j(
      field, value,
      "it can be " + listed(std::vector<std::string>(allowed.begin(), allowed.end())) + '.');
}

[[nodiscard]] EBB_FACADE_INLINE std::size_t nd4j_number(std::string_view field,
                                                        std::string_view value, Unit unit) {
  const auto number = number_from(value, unit);
  if (!number) refuse_nd4j(field, value, "it can be a whole number below 2^64.");
  return *number;
}

// A field of ND4J, and how its value is read from a text.
struct Nd4jField {
  std::string_view name;
  void (*set)(Nd4jConfiguration&, std::string_view name, std::string_view value);
};

template <auto Setter>
void set_nd4j_text(Nd4jConfiguration& into, std::string_view, std::string_view value) {
  (into.*Setter)(value);
}
template <auto Setter, Unit U>
void set_nd4j_number(Nd4jConfiguration& into, std::string_view name, std::string_view value) {
  (into.*Setter)(nd4j_number(name, value, U));
}
template <auto Setter>
void set_nd4j_fraction(Nd4jConfiguration& into, std::string_view name, std::string_view value) {
  double fraction = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, fraction);
  if (error != std::errc{} || rest != end)
    refuse_nd4j(name, value, "it can be a fraction such as 0.3.");
  (into.*Setter)(fraction);
}

inline constexpr Nd4jField nd4j_fields[] = {
    {"initialSize", set_nd4j_number<&Nd4jConfiguration::initialSize, Unit::bytes>},
    {"minSize", set_nd4j_number<&Nd4jConfiguration::minSize, Unit::bytes>},
    {"maxSize", set_nd4j_number<&Nd4jConfiguration::maxSize, Unit::bytes>},
    {"overallocationLimit", set_nd4j_fraction<&Nd4jConfiguration::overallocationLimit>},
    {"cyclesBeforeInitialization",
     set_nd4j_number<&Nd4jConfiguration::cyclesBeforeInitialization, Unit::cycles>},
    {"stepsNumber", set_nd4j_number<&Nd4jConfiguration::stepsNumber, Unit::cycles>},
    {"policyAllocation", set_nd4j_text<&Nd4jConfiguration::policyAllocation>},
    {"policyLearning", set_nd4j_text<&Nd4jConfiguration::policyLearning>},
    {"policySpill", set_nd4j_text<&Nd4jConfiguration::policySpill>},
    {"policyReset", set_nd4j_text<&Nd4jConfiguration::policyReset>},
    {"policyMirroring", set_nd4j_text<&Nd4jConfiguration::policyMirroring>},
    {"policyLocation", set_nd4j_text<&Nd4jConfiguration::policyLocation>},
    {"tempFilePath", set_nd4j_text<&Nd4jConfiguration::tempFilePath>},
};

}  // namespace detail

EBB_FACADE_INLINE Nd4jConfiguration Configuration::nd4j() { return {}; }

EBB_FACADE_INLINE Nd4jConfiguration& Nd4jConfiguration::initialSize(std::size_t bytes) {
  initial_bytes_ = bytes;
  return *this;
}
EBB_FACADE_INLINE Nd4jConfiguration& Nd4jConfiguration::minSize(std::size_t bytes) {
  min_bytes_ = bytes;
  return *this;
}
EBB_FACADE_INLINE Nd4jConfiguration& Nd4jConfiguration::maxSize(std::size_t bytes) {
  max_bytes_ = bytes;
  return *this;
}
EBB_FACADE_INLINE Nd4jConfiguration& Nd4jConfiguration::overallocationLimit(double fraction) {
  const double percent = std::round(fraction * 100);
  // Beyond 2^53 not every number is one; 0.07 * 100 is not 7.
  if (!(percent >= 0 && percent <= 0x1p53 && std::abs(fraction * 100 - percent) <= 1e-9 * percent))
    detail::refuse_nd4j(
        "overallocationLimit", std::to_string(fraction),
        "ebb has head-room in whole percents, so it can be 0, 0.01, 0.02 and so on.");
  percent_ = static_cast<std::size_t>(percent);
  return *this;
}
EBB_FACADE_INLINE Nd4jConfiguration& Nd4jConfiguration::cyclesBeforeInitialization(
    std::size_t cycles) {
  cycles_ = cycles;
  return *this;
}
EBB_FACADE_INLINE Nd4jConfiguration& Nd4jConfiguration::stepsNumber(std::size_t) { return *this; }
EBB_FACADE_INLINE Nd4jConfiguration& Nd4jConfiguration::policyAllocation(std::string_view value) {
  allocation_ = detail::nd4j_word("policyAllocation", value, {"STRICT", "OVERALLOCATE"});
  return *this;
}
EBB_FACADE_INLINE Nd4jConfiguration& Nd4jConfiguration::policyLearning(std::string_view value) {
  learning_ = detail::nd4j_word("policyLearning", value, {"NONE", "FIRST_LOOP", "OVER_TIME"});
  return *this;
}
EBB_FACADE_INLINE Nd4jConfiguration& Nd4jConfiguration::policySpill(std::string_view value) {
  spill_ = detail::nd4j_word("policySpill", value, {"EXTERNAL", "REALLOCATE", "FAIL"});
  return *this;
}
EBB_FACADE_INLINE Nd4jConfiguration& Nd4jConfiguration::policyReset(std::string_view value) {
  if (value == "ENDOFBUFFER_REACHED")
    detail::refuse_nd4j("policyReset", value,
                        "that is a ring, and rings are not part of this version. It can be "
                        "BLOCK_LEFT.");
  static_cast<void>(detail::nd4j_word("policyReset", value, {"BLOCK_LEFT"}));
  return *this;
}
EBB_FACADE_INLINE Nd4jConfiguration& Nd4jConfiguration::policyMirroring(std::string_view value) {
  static_cast<void>(detail::nd4j_word("policyMirroring", value, {"FULL", "HOST_ONLY"}));
  return *this;
}
EBB_FACADE_INLINE Nd4jConfiguration& Nd4jConfiguration::policyLocation(std::string_view value) {
  location_ = detail::nd4j_word("policyLocation", value, {"RAM", "MMAP"});
  return *this;
}
EBB_FACADE_INLINE Nd4jConfiguration& Nd4jConfiguration::tempFilePath(std::string_view path) {
  file_ = path;
  return *this;
}

EBB_FACADE_INLINE Nd4jConfiguration& Nd4jConfiguration::json(std::string_view text) {
  const detail::Settings settings{{}};
  const nlohmann::json json = detail::json_object_from(text, settings);
  Nd4jConfiguration changed = *this;
  for (const auto& [key, value] : json.items()) {
    const auto* const field = std::ranges::find(detail::nd4j_fields, key, &detail::Nd4jField::name);
    if (field == std::end(detail::nd4j_fields)) {
      std::vector<std::string> names;
      for (const detail::Nd4jField& known : detail::nd4j_fields) names.emplace_back(known.name);
      settings.refuse("ND4J has no field " + detail::in_quotes(key) + ". Use " +
                      detail::listed(names) + '.');
    }
    if (value.is_string()) {
      field->set(changed, key, value.get_ref<const std::string&>());
    } else if (value.is_number() && field->name != "tempFilePath") {
      field->set(changed, key, value.dump());
    } else if (!value.is_null() || field->name != "tempFilePath") {
      detail::refuse_nd4j(key, value.dump(), "that is of another type.");
    }
  }
  return *this = changed;
}

EBB_FACADE_INLINE Configuration Nd4jConfiguration::build() const {
  Configuration made;
  const auto rounded = [&](std::string_view field, std::size_t bytes) {
    const auto size = checked_round_up(bytes, Alignment(made.granule.bytes()));
    if (!size)
      detail::refuse_nd4j(field, std::to_string(bytes),
                          "rounded up to the granule it is more than 2^64 bytes.");
    return *size;
  };

  if (allocation_ == "STRICT") {
    made.allocation = Strict{};
  } else {
    made.allocation = Overallocate<dynamic>{percent_};
  }

  const std::size_t maximum = max_bytes_ == 0 ? max_bytes : rounded("maxSize", max_bytes_);
  std::size_t minimum = rounded("minSize", min_bytes_);
  if (minimum > maximum)
    detail::refuse_nd4j("minSize", std::to_string(min_bytes_),
                        "it is above `maxSize`, " + std::to_string(max_bytes_) +
                            ". Of the two ND4J takes the maximum; say which one is meant.");

  // A file's size is its own: ND4J gives it no head-room, and bounds it by nothing.
  const bool is_mapped = location_ == "MMAP";
  const std::size_t initial_bytes = is_mapped ? 0 : initial_bytes_;
  if (is_mapped) made.space = {.kind = SpaceKind::mapped_file, .bytes = initial_bytes_};

  // ND4J grants the head-room to a first size too, and bounds it from above alone.
  const std::size_t wanted =
      std::min(std::visit([&](const auto& answer) { return answer.with_headroom(initial_bytes); },
                          made.allocation),
               maximum);
  if (initial_bytes != 0) {
    const std::size_t first = std::min(rounded("initialSize", wanted), maximum);
    made.start = StartWith<dynamic>{first};
    if (first < minimum) minimum = 0;
  }
  if (!is_mapped && (minimum != 0 || maximum != max_bytes))
    made.bounds = Bounds<dynamic, dynamic>{minimum, maximum};

  if (spill_ == "EXTERNAL") {
    made.spill = External{};
  } else if (spill_ == "FAIL") {
    made.spill = Fail{};
  }

  // A first size is a lesson: from then on ND4J grows under REALLOCATE, at once, and else never.
  if (learning_ == "NONE" || (initial_bytes != 0 && spill_ != "REALLOCATE")) {
    made.learning = NoLearning{};
  } else if (learning_ == "OVER_TIME" && initial_bytes == 0) {
    made.learning = OverTime<dynamic>{std::max<std::size_t>(cycles_, 1)};
  }

  made.file = file_;
  made.validate();
  return made;
}

}  // namespace ebb
