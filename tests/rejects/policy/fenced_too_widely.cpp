// rejects: ebb::Fenced: a fence has from 1 byte to 1 MiB
// SPDX-License-Identifier: Apache-2.0
#include <ebb/policy/checks.hpp>

#include <cstddef>

#ifdef EBB_ACCEPT
constexpr std::size_t number = ebb::most_fence_bytes;
#else
constexpr std::size_t number = ebb::most_fence_bytes + 1;
#endif

ebb::Fenced<number> policy;
