// rejects: deleted
// SPDX-License-Identifier: Apache-2.0
#include <ebb/adapt/eigen.hpp>

float sum() {
#ifdef EBB_ACCEPT
  auto array = ebb::make<float>(6);
  return ebb::map(array, 2, 3).sum();
#else
  return ebb::map(ebb::make<float>(6), 2, 3).sum();
#endif
}
