// rejects: deleted
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/current.hpp>

int first_element(const ebb::Array<int>& array) {
#ifdef EBB_ACCEPT
  auto copy = array.detach();
  return copy.view()[0];
#else
  return array.detach().view()[0];
#endif
}
