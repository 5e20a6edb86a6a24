// SPDX-License-Identifier: Apache-2.0
// A workspace for each lifetime: the sums of an epoch live in an outer one, while the steps inside
// come and go in an inner one. Neither asks the heap for anything in the second epoch.

#include <ebb/ebb.hpp>

#include <cstddef>
#include <cstdio>
#include <numeric>
using namespace ebb;

// The free `make` takes from the workspace that is current, so this need not know its callers'.
static Array<double> squares(std::size_t count) {
  auto values = make<double>(count);
  auto all = values.view();
  std::iota(all.begin(), all.end(), 1.0);
  for (double& value : all) value *= value;
  return values;
}

static void run_epoch(Workspace<>& epoch, Workspace<>& step) {
  auto long_lived = epoch.enter();
  auto sums = epoch.make<double>(3);

  for (std::size_t i = 0; i < 3; ++i) {
    auto short_lived = step.enter();  // now `step` is current, and `epoch` is beneath it
    const auto values = squares(1000 * (i + 1));
    const auto all = values.view();
    sums.view()[i] = std::accumulate(all.begin(), all.end(), 0.0);

    // `epoch` is still open: by its name, or made current again by a borrow.
    auto borrowed = epoch.borrow();
    const auto in_epoch = squares(2);
    std::printf("  in \"%s\": %zu squares, ", step.report().name.c_str(), values.size());
    std::printf("in \"%s\": %zu\n", epoch.report().name.c_str(), in_epoch.size());
  }
  for (const double sum : sums.view()) std::printf("  sum: %.0f\n", sum);
}

int main() {
  Workspace<> epoch{"epoch"};
  Workspace<> step{"step"};
  for (int i = 0; i < 2; ++i) {
    run_epoch(epoch, step);
    std::printf("calls to the heap so far: epoch %d, step %d\n",
                static_cast<int>(epoch.report().space_calls),
                static_cast<int>(step.report().space_calls));
  }
}
