// SPDX-License-Identifier: Apache-2.0
#pragma once

// All compositions of the facade: every answer of every slot with numbers that matter, in every
// combination that a workspace can be made of.

#include <ebb/facade/any_workspace.hpp>
#include <ebb/facade/configuration.hpp>
#include <ebb/testing/model.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ebb::testing {

// What each slot may be. Every alternative of every variant is there: `facade_model.cpp` counts.
struct Answers {
  std::vector<decltype(Configuration::allocation)> allocations{Strict{}, Overallocate<dynamic>{30}};
  std::vector<decltype(Configuration::start)> starts{Empty{}, StartWith<dynamic>{1024}};
  std::vector<decltype(Configuration::learning)> learnings{
      NoLearning{}, FirstLoop{}, OverTime<dynamic>{3}, PeakWithDecay<dynamic>{2},
      LearnPlans<dynamic>{4}};
  std::vector<decltype(Configuration::spill)> spills{External{}, Reallocate{}, Fail{}};
  std::vector<decltype(Configuration::bounds)> bounds{Unbounded{},
                                                      Bounds<dynamic, dynamic>{256, 8192}};
  std::vector<Granule<dynamic>> granules{{16}, {64}};
  std::vector<decltype(Configuration::checks)> checks{Trusting{}, Generational{}};
  // Pieces lie elsewhere under these, so that the model does not know where.
  std::vector<decltype(Configuration::checks)> debugging_checks{Poisoning{}, Fenced<dynamic>{16},
                                                                Quarantined<dynamic>{1}};
};

// The one combination that no workspace is made of; a space of one block excuses it.
inline bool refuses_its_lesson(const Configuration& configuration) {
  return std::holds_alternative<Fail>(configuration.spill) &&
         std::holds_alternative<Empty>(configuration.start) &&
         !std::holds_alternative<NoLearning>(configuration.learning);
}

inline std::vector<Configuration> all_configurations(const Answers& answers = {}) {
  std::vector<Configuration> all{Configuration{}};
  const auto each = [&all](auto Configuration::* slot, const auto& choices) {
    std::vector<Configuration> more;
    for (const Configuration& configuration : all)
      for (const auto& choice : choices) {
        more.push_back(configuration);
        more.back().*slot = choice;
      }
    all = std::move(more);
  };
  each(&Configuration::allocation, answers.allocations);
  each(&Configuration::start, answers.starts);
  each(&Configuration::learning, answers.learnings);
  each(&Configuration::spill, answers.spills);
  each(&Configuration::bounds, answers.bounds);
  each(&Configuration::granule, answers.granules);
  each(&Configuration::checks, answers.checks);
  return all;
}

// The sentence of a configuration, by the policies themselves.
inline Sentence sentence_of(const Configuration& configuration, const AnySpace& space) {
  Sentence sentence;
  const auto answer_by = [&sentence](const auto& choice) {
    std::visit([&sentence](const auto& policy) { answer(sentence, policy); }, choice);
  };
  answer_by(configuration.allocation);
  answer_by(configuration.start);
  answer_by(configuration.learning);
  answer_by(configuration.spill);
  answer_by(configuration.bounds);
  answer(sentence, configuration.granule);
  sentence.checks_views = true;  // whatever the configuration says
  sentence.max_alignment = space.max_alignment;
  sentence.one_block_bytes = space.one_block_bytes();
  sentence.is_resizable = space.is_resizable();
  return sentence;
}

// What a configuration promises beyond what every workspace keeps.
inline Promises promises_of(const Configuration& configuration, const AnySpace& space) {
  const bool follows_the_demand =
      !std::holds_alternative<NoLearning>(configuration.learning) &&
      !std::holds_alternative<LearnPlans<dynamic>>(configuration.learning) &&
      std::holds_alternative<Reallocate>(configuration.spill) &&
      std::holds_alternative<Unbounded>(configuration.bounds) && !space.is_one_block();
  return {.repeats_for_free = follows_the_demand, .grows_by_doubling = follows_the_demand};
}

}  // namespace ebb::testing
