// rejects: deleted
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/current.hpp>

void use() {
#ifdef EBB_ACCEPT
  auto array = ebb::make<int>(4);
  ebb::ArrayView<int> view = array;
#else
  ebb::ArrayView<int> view = ebb::make<int>(4);
#endif
  static_cast<void>(view.size());
}
