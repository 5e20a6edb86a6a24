// rejects: deleted
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

#include <utility>

void use(ebb::Workspace<>& workspace) {
  auto first = workspace.enter();
  auto second = workspace.enter();
#ifdef EBB_ACCEPT
  auto third = std::move(second);
#else
  first = std::move(second);
#endif
}
