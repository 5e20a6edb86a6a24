// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Many small pieces from one request: reserve once, carve in registers.

#include <ebb/base/alignment.hpp>
#include <ebb/base/config.hpp>
#include <ebb/base/generation.hpp>
#include <ebb/base/origin.hpp>
#include <ebb/engine/core.hpp>

#include <cstddef>
#include <cstdint>

namespace ebb {

/// A run of bytes from which pieces are carved without touching the workspace.
///
/// - For: loops that take a known number of small pieces
/// - Units: bytes before rounding to the granule
/// - Errors: those of the workspace's `allocate`
/// - Costs: 4 instructions a piece; what is left over goes back when the burst does, if it lies on
///   top. A piece that does not fit is taken from the workspace itself
/// - Threads: the owner of the workspace
template <class W>
class Burst {
 public:
  /// Reserves bytes in the open cycle.
  ///
  /// - Errors: those of the workspace's `allocate`; nothing has changed
  Burst(W& workspace, std::size_t bytes, Place place = Place::here())
      : workspace_(&workspace),
        // All of the last granule may be carved, so all of it is asked for.
        begin_(static_cast<std::byte*>(workspace.allocate(
            checked_round_up(bytes, workspace.granule()).value_or(bytes), 1, Origin::here(place)))),
        cur_(begin_),
        end_(begin_ + round_up(bytes, workspace.granule())),
        cell_(workspace.cell()),
        number_(workspace.number()) {}
  Burst(const Burst&) = delete;
  Burst& operator=(const Burst&) = delete;
  EBB_ALWAYS_INLINE ~Burst() {  // out of line, it would keep the cursor in memory
    if (cur_ == end_ || !cell_->shows(number_)) return;
    const auto reserved = static_cast<std::size_t>(end_ - begin_);
    const auto carved = static_cast<std::size_t>(cur_ - begin_);
    // Not `deallocate` of the rest: a burst that went out alone goes back whole or not at all.
    if (carved == 0) {
      workspace_->deallocate(begin_, reserved);
    } else {
      static_cast<void>(workspace_->try_expand(begin_, reserved, carved));
    }
  }

  /// Carves a piece of a size that is known when compiling; it lives to the end of the cycle.
  ///
  /// - Units: `Bytes` before rounding
  /// - Errors: those of the workspace's `allocate` when the burst is used up
  /// - Costs: 4 instructions
  template <std::size_t Bytes>
  [[nodiscard]] EBB_ALWAYS_INLINE void* allocate() {
    static_assert(Bytes != 0 && Bytes < max_bytes / 2);
    const std::size_t size = round_up(Bytes, workspace_->granule());
    // Two registers, one add: the compiler is not to see that both come from the same cursor, or it
    // keeps the old one for the slow path, which can as well go back.
    std::byte* piece = cur_;
    asm("" : "+r"(piece));
    std::uintptr_t next = address_of(cur_) + size;
    asm("" : "+r"(next));
    cur_ = reinterpret_cast<std::byte*>(next);
    if (next > address_of(end_)) [[unlikely]] {
      cur_ = reinterpret_cast<std::byte*>(next - size);
      if constexpr (requires { workspace_->template allocate<Bytes>(Origin{}); })
        return workspace_->template allocate<Bytes>(Origin{});
      else
        return workspace_->template allocate<Bytes>();
    }
    return piece;
  }

 private:
  W* workspace_;
  std::byte* begin_;
  std::byte* cur_;
  std::byte* end_;
  EpochCell* cell_;
  EpochNumber number_;
};

}  // namespace ebb
