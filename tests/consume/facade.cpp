// SPDX-License-Identifier: Apache-2.0
// What a user's program with the facade does: compiled into `ebb::facade` or headers alone. The
// second unit would meet a function that is defined twice.
#include <ebb/facade.hpp>

#include <cstdio>
#include <string>

std::string from_the_second_unit(const ebb::Configuration& configuration);

int main() {
  const ebb::Configuration configuration =
      ebb::Configuration::from_string("overallocate=10,learning=first-loop");
  ebb::AnyWorkspace workspace = ebb::AnyWorkspace::make("consumer", configuration);
  for (int step = 0; step < 3; ++step) {
    auto cycle = workspace.enter();
    auto values = workspace.make<float>(1000);
    if (values.view().size() != 1000) return 1;
  }
  if (ebb::Configuration::from_json(from_the_second_unit(configuration)) != configuration) return 1;
  std::puts(to_string(configuration).c_str());
}
