// rejects: the element type has a destructor
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

struct Owner {
#ifndef EBB_ACCEPT
  ~Owner() {}
#endif
};

void use(ebb::Workspace<>& workspace) { static_cast<void>(workspace.construct<Owner>()); }
