// rejects: deleted
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/current.hpp>

int first_element() {
#ifdef EBB_ACCEPT
  auto array = ebb::make<int>(4);
  return array.view()[0];
#else
  return ebb::make<int>(4).view()[0];
#endif
}
