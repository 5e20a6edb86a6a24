// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The laws of the space slot, as predicates for any test framework.
///
/// | law         | says                                                          |
/// |-------------|---------------------------------------------------------------|
/// | *aligned*   | an answer is a multiple of the alignment asked for            |
/// | *disjoint*  | no byte is in two answers at once                             |
/// | *writable*  | every byte keeps what was written until it is given back      |
/// | *refuses*   | what cannot be had is null, and nothing has changed           |
/// | *whole*     | a space that is one block grants all of it                    |
/// | *in place*  | a resized piece keeps what lies in the smaller of both sizes  |
/// | *apart*     | no byte of a resized piece is in another one                  |
/// | *unchanged* | a piece whose new size was refused is as it was               |
/// | *shrinks*   | less is never refused                                         |
/// | *sound*     | what nobody took away is not lost                             |
///
/// Each predicate takes what a list of requests gets, looks, and gives all of it back, so a space
/// that keeps the laws is afterwards as it was before. A refusal is no offence.

#include <ebb/base/alignment.hpp>
#include <ebb/base/arithmetic.hpp>
#include <ebb/space/space.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

namespace ebb::testing {

/// One request to a space.
struct SpaceRequest {
  std::size_t bytes;
  std::size_t alignment;  ///< a power of two, at most `max_alignment` of the space
};

/// What an examination found.
///
/// - Threads: a value; anybody
struct Verdict {
  /// The name of the first law that is broken and what it says; empty where all are kept.
  const char* broken_law = "";

  [[nodiscard]] constexpr bool holds() const noexcept { return *broken_law == '\0'; }
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return holds(); }
};

/// The laws of `Space`, for memory that the host can read and write.
///
/// - Units: bytes
/// - Threads: those of the space
/// - Note: a space that waits or retries must give up at some time, as *refuses* asks too much
template <Space S>
class SpaceLaws {
 public:
  using Requests = std::span<const SpaceRequest>;

  [[nodiscard]] static bool aligned(S& space, Requests requests) {
    const Pieces pieces(space, requests);
    return std::ranges::all_of(pieces.taken, [](const Piece& piece) {
      return is_aligned(piece.begin, Alignment{piece.request.alignment});
    });
  }

  [[nodiscard]] static bool disjoint(S& space, Requests requests) {
    const Pieces pieces(space, requests);
    std::vector<Piece> sorted;
    std::ranges::copy_if(pieces.taken, std::back_inserter(sorted),
                         [](const Piece& piece) { return piece.request.bytes > 0; });
    std::ranges::sort(sorted, std::ranges::less{},
                      [](const Piece& piece) { return address_of(piece.begin); });
    const auto overlap = std::ranges::adjacent_find(sorted, [](const Piece& a, const Piece& b) {
      return address_of(b.begin) - address_of(a.begin) < a.request.bytes;
    });
    return overlap == sorted.end();
  }

  [[nodiscard]] static bool writable(S& space, Requests requests) {
    Pieces pieces(space, requests);
    pieces.write();
    if (!pieces.intact()) return false;
    // A give-back of some must leave the others alone.
    pieces.give_back_every_other();
    return pieces.intact();
  }

  [[nodiscard]] static bool refuses(S& space, Requests requests) {
    std::vector<bool> granted_before;
    {
      Pieces pieces(space, requests);
      granted_before = pieces.granted;
      pieces.write();
      for (const std::size_t bytes : {max_bytes, max_bytes - S::max_alignment, max_bytes / 2 + 1}) {
        for (const std::size_t alignment : {std::size_t{1}, std::size_t{S::max_alignment}}) {
          void* const pointer = space.allocate(bytes, alignment);
          if (pointer == nullptr) continue;
          space.deallocate(pointer, bytes, alignment);
          return false;
        }
      }
      if (!pieces.intact()) return false;
    }
    const Pieces again(space, requests);
    return std::ranges::equal(granted_before, again.granted, std::ranges::less_equal{});
  }

  /// For a space of which nothing is out.
  [[nodiscard]] static bool whole(S& space)
  requires OneBlockSpace<S>
  {
    const std::size_t bytes = space.one_block_bytes();
    if (bytes == 0) return true;
    const SpaceRequest all{bytes, S::max_alignment};
    const SpaceRequest twice[] = {all, all};
    for (int round = 0; round < 2; ++round) {
      Pieces pieces(space, twice);
      if (!pieces.granted[0]) return false;
      pieces.write();
      if (!pieces.intact()) return false;
    }
    return space.one_block_bytes() == bytes;
  }

