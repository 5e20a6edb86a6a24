// SPDX-License-Identifier: Apache-2.0
#include "comparison.hpp"

#include <ebb/base/error.hpp>
#include <ebb/facade/any_space.hpp>
#include <ebb/facade/description.hpp>
#include <ebb/space/host.hpp>

#include <algorithm>
#include <cctype>
#include <limits>
#include <malloc.h>
#include <string_view>
#include <sys/resource.h>
#include <time.h>
#include <utility>

namespace advice {

using ebb::Configuration;
using ebb::testing::Touch;

namespace {

// What passes between a workspace and its space.
struct Meter {
  std::uint64_t calls = 0;
  std::uint64_t out_bytes = 0;
  std::uint64_t cycle_peak_bytes = 0;
  std::uint64_t peak_bytes = 0;
  std::uint64_t fresh_bytes = 0;
  std::uint64_t fingerprint = 0xcbf29ce484222325;  // FNV-1a

  // The most bytes that were out since the last call.
  std::uint64_t end_cycle() {
    peak_bytes = std::max(peak_bytes, cycle_peak_bytes);
    return std::exchange(cycle_peak_bytes, out_bytes);
  }
  void count(std::uint64_t bytes, std::uint64_t fresh) {
    fresh_bytes += fresh;
    out_bytes += bytes;
    cycle_peak_bytes = std::max(cycle_peak_bytes, out_bytes);
  }
  void mix(std::uint64_t number) { fingerprint = (fingerprint ^ number) * 0x100000001b3; }
};

// Round the space of a configuration, which is not known by its type.
class Metered {
 public:
  using slot = ebb::SpaceSlot;

  static constexpr std::size_t max_alignment = ebb::Host::max_alignment;

  Metered(Meter& meter, ebb::AnySpace space) noexcept : meter_(&meter), space_(std::move(space)) {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    void* const pointer = space_.allocate(bytes, alignment);
    ++meter_->calls;
    meter_->mix(bytes);
    if (pointer != nullptr) meter_->count(bytes, bytes);
    return pointer;
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    meter_->out_bytes -= bytes;
    space_.deallocate(pointer, bytes, alignment);
  }
  [[nodiscard]] bool resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                            std::size_t alignment) noexcept {
    if (new_bytes > old_bytes) {
      ++meter_->calls;
      meter_->mix(new_bytes - old_bytes);
    }
    if (!space_.resize(pointer, old_bytes, new_bytes, alignment)) return false;
    meter_->out_bytes -= old_bytes;
    meter_->count(new_bytes, new_bytes > old_bytes ? new_bytes - old_bytes : 0);
    return true;
  }
  [[nodiscard]] bool is_resizable() const noexcept { return space_.is_resizable(); }

 private:
  Meter* meter_;
  ebb::AnySpace space_;
};

[[nodiscard]] ebb::AnyWorkspace metered(const Configuration& configuration, Meter& meter) {
  return ebb::AnyWorkspace::make("compared", configuration,
                                 ebb::AnySpace(Metered(meter, ebb::AnySpace(configuration.space))));
}

[[nodiscard]] double page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_minflt + usage.ru_majflt);
}

// Of this thread, the system's work for it included: what others do meanwhile is not its time.
[[nodiscard]] double processor_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

