// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every benchmark here shares: contenders measured in turn, and the table that comes of it.
//
// A case is registered with Google Benchmark; one iteration of it is one *round*: every contender
// once, for about `sample_ns`, in an order that turns from round to round. So a disturbance of the
// machine hits neighbours alike, and ratios are taken within a round. The first contender is the
// baseline. Printed are medians over the rounds.
//
// What would make the numbers wrong, and what is done about it:
// - Work that the compiler removes, or that differs: `verify` of each contender runs the same code
//   with another sink before anything is timed, writes to every piece and reads it back; a
//   contender that cheats ends the program.
// - First use: verifying has touched all memory.
// - The timer: a sample is many cycles long.
// - Where a loop lies in its cache line: -falign-loops=64. Where the stack does: it moves.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace interleaved {

// One way to do the work of a case.
struct Contender {
  std::string name;
  std::function<void(std::size_t cycles)> run;  // timed
  std::function<bool()> verify;                 // one cycle, with its work looked at
  // One cycle; answers how often the heap, or what stands in its place, was called.
  std::function<std::size_t()> count_space_calls;
};

// Makes the compiler hand the address over, and believe that memory has changed meanwhile.
template <class T>
inline void use(T* pointer) {
  asm volatile("" : : "r"(pointer) : "memory");
}

// A sink that keeps what it is given and looks at it afterwards: do pieces overlap, is the
// alignment right, is each there?
class Pieces {
 public:
  explicit Pieces(std::size_t alignment) : alignment_(alignment) {}

  void operator()(void* pointer, std::size_t bytes) {
    std::memset(pointer, tag(pieces_.size()), bytes);
    pieces_.push_back({static_cast<unsigned char*>(pointer), bytes});
  }

  // While the pieces live: says whether there are `expected` of them, all in order.
  [[nodiscard]] bool are_sound(std::size_t expected) const {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const auto [begin, bytes] = pieces_[i];
      if (reinterpret_cast<std::uintptr_t>(begin) % alignment_ != 0) return false;
      if (std::any_of(begin, begin + bytes, [&](unsigned char c) { return c != tag(i); }))
        return false;
    }
    return pieces_.size() == expected;
  }

 private:
  static unsigned char tag(std::size_t index) { return static_cast<unsigned char>(index * 7 + 1); }

  std::size_t alignment_;
  std::vector<std::pair<unsigned char*, std::size_t>> pieces_;
};

template <class Memory, class Look>
[[gnu::noinline]] void one_cycle(Memory& memory, Look look) {
  memory.cycle(look);
}

// The contender of a class whose `cycle(look)` is a cycle that hands `look` each piece of 64 bytes.
template <class Memory>
Contender contender_of_cycles() {
  const auto memory = std::make_shared<Memory>();
  const auto look = [](void* piece) { use(piece); };
  return {.name = Memory::name,
          .run =
              [=](std::size_t cycles) {
                for (std::size_t i = 0; i < cycles; ++i) one_cycle(*memory, look);
              },
          .verify =
              [=] {
                Pieces pieces(64);
                std::size_t count = 0;
                bool is_sound = true;
                one_cycle(*memory, [&](void* piece) {
                  pieces(piece, 64);
                  is_sound = is_sound && pieces.are_sound(++count);
                });
                return is_sound && count != 0;
              },
          .count_space_calls =
              [=] {
                const std::size_t before = memory->space_calls();
                one_cycle(*memory, look);
                return memory->space_calls() - before;
              }};
}

// Many small sizes and a few large ones, from 1 byte to 4 KiB.
inline std::vector<std::size_t> mixed_sizes() {
  std::vector<std::size_t> sizes;
  std::uint32_t random = 1;
  for (int i = 0; i < 1000; ++i) {
    random = random * 1664525U + 1013904223U;
    sizes.push_back(1 + ((random >> 8U) & ((32U << (random >> 29U)) - 1)));
  }
  return sizes;
}

