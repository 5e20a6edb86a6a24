// rejects: ebb::Bounds: the minimum is above the maximum
// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/bounds.hpp>

#ifdef EBB_ACCEPT
ebb::Bounds<64, 4096> policy;
#else
ebb::Bounds<4096, 64> policy;
#endif
