// SPDX-License-Identifier: Apache-2.0
// Writes beside an array, under `Fenced`: found when it is given back, or when its cycle ends.
// cases: behind behind_plan behind_chunk behind_lone before at_the_end at_the_end_plan
#include "program.hpp"

#include <cstddef>

using namespace ebb;

namespace {

// Given back, and thrown by the next take; nobody catches it.
template <class W, std::ptrdiff_t Index>
void beside(bool is_repaired) {
  W workspace{"step"};
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    auto letters = i < 2 ? workspace.template make<char>(1001)
                         : workspace.template make<char>(1001, expected("letters"));
    char* const raw = letters.view().data();
    touch(raw + (is_repaired || i < 2 ? 0 : Index));
    letters = {};
    auto next = workspace.template make<char>(1);
  }
}

// Never given back, and told to the violation handler at the close.
template <class W>
void at_the_end(bool is_repaired) {
  W workspace{"step"};
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    auto letters = i < 2 ? workspace.template make<char>(1001)
                         : workspace.template make<char>(1001, expected("letters"));
    char* const raw = std::move(letters).keep().view().data();
    touch(raw + (is_repaired || i < 2 ? 0 : 1001));
  }
}

}  // namespace

int main(int count, char** arguments) {
  static constexpr Case cases[] = {
      {"behind", &beside<Workspace<Fenced<16>>, 1001>},
      {"behind_plan", &beside<Workspace<Fenced<16>, LearnPlan>, 1001>},
      {"behind_chunk", &beside<Workspace<Fenced<16>, NoLearning>, 1001>},
      {"behind_lone", &beside<Workspace<Fenced<16>, External, StartWith<64>>, 1001>},
      {"before", &beside<Workspace<Fenced<16>>, -1>},
      {"at_the_end", &at_the_end<Workspace<Fenced<16>>>},
      {"at_the_end_plan", &at_the_end<Workspace<Fenced<16>, LearnPlan>>},
  };
  return run_case(cases, count, arguments);
}
