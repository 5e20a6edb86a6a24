// SPDX-License-Identifier: Apache-2.0
// What a user's first program does; each project beside this file builds it in its own way.
#include <ebb/ebb.hpp>

#include <cstdio>

int main() {
  ebb::Workspace<> workspace{"consumer"};
  for (int step = 0; step < 3; ++step) {
    auto cycle = workspace.enter();
    auto values = workspace.make<float>(1000);
    if (values.view().size() != 1000) {
      return 1;
    }
  }
  std::puts(ebb::version_string);
}
