// rejects: deleted
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/current.hpp>

#include <utility>

void use(ebb::Array<int>& array) {
#ifdef EBB_ACCEPT
  ebb::Array<int> moved = std::move(array);
#else
  ebb::Array<int> moved = array;
#endif
}
