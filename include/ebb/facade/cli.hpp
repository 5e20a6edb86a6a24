// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Configurations as options of a command line, by CLI11.
///
/// | option                        | is                                              |
/// |-------------------------------|-------------------------------------------------|
/// | `--learning over-time:4`      | one for every slot, the name and the file       |
/// | `--over-time 4`               | one for every answer with a number              |
/// | `--step-learning over-time:4` | those of a second workspace, by a prefix `step` |

#include <ebb/base/error.hpp>
#include <ebb/facade/configuration.hpp>
#include <ebb/facade/description.hpp>

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ebb {

/// Adds an option for every setting; what the command line does not name stays as it is.
///
/// - Expects: `configuration` outlives the parsing; every configuration of an `app` has a prefix of
///   its own
/// - Errors: parsing throws `CLI::ValidationError` with the sentence of the `BadConfiguration`; the
///   configuration is unchanged
/// - Costs: heap calls for every option
/// - Example: `examples/configured.cpp`
inline void add_options(CLI::App& app, Configuration& configuration, std::string_view prefix = {}) {
  const std::string begin = prefix.empty() ? "--" : "--" + std::string(prefix) + '-';
  const std::string title = prefix.empty() ? "workspace" : "workspace " + std::string(prefix);
  CLI::App* const group = app.add_option_group(title);

  std::vector<std::pair<std::string, CLI::Option*>> options;
  const auto add = [&](std::string_view key, const std::string& help) {
    CLI::Option* const option = group->add_option(begin + std::string(key))->description(help);
    options.emplace_back(key, option);
    return option;
  };
  for (const detail::FieldDescription& field : detail::fields())
    add(field.key, detail::usage_of(field))->default_str(detail::text_of(field, configuration));
  for (const detail::FieldDescription& field : detail::fields())
    for (const detail::AnswerDescription& answer : field.answers)
      if (detail::is_key(field, answer))
        add(answer.word, "short for " + begin + std::string(field.key) + ' ' +
                             std::string(answer.word) + std::string(answer.parameters));

  group->callback([&configuration, options = std::move(options), title] {
    try {
      detail::Settings settings({}, configuration);
      for (const auto& [key, option] : options)
        if (option->count() != 0) settings.set(key, option->as<std::string>());
      configuration = settings.finish();
    } catch (const BadConfiguration& error) {
      throw CLI::ValidationError(title, error.what());
    }
  });
}

}  // namespace ebb
