// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A run of bytes that a space gave: where it starts and how long it is.

#include <ebb/base/alignment.hpp>

#include <cstddef>

namespace ebb {

/// A run of bytes; owns nothing.
///
/// - Units: bytes
/// - Threads: a value; anybody
struct Block {
  std::byte* begin = nullptr;
  std::size_t bytes = 0;

  [[nodiscard]] std::byte* end() const noexcept { return begin + bytes; }
  [[nodiscard]] explicit operator bool() const noexcept { return begin != nullptr; }

  /// Says whether an address lies in the block.
  [[nodiscard]] bool contains(const void* pointer) const noexcept {
    return address_of(pointer) - address_of(begin) < bytes;
  }

  friend bool operator==(const Block&, const Block&) noexcept = default;
};

}  // namespace ebb
