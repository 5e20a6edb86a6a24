// SPDX-License-Identifier: Apache-2.0
// A handle that outlives its cycle is caught when it is used, in release builds too, and the
// message says what happened. What the check proves: that the cycle lives. It does not prove that
// the array does: inside a cycle, an `ArrayView` must not outlive its `Array`.

#include <ebb/ebb.hpp>

#include <cstdio>
using namespace ebb;

int main() {
  Workspace<> memory{"activations"};
  ArrayView<float> escaped;
  {
    auto cycle = memory.enter();
    auto values = memory.make<float>(3);
    escaped = std::move(values).keep();
  }
  auto next_cycle = memory.enter();  // the bytes may belong to somebody else by now
  try {
    escaped.view("add", "Y")[0] = 1;  // the names of operation and operand are for the message
    return 1;                         // not reached
  } catch (const StaleArray& error) {
    std::printf("%s\n", error.what());
  }
  std::printf("stale handles seen: %d\n", static_cast<int>(memory.report().stale_handles));
}