namespace detail {

inline bool smoke = false;  // a moment instead of a measurement

// The time of one cycle. The stack begins elsewhere in every round: where a container lies in its
// cache lines decides up to a third of the time of a loop that only fills it.
[[gnu::noinline]] inline double nanoseconds(const Contender& contender, std::size_t cycles,
                                            std::size_t round = 0) {
  void* const shift = __builtin_alloca(16 * (1 + round % 16));
  use(shift);
  const auto start = std::chrono::steady_clock::now();
  contender.run(cycles);
  const auto stop = std::chrono::steady_clock::now();
  use(shift);
  return std::chrono::duration<double, std::nano>(stop - start).count() /
         static_cast<double>(cycles);
}

inline double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5)];
}

inline long page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

inline void measure(benchmark::State& state, const std::string& title,
                    const std::vector<Contender>& contenders) {
  const double sample_ns = smoke ? 1e4 : 2e5;
  for (const Contender& contender : contenders)
    // Twice: a workspace has learned after the first.
    if (!contender.verify() || !contender.verify()) {
      std::fprintf(stderr, "%s: %s does not do its work\n", title.c_str(), contender.name.c_str());
      std::exit(1);
    }

  std::vector<std::size_t> cycles;
  for (const Contender& contender : contenders) {
    std::size_t count = 1;
    while (nanoseconds(contender, count) * static_cast<double>(count) < sample_ns / 2) count *= 2;
    cycles.push_back(count);
  }

  std::vector<std::vector<double>> times(contenders.size()), ratios(contenders.size());
  std::vector<long> faults(contenders.size());
  std::vector<double> round(contenders.size());
  std::size_t first = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      const std::size_t index = (first + i) % contenders.size();
      const long before = page_faults();
      round[index] = nanoseconds(contenders[index], cycles[index], first);
      faults[index] += page_faults() - before;
    }
    ++first;
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      times[i].push_back(round[i]);
      ratios[i].push_back(round[i] / round[0]);
    }
  }

  std::printf("\n**%s**\n\n", title.c_str());
  std::printf("| contender | median ns | spread | ratio | space calls | page faults |\n");
  std::printf("|---|---:|---:|---:|---:|---:|\n");
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    const double median = quantile(times[i], 0.5);
    const double spread = quantile(times[i], 0.75) - quantile(times[i], 0.25);
    const double all = static_cast<double>(cycles[i]) * static_cast<double>(times[i].size());
    std::printf("| %s | %.*f | %.1f %% | %.2f | %zu | %.3g |\n", contenders[i].name.c_str(),
                median < 1000 ? 2 : 0, median, 100 * spread / median, quantile(ratios[i], 0.5),
                contenders[i].count_space_calls(), static_cast<double>(faults[i]) / all);
    state.counters[contenders[i].name] = median;
  }
}

inline std::string machine() {
  std::ifstream cpus("/proc/cpuinfo");
  for (std::string line; std::getline(cpus, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

// The tables are the output.
class NoReport : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>&) override {}
};

}  // namespace detail

// Adds a case. `contenders()` is called when the case runs, so that one case's memory is gone
// before the next begins.
inline void add_case(const std::string& title, std::function<std::vector<Contender>()> contenders) {
  const int rounds = detail::smoke ? 3 : 101;
  benchmark::RegisterBenchmark(title.c_str(), [=](benchmark::State& state) {
    detail::measure(state, title, contenders());
  })->Iterations(rounds);
}

// The whole of `main`: `--smoke`, Google Benchmark's flags, and the head of the tables.
inline int run(int argc, char** argv, std::string_view question, void (*add_cases)()) {
  std::string command = std::string(argv[0]).substr(std::string_view(argv[0]).rfind('/') + 1);
  std::vector<char*> arguments;
  for (int i = 0; i < argc; ++i) {
    if (i != 0) command += std::string(" ") + argv[i];
    if (std::string_view(argv[i]) == "--smoke")
      detail::smoke = true;
    else
      arguments.push_back(argv[i]);
  }
  int count = static_cast<int>(arguments.size());
  add_cases();
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;

#ifdef __clang__
  const char* const compiler = "clang++ " __clang_version__;
#else
  const char* const compiler = "g++ " __VERSION__;
#endif
  std::printf("### %s\n\n", std::string(question).c_str());
  std::printf("%s · %s · `%s` · `%s`\n", detail::machine().c_str(), compiler, EBB_BENCHMARK_FLAGS,
              command.c_str());
  detail::NoReport reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
  std::printf("\n");
  return 0;
}

}  // namespace interleaved
