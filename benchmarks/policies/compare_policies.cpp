// SPDX-License-Identifier: Apache-2.0
// Which sentence serves which program best? The page docs/benchmarks/policies.md is made by
// benchmarks/run_policies.
//
//     compare_policies                          a table for each workload, in Markdown
//     compare_policies --all --csv FILE         all sentences of the facade
//     compare_policies --checks | --spaces      those slots, with each learning policy
//     compare_policies --trace NAME --quick     one recorded program, for a moment
//
// Every sentence plays every cycle of a workload in a workspace of its own, writing every byte of
// every piece; its time is that of the whole, the first cycle included, divided by the cycles.
//
// What would make the numbers wrong, and what is done about it:
// - A busy machine: the time is the processor's, what the system does for the program included; the
//   sentences take turns, and ratios are taken within a round.
// - Memory that one sentence gave back and the next gets warm: all of it returns to the system.
// - Sentences that only seem to differ: those that ask the same of the space are joined before
//   anything is timed, and the table says how many.
// - A sentence that hands out memory twice: each is played once with every byte looked at, outside
//   the timed part; and the laws at the end of this file must hold, or the program fails.

#include "comparison.hpp"
#include "workload.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

namespace {

using advice::Contender;
using advice::Workload;

constexpr double mib = 1024.0 * 1024.0;

struct Options {
  std::vector<std::string> names;
  std::string csv;
  std::size_t rounds = 5;
  bool quick = false;
  bool all = false;
  bool checks = false;
  bool spaces = false;

