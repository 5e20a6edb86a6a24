// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief What a cycle did with memory, and the plan that is made of it.
///
/// | type          | holds                                                              |
/// |---------------|--------------------------------------------------------------------|
/// | `CycleRecord` | the events of one cycle: takes and gives, in order                 |
/// | `Plan`        | a record, and an offset for each of its pieces                     |

#include <ebb/base/alignment.hpp>
#include <ebb/engine/solver.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace ebb {

/// One event of a cycle: a piece is taken, or given back.
///
/// - Units: pieces are numbered in the order in which they are taken
/// - Threads: a value; anybody
struct PlanEvent {
  std::uint32_t piece = 0;
  bool is_give = false;

  friend bool operator==(const PlanEvent&, const PlanEvent&) noexcept = default;
};

/// The events of one cycle.
///
/// - Units: bytes, rounded to the granule
/// - Errors: `std::bad_alloc` from the vectors
/// - Threads: the owner of the workspace
struct CycleRecord {
  std::vector<Lifetime> pieces;
  std::vector<PlanEvent> events;

  /// Records a take.
  ///
  /// - Returns: the number of the piece
  std::uint32_t take(std::size_t bytes, std::size_t alignment) {
    const auto piece = static_cast<std::uint32_t>(pieces.size());
    pieces.push_back({bytes, alignment, static_cast<std::uint32_t>(events.size())});
    events.push_back({piece, false});
    return piece;
  }

  void give(std::uint32_t piece) {
    pieces[piece].death = static_cast<std::uint32_t>(events.size());
    events.push_back({piece, true});
  }

  /// The cycle is over: what was never given back lived to here.
  void close() noexcept {
    const auto end = static_cast<std::uint32_t>(events.size());
    for (Lifetime& piece : pieces) piece.death = std::min(piece.death, end);
  }

  void clear() noexcept {
    pieces.clear();
    events.clear();
  }

  /// Says whether two cycles took and gave in the same order, whatever the sizes.
  [[nodiscard]] bool has_shape_of(const CycleRecord& other) const noexcept {
    return events == other.events;
  }

  /// Makes every piece as large as that of another record of the same shape.
  ///
  /// - Returns: whether one grew
  bool grow_to(const CycleRecord& other) noexcept {
    bool grew = false;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      grew = grew || other.pieces[i].bytes > pieces[i].bytes ||
             other.pieces[i].alignment > pieces[i].alignment;
      pieces[i].bytes = std::max(pieces[i].bytes, other.pieces[i].bytes);
      pieces[i].alignment = std::max(pieces[i].alignment, other.pieces[i].alignment);
    }
    return grew;
  }
};

/// A record with an offset for each piece, so that no two that live at the same time overlap.
///
/// - Units: bytes; the `capacity` of a piece is its size in the record
/// - Threads: a value; anybody
class Plan {
 public:
  Plan() = default;

  /// Solves a record.
  ///
  /// - Errors: `std::bad_alloc`
  /// - Costs: those of `solve`
  Plan(CycleRecord record, SolveEffort effort) : record_(std::move(record)) {
    take_packing(ebb::solve(record_.pieces, effort));
  }

  /// A plan whose offsets are known; `is_sound()` says whether they can be used.
  Plan(CycleRecord record, std::vector<std::size_t> offsets) : record_(std::move(record)) {
    Packing packing{std::move(offsets)};
    for (std::size_t i = 0; i < record_.pieces.size(); ++i)
      packing.bytes = std::max(packing.bytes, packing.offsets[i] + record_.pieces[i].bytes);
    take_packing(std::move(packing));
  }

  /// Solves again with all orders, and keeps the better offsets.
  ///
  /// - Returns: whether they changed
  /// - Errors: `std::bad_alloc`; nothing has changed
  bool improve() {
    Packing packing = ebb::solve(record_.pieces, SolveEffort::all_orders);
    if (packing.bytes >= packing_.bytes) return false;
    packing_ = std::move(packing);
    return true;
  }

