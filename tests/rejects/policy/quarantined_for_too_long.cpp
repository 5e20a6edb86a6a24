// rejects: ebb::Quarantined: a quarantine has from 1 to 4294967295 cycles
// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/checks.hpp>

#include <cstddef>

#ifdef EBB_ACCEPT
constexpr std::size_t number = ebb::most_quarantine_cycles;
#else
constexpr std::size_t number = ebb::most_quarantine_cycles + 1;
#endif

ebb::Quarantined<number> policy;
