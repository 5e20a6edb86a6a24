// SPDX-License-Identifier: Apache-2.0
//
// Which sentence should this program use?
//
//     ebb_advise TRACE...                   the sentence, and the figures behind it
//     ebb_advise TRACE... --cycles N        so many cycles are played, 32 if nothing is said; each
//                                           trace at least once
//     ebb_advise TRACE... --time            measured too; the sentence does not depend on it
//
// A trace is one recorded cycle: `+ ID BYTES` takes a piece, `- ID` gives it back. Several traces
// are the cycles of one program, played in order, round and round.

#include "comparison.hpp"
#include "workload.hpp"
#include <ebb/base/contract.hpp>
#include <ebb/base/error.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using advice::Contender;
using advice::Workload;

struct Options {
  std::vector<std::string> traces;
  std::size_t cycles = 32;
  bool is_timed = false;
};

std::string grouped(double bytes) { return ebb::grouped(static_cast<std::uint64_t>(bytes)); }

Workload read(const Options& options) {
  Workload workload{.name = options.traces.front(), .traces = {}, .order = {}};
  for (const std::string& path : options.traces) {
    workload.traces.push_back(ebb::testing::read_trace(path));
    if (workload.traces.back().events.empty())
      ebb::detail::raise(ebb::DataError('"' + path + "\" holds no event. Record a whole cycle."));
  }
  const std::size_t cycles = std::max(options.cycles, options.traces.size());
  for (std::size_t cycle = 0; cycle < cycles; ++cycle)
    workload.order.push_back(cycle % workload.traces.size());
  return workload;
}

// The settings that differ from the default, in the form that `Configuration::from_string` reads.
std::string settings(const Contender& contender) {
  const std::string all = ebb::to_string(contender.configuration) + ",";
  const std::string usual = "," + ebb::to_string(ebb::Configuration{}) + ",";
  std::string differing;
  for (std::size_t begin = 0; begin < all.size();) {
    const std::size_t end = all.find(',', begin);
    const std::string setting = all.substr(begin, end - begin);
    if (usual.find("," + setting + ",") == std::string::npos)
      differing += (differing.empty() ? "" : ",") + setting;
    begin = end + 1;
  }
  return differing;
}

void print_row(const Contender& contender, bool is_timed) {
  const advice::Figures& figures = contender.figures;
  std::printf(
      "| `%s` | %.2f | %s | %s | %s | %s | %s | %s |", contender.sentence.c_str(), contender.regret,
      grouped(figures.held_bytes).c_str(), ebb::grouped(figures.peak_bytes).c_str(),
      ebb::grouped(figures.fresh_bytes).c_str(), ebb::grouped(figures.spilled_requests).c_str(),
      ebb::grouped(figures.space_calls).c_str(), ebb::grouped(figures.warm_space_calls).c_str());
  if (is_timed) std::printf(" %.3f | %.0f |", figures.nanoseconds / 1e6, figures.faults);
  std::printf("\n");
}

void print_table(const std::vector<Contender>& shown, bool is_timed) {
  std::printf(
      "| sentence | estimate | bytes held | peak bytes | fresh bytes | spills | space calls | in "
      "the second half |%s\n|---|---:|---:|---:|---:|---:|---:|---:|%s\n",
      is_timed ? " ms a cycle | faults a cycle |" : "", is_timed ? "---:|---:|" : "");
  for (const Contender& contender : shown) print_row(contender, is_timed);
}

// The best few, the default, and the worst.
std::vector<Contender> worth_showing(const std::vector<Contender>& ranked) {
  constexpr std::size_t top = 5;
  const std::string usual = advice::sentence_of(ebb::Configuration{});
  std::vector<Contender> shown;
  for (const Contender& contender : ranked) {
    if (!contender.figures.failure.empty()) break;
    const bool is_worst =
        &contender == &ranked.back() || !(&contender + 1)->figures.failure.empty();
    if (shown.size() < top || contender.sentence == usual || is_worst) shown.push_back(contender);
  }
  return shown;
}

void advise(const Options& options) {
  const Workload workload = read(options);
  std::vector<Contender> ranked = advice::contenders(workload, advice::Scope::usual);
  advice::rank_by_estimate(workload, ranked);
  // A size by hand is right for these very cycles; what learns is right for the next ones, too.
  const auto best = std::find_if(ranked.begin(), ranked.end(), [](const Contender& contender) {
    return !contender.is_sized_by_hand;
  });
  const auto usual = std::find_if(ranked.begin(), ranked.end(), [](const Contender& contender) {
    return contender.configuration == ebb::Configuration{};
  });

  std::size_t pieces = 0;
  for (const auto& trace : workload.traces) pieces += trace.bytes.size();
  std::printf("%zu recorded cycle%s, %s pieces; %zu cycles played.\n", workload.traces.size(),
              workload.traces.size() == 1 ? "" : "s", ebb::grouped(pieces).c_str(),
              workload.cycles());
  std::printf(
      "A cycle takes %s bytes, of which at most %s live at once.\n\nUse\n\n",
      grouped(static_cast<double>(workload.taken_bytes()) / static_cast<double>(workload.cycles()))
          .c_str(),
      grouped(workload.live_bytes()).c_str());
  std::printf("    Workspace<%s>\n\n",
              advice::sentence_of(best->configuration, advice::Naming::differences).c_str());
  if (best != usual)
    std::printf("or, where the sentence is a value, `%s`.\n", settings(*best).c_str());
  if (best != usual)
    std::printf(
        "It holds %.2f times the bytes of the default, and asks the space for %.2f times as "
        "many.\n",
        best->figures.held_bytes / usual->figures.held_bytes,
        static_cast<double>(best->figures.fresh_bytes) /
            static_cast<double>(usual->figures.fresh_bytes));
  std::printf("\n");

  std::vector<Contender> shown = worth_showing(ranked);
  if (options.is_timed) {
    advice::return_memory_at_once();
    std::vector<Contender> timed = shown;
    advice::rank_by_regret(workload, timed, 5);
    for (Contender& contender : shown)
      for (const Contender& one : timed)
        if (one.sentence == contender.sentence) contender.figures = one.figures;
  }
  print_table(shown, options.is_timed);
  std::printf("\nWhat the figures are, and what an estimate is: docs/choosing.md.\n");
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Says which sentence of policies a recorded program should use.", "ebb_advise");
  app.add_option("TRACE", options.traces, "A recorded cycle; several are played in order")
      ->required();
  app.add_option("--cycles", options.cycles, "How many cycles are played")
      ->check(CLI::Range(std::size_t{2}, std::size_t{1'000'000}))
      ->capture_default_str();
  app.add_flag("--time", options.is_timed, "Measure what is shown");
  CLI11_PARSE(app, argc, argv);
  try {
    advise(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ebb_advise: %s\n", error.what());
    return 1;
  }
  return 0;
}
