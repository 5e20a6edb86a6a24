// rejects: ebb::Granule: the number of bytes must be a power of two
// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/granule.hpp>

#ifdef EBB_ACCEPT
ebb::Granule<64> policy;
#else
ebb::Granule<48> policy;
#endif
