// SPDX-License-Identifier: Apache-2.0
// Raw pointers that are used too late, under `Poisoning`: AddressSanitizer or Valgrind reports it.
// cases: late late_plan late_chunk late_lone given given_plan
// tool: yes
#include "program.hpp"

using namespace ebb;

namespace {

// After its cycle; the workspace has learnt, or not yet.
template <class W, int Before>
void late(bool is_repaired) {
  W workspace{"step"};
  for (int i = 0; i < Before; ++i) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.template make<float>(1000));
  }
  auto cycle = workspace.enter();
  auto activations = workspace.template make<float>(1000, expected("activations"));
  float* const raw = activations.view().data();
  if (is_repaired) touch(raw);
  cycle.close();
  if (!is_repaired) touch(raw + 999);
}

// Within the cycle, but after the array was given back.
template <class W>
void given(bool is_repaired) {
  W workspace{"step"};
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    auto activations = i < 2 ? workspace.template make<float>(1000)
                             : workspace.template make<float>(1000, expected("activations"));
    float* const raw = activations.view().data();
    touch(raw);
    activations = {};
    if (i == 2 && !is_repaired) touch(raw);
  }
}

}  // namespace

int main(int count, char** arguments) {
  static constexpr Case cases[] = {
      {"late", &late<Workspace<Poisoning>, 2>},
      {"late_plan", &late<Workspace<Poisoning, LearnPlan>, 2>},
      {"late_chunk", &late<Workspace<Poisoning>, 0>},
      {"late_lone", &late<Workspace<Poisoning, External, StartWith<4096>>, 0>},
      {"given", &given<Workspace<Poisoning>>},
      {"given_plan", &given<Workspace<Poisoning, LearnPlan>>},
  };
  return run_case(cases, count, arguments);
}
