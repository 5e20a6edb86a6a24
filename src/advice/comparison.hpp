// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Sentences played against one another over a workload.
///
/// | figure                           | is                                                       |
/// |----------------------------------|----------------------------------------------------------|
/// | `held_bytes`                     | the most that the space had handed out at once in a cycle, on average over the cycles |
/// | `peak_bytes`                     | the same, of the cycle with the most                     |
/// | `fresh_bytes`                    | all that it handed out: pages that fault when first touched |
/// | `space_calls`, `warm_space_calls` | requests to the space; in the second half of the cycles |
/// | `spilled_requests`, `spilled_bytes` | what the report says was not served from the block    |
/// | `nanoseconds`, `faults`          | of one cycle, measured; the time is the processor's      |
/// | regret                           | bytes held × time, divided by that of the best sentence  |
/// | estimate                         | bytes held × (bytes taken + 4 × fresh bytes), divided by the least |
///
/// Memory is rented by bytes and seconds, so their product is the price of a workload, and the
/// regret of a sentence says how many times the price of the best it costs: 1 is the best. All
/// figures but the measured ones are the same in every run and on every machine. Where a verdict
/// must be too, the estimate takes the place of the regret, with a fresh byte as dear as four that
/// are written once more.

#include "workload.hpp"
#include <ebb/facade/any_workspace.hpp>
#include <ebb/facade/configuration.hpp>
#include <ebb/testing/trace.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace advice {

/// What a fresh byte costs, in bytes written once more.
inline constexpr std::uint64_t cost_of_a_fresh_byte = 4;

/// What a sentence did with a workload.
struct Figures {
  double held_bytes = 0;
  std::uint64_t peak_bytes = 0;
  std::uint64_t fresh_bytes = 0;
  std::uint64_t space_calls = 0;
  std::uint64_t warm_space_calls = 0;
  std::uint64_t spilled_requests = 0;
  std::uint64_t spilled_bytes = 0;
  std::uint64_t fingerprint = 0;  ///< of the requests to the space, in order
  std::string failure;            ///< what ended it: "E01 in cycle 3"; empty: it served everything
  double nanoseconds = 0;         ///< of one cycle, if measured
  double faults = 0;              ///< of one cycle, if measured
};

/// A sentence and what it did.
struct Contender {
  ebb::Configuration configuration;
  std::string sentence;
  bool is_sized_by_hand = false;
  Figures figures;
  std::vector<std::string> alike;  ///< other sentences that ask the same of the space
  double time_ratio = 1;           ///< to the first contender, median over the rounds
  double regret = 1;               ///< or the estimate, whichever it was ranked by
};

/// Which slots a sentence names, besides those that differ from the default.
enum class Naming : unsigned char {
  main_slots,   ///< allocation, learning and spill, so that sentences can be compared
  differences,  ///< none, as one writes it
};

/// A configuration as a type is written: `Overallocate<30>, FirstLoop, Reallocate`.
[[nodiscard]] std::string sentence_of(const ebb::Configuration& configuration,
                                      Naming naming = Naming::main_slots);

/// Which slots of a configuration are tried out.
enum class Scope : unsigned char {
  usual,   ///< allocation, start, learning, spill and reset
  all,     ///< those, bounds and granule
  checks,  ///< learning and checks
  spaces,  ///< learning and space; no files, which are kept for their bytes
};

/// All sentences of a scope that make a workspace, the default first, then the nearer to it the
/// earlier.
///
/// - Units: `demand_bytes` is what a size by hand is
/// - Errors: `BadConfiguration` for an answer with numbers that has no example here
[[nodiscard]] std::vector<ebb::Configuration> sentences(Scope scope, std::size_t demand_bytes);

/// Plays all cycles in a new workspace.
///
/// - Returns: figures; what is measured is measured too
/// - Errors: none of the workspace; they are figures
[[nodiscard]] Figures played(const Workload& workload, const ebb::Configuration& configuration,
                             ebb::testing::Touch touch);

/// Plays every sentence without touching memory, and joins those that behave alike.
[[nodiscard]] std::vector<Contender> contenders(const Workload& workload, Scope scope);

/// Says what is wrong with the bytes of a sentence: every piece is written, and read at its end.
///
/// - Returns: empty if nothing is
[[nodiscard]] std::string damage(const Workload& workload, const ebb::Configuration& configuration,
                                 std::size_t most_cycles);

/// Measures those that served everything, in turn, and puts those with the least regret first,
/// those that failed last.
void rank_by_regret(const Workload& workload, std::vector<Contender>& contenders,
                    std::size_t rounds);

/// The same without a measurement, by the estimate. What is equal stays in order.
void rank_by_estimate(const Workload& workload, std::vector<Contender>& contenders);

/// Has memory that is given back return to the system, so that a page that is asked for again
/// faults again. Otherwise what one sentence gave back would serve the next.
void return_memory_at_once();

}  // namespace advice
