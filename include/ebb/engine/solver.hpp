// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Where pieces go whose lifetimes are known: dynamic storage allocation, offline.
///
/// Finding the least memory is NP-complete (Garey and Johnson, problem SR2). The solver places the
/// pieces one after the other, each into the smallest gap between the placed pieces that live at
/// the same time, and keeps the best of three orders:
///
/// | order         | good where                           | above `whole_order_pieces`               |
/// |---------------|--------------------------------------|------------------------------------------|
/// | largest first | few sizes dominate                   | the largest by size, the rest by time    |
/// | longest first | much lives long (training)           | the longest by length, the rest by time  |
/// | time          | much comes and goes; the cheapest    | the same                                 |
///
/// No single order is enough. Ties go to the first of the list.

#include <ebb/base/alignment.hpp>
#include <ebb/engine/plan_heap.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace ebb {

/// When a piece lives, and how big it is. Pieces are numbered in the order of their births.
///
/// - Units: bytes, a multiple of the granule; times in events, alive in `[birth, death)`
/// - Threads: a value; anybody
struct Lifetime {
  std::size_t bytes = 0;
  std::size_t alignment = 1;
  std::uint32_t birth = 0;
  std::uint32_t death = std::numeric_limits<std::uint32_t>::max();
};

/// An offset for each piece.
///
/// - Units: bytes
/// - Threads: a value; anybody
struct Packing {
  std::vector<std::size_t> offsets;
  std::size_t bytes = 0;          ///< the highest end
  std::uint64_t comparisons = 0;  ///< that it took to find
};

/// How much effort to spend.
enum class SolveEffort : unsigned char {
  time_order,  ///< one cheap order
  all_orders,  ///< the best of three
};

namespace detail {

/// Two numbers: what all is sorted by. One type, because each instance of a sort costs every
/// translation unit.
struct Pair {
  std::uint64_t first;
  std::uint64_t second;
};

inline void sort(std::vector<Pair>& pairs, std::uint64_t& comparisons) {
  std::sort(pairs.begin(), pairs.end(), [&](const Pair& a, const Pair& b) {
    ++comparisons;
    return a.first != b.first ? a.first < b.first : a.second < b.second;
  });
}

}  // namespace detail

/// The largest sum of bytes alive at once: no packing is smaller.
///
/// - Costs: one sort of the births and deaths
[[nodiscard]] inline std::size_t live_lower_bound(std::span<const Lifetime> lifetimes) {
  std::uint64_t comparisons = 0;
  std::vector<detail::Pair> deaths;
  deaths.reserve(lifetimes.size());
  for (const Lifetime& piece : lifetimes) deaths.push_back({piece.death, piece.bytes});
  detail::sort(deaths, comparisons);
  std::size_t live = 0;
  std::size_t peak = 0;
  std::size_t dead = 0;
  for (const Lifetime& piece : lifetimes) {
    for (; dead < deaths.size() && deaths[dead].first <= piece.birth; ++dead)
      live -= deaths[dead].second;
    live += piece.bytes;
    peak = std::max(peak, live);
  }
  return peak;
}

namespace detail {

/// The placed pieces, found by when they live: a tree over the births that knows the latest death
/// beneath each node.
class PlacedPieces {
 public:
  explicit PlacedPieces(std::span<const Lifetime> lifetimes) : lifetimes_(lifetimes) {
    while (leaves_ < lifetimes.size()) leaves_ *= 2;
    latest_death_.assign(2 * leaves_, 0);
  }

  void insert(std::uint32_t piece) {
    for (std::size_t node = leaves_ + piece; node != 0; node /= 2)
      latest_death_[node] = std::max(latest_death_[node], lifetimes_[piece].death);
  }

  /// Calls `visit(other)` for every placed piece that lives at the same time as `piece`.
  template <class Visitor>
  void for_each_beside(std::uint32_t piece, std::uint64_t& comparisons, Visitor&& visit) const {
    const Lifetime& lifetime = lifetimes_[piece];
    const auto born_later =
        std::partition_point(lifetimes_.begin(), lifetimes_.end(), [&](const Lifetime& other) {
          ++comparisons;
          return other.birth < lifetime.death;
        });
    descend(1, 0, leaves_, static_cast<std::size_t>(born_later - lifetimes_.begin()),
            lifetime.birth, comparisons, visit);
  }

 private:
  template <class Visitor>
  void descend(std::size_t node, std::size_t first, std::size_t width, std::size_t end,
               std::uint32_t birth, std::uint64_t& comparisons, Visitor& visit) const {
    ++comparisons;
    if (first >= end || latest_death_[node] <= birth) return;
    if (width == 1) return visit(static_cast<std::uint32_t>(first));
    descend(2 * node, first, width / 2, end, birth, comparisons, visit);
    descend(2 * node + 1, first + width / 2, width / 2, end, birth, comparisons, visit);
  }

