// rejects: ebb::OverTime: the number of cycles to watch must be at least 1
// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/learning.hpp>

#ifdef EBB_ACCEPT
constexpr std::size_t cycles = 1;
#else
constexpr std::size_t cycles = 0;
#endif

ebb::OverTime<cycles> policy;