  /// Makes pieces larger that another record of the same shape shows to be, where there is room for
  /// them: no other piece moves, and the plan needs no more bytes.
  ///
  /// - Returns: false if there is no room, or if they are too many to try; nothing has changed
  /// - Errors: `std::bad_alloc`; nothing has changed
  /// - Costs: a look at all pieces for each larger one
  bool enlarge(const CycleRecord& larger) {
    constexpr std::size_t most = 32;
    std::vector<std::size_t> offsets = packing_.offsets;
    std::vector<detail::Pair> beside;
    std::size_t count = 0;
    for (std::size_t i = 0; i < record_.pieces.size(); ++i) {
      const Lifetime& piece = larger.pieces[i];
      if (piece.bytes <= record_.pieces[i].bytes && piece.alignment <= record_.pieces[i].alignment)
        continue;
      if (++count > most) return false;
      beside.clear();
      for (std::size_t other = 0; other < record_.pieces.size(); ++other) {
        const Lifetime& beside_it = record_.pieces[other];
        if (other == i || beside_it.birth >= piece.death || beside_it.death <= piece.birth)
          continue;
        const std::size_t bytes = other < i ? larger.pieces[other].bytes : beside_it.bytes;
        beside.push_back({offsets[other], offsets[other] + bytes});
      }
      offsets[i] = detail::best_fit(beside, piece, packing_.comparisons);
      if (offsets[i] + piece.bytes > packing_.bytes) return false;
    }
    *this = Plan(larger, std::move(offsets));
    return true;
  }

  [[nodiscard]] const CycleRecord& record() const noexcept { return record_; }
  [[nodiscard]] std::span<const Lifetime> pieces() const noexcept { return record_.pieces; }
  [[nodiscard]] std::span<const std::size_t> offsets() const noexcept { return packing_.offsets; }
  [[nodiscard]] std::span<const PlanEvent> events() const noexcept { return record_.events; }

  /// What a block needs to follow the plan.
  [[nodiscard]] std::size_t bytes() const noexcept { return packing_.bytes; }
  /// The largest sum of bytes alive at once: the least any plan could need.
  [[nodiscard]] std::size_t live_bytes() const noexcept { return live_bytes_; }
  /// All bytes taken: what a cursor that only rises would need.
  [[nodiscard]] std::size_t bump_bytes() const noexcept { return bump_bytes_; }

  /// Sweeps over the events: every offset aligned, no two pieces that live at once overlap.
  ///
  /// - Errors: `std::bad_alloc`
  /// - Costs: n log n
  [[nodiscard]] bool is_sound(Alignment granule) const {
    std::map<std::size_t, std::size_t> live;  // end by begin
    for (const PlanEvent event : record_.events) {
      const Lifetime& piece = record_.pieces[event.piece];
      const std::size_t begin = packing_.offsets[event.piece];
      if (event.is_give) {
        live.erase(begin);
        continue;
      }
      const std::size_t alignment = std::max(piece.alignment, granule.bytes());
      if (begin % alignment != 0 || begin > max_bytes - piece.bytes) return false;
      const auto next = live.lower_bound(begin);
      if (next != live.end() && next->first < begin + piece.bytes) return false;
      if (next != live.begin() && std::prev(next)->second > begin) return false;
      live.emplace_hint(next, begin, begin + piece.bytes);
    }
    return true;
  }

 private:
  void take_packing(Packing packing) {
    packing_ = std::move(packing);
    live_bytes_ = live_lower_bound(record_.pieces);
    for (const Lifetime& piece : record_.pieces) bump_bytes_ += piece.bytes;
  }

  CycleRecord record_;
  Packing packing_;
  std::size_t live_bytes_ = 0;
  std::size_t bump_bytes_ = 0;
};

}  // namespace ebb
