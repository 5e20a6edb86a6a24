// SPDX-License-Identifier: Apache-2.0
//
// Three programs with one fault each, as their reports show it: a block that is too small, one
// burst that made the block bigger for good, and pieces that come and go where only a cursor moves.
// docs/performance.md walks through what this prints.

#include <ebb/ebb.hpp>

#include <cstddef>
#include <cstdio>
#include <utility>

namespace {

// Layers, each with a result that stays and a scratch piece that goes.
template <class W>
void step(W& workspace, std::size_t batch) {
  auto cycle = workspace.enter();
  constexpr int layers = 6;
  for (int layer = 0; layer < layers; ++layer) {
    auto scratch = workspace.template make_for_overwrite<float>(64 * batch);
    auto result = workspace.template make_for_overwrite<float>(16 * batch);
    result.view()[0] = scratch.view()[0] = 1;
    static_cast<void>(std::move(result).keep());
  }
}

void show(const char* what, const ebb::Report& report) {
  std::printf("%s\n%s\n", what, ebb::to_string(report).c_str());
}

}  // namespace

int main() {
  constexpr int cycles = 100;

  ebb::Workspace<ebb::Strict, ebb::StartWith<65536>, ebb::NoLearning, ebb::External> small{"small"};
  for (int i = 0; i < cycles; ++i) step(small, 64);
  show("A block that is too small:", small.report());

  ebb::Workspace<ebb::Strict> burst{"burst"};
  for (int i = 0; i < cycles; ++i) step(burst, i == 50 ? 512 : 64);
  show("A burst that stays:", burst.report());

  ebb::Workspace<ebb::Strict> cursor{"cursor"};
  for (int i = 0; i < cycles; ++i) step(cursor, 64);
  show("Pieces that come and go, under a cursor:", cursor.report());

  ebb::Workspace<ebb::LearnPlan> plan{"plan"};
  for (int i = 0; i < cycles; ++i) step(plan, 64);
  show("The same under a plan:", plan.report());
}