[[nodiscard]] double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Sorts, and keeps what is equal in order. (std::stable_sort of libstdc++ 12 uses what C++20 has
// deprecated, and clang says so.)
template <class Value, class KeyOf>
void sort_by(std::vector<Value>& values, KeyOf key_of) {
  std::vector<std::pair<decltype(key_of(values[0])), std::size_t>> order;
  for (std::size_t i = 0; i < values.size(); ++i) order.emplace_back(key_of(values[i]), i);
  std::sort(order.begin(), order.end());
  std::vector<Value> sorted;
  for (const auto& [key, index] : order) sorted.push_back(std::move(values[index]));
  values = std::move(sorted);
}

// ---- sentences ----------------------------------------------------------------------------------

[[nodiscard]] std::string type_name(std::string_view word) {
  std::string name;
  bool begins = true;
  for (const char letter : word) {
    if (letter == '-') {
      begins = true;
      continue;
    }
    name += begins ? static_cast<char>(std::toupper(static_cast<unsigned char>(letter))) : letter;
    begins = false;
  }
  return name;
}

[[nodiscard]] std::string type_of(const ebb::detail::FieldDescription& field,
                                  const Configuration& configuration) {
  const ebb::detail::Choice choice = field.get(configuration);
  const ebb::detail::AnswerDescription& answer = field.answers[choice.answer];
  if (!answer.short_form.empty() && choice.numbers[0] == answer.short_number)
    return type_name(answer.short_form);
  std::string text = type_name(answer.word);
  const std::size_t numbers = ebb::detail::written_numbers(answer, choice.numbers);
  for (std::size_t i = 0; i < numbers; ++i)
    text += (i == 0 ? "<" : ", ") + std::to_string(choice.numbers[i]);
  return numbers == 0 ? text : text + ">";
}

[[nodiscard]] bool is_always_named(std::string_view key) {
  return key == "allocation" || key == "learning" || key == "spill";
}

[[nodiscard]] std::size_t distance_from_default(const Configuration& configuration) {
  std::size_t distance = 0;
  const Configuration defaults;
  for (const auto& field : ebb::detail::fields())
    if (field.get != nullptr && type_of(field, configuration) != type_of(field, defaults))
      ++distance;
  return distance;
}

// The numbers with which an answer is tried. What is missing here is no sentence that could be
// forgotten silently.
[[nodiscard]] std::vector<ebb::detail::Numbers> examples_of(
    const ebb::detail::AnswerDescription& answer, std::size_t demand_bytes) {
  if (answer.most == 0) return {{0, 0}};
  if (answer.word == "overallocate") return {{30, 0}, {10, 0}, {100, 0}};
  if (answer.word == "start-with") return {{demand_bytes, 0}};
  if (answer.word == "over-time") return {{8, 0}};
  if (answer.word == "peak-with-decay") return {{8, 0}};
  if (answer.word == "learn-plans") return {{answer.short_number, 0}};
  if (answer.word == "bounds") return {{0, demand_bytes}};
  if (answer.word == "granule") return {{64, 0}, {256, 0}};
  if (answer.word == "limited") return {{8 * demand_bytes, 0}};
  if (answer.word == "reserved") return {{0, 0}};
  if (answer.word == "fenced") return {{16, 0}, {64, 0}};
  if (answer.word == "quarantined") return {{1, 0}, {4, 0}};
  ebb::detail::raise(
      ebb::BadConfiguration("the answer `" + std::string(answer.word) +
                            "` has numbers, and none to try it with. Add some to `examples_of` in "
                            "src/advice/comparison.cpp."));
}

[[nodiscard]] bool is_tried(std::string_view key, Scope scope) {
  switch (scope) {
    case Scope::usual:
      return is_always_named(key) || key == "reset" || key == "start";
    case Scope::all:
      return is_always_named(key) || key == "reset" || key == "start" || key == "bounds" ||
             key == "granule";
    case Scope::checks:
      return key == "learning" || key == "checks";
    case Scope::spaces:
      return key == "learning" || key == "space";
  }
  return false;
}

[[nodiscard]] bool is_valid(const Configuration& configuration) {
  return ebb::detail::contradiction_in(configuration).empty();
}

[[nodiscard]] bool starts_by_hand(const Configuration& configuration) {
  return !std::holds_alternative<ebb::Empty>(configuration.start);
}

}  // namespace

std::string sentence_of(const Configuration& configuration, Naming naming) {
  std::string sentence;
  const Configuration defaults;
  for (const auto& field : ebb::detail::fields()) {
    if (field.get == nullptr) continue;
    const std::string type = type_of(field, configuration);
    const bool is_named = naming == Naming::main_slots && is_always_named(field.key);
    if (!is_named && type == type_of(field, defaults)) continue;
    if (!sentence.empty()) sentence += ", ";
    sentence += type;
  }
  return sentence;
}

std::vector<Configuration> sentences(Scope scope, std::size_t demand_bytes) {
  std::vector<Configuration> found{Configuration{}};
  for (const auto& field : ebb::detail::fields()) {
    if (field.get == nullptr || !is_tried(field.key, scope)) continue;
    std::vector<Configuration> longer;
    for (const Configuration& shorter : found) {
      for (std::size_t answer = 0; answer < field.answers.size(); ++answer) {
        if (field.answers[answer].takes_file)
          continue;  // a file is kept for its bytes, not for speed
        for (const auto numbers : examples_of(field.answers[answer], demand_bytes)) {
          longer.push_back(shorter);
          field.set(longer.back(), {.answer = answer, .numbers = numbers});
        }
      }
    }
    found = std::move(longer);
  }
  std::erase_if(found, [](const Configuration& configuration) { return !is_valid(configuration); });
  sort_by(found, distance_from_default);
  return found;
}

Figures played(const Workload& workload, const Configuration& configuration, Touch touch) {
  Figures figures;
  Meter meter;
  std::size_t cycle = 0;
  std::uint64_t calls_at_half = 0;
  double held_bytes = 0;
  std::vector<std::byte*> places;
  const double faults_before = page_faults();
  const double time_before = processor_nanoseconds();
  {
    ebb::AnyWorkspace workspace = metered(configuration, meter);
    try {
      for (; cycle < workload.cycles(); ++cycle) {
        if (cycle == workload.cycles() / 2) calls_at_half = meter.calls;
        {
          const auto token = workspace.enter();
          static_cast<void>(play(workload.cycle(cycle), workspace.core(), touch, places));
        }
        held_bytes += static_cast<double>(meter.end_cycle());
      }
    } catch (const ebb::Error& error) {
      figures.failure = std::string(error.id()) + " in cycle " + std::to_string(cycle + 1);
    }
    const ebb::Report report = workspace.report();
    figures.spilled_requests = report.spilled_requests;
    figures.spilled_bytes = report.spilled_bytes;
  }
  const double time = processor_nanoseconds() - time_before;
  const auto cycles = static_cast<double>(std::max<std::size_t>(cycle, 1));
  figures.nanoseconds = time / cycles;
  figures.faults = (page_faults() - faults_before) / cycles;
  figures.held_bytes = held_bytes / cycles;
  figures.peak_bytes = meter.peak_bytes;
  figures.fresh_bytes = meter.fresh_bytes;
  figures.space_calls = meter.calls;
  figures.warm_space_calls = meter.calls - calls_at_half;
  figures.fingerprint = meter.fingerprint;
  return figures;
}

