// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Reports as JSON, by nlohmann/json.

#include <ebb/engine/report.hpp>

#include <nlohmann/json.hpp>

#include <vector>

namespace ebb {

/// A report as a JSON object: a member for every number, under the name that a printed report has.
///
/// - Errors: `std::bad_alloc`
/// - Costs: a heap call or more for every member
[[nodiscard]] inline nlohmann::json to_json(const Report& report) {
  nlohmann::json json = {{"name", report.name}, {"sealed", report.sealed}};
  report.for_each([&](const char* name, std::uint64_t number) { json[name] = number; });
  json["plan"] = {{"bytes", report.plan.bytes},
                  {"live_bytes", report.plan.live_bytes},
                  {"bump_bytes", report.plan.bump_bytes},
                  {"followed_cycles", report.plan.followed_cycles},
                  {"diverged_cycles", report.plan.diverged_cycles},
                  {"first_mismatch", report.plan.first_mismatch}};
  const auto places = [](const std::vector<PlaceReport>& reports) {
    auto all = nlohmann::json::array();
    for (const PlaceReport& place : reports)
      all.push_back(
          {{"origin", to_string(place.origin)}, {"bytes", place.bytes}, {"count", place.count}});
    return all;
  };
  json["escapes"] = places(report.escapes);
  json["growing"] = places(report.growing);
  return json;
}

}  // namespace ebb
