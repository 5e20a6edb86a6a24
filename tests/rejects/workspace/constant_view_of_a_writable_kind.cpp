// rejects: no matching|conversion|no viable
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/current.hpp>

void use(const ebb::Array<int>& array) {
#ifdef EBB_ACCEPT
  ebb::ArrayView<const int> view = array;
#else
  ebb::ArrayView<int> view = array;
#endif
  static_cast<void>(view.size());
}