  [[nodiscard]] advice::Scope scope() const {
    if (all) return advice::Scope::all;
    if (checks) return advice::Scope::checks;
    return spaces ? advice::Scope::spaces : advice::Scope::usual;
  }
};

// ---- workloads ----------------------------------------------------------------------------------

constexpr std::array recorded{"mlp", "lstm", "gpt", "resnet18", "resnet18_infer"};
constexpr std::array made{"varying", "growing", "bursting", "alternating"};

Workload workload_of(const std::string& name, bool quick) {
  const auto trace = [](const std::string& file) {
    return ebb::testing::read_trace(std::string(EBB_TRACES "/") + file + ".txt");
  };
  const std::size_t few = quick ? 8 : 16;
  const std::size_t many = quick ? 16 : 64;
  if (name == "varying") return advice::varying(name, trace("mlp"), many, 50);
  if (name == "growing") return advice::growing(name, trace("mlp"), many, 200);
  if (name == "bursting") return advice::bursting(name, trace("mlp"), many, 800);
  if (name == "alternating") return advice::alternating(name, trace("mlp"), many, 300);
  return advice::repeated(name, trace(name), name == "mlp" ? many : few);
}

std::string words_for(const Workload& workload) {
  const std::string cycles = std::to_string(workload.cycles()) + " cycles";
  if (workload.name == "varying") return cycles + " of mlp, sizes ± 50 %";
  if (workload.name == "growing") return cycles + " of mlp, sizes growing evenly to twice";
  if (workload.name == "bursting") return cycles + " of mlp, one of them 8 times as large";
  if (workload.name == "alternating") return cycles + " of mlp, 1 and 3 times as large by turns";
  return cycles + " of the recorded program " + workload.name + ", all alike";
}

// ---- tables -------------------------------------------------------------------------------------

void print_row(const std::vector<Contender>& ranked, std::size_t rank, double live) {
  const Contender& contender = ranked[rank];
  const advice::Figures& figures = contender.figures;
  const bool is_default = contender.sentence == advice::sentence_of(ebb::Configuration{});
  std::string sentence = "`" + contender.sentence + "`";
  if (is_default) sentence = "**" + sentence + "** (default)";
  if (!contender.alike.empty())
    sentence += " and " + std::to_string(contender.alike.size()) + " alike";
  if (!figures.failure.empty()) {
    std::printf("| – | %s | fails: %s | | | | | | | | |\n", sentence.c_str(),
                figures.failure.c_str());
    return;
  }
  std::printf("| %zu | %s | %.2f | %.2f | %.2f | %.2f | %.1f | %llu | %.1f | %llu | %.0f |\n",
              rank + 1, sentence.c_str(), contender.regret, figures.nanoseconds / 1e6,
              contender.time_ratio, figures.held_bytes / live,
              static_cast<double>(figures.peak_bytes) / mib,
              static_cast<unsigned long long>(figures.spilled_requests),
              static_cast<double>(figures.spilled_bytes) / mib,
              static_cast<unsigned long long>(figures.space_calls), figures.faults);
}

void print_table(const Workload& workload, const std::vector<Contender>& ranked, bool is_whole) {
  const double live = workload.live_bytes();
  const auto failed = static_cast<std::size_t>(
      std::count_if(ranked.begin(), ranked.end(),
                    [](const Contender& one) { return !one.figures.failure.empty(); }));
  std::printf(
      "\n### %s\n\n%s. Alive at once %.1f MiB, taken %.1f MiB a cycle.\n\n", workload.name.c_str(),
      words_for(workload).c_str(), live / mib,
      static_cast<double>(workload.taken_bytes()) / mib / static_cast<double>(workload.cycles()));
  std::printf(
      "| | sentence | regret | ms a cycle | time | bytes | peak MiB | spills | spilled MiB | space "
      "calls | faults a cycle |\n|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
  constexpr std::size_t top = 6;
  const std::size_t served = ranked.size() - failed;
  bool has_gap = false;
  for (std::size_t rank = 0; rank < ranked.size(); ++rank) {
    const bool is_default = ranked[rank].sentence == advice::sentence_of(ebb::Configuration{});
    const bool is_worst = rank + 1 == served;
    if (!is_whole && rank >= top && !is_default && !is_worst && rank < served) {
      if (!has_gap) std::printf("| … | | | | | | | | | | |\n");
      has_gap = true;
      continue;
    }
    if (rank >= served && !is_whole && rank > served) continue;  // one failure stands for them
    has_gap = false;
    print_row(ranked, rank, live);
  }
  std::fflush(stdout);
}

// ---- CSV ----------------------------------------------------------------------------------------

void write_csv_rows(std::ostream& out, const Workload& workload,
                    const std::vector<Contender>& ranked) {
  for (const Contender& contender : ranked) {
    const auto row = [&](const std::string& sentence) {
      const advice::Figures& figures = contender.figures;
      out << workload.name << ',' << workload.live_bytes() << ",\"" << sentence << "\","
          << figures.failure << ',';
      if (figures.failure.empty()) out << contender.regret;
      out << ',';
      if (figures.failure.empty()) out << figures.nanoseconds;
      out << ',';
      if (figures.failure.empty()) out << contender.time_ratio;
      out << ',' << figures.held_bytes << ',' << figures.peak_bytes << ',' << figures.fresh_bytes
          << ',' << figures.spilled_requests << ',' << figures.spilled_bytes << ','
          << figures.space_calls << ',' << figures.warm_space_calls << ',' << figures.faults
          << '\n';
    };
    row(contender.sentence);
    for (const std::string& sentence : contender.alike) row(sentence);
  }
}

constexpr const char* csv_head =
    "workload,live_bytes,sentence,failure,regret,nanoseconds,time_ratio,held_bytes,peak_bytes,"
    "fresh_bytes,"
    "spilled_requests,spilled_bytes,space_calls,warm_space_calls,faults\n";

// ---- what must be true --------------------------------------------------------------------------

// The first law that does not hold; empty: all do.
std::string broken_law(const Workload& workload, const std::vector<Contender>& ranked) {
  const bool is_even = workload.traces.size() == 1;
  bool some_settle = false;
  for (const Contender& contender : ranked) {
    const advice::Figures& figures = contender.figures;
    if (!figures.failure.empty()) {
      if (!std::holds_alternative<ebb::Fail>(contender.configuration.spill))
        return contender.sentence + ": fails though it may spill";
      continue;
    }
    if (contender.regret < 1) return contender.sentence + ": better than the best";
    if (figures.held_bytes < workload.live_bytes())
      return contender.sentence + ": fewer bytes than were alive at once";
    if (figures.fresh_bytes < figures.peak_bytes)
      return contender.sentence + ": the space gave more than it gave";
    some_settle = some_settle || figures.warm_space_calls == 0;
    const bool learns = contender.configuration.learning.index() != 0;
    if (is_even && learns && figures.warm_space_calls != 0 && figures.spilled_requests == 0)
      return contender.sentence + ": calls the space though all cycles are alike";
  }
  if (ranked.front().regret != 1) return "no sentence is the best";
  if (is_even && !some_settle) return "no sentence does without the space in the end";
  return {};
}

// ---- the program --------------------------------------------------------------------------------

std::string machine() {
  std::ifstream cpus("/proc/cpuinfo");
  for (std::string line; std::getline(cpus, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

int run(const Options& options, const std::string& command) {
#ifdef __clang__
  const char* const compiler = "clang++ " __clang_version__;
#else
  const char* const compiler = "g++ " __VERSION__;
#endif
  advice::return_memory_at_once();
  std::ofstream csv;
  if (!options.csv.empty()) {
    csv.open(options.csv);
    if (!csv) {
      std::fprintf(stderr, "compare_policies: %s cannot be written\n", options.csv.c_str());
      return 1;
    }
    csv << csv_head;
  }
  std::printf("%s · %s · `%s` · `%s`\n", machine().c_str(), compiler, EBB_BENCHMARK_FLAGS,
              command.c_str());
  for (const std::string& name : options.names) {
    const Workload workload = workload_of(name, options.quick);
    std::vector<Contender> contenders = advice::contenders(workload, options.scope());
    for (const Contender& contender : contenders) {
      if (!contender.figures.failure.empty()) continue;
      const std::size_t enough = workload.traces.size() == 1 ? 3 : workload.cycles();
      const std::string damage = advice::damage(workload, contender.configuration, enough);
      if (damage.empty()) continue;
      std::fprintf(stderr, "%s: `%s`: %s\n", name.c_str(), contender.sentence.c_str(),
                   damage.c_str());
      return 1;
    }
    advice::rank_by_regret(workload, contenders, options.rounds);
    print_table(workload, contenders, options.checks || options.spaces);
    if (csv.is_open()) write_csv_rows(csv, workload, contenders);
    if (const std::string law = broken_law(workload, contenders); !law.empty()) {
      std::fprintf(stderr, "%s: %s\n", name.c_str(), law.c_str());
      return 1;
    }
  }
  if (csv.is_open() && !csv.flush()) {
    std::fprintf(stderr, "compare_policies: %s cannot be written\n", options.csv.c_str());
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  std::vector<std::string> known(recorded.begin(), recorded.end());
  known.insert(known.end(), made.begin(), made.end());
  CLI::App app("Compares sentences of policies over recorded and made workloads.");
  app.add_option("--trace", options.names, "A workload, and not all of them")
      ->check(CLI::IsMember(known));
  app.add_option("--rounds", options.rounds, "How often each is measured")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--csv", options.csv, "A file for all rows");
  app.add_flag("--quick", options.quick, "Fewer cycles and one round: shows that all is well");
  auto* const all = app.add_flag("--all", options.all, "All sentences of the facade");
  auto* const checks = app.add_flag("--checks", options.checks, "The answers to the checks slot");
  auto* const spaces = app.add_flag("--spaces", options.spaces, "The answers to the space slot");
  all->excludes(checks)->excludes(spaces);
  checks->excludes(spaces);
  CLI11_PARSE(app, argc, argv);
  if (options.names.empty()) options.names = known;
  if (options.quick) options.rounds = 1;

  std::string command = "compare_policies";
  for (int i = 1; i < argc; ++i) command += std::string(" ") + argv[i];
  try {
    return run(options, command);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "compare_policies: %s\n", error.what());
    return 1;
  }
}
