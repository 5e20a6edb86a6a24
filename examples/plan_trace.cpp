// SPDX-License-Identifier: Apache-2.0
//
// What a learned plan saves on a recorded program.
//
//     plan_trace [TRACE [--svg FILE]]
//
// Plays the trace (a training step of ResNet-18 if none is named), cycle after cycle, in a
// workspace that only moves a cursor and in one that learns a plan, writing every byte of every
// piece, and prints what each needed. A trace has a line for each event: `+ ID BYTES` takes a
// piece, `- ID` gives it back.

#include <ebb/ebb.hpp>
#include <ebb/testing/trace.hpp>
#include <ebb/workspace/plan_svg.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace {

using ebb::testing::Touch;
using ebb::testing::Trace;

constexpr int cycles = 15;

struct Result {
  double block_mib;
  long faults;  // in a cycle that has learnt
  double milliseconds;
};

long page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

template <class W>
void run_cycle(const Trace& trace, W& workspace, std::vector<std::byte*>& places) {
  auto cycle = workspace.enter();
  static_cast<void>(play(trace, workspace, Touch::every_byte, places));
}

template <class W>
Result measure(const Trace& trace, W& workspace) {
  constexpr double mib = 1024.0 * 1024.0;
  std::vector<std::byte*> places;
  // The first cycle is the lesson; the second touches the new block for the first time.
  for (int i = 0; i < 2; ++i) run_cycle(trace, workspace, places);
  std::vector<double> times;
  const long faults_before = page_faults();
  for (int i = 0; i < cycles; ++i) {
    const auto start = std::chrono::steady_clock::now();
    run_cycle(trace, workspace, places);
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
            .count());
  }
  const long faults = page_faults() - faults_before;
  std::nth_element(times.begin(), times.begin() + cycles / 2, times.end());
  const ebb::Report report = workspace.report();
  return {static_cast<double>(report.block_bytes) / mib, faults / cycles, times[cycles / 2]};
}

void print(const char* name, const Result& result, const Result& baseline) {
  std::printf("| %-20s | %9.2f | %9.2fx | %12ld | %10.3f | %5.2fx |\n", name, result.block_mib,
              result.block_mib / baseline.block_mib, result.faults, result.milliseconds,
              result.milliseconds / baseline.milliseconds);
}

}  // namespace

int main(int argc, char** argv) {
  const bool draws = argc == 4 && std::string(argv[2]) == "--svg";
  if (argc > 2 && !draws) {
    std::fprintf(stderr, "usage: plan_trace [TRACE [--svg FILE]]\n");
    return 2;
  }
  try {
    const Trace trace =
        ebb::testing::read_trace(argc > 1 ? argv[1] : EBB_EXAMPLE_DATA "/traces/resnet18.txt");
    ebb::Workspace<ebb::Strict> bump{"bump"};
    ebb::Workspace<ebb::LearnPlan> plan{"plan"};
    const Result bump_result = measure(trace, bump);
    const Result plan_result = measure(trace, plan);

    std::printf("%zu pieces, %zu events\n\n", trace.bytes.size(), trace.events.size());
    std::printf(
        "| every byte written   | block MiB | of cursor  | faults/cycle | ms a cycle |  time  |\n");
    std::printf(
        "|----------------------|-----------|------------|--------------|------------|--------|\n");
    print("a cursor", bump_result, bump_result);
    print("a learned plan", plan_result, bump_result);

    const ebb::PlanReport report = plan.report().plan;
    std::printf("\nplan %s bytes, live peak %s (the least possible), %.3f times that\n",
                ebb::grouped(report.bytes).c_str(), ebb::grouped(report.live_bytes).c_str(),
                static_cast<double>(report.bytes) / static_cast<double>(report.live_bytes));
    std::printf("%llu cycles followed it, %llu left it\n",
                static_cast<unsigned long long>(report.followed_cycles),
                static_cast<unsigned long long>(report.diverged_cycles));
    if (draws) {
      std::FILE* const file = std::fopen(argv[3], "w");
      const std::string picture = ebb::svg(plan.plan());
      if (file == nullptr ||
          std::fwrite(picture.data(), 1, picture.size(), file) != picture.size() ||
          std::fclose(file) != 0) {
        std::fprintf(stderr, "plan_trace: %s cannot be written\n", argv[3]);
        return 1;
      }
    }
  } catch (const ebb::Error& error) {
    std::fprintf(stderr, "plan_trace: %s\n", error.what());
    return 1;
  }
  return 0;
}
