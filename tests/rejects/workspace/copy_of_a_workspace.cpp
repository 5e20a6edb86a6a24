// rejects: deleted
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

void use(ebb::Workspace<>& workspace) {
#ifdef EBB_ACCEPT
  ebb::Workspace<>& same = workspace;
#else
  ebb::Workspace<> same = workspace;
#endif
  static_cast<void>(same.is_open());
}
