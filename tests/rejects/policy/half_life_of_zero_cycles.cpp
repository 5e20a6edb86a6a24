// rejects: ebb::PeakWithDecay: the half-life must be from 1
// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/learning.hpp>

#ifdef EBB_ACCEPT
constexpr std::size_t half_life = 1;
#else
constexpr std::size_t half_life = 0;
#endif

ebb::PeakWithDecay<half_life> policy;
