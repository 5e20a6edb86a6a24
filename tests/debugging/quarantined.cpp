// SPDX-License-Identifier: Apache-2.0
// Raw pointers that are used too late, under `Quarantined`: the program ends at the very use.
// cases: late late_plan late_chunk late_lone two_cycles_late given given_plan
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

// After one more cycle, which would have used the memory again.
void two_cycles_late(bool is_repaired) {
  Workspace<Quarantined<1>, StartWith<16384>> workspace{"step"};
  float* raw = nullptr;
  {
    auto cycle = workspace.enter();
    auto activations = workspace.make<float>(1000, expected("activations"));
    raw = activations.view().data();
    if (is_repaired) touch(raw);
  }
  auto cycle = workspace.enter();
  auto next = workspace.make<float>(1000);
  touch(next.view().data());
  if (!is_repaired) touch(raw);
}

// Within the cycle, but after the array was given back.
template <class W>
void given(bool is_repaired) {
  W workspace{"step"};
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    float* raw = nullptr;
    {
      auto activations = i < 2 ? workspace.template make<float>(1000)
                               : workspace.template make<float>(1000, expected("activations"));
      raw = activations.view().data();
      touch(raw);
    }
    auto next = workspace.template make<float>(1000);
    touch(next.view().data());
    if (i == 2 && !is_repaired) touch(raw);
  }
}

}  // namespace

int main(int count, char** arguments) {
  static constexpr Case cases[] = {
      {"late", &late<Workspace<Quarantined<2>>, 2>},
      {"late_plan", &late<Workspace<Quarantined<2>, LearnPlan>, 2>},
      {"late_chunk", &late<Workspace<Quarantined<2>>, 0>},
      {"late_lone", &late<Workspace<Quarantined<2>, External, StartWith<4096>>, 0>},
      {"two_cycles_late", &two_cycles_late},
      {"given", &given<Workspace<Quarantined<2>>>},
      {"given_plan", &given<Workspace<Quarantined<2>, LearnPlan>>},
  };
  return run_case(cases, count, arguments);
}
