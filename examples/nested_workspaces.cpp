// SPDX-License-Identifier: Apache-2.0
// One workspace per lifetime: an epoch's results live in an outer workspace while the steps inside
// it come and go in an inner one.

#include <ebb/ebb.hpp>

#include <cstdio>
#include <numeric>
#include <span>
using namespace ebb;

// Works on whatever is current, so it need not know which workspace its caller uses.
static Array<double> squares(std::size_t count) {
  auto values = make<double>(count);
  auto all = values.view();
  std::iota(all.begin(), all.end(), 1.0);
  for (double& value : all) value *= value;
  return values;
}

int main() {
  Workspace<> epoch{"epoch"};
  Workspace<> step{"step"};

  for (int loop = 0; loop < 2; ++loop) {
    auto long_lived = epoch.enter();
    auto sums = epoch.make<double>(3);

    for (std::size_t i = 0; i < 3; ++i) {
      auto short_lived = step.enter();  // `step` is current now, and `epoch` is below it
      const auto values = squares(1000 * (i + 1));
      const auto all = values.view();
      sums.view()[i] = std::accumulate(all.begin(), all.end(), 0.0);

      // The next line takes from `epoch` although `step` is open ...
      auto last = epoch.make<double>(1);
      last.view()[0] = all.back();
      // ... and so does this block: a borrow makes an open workspace current again.
      auto current_again = epoch.borrow();
      std::printf("step %zu of epoch %d: current is \"%.*s\", last square %.0f\n", i, loop,
                  static_cast<int>(current()->name().size()), current()->name().data(),
                  last.view()[0]);
    }

    for (const double sum : sums.view()) std::printf("sum of squares: %.0f\n", sum);
  }

  // Neither asked the heap for anything in the second epoch.
  for (const Report& report : {epoch.report(), step.report()})
    std::printf("%s: %d cycles, %d calls to the heap\n", report.name.c_str(),
                static_cast<int>(report.cycles), static_cast<int>(report.space_calls));
}
