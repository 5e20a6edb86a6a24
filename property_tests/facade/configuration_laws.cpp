// SPDX-License-Identifier: Apache-2.0
#include "../fixed_seed.hpp"
#include <ebb/facade/any_workspace.hpp>
#include <ebb/facade/configuration_json.hpp>
#include <ebb/facade/description.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <cstddef>
#include <string>
#include <utility>

using namespace ebb;

namespace {

std::size_t any_number() {
  const int shift = *rc::gen::inRange(0, 66);
  if (shift == 65) return max_bytes;
  if (shift == 64) return 0;
  return (std::size_t{1} << shift) + *rc::gen::element<std::size_t>(0, 0, 1, max_bytes);
}

// Any answer to every slot with any numbers; most of them valid.
Configuration any_configuration() {
  Configuration configuration;
  for (const detail::FieldDescription& field : detail::fields()) {
    if (field.text != nullptr) continue;
    detail::Choice choice{.answer = *rc::gen::inRange<std::size_t>(0, field.answers.size())};
    for (std::size_t& number : choice.numbers) number = any_number();
    if (field.key == "granule" && *rc::gen::inRange(0, 4) != 0)
      choice.numbers[0] = std::size_t{1} << *rc::gen::inRange(0, 13);
    if (choice.numbers[0] > choice.numbers[1] && *rc::gen::inRange(0, 4) != 0)
      std::swap(choice.numbers[0], choice.numbers[1]);
    field.set(configuration, choice);
  }
  const auto length = *rc::gen::inRange<std::size_t>(0, 6);
  for (std::size_t i = 0; i < length; ++i)
    configuration.name += *rc::gen::element<std::string>("a", ",", "=", "\"", "\\", " ", "ö", "€",
                                                         "\xF0\x9F\x8C\x8A", ":", "\t", "\xFF");
  if (*rc::gen::inRange(0, 8) == 0) configuration.file = "a file";
  return configuration;
}

bool is_valid(const Configuration& configuration) {
  try {
    configuration.validate();
    return true;
  } catch (const BadConfiguration&) {
    return false;
  }
}

template <class Read>
bool is_refused(Read read) {
  try {
    static_cast<void>(read());
    return false;
  } catch (const BadConfiguration&) {
    return true;
  }
}

}  // namespace

TEST_CASE("Every configuration comes back from its forms, or is refused by each",
          "[facade][configuration]") {
  rc::prop("round_trip", [] {
    const Configuration configuration = any_configuration();
    const std::string text = to_string(configuration);
    const std::string json =
        to_json(configuration).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const bool valid = is_valid(configuration);
    RC_CLASSIFY(valid);

    if (valid) {
      RC_ASSERT(Configuration::from_string(text) == configuration);
      RC_ASSERT(Configuration::from_json(json) == configuration);
      RC_ASSERT(to_string(Configuration::from_json(json)) == text);
    } else {
      RC_ASSERT(is_refused([&] { return Configuration::from_string(text); }));
      const bool is_repaired = json.find("\uFFFD") != std::string::npos;
      RC_ASSERT(is_repaired || is_refused([&] { return Configuration::from_json(json); }));
    }
  });
}

TEST_CASE("A workspace can be made of every valid configuration, and of no other",
          "[facade][configuration]") {
  rc::prop("made", [] {
    const Configuration configuration = any_configuration();
    RC_ASSERT(is_valid(configuration) !=
              is_refused([&] { return AnyWorkspace::make("law", configuration).generation(); }));
  });
}

TEST_CASE("Configurations are equal exactly if their forms are", "[facade][configuration]") {
  rc::prop("equality", [] {
    const Configuration a = any_configuration();
    Configuration b = a;
    RC_ASSERT(a == b);
    const auto changed = *rc::gen::inRange<std::size_t>(0, detail::fields().size());
    const detail::FieldDescription& field = detail::fields()[changed];
    const Configuration other = any_configuration();
    if (field.text != nullptr) {
      field.set_text(b, field.text(other));
    } else {
      field.set(b, field.get(other));
    }
    RC_ASSERT((a == b) == (to_string(a) == to_string(b)));
  });
}
