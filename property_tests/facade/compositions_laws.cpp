// SPDX-License-Identifier: Apache-2.0
// Every composition of the facade is made, works, and is what its configuration says, also when
// that has been text in between.
#include "compositions.hpp"
#include <ebb/facade/configuration_json.hpp>
#include <ebb/facade/description.hpp>
#include <ebb/json.hpp>
#include <ebb/space/buffer.hpp>
#include <ebb/space/counted.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using namespace ebb;
using namespace ebb::testing;

namespace {

const std::array<SpaceChoice, 6> choices = {
    SpaceChoice{},
    SpaceChoice{.kind = SpaceKind::prefault, .bytes = 0},
    SpaceChoice{.kind = SpaceKind::limited, .bytes = std::size_t{1} << 20},
    SpaceChoice{.kind = SpaceKind::huge_pages, .bytes = 0},
    SpaceChoice{.kind = SpaceKind::reserved, .bytes = std::size_t{1} << 20},
    SpaceChoice{.kind = SpaceKind::mapped_file, .bytes = 4096}};

std::vector<Configuration> all_with_spaces(const Answers& answers = {}) {
  std::vector<Configuration> all;
  for (Configuration configuration : all_configurations(answers))
    for (const SpaceChoice& space : choices) {
      configuration.space = space;
      if (detail::contradiction_in(configuration).empty()) all.push_back(configuration);
    }
  return all;
}

// What three cycles alike do to a workspace.
nlohmann::json report_after_some_cycles(AnyWorkspace workspace) {
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.try_allocate(700));
    workspace.deallocate(workspace.try_allocate(300), 300);
  }
  return to_json(workspace.report());
}

void expect_made_again(const std::vector<Configuration>& all) {
  for (const Configuration& configuration : all) {
    const nlohmann::json json = to_json(configuration);

    const Configuration again = Configuration::from_json(json.dump());

    if (again != configuration || to_json(again) != json) FAIL(json.dump());
    const nlohmann::json report = report_after_some_cycles(AnyWorkspace::make("made", again));
    if (report != report_after_some_cycles(AnyWorkspace::make("made", configuration)))
      FAIL(json.dump());
    if (report.at("cycles") != 3) FAIL(json.dump());
  }
}

}  // namespace

TEST_CASE("every composition is made again from its JSON", "[facade][laws]") {
  const std::vector<Configuration> all = all_with_spaces();
  CHECK(all.size() == 2128);
  expect_made_again(all);
}

TEST_CASE("every composition with a debugging check is made again from its JSON",
          "[facade][laws]") {
  Answers answers;
  answers.allocations = {Strict{}};
  answers.granules = {{64}};
  answers.checks = answers.debugging_checks;
  const std::vector<Configuration> all = all_with_spaces(answers);
  CHECK(all.size() == 798);
  expect_made_again(all);
}

TEST_CASE("every composition is made in a space of the caller's", "[facade][laws][reuse]") {
  alignas(64) std::array<std::byte, 16384> memory{};
  for (const Configuration& configuration : all_configurations()) {
    const nlohmann::json json = to_json(configuration);
    const nlohmann::json in_buffer =
        report_after_some_cycles(AnyWorkspace::make("made", configuration, Buffer{memory}));
    if (in_buffer.at("block_bytes") != memory.size()) FAIL(json.dump());
    if (refuses_its_lesson(configuration)) continue;
    const nlohmann::json counted =
        report_after_some_cycles(AnyWorkspace::make("made", configuration, Counted<>{}));
    if (counted != report_after_some_cycles(AnyWorkspace::make("made", configuration)))
      FAIL(json.dump());
  }
}
