// SPDX-License-Identifier: Apache-2.0
// How a result leaves its cycle: to the heap, or into a workspace that stays open longer.

#include <ebb/ebb.hpp>

#include <cstdio>
#include <numeric>
#include <utility>
using namespace ebb;

int main() {
  Workspace<> model{"model"};
  Workspace<> step{"step"};

  Detached<int> on_the_heap;
  {
    auto outer = model.enter();
    Array<int> in_the_model;
    {
      auto inner = step.enter();
      auto result = step.make<int>(4);
      auto elements = result.view();
      std::iota(elements.begin(), elements.end(), 1);

      on_the_heap = result.detach();         // owned by the object alone
      in_the_model = result.copy_to(model);  // lives until the array goes, or the model's cycle
      auto same = result.copy_to_parent();   // also the model: the workspace below the current one
      std::printf("in the step: %d\n", result.view()[3]);
      std::printf("one level up: %d\n", same.view()[3]);

      // Within a cycle a handle outlives its array only if the array is kept.
      ArrayView<int> kept = std::move(result).keep();
      std::printf("kept to the end of the step: %d\n", kept.view()[3]);
    }  // the step is over: `result` and `kept` are gone
    std::printf("in the model: %d\n", in_the_model.view()[3]);
  }  // the model's cycle is over: `in_the_model` is gone
  std::printf("on the heap: %d\n", on_the_heap.view()[3]);
}