  std::span<const Lifetime> lifetimes_;
  std::size_t leaves_ = 1;
  std::vector<std::uint32_t> latest_death_;  ///< 0: nothing placed beneath
};

/// The offset of the smallest gap between other pieces that a piece fits into; above them all if
/// there is none.
///
/// - Expects: `beside` holds where each of them begins and ends
[[nodiscard]] inline std::size_t best_fit(std::vector<Pair>& beside, const Lifetime& piece,
                                          std::uint64_t& comparisons) {
  sort(beside, comparisons);
  const Alignment alignment(piece.alignment);
  std::size_t best_gap = std::numeric_limits<std::size_t>::max();
  std::size_t best_offset = 0;
  std::size_t top = 0;
  for (const auto& [begin, end] : beside) {
    ++comparisons;
    const std::size_t at = round_up(top, alignment);
    if (begin >= at && begin - at >= piece.bytes && begin - top < best_gap) {
      best_gap = begin - top;
      best_offset = at;
    }
    top = std::max<std::size_t>(top, end);
  }
  const bool found = best_gap != std::numeric_limits<std::size_t>::max();
  return found ? best_offset : round_up(top, alignment);
}

/// Places the pieces in an order, each by best fit.
///
/// - Expects: `order` holds the number of each piece second
[[nodiscard]] inline Packing pack_in_order(std::span<const Lifetime> lifetimes,
                                           std::span<const Pair> order) {
  Packing packing;
  packing.offsets.assign(lifetimes.size(), 0);
  PlacedPieces placed(lifetimes);
  std::vector<Pair> beside;
  for (const Pair& place : order) {
    const auto piece = static_cast<std::uint32_t>(place.second);
    beside.clear();
    placed.for_each_beside(piece, packing.comparisons, [&](std::uint32_t other) {
      const std::size_t begin = packing.offsets[other];
      beside.push_back({begin, begin + lifetimes[other].bytes});
    });
    const std::size_t offset = best_fit(beside, lifetimes[piece], packing.comparisons);
    packing.offsets[piece] = offset;
    packing.bytes = std::max(packing.bytes, offset + lifetimes[piece].bytes);
    placed.insert(piece);
  }
  return packing;
}

/// Places the pieces as a best-fit heap would, had it all memory.
[[nodiscard]] inline Packing pack_in_time(std::span<const Lifetime> lifetimes) {
  Packing packing;
  packing.offsets.assign(lifetimes.size(), 0);
  PlanHeap heap;
  heap.add(0, std::numeric_limits<std::size_t>::max() / 2);
  std::vector<Pair> deaths;
  deaths.reserve(lifetimes.size());
  for (const Lifetime& piece : lifetimes) deaths.push_back({piece.death, deaths.size()});
  sort(deaths, packing.comparisons);
  std::size_t dead = 0;
  for (std::size_t piece = 0; piece < lifetimes.size(); ++piece) {
    const Lifetime& lifetime = lifetimes[piece];
    for (; deaths[dead].first <= lifetime.birth; ++dead)
      heap.add(packing.offsets[deaths[dead].second], lifetimes[deaths[dead].second].bytes);
    const std::size_t offset = *heap.take(lifetime.bytes, Alignment(lifetime.alignment));
    packing.offsets[piece] = offset;
    packing.bytes = std::max(packing.bytes, offset + lifetime.bytes);
  }
  return packing;
}

}  // namespace detail

/// Up to so many pieces an order is kept to the end; above, so many are placed by it and the rest
/// by time.
inline constexpr std::size_t whole_order_pieces = 3000;

/// Finds an offset for each piece, so that no two that live at the same time overlap.
///
/// - Expects: births in ascending order, all sizes above 0
/// - Costs: time order, n log n; all orders, n × (pieces alive at once) × log of that
[[nodiscard]] inline Packing solve(std::span<const Lifetime> lifetimes, SolveEffort effort) {
  Packing in_time = detail::pack_in_time(lifetimes);
  if (effort == SolveEffort::time_order) return in_time;

  std::uint64_t comparisons = in_time.comparisons;
  const auto pack_first = [&](std::vector<detail::Pair> order) {
    if (order.size() > whole_order_pieces) {
      for (std::size_t i = whole_order_pieces; i < order.size(); ++i) order[i].first = max_bytes;
      detail::sort(order, comparisons);
    }
    Packing packing = detail::pack_in_order(lifetimes, order);
    comparisons += packing.comparisons;
    return packing;
  };
  const auto shortness = [&](std::uint64_t piece) {
    return std::uint64_t{~(lifetimes[piece].death - lifetimes[piece].birth)} << 32;
  };

  std::vector<detail::Pair> order;  // what a piece is placed by, and its number
  order.reserve(lifetimes.size());
  for (std::uint64_t piece = 0; piece < lifetimes.size(); ++piece)
    order.push_back({~std::uint64_t{lifetimes[piece].bytes}, shortness(piece) | piece});
  detail::sort(order, comparisons);
  for (std::uint64_t rank = 0; rank < order.size(); ++rank)
    order[rank] = {rank, order[rank].second & std::numeric_limits<std::uint32_t>::max()};
  Packing largest_first = pack_first(order);

  // Of those that live equally long, the largest first.
  for (detail::Pair& place : order) place.first |= shortness(place.second);
  detail::sort(order, comparisons);
  Packing longest_first = pack_first(std::move(order));

  Packing best = std::move(largest_first);
  for (Packing* other : {&longest_first, &in_time})
    if (other->bytes < best.bytes) best = std::move(*other);
  best.comparisons = comparisons;
  return best;
}

}  // namespace ebb
