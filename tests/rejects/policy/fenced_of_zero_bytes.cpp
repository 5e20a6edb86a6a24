// rejects: ebb::Fenced: a fence has from 1 byte to 1 MiB
// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/checks.hpp>

#include <cstddef>

#ifdef EBB_ACCEPT
constexpr std::size_t number = 1;
#else
constexpr std::size_t number = 0;
#endif

ebb::Fenced<number> policy;
