// rejects: the element type has a destructor.*ebb::vector<T> or ebb::std_allocator<T>
// SPDX-License-Identifier: Apache-2.0
#include <ebb/adapt/std_allocator.hpp>
#include <ebb/workspace/workspace.hpp>

struct Owner {
  ~Owner() {}
};

void use(ebb::Workspace<>& workspace) {
#ifdef EBB_ACCEPT
  ebb::vector<Owner> owners(10, workspace);
#else
  auto owners = workspace.make<Owner>(10);
#endif
}
