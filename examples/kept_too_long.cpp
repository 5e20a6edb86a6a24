// SPDX-License-Identifier: Apache-2.0
// A monitor keeps the activations of one step to compare them with those of the next: a step too
// long. docs/debugging.md walks from the message to this line.

#include <ebb/ebb.hpp>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <span>
#include <utility>
using namespace ebb;

static double distance(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum;
}

class Monitor {
 public:
  void step_done(ArrayView<const float> activations) {
    if (last_.size() != 0)
      std::printf("  changed by %.1f\n", distance(last_.view("monitor: distance", "last"),
                                                  activations.view("monitor: distance", "new")));
    last_ = activations;  // the mistake: a view does not keep what it looks at
  }

 private:
  ArrayView<const float> last_;
};

class RepairedMonitor {
 public:
  void step_done(ArrayView<const float> activations) {
    if (last_.size() != 0)
      std::printf("  changed by %.1f\n", distance(std::as_const(last_).view(), activations.view()));
    last_ = activations.detach();  // a copy of its own, while the cycle is open
  }

 private:
  Detached<float> last_;
};

// Tells at the end of each cycle how many stale handles were used so far.
static void tell(const Report& report) noexcept {
  std::printf("  cycle %d ends, stale handles used so far: %d\n", static_cast<int>(report.cycles),
              static_cast<int>(report.stale_handles));
}

template <class AnyMonitor>
static void train(AnyMonitor monitor) {
  Workspace<> memory{"step"};
  memory.on_close(tell);
  for (int step = 1; step <= 3; ++step) {
    auto cycle = memory.enter();
    auto activations = memory.make<float>(4);
    for (float& value : activations.view()) value = static_cast<float>(step);
    try {
      monitor.step_done(activations);
    } catch (const StaleArray& error) {
      std::printf("  %s\n", error.what());
    }
  }
}

int main() {
  std::printf("kept too long:\n");
  train(Monitor());
  std::printf("detached:\n");
  train(RepairedMonitor());
}
