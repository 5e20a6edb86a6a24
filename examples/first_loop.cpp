// SPDX-License-Identifier: Apache-2.0
// The first program of the README: the first loop is the lesson, the later ones ask for nothing.

#include <ebb/ebb.hpp>

#include <algorithm>
#include <cstdio>
#include <span>
using namespace ebb;

static void train(std::span<float> activations, std::span<float> gradients) {
  std::ranges::transform(activations, gradients.begin(), [](float a) { return 1 - a * a; });
}

int main() {
  Workspace<Overallocate<10>, FirstLoop, Reallocate, BlockLeft, Host> memory;

  for (int loop = 0; loop < 3; ++loop) {
    auto cycle = memory.enter();  // the cursor goes back to the start
    auto activations = memory.make<float>(1'000'000);
    auto gradients = memory.make<float>(1'000'000);
    train(activations.view(), gradients.view());
    const auto calls = static_cast<int>(memory.report().space_calls);
    std::printf("loop %d: %d calls to the heap so far\n", loop, calls);
  }  // nothing to free
}
