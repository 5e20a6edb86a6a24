// SPDX-License-Identifier: Apache-2.0
#include "workload.hpp"

#include <ebb/ebb.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace advice {

using ebb::PlanEvent;
using ebb::testing::Trace;

namespace {

[[nodiscard]] std::uint64_t rounded(std::size_t bytes) {
  return ebb::round_up(bytes, ebb::Alignment(64));
}

// Cycle by cycle, each with its own size.
template <class PercentOf>
[[nodiscard]] Workload sized(std::string name, const Trace& trace, std::size_t cycles,
                             PercentOf percent_of) {
  Workload workload{.name = std::move(name), .traces = {}, .order = {}};
  std::vector<std::size_t> sizes;
  for (std::size_t cycle = 0; cycle < cycles; ++cycle) {
    const std::size_t percent = percent_of(cycle);
    const auto known = std::find(sizes.begin(), sizes.end(), percent);
    workload.order.push_back(static_cast<std::size_t>(known - sizes.begin()));
    if (known != sizes.end()) continue;
    sizes.push_back(percent);
    workload.traces.push_back(scaled(trace, percent));
  }
  return workload;
}

}  // namespace

std::uint64_t Workload::taken_bytes() const {
  std::uint64_t sum = 0;
  for (const std::size_t index : order)
    for (const std::size_t bytes : traces[index].bytes) sum += rounded(bytes);
  return sum;
}

double Workload::live_bytes() const {
  std::vector<double> peaks;
  for (const Trace& trace : traces) {
    std::uint64_t live = 0;
    std::uint64_t peak = 0;
    for (const PlanEvent event : trace.events) {
      const std::uint64_t bytes = rounded(trace.bytes[event.piece]);
      live = event.is_give ? live - bytes : live + bytes;
      peak = std::max(peak, live);
    }
    peaks.push_back(static_cast<double>(peak));
  }
  double sum = 0;
  for (const std::size_t index : order) sum += peaks[index];
  return sum / static_cast<double>(cycles());
}

std::size_t Workload::demand_bytes() const {
  ebb::Workspace<ebb::Strict> workspace{"demand"};
  for (const Trace& trace : traces) {
    auto cycle = workspace.enter();
    static_cast<void>(play(trace, workspace, ebb::testing::Touch::nothing));
  }
  return workspace.report().largest_demand_bytes;
}

Trace scaled(const Trace& trace, std::size_t percent) {
  Trace result = trace;
  for (std::size_t& bytes : result.bytes) bytes = std::max<std::size_t>(bytes * percent / 100, 1);
  return result;
}

Workload repeated(std::string name, Trace trace, std::size_t cycles) {
  return {.name = std::move(name),
          .traces = {std::move(trace)},
          .order = std::vector<std::size_t>(cycles, 0)};
}

Workload varying(std::string name, const Trace& trace, std::size_t cycles, std::size_t percent) {
  // The distributions of the standard library differ from one to another; the generator does not.
  std::mt19937 random(1);
  return sized(std::move(name), trace, cycles, [&](std::size_t) {
    return 100 - percent + static_cast<std::size_t>(random()) % (2 * percent + 1);
  });
}

Workload growing(std::string name, const Trace& trace, std::size_t cycles,
                 std::size_t last_percent) {
  return sized(std::move(name), trace, cycles, [&](std::size_t cycle) {
    return 100 + (last_percent - 100) * cycle / std::max<std::size_t>(cycles - 1, 1);
  });
}

Workload bursting(std::string name, const Trace& trace, std::size_t cycles, std::size_t percent) {
  return sized(std::move(name), trace, cycles,
               [&](std::size_t cycle) { return cycle == cycles / 2 ? percent : 100; });
}

Workload alternating(std::string name, const Trace& trace, std::size_t cycles,
                     std::size_t percent) {
  return sized(std::move(name), trace, cycles,
               [&](std::size_t cycle) { return cycle % 2 == 0 ? 100 : percent; });
}

}  // namespace advice
