// SPDX-License-Identifier: Apache-2.0
// Workspaces by name: functions that know nothing of each other share one, each thread has its own,
// a configuration that differs is an error, and memory comes back when it is not used or asked for.

#include <ebb/manager/manager.hpp>
#include <ebb/workspace/current.hpp>

#include <cstddef>
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>
using namespace ebb;

// One function names a workspace, and another uses it; nothing is handed over.
static float forward(std::size_t batch) {
  auto cycle = manager().get_and_activate("activations");
  auto values = make<float>(batch);
  for (float& value : values.view()) value = 0.5F;
  float sum = 0;
  for (const float value : values.view()) sum += value;
  return sum;
}

int main() {
  manager().set_default_configuration(Configuration::from_string("overallocate=10"));
  for (int i = 0; i < 3; ++i) std::printf("sum %.0f\n", static_cast<double>(forward(1000)));

  // A configuration for one name alone. In a loop, keep the reference: it is as fast as any.
  AnyWorkspace& long_lived =
      manager().get(Configuration::from_string("start=start-with:64KiB"), "updater");
  for (int i = 0; i < 3; ++i) {
    auto cycle = long_lived.enter();
    auto moments = make<float>(2000);
    std::printf("active: activations %d, updater %d\n", manager().is_active("activations"),
                manager().is_active("updater"));
  }
  std::cout << manager().report();

  try {
    manager().get(Configuration::from_string("overallocate=50"), "activations");
  } catch (const BadConfiguration&) {
    std::puts("\"activations\" is there already, and it was made with 10 %");
  }

  // Another thread has a manager of its own; what it holds is gone when it ends.
  std::thread([] {
    const float sum = forward(10);
    std::printf("elsewhere: sum %.0f, workspaces %zu\n", static_cast<double>(sum),
                manager().names().size());
  }).join();

  // Blocks of closed workspaces go back; what was learnt stays, so the next enter takes them anew.
  std::printf("trimmed: %zu bytes\n", manager().trim());
  std::printf("sum %.0f\n", static_cast<double>(forward(1000)));

  // Somebody else wants the memory of this thread: done at its next enter, close or `manager()`.
  const ManagerHandle handle = manager().remote();
  std::thread([&] { handle.request_destroy_all(); }).join();
  std::printf("held after the request: %zu bytes\n",
              static_cast<std::size_t>(manager().report().block_bytes()));

  manager().destroy("updater");  // from here on `long_lived` may not be used
  for (const std::string& name : manager().names()) std::printf("still there: %s\n", name.c_str());
}
