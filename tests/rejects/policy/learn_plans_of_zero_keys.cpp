// rejects: ebb::LearnPlans: the number of plans is 0
// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/learning.hpp>

#ifdef EBB_ACCEPT
constexpr std::size_t keys = 1;
#else
constexpr std::size_t keys = 0;
#endif

ebb::LearnPlans<keys> policy;