std::vector<Contender> contenders(const Workload& workload, Scope scope) {
  std::vector<Contender> found;
  const bool joins = scope == Scope::usual || scope == Scope::all;
  for (const Configuration& configuration : sentences(scope, workload.demand_bytes())) {
    Contender contender{.configuration = configuration,
                        .sentence = sentence_of(configuration),
                        .is_sized_by_hand = starts_by_hand(configuration),
                        .figures = played(workload, configuration, Touch::nothing),
                        .alike = {}};
    const auto learns_plans = [](const Contender& one) {
      return std::holds_alternative<ebb::LearnPlans<ebb::dynamic>>(one.configuration.learning);
    };
    const auto twin = std::find_if(found.begin(), found.end(), [&](const Contender& other) {
      return joins && other.figures.fingerprint == contender.figures.fingerprint &&
             other.figures.held_bytes == contender.figures.held_bytes &&
             other.figures.failure == contender.figures.failure &&
             other.is_sized_by_hand == contender.is_sized_by_hand &&
             learns_plans(other) == learns_plans(contender);
    });
    if (twin != found.end()) {
      twin->alike.push_back(contender.sentence);
    } else {
      found.push_back(std::move(contender));
    }
  }
  return found;
}

std::string damage(const Workload& workload, const Configuration& configuration,
                   std::size_t most_cycles) {
  Meter meter;
  ebb::AnyWorkspace workspace = metered(configuration, meter);
  for (std::size_t cycle = 0; cycle < std::min(most_cycles, workload.cycles()); ++cycle) {
    const auto token = workspace.enter();
    if (const auto piece = play(workload.cycle(cycle), workspace.core(), Touch::checked))
      return "piece " + std::to_string(*piece) + " was overwritten in cycle " +
             std::to_string(cycle + 1);
  }
  return {};
}

namespace {

[[nodiscard]] std::vector<Contender*> finishers(std::vector<Contender>& contenders) {
  std::vector<Contender*> found;
  for (Contender& contender : contenders)
    if (contender.figures.failure.empty()) found.push_back(&contender);
  return found;
}

// From prices to ratios, and in order.
void rank(std::vector<Contender>& contenders) {
  double best = std::numeric_limits<double>::infinity();
  for (const Contender* const finisher : finishers(contenders))
    best = std::min(best, finisher->regret);
  for (Contender* const finisher : finishers(contenders)) finisher->regret /= best;
  sort_by(contenders, [](const Contender& contender) {
    const bool has_failed = !contender.figures.failure.empty();
    return std::pair(has_failed, has_failed ? 0 : contender.regret);
  });
}

}  // namespace

void rank_by_regret(const Workload& workload, std::vector<Contender>& contenders,
                    std::size_t rounds) {
  const std::vector<Contender*> runners = finishers(contenders);
  std::vector<std::vector<double>> times(runners.size());
  std::vector<std::vector<double>> ratios(runners.size());
  std::vector<std::vector<double>> faults(runners.size());
  std::vector<double> round(runners.size());
  for (std::size_t first = 0; first < rounds; ++first) {
    for (std::size_t i = 0; i < runners.size(); ++i) {
      const std::size_t at = (first + i) % runners.size();
      const Figures figures = played(workload, runners[at]->configuration, Touch::every_byte);
      round[at] = figures.nanoseconds;
      faults[at].push_back(figures.faults);
    }
    for (std::size_t i = 0; i < runners.size(); ++i) {
      times[i].push_back(round[i]);
      ratios[i].push_back(round[i] / round[0]);
    }
  }
  for (std::size_t i = 0; i < runners.size(); ++i) {
    Contender& runner = *runners[i];
    runner.figures.nanoseconds = median(times[i]);
    runner.figures.faults = median(faults[i]);
    runner.time_ratio = median(ratios[i]);
    runner.regret = runner.time_ratio * runner.figures.held_bytes;
  }
  rank(contenders);
}

void rank_by_estimate(const Workload& workload, std::vector<Contender>& contenders) {
  const auto taken = static_cast<double>(workload.taken_bytes());
  for (Contender* const finisher : finishers(contenders)) {
    const auto fresh = static_cast<double>(cost_of_a_fresh_byte * finisher->figures.fresh_bytes);
    finisher->regret = finisher->figures.held_bytes * (taken + fresh);
  }
  rank(contenders);
}

void return_memory_at_once() {
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  mallopt(M_TRIM_THRESHOLD, 128 * 1024);
}

}  // namespace advice