  /// Each piece changes to the size of the one after it.
  [[nodiscard]] static bool in_place(S& space, Requests requests)
  requires ResizableSpace<S>
  {
    Pieces pieces(space, requests);
    pieces.write();
    for (std::size_t i = 0; i < pieces.taken.size(); ++i) {
      Piece& piece = pieces.taken[i];
      const std::size_t before = piece.request.bytes;
      const std::size_t bytes = pieces.taken[(i + 1) % pieces.taken.size()].request.bytes;
      if (!pieces.resize(piece, bytes)) continue;
      Piece kept = piece;
      kept.request.bytes = std::min(before, bytes);
      if (!kept.is_intact()) return false;
      piece.write();
      if (!piece.is_intact()) return false;
    }
    return true;
  }
  [[nodiscard]] static bool apart(S& space, Requests requests)
  requires ResizableSpace<S>
  {
    Pieces pieces(space, requests);
    for (Piece& piece : pieces.taken)
      static_cast<void>(pieces.resize(piece, 2 * piece.request.bytes + 1));
    pieces.write();
    return pieces.intact();
  }
  [[nodiscard]] static bool unchanged(S& space, Requests requests)
  requires ResizableSpace<S>
  {
    Pieces pieces(space, requests);
    pieces.write();
    for (Piece& piece : pieces.taken)
      for (const std::size_t bytes : {max_bytes, max_bytes - S::max_alignment, max_bytes / 2 + 1})
        if (pieces.resize(piece, bytes)) return false;
    return pieces.intact();
  }
  [[nodiscard]] static bool shrinks(S& space, Requests requests)
  requires ResizableSpace<S>
  {
    Pieces pieces(space, requests);
    pieces.write();
    for (Piece& piece : pieces.taken)
      for (const std::size_t bytes : {piece.request.bytes, piece.request.bytes / 2, std::size_t{0}})
        if (!pieces.resize(piece, bytes)) return false;
    return pieces.intact();
  }

  /// For a space from which nobody takes anything away meanwhile.
  [[nodiscard]] static bool sound(S& space, Requests requests)
  requires LosableSpace<S>
  {
    if (space.is_lost()) return false;
    const Pieces pieces(space, requests);
    pieces.write();
    return !space.is_lost();
  }

  /// Examines all laws.
  ///
  /// - Expects: nothing of the space is out
  /// - Costs: the requests five times over, and a few that are too big
  [[nodiscard]] static Verdict holds_for(S& space, Requests requests) {
    if (!aligned(space, requests)) {
      return {"aligned: an answer is a multiple of the alignment asked for"};
    }
    if (!disjoint(space, requests)) return {"disjoint: no byte is in two answers at once"};
    if (!writable(space, requests)) {
      return {"writable: every byte keeps what was written until it is given back"};
    }
    if (!refuses(space, requests)) {
      return {"refuses: what cannot be had is null, and nothing has changed"};
    }
    if constexpr (OneBlockSpace<S>) {
      if (!whole(space)) {
        return {"whole: `allocate(one_block_bytes(), max_alignment)` is granted"};
      }
    }
    if constexpr (ResizableSpace<S>) {
      if (!in_place(space, requests)) {
        return {"in place: a resized piece keeps what lies in the smaller of both sizes"};
      }
      if (!apart(space, requests)) return {"apart: no byte of a resized piece is in another one"};
      if (!unchanged(space, requests)) {
        return {"unchanged: a piece whose new size was refused is as it was"};
      }
      if (!shrinks(space, requests)) return {"shrinks: less is never refused"};
    }
    if constexpr (LosableSpace<S>) {
      if (!sound(space, requests)) return {"sound: what nobody took away is not lost"};
    }
    return {};
  }

 private:
  struct Piece {
    std::byte* begin;
    SpaceRequest request;
    std::size_t seed;

    void write() const {
      for (std::size_t i = 0; i < request.bytes; ++i) begin[i] = pattern(*this, i);
    }
    [[nodiscard]] bool is_intact() const {
      for (std::size_t i = 0; i < request.bytes; ++i)
        if (begin[i] != pattern(*this, i)) return false;
      return true;
    }
  };

  /// What a list of requests got; gives it back at the end.
  struct Pieces {
    S& space;
    std::vector<bool> granted;
    std::vector<Piece> taken;

    Pieces(S& from, Requests requests) : space(from) {
      for (const SpaceRequest request : requests) {
        void* const pointer = space.allocate(request.bytes, request.alignment);
        granted.push_back(pointer != nullptr);
        if (pointer == nullptr) continue;
        taken.push_back({static_cast<std::byte*>(pointer), request, granted.size()});
      }
    }
    Pieces(const Pieces&) = delete;
    Pieces& operator=(const Pieces&) = delete;
    ~Pieces() {
      for (const Piece& piece : taken) give_back(piece);
    }

    void write() const {
      for (const Piece& piece : taken) piece.write();
    }
    [[nodiscard]] bool intact() const {
      return std::ranges::all_of(taken, [](const Piece& piece) { return piece.is_intact(); });
    }
    [[nodiscard]] bool resize(Piece& piece, std::size_t bytes) const {
      if (!space.resize(piece.begin, piece.request.bytes, bytes, piece.request.alignment))
        return false;
      piece.request.bytes = bytes;
      return true;
    }
    void give_back_every_other() {
      std::vector<Piece> rest;
      for (std::size_t i = 0; i < taken.size(); ++i) {
        if (i % 2 == 0) {
          give_back(taken[i]);
        } else {
          rest.push_back(taken[i]);
        }
      }
      taken = std::move(rest);
    }
    void give_back(const Piece& piece) const {
      space.deallocate(piece.begin, piece.request.bytes, piece.request.alignment);
    }
  };

  /// Differs between neighbours in a piece, and between pieces.
  [[nodiscard]] static std::byte pattern(const Piece& piece, std::size_t index) {
    return static_cast<std::byte>((piece.seed * 37 + index * 7 + index / 256) & 0xff);
  }
};

}  // namespace ebb::testing
