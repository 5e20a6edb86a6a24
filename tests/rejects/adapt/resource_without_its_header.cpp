// rejects: incomplete.*CycleResource
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>
#ifdef EBB_ACCEPT
#include <ebb/adapt/pmr.hpp>
#endif

void use(ebb::Workspace<>& workspace) {
  auto cycle = workspace.enter();
  auto resource = cycle.resource();
}
