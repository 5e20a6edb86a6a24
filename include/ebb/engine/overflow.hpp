// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief What a cycle holds outside its block: chunks, and pieces that went out alone.
///
/// Both are kept beside the memory, not in it, so that the memory may be one that the host cannot
/// write. Both go back to the space at the end of the cycle.

#include <ebb/base/alignment.hpp>
#include <ebb/base/block.hpp>

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

namespace ebb {

/// The chunks of one cycle. They grow geometrically, so there are few.
///
/// - Threads: the owner of the workspace
class ChunkList {
 public:
  ChunkList() = default;
  ~ChunkList() { delete[] chunks_; }
  ChunkList(const ChunkList&) = delete;
  ChunkList& operator=(const ChunkList&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] const Block& operator[](std::size_t index) const noexcept { return chunks_[index]; }

  /// Makes room for one more; false when the heap refuses.
  [[nodiscard]] bool reserve() noexcept {
    if (size_ < capacity_) return true;
    const std::size_t capacity = capacity_ == 0 ? 8 : 2 * capacity_;
    Block* const more = new (std::nothrow) Block[capacity];
    if (more == nullptr) return false;
    for (std::size_t i = 0; i < size_; ++i) more[i] = chunks_[i];
    delete[] chunks_;
    chunks_ = more;
    capacity_ = capacity;
    return true;
  }

  /// Adds a chunk; there is room.
  void push(Block chunk) noexcept { chunks_[size_++] = chunk; }

  [[nodiscard]] bool contains(const void* pointer) const noexcept {
    for (std::size_t i = 0; i < size_; ++i)
      if (chunks_[i].contains(pointer)) return true;
    return false;
  }

  void clear() noexcept { size_ = 0; }

 private:
  Block* chunks_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Pieces of one cycle, found by the address at which they begin.
///
/// - Needs: of `P`, a pointer `begin`; null marks a free place
/// - Costs: a hash table with linear probing: constant time, one heap call per doubling
/// - Threads: the owner of the workspace
template <class P>
class PiecesByAddress {
 public:
  using Piece = P;

  PiecesByAddress() = default;
  ~PiecesByAddress() { delete[] table_; }
  PiecesByAddress(const PiecesByAddress&) = delete;
  PiecesByAddress& operator=(const PiecesByAddress&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Makes room for one more; false when the heap refuses.
  [[nodiscard]] bool reserve() noexcept {
    if (2 * (size_ + 1) <= capacity_) return true;
    const std::size_t capacity = capacity_ == 0 ? 16 : 2 * capacity_;
    Piece* const table = new (std::nothrow) Piece[capacity];
    if (table == nullptr) return false;
    Piece* const old = std::exchange(table_, table);
    const std::size_t old_capacity = std::exchange(capacity_, capacity);
    for (std::size_t i = 0; i < old_capacity; ++i)
      if (old[i].begin != nullptr) table_[place_of(old[i].begin)] = old[i];
    delete[] old;
    return true;
  }

  /// Adds a piece; there is room.
  void insert(Piece piece) noexcept {
    table_[place_of(piece.begin)] = piece;
    ++size_;
  }

  /// The piece that starts at an address, or null.
  ///
  /// - Keeps: the answer is good until the next call that changes something
  [[nodiscard]] Piece* find(const void* pointer) noexcept {
    if (size_ == 0) return nullptr;
    Piece& found = table_[place_of(pointer)];
    return found.begin == nullptr ? nullptr : &found;
  }

  /// Removes the piece that starts at an address.
  ///
  /// - Returns: the piece; its `begin` is null when there is none
  [[nodiscard]] Piece extract(const void* pointer) noexcept {
    if (size_ == 0) return {};
    std::size_t hole = place_of(pointer);
    const Piece found = table_[hole];
    if (found.begin == nullptr) return {};
    // Close the gap, so that no search stops too early: move back what hashes at or before the
    // hole.
    for (std::size_t next = (hole + 1) & (capacity_ - 1); table_[next].begin != nullptr;
         next = (next + 1) & (capacity_ - 1)) {
      const std::size_t home = hash(table_[next].begin);
      if (((next - home) & (capacity_ - 1)) >= ((next - hole) & (capacity_ - 1))) {
        table_[hole] = table_[next];
        hole = next;
      }
    }
    table_[hole] = {};
    --size_;
    return found;
  }

  /// Calls `visit(piece)` for every piece and forgets them all.
  template <class Visitor>
  void drain(Visitor&& visit) noexcept {
    if (size_ == 0) return;
    for (std::size_t i = 0; i < capacity_; ++i)
      if (table_[i].begin != nullptr) visit(std::exchange(table_[i], Piece{}));
    size_ = 0;
  }

 private:
  [[nodiscard]] std::size_t hash(const void* pointer) const noexcept {
    // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4): addresses are multiples of
    // the granule, and the product spreads the bits above it.
    const std::uint64_t product = std::uint64_t{address_of(pointer)} * 0x9E3779B97F4A7C15U;
    return static_cast<std::size_t>(product >> 32U) & (capacity_ - 1);
  }
  [[nodiscard]] std::size_t place_of(const void* pointer) const noexcept {
    std::size_t place = hash(pointer);
    while (table_[place].begin != nullptr && table_[place].begin != pointer)
      place = (place + 1) & (capacity_ - 1);
    return place;
  }

  Piece* table_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;  ///< zero, or a power of two
};

/// One piece that went out alone: what the user sees, and what the space gave.
struct LonePiece {
  std::byte* begin = nullptr;
  std::size_t bytes = 0;  ///< asked of the space; one granule more than the user sees
  std::size_t alignment = 0;
};

/// The pieces of one cycle that went out alone.
using LonePieces = PiecesByAddress<LonePiece>;

}  // namespace ebb
