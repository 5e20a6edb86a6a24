// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The mechanism of the debugging checks, between a mechanism and its workspace.
///
/// The range stays parked, so that every take and give comes here. A piece is taken larger than it
/// was asked for, and what the user sees lies inside:
///
///     | front: fence, alignment | the piece | rest of the granule, fence | to the page |
///
/// | event        | poisons                 | fences            | quarantines                       |
/// |--------------|-------------------------|-------------------|-----------------------------------|
/// | memory comes | all of it               | –                 | all pages protected               |
/// | take         | not the piece           | written           | pages opened                      |
/// | give         | the piece               | looked at         | pages protected, not given on     |
/// | cycle's end  | all of the block        | looked at         | all pages protected               |
/// | next enter   | –                       | –                 | another block if it is too early  |
/// | memory goes  | nothing any more        | –                 | held back for the cycles          |
///
/// The side table has every live piece with its origin; what is over goes to `engine/past.hpp`.

#include <ebb/base/alignment.hpp>
#include <ebb/base/arithmetic.hpp>
#include <ebb/base/config.hpp>
#include <ebb/base/fixed_text.hpp>
#include <ebb/base/generation.hpp>
#include <ebb/base/origin.hpp>
#include <ebb/engine/core.hpp>
#include <ebb/engine/failure.hpp>
#include <ebb/engine/guard.hpp>
#include <ebb/engine/overflow.hpp>
#include <ebb/engine/past.hpp>
#include <ebb/engine/report.hpp>
#include <ebb/policy/checks.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ebb {

/// A mechanism with debugging checks: `Checked<Core>`, `Checked<Planner>`.
///
/// - For: base of a workspace whose checks are `DebuggingChecksPolicy`
/// - Errors: those of the mechanism; `FenceBroken`; `SpaceRefused` also where the heap of the
///   process refuses a place in the side table, or the system to open pages
/// - Costs: a few hash tables per take and give, and what the checks cost
/// - Threads: as `Core`
template <class Base>
class Checked : public Base {
 public:
  EBB_COLD void note_origin(const Origin& origin) noexcept override {
    if (this->is_mine()) next_origin_ = origin;
  }
  EBB_COLD void note_enter(const Origin& origin) noexcept override {
    if (this->is_open()) return;
    cycle_origin_ = origin;
    cycle_origin_.is_of_cycle = true;
  }
  EBB_COLD Origin exchange_scope_origin(const Origin& origin) noexcept override {
    return std::exchange(scope_origin_, origin);
  }
  EBB_COLD void array_is_kept(const void* array) noexcept override {
    LivePiece* const piece = this->is_mine() ? pieces_.find(array) : nullptr;
    if (piece != nullptr) piece->is_kept = true;
  }

 protected:
  using Base::Base;
  ~Checked() = default;

  /// Begins to watch; called by the constructor of the workspace.
  EBB_COLD void watch_as(const Watch& watch) noexcept {
    watch_ = watch;
    // Poison is as good as a fence, and what is poisoned cannot be looked at.
    watch_.poisons = watch.poisons && (EBB_HAS_ASAN || detail::runs_on_valgrind());
    if (watch_.poisons) watch_.fence_bytes = 0;
    this->is_watched_ = true;
    this->cell_->minds_keeping.store(true, std::memory_order_relaxed);
    if (watch.quarantine_cycles != 0) detail::fault_handler_v1.install();
    if (watch_.poisons) detail::tell_sanitizer();
  }

  /// Takes memory over that has come from the space.
  EBB_COLD void memory_comes(void* memory, std::size_t bytes) noexcept {
    if (memory != nullptr) close_memory(memory, bytes);
  }

  /// Says whether memory may go back to the space, or is held in quarantine.
  [[nodiscard]] EBB_COLD bool may_go(void* memory, std::size_t bytes,
                                     std::size_t alignment) noexcept {
    // A space that is one block could not give another one meanwhile.
    if (watch_.quarantine_cycles != 0 && !is_releasing_ && this->one_block_bytes() == 0 &&
        hold({static_cast<std::byte*>(memory), bytes, alignment, this->generation()}))
      return false;
    if (watch_.quarantine_cycles != 0) static_cast<void>(detail::unprotect_pages(memory, bytes));
    if (watch_.poisons) detail::unpoison(memory, bytes);
    return true;
  }

  /// Ends the quarantine of the oldest memory, because the space refuses.
  ///
  /// - Returns: false when there is none; else the space is asked again
  [[nodiscard]] EBB_COLD bool make_room() noexcept {
    if (held_.empty()) return false;
    release(held_.begin());
    ++this->totals_.space_calls;
    ++this->totals_.space_refusals;
    return true;
  }

  EBB_COLD void end_life() noexcept {
    Base::end_life();
    while (!held_.empty()) release(held_.begin());
  }

 private:
  // All that was made at one place.
  struct PlaceUse {
    std::size_t bytes = 0;  ///< alive now
    std::size_t peak = 0;   ///< of this cycle
    std::size_t last_peak = 0;
    std::uint64_t rises = 0;  ///< cycles with a peak above the one before, since it last fell
    std::size_t escaped_bytes = 0;
    std::uint64_t escaped_pieces = 0;
  };
  struct HashOfOrigin {
    std::size_t operator()(const Origin& origin) const noexcept {
      return (address_of(origin.place.file) * 31 + address_of(origin.name)) * 31 +
             origin.place.line;
    }
  };
  using Uses = std::unordered_map<Origin, PlaceUse, HashOfOrigin>;
  struct LivePiece {
    std::byte* begin = nullptr;
    std::size_t bytes = 0;
    std::size_t front = 0;      ///< between what was taken and the piece
    std::size_t alignment = 0;  ///< of what was taken
    typename Uses::value_type* use = nullptr;
    bool is_kept = false;

    [[nodiscard]] const Origin& origin() const noexcept { return use->first; }
  };
  struct Held {
    std::byte* begin;
    std::size_t bytes;
    std::size_t alignment;
    std::uint64_t last_used;  ///< the generation
  };
  // What Valgrind was told of pieces that are over.
  struct Words {
    std::byte* begin;
    std::size_t bytes;
    unsigned number;
  };

  static constexpr std::size_t most_bytes = max_bytes / 4;  // no sum of a layout wraps
  // So many cycles running that a place asks for more make a leak.
  static constexpr std::uint64_t cycles_of_a_leak = 4;

  // Runs what may find no memory for the books.
  template <class Action>
  static bool attempt(Action&& action) noexcept {
#if EBB_HAS_EXCEPTIONS
    try {
      action();
    } catch (const std::bad_alloc&) {
      return false;
    }
#else
    action();
#endif
    return true;
  }

  void close_memory(void* memory, std::size_t bytes) const noexcept {
    if (watch_.poisons) detail::poison(memory, bytes);
    if (watch_.quarantine_cycles != 0) detail::protect_pages(memory, bytes);
  }

  // ---- layout -----------------------------------------------------------------------------------

  // Where the space gives no whole pages, small pieces share theirs.
  [[nodiscard]] bool has_pages() const noexcept {
    return watch_.quarantine_cycles != 0 && detail::page_bytes() <= this->max_alignment();
  }
  [[nodiscard]] LivePiece layout_of(std::size_t bytes, std::size_t alignment) const noexcept {
    LivePiece piece;
    piece.bytes = bytes;
    piece.alignment = std::max(
        {alignment, this->granule().bytes(), has_pages() ? detail::page_bytes() : std::size_t{1}});
    piece.front = round_up(watch_.fence_bytes, Alignment(piece.alignment));
    return piece;
  }
  [[nodiscard]] std::size_t total_of(const LivePiece& piece) const noexcept {
    // Poison behind a piece is a fence that costs nothing to look at.
    const std::size_t behind = watch_.poisons ? this->granule().bytes() : watch_.fence_bytes;
    const std::size_t total = piece.front + piece.bytes + behind;
    return round_up(total, has_pages() ? Alignment(detail::page_bytes()) : this->granule());
  }
  [[nodiscard]] static std::byte* taken_of(const LivePiece& piece) noexcept {
    return piece.begin - piece.front;
  }
  [[nodiscard]] std::byte* behind_fence(const LivePiece& piece) const noexcept {
    return piece.begin + piece.bytes + watch_.fence_bytes;
  }
  [[nodiscard]] bool has_size(const LivePiece& piece, std::size_t bytes) const noexcept {
    return bytes <= most_bytes &&
           round_up(piece.bytes, this->granule()) == round_up(bytes, this->granule());
  }

  // ---- pieces -----------------------------------------------------------------------------------

  Taken take_watched(std::size_t bytes, std::size_t alignment) noexcept override {
    const Origin origin = closest(std::exchange(next_origin_, Origin{}));
    if (bytes == 0 || bytes > most_bytes || !is_alignment(alignment) ||
        alignment > this->max_alignment())
      return Base::take_in_cycle(bytes, alignment);
    LivePiece piece = layout_of(bytes, alignment);
    const std::size_t total = total_of(piece);
    const bool is_booked =
        pieces_.reserve() && attempt([&] { piece.use = &*uses_.try_emplace(origin).first; });
    if (!is_booked) return refused(bytes);
    const Taken taken = Base::take_in_cycle(total, piece.alignment);
    if (taken.pointer == nullptr) return taken;
    piece.begin = static_cast<std::byte*>(taken.pointer) + piece.front;
    if (!open_piece(piece)) {
      Base::take_back(taken_of(piece), total);
      return refused(bytes);
    }
    pieces_.insert(piece);
    book_take(piece.use->second, bytes);
    return {piece.begin, {}};
  }
  [[nodiscard]] static Taken refused(std::size_t bytes) noexcept {
    return {nullptr, {.kind = Failure::Kind::space_refused, .wanted = bytes}};
  }

  // The origin of a piece, or what is known instead.
  [[nodiscard]] Origin closest(Origin origin) const noexcept {
    if (origin.place.file != nullptr) return origin;
    const Taker taker = origin.taker;
    origin = scope_origin_.place.file != nullptr ? scope_origin_ : cycle_origin_;
    origin.taker = taker;
    return origin;
  }
  static void book_take(PlaceUse& use, std::size_t bytes) noexcept {
    use.bytes += bytes;
    use.peak = std::max(use.peak, use.bytes);
  }

  bool expand_watched(void* pointer, std::size_t old_bytes,
                      std::size_t new_bytes) noexcept override {
    if (!this->is_mine()) return false;
    LivePiece* const piece = pieces_.find(pointer);
    if (piece == nullptr || !has_size(*piece, old_bytes) || new_bytes == 0 ||
        new_bytes > most_bytes)
      return Base::expand(pointer, old_bytes, new_bytes);
    const LivePiece old = *piece;
    LivePiece changed = old;
    changed.bytes = new_bytes;
    // What would be parked without this check stays so: then no piece moves its end.
    const bool is_movable = this->enabled_ && !this->pending_;
    if (is_movable) this->unpark();
    const bool is_done =
        Base::expand(taken_of(old), total_of(old), total_of(changed)) && reopen(old, changed);
    if (is_movable) this->park_if_needed();
    if (!is_done) return false;
    *piece = changed;
    changed.use->second.bytes -= old.bytes;
    book_take(changed.use->second, new_bytes);
    return true;
  }

  bool take_back(std::byte* begin, std::size_t size) noexcept override {
    const LivePiece* const found = pieces_.find(begin);
    if (found == nullptr || !has_size(*found, size)) return false;
    const LivePiece piece = pieces_.extract(begin);
    piece.use->second.bytes -= piece.bytes;
    look_at_fences(piece, false);
    remember(piece, true);
    close_piece(piece);
    // In quarantine nothing is used again within the cycle either.
    return watch_.quarantine_cycles != 0 || Base::take_back(taken_of(piece), total_of(piece));
  }

  // Lets the piece be used.
  [[nodiscard]] bool open_piece(const LivePiece& piece) noexcept {
    std::byte* const taken = taken_of(piece);
    if (watch_.quarantine_cycles != 0 && !detail::unprotect_pages(taken, total_of(piece)))
      return false;
    if (watch_.poisons) {
      forget_words(piece);
      detail::unpoison(piece.begin, piece.bytes);
    }
    if (watch_.fence_bytes != 0) {
      detail::write_fence(piece.begin - watch_.fence_bytes, piece.begin);
      detail::write_fence(piece.begin + piece.bytes, behind_fence(piece));
    }
    return true;
  }
  void close_piece(const LivePiece& piece) noexcept {
    if (watch_.poisons) detail::poison(piece.begin, piece.bytes);
    if (watch_.quarantine_cycles != 0) detail::protect_pages(taken_of(piece), total_of(piece));
  }
  // A piece with another size; where the system opens no page, with the old one again.
  [[nodiscard]] bool reopen(const LivePiece& old, const LivePiece& changed) noexcept {
    look_at_fences(old, false);
    close_piece(old);
    if (open_piece(changed)) return true;
    static_cast<void>(Base::expand(taken_of(old), total_of(changed), total_of(old)));
    static_cast<void>(open_piece(old));
    return false;
  }

  void look_at_fences(const LivePiece& piece, bool at_end) noexcept {
    if (watch_.fence_bytes == 0) return;
    const std::byte* const end = piece.begin + piece.bytes;
    const std::byte* const before =
        detail::broken_byte(piece.begin - watch_.fence_bytes, piece.begin, true);
    const std::byte* const behind = detail::broken_byte(end, behind_fence(piece), false);
    if (before == nullptr && behind == nullptr) return;
    ++broken_fences_;
    // The first one is told, and the next is the first once that was.
    if (this->pending_) {
      if (this->pending_.fence == &broken_fence_) this->pending_.wanted = broken_fences_;
      return;
    }
    broken_fences_ = 1;
    broken_fence_ = {.origin = piece.origin(),
                     .bytes = piece.bytes,
                     .is_behind = behind != nullptr,
                     .distance = static_cast<std::size_t>(
                         behind != nullptr ? behind - end : piece.begin - before - 1),
                     .at_end = at_end,
                     .cycle = this->generation()};
    this->set_pending({.kind = Failure::Kind::fence_broken, .wanted = 1, .fence = &broken_fence_});
  }

  void remember(const LivePiece& piece, bool is_given_back) noexcept {
    const detail::PastPiece past{.begin = address_of(piece.begin),
                                 .bytes = piece.bytes,
                                 .origin = piece.origin(),
                                 .cell = this->cell_,
                                 .number = this->number_,
                                 .is_given_back = is_given_back};
    detail::past_pieces_v1.push(past);
    if (watch_.poisons && detail::runs_on_valgrind()) give_words(piece, past);
  }
  void give_words(const LivePiece& piece, const detail::PastPiece& past) noexcept {
    FixedText text;
    detail::describe(past.origin, text);
    text.append(",");
    detail::describe_cycle(past, text);
    attempt([&] {
      words_.push_back({piece.begin, piece.bytes, 0});
      words_.back().number = detail::give_words(piece.begin, piece.bytes, text.c_str());
    });
  }
  void forget_words(const LivePiece& piece) noexcept {
    std::erase_if(words_, [&](const Words& words) {
      const bool overlaps =
          words.begin < piece.begin + piece.bytes && piece.begin < words.begin + words.bytes;
      if (overlaps) detail::forget_words(words.number);
      return overlaps;
    });
  }

  // ---- cycles -----------------------------------------------------------------------------------

  void cycle_begins() noexcept override {
    next_origin_ = {};
    if (watch_.quarantine_cycles != 0) {
      exchange_early_block();
      release_what_is_over();
    }
    Base::cycle_begins();
  }

  void cycle_ends() noexcept override {
    Base::cycle_ends();
    for (auto& [origin, use] : uses_) use.escaped_bytes = use.escaped_pieces = 0;
    pieces_.drain([&](const LivePiece& piece) {
      look_at_fences(piece, true);
      remember(piece, false);
      close_piece(piece);
      const Taker taker = piece.origin().taker;
      if (piece.is_kept || (taker != Taker::array && taker != Taker::container)) return;
      piece.use->second.escaped_bytes += piece.bytes;
      ++piece.use->second.escaped_pieces;
    });
    for (auto& [origin, use] : uses_) {
      if (use.peak < use.last_peak)
        use.rises = 0;
      else if (use.last_peak != 0 && use.peak > use.last_peak)
        ++use.rises;
      use.last_peak = use.peak;
      use.bytes = use.peak = 0;
    }
    if (this->block_) close_memory(this->block_.begin, this->block_.bytes);
    last_block_ = this->block_.begin;
    block_last_used_ = this->generation();
  }

  void add_to(Report& report, const CycleMeter& meter) const override {
    Base::add_to(report, meter);
    for (const auto& [origin, use] : uses_) {
      if (use.escaped_pieces != 0)
        report.escapes.push_back({origin, use.escaped_bytes, use.escaped_pieces});
      if (use.rises >= cycles_of_a_leak)
        report.growing.push_back({origin, use.last_peak, use.rises});
    }
    const auto larger = [](const PlaceReport& a, const PlaceReport& b) {
      return a.bytes != b.bytes ? a.bytes > b.bytes : a.origin.place.line < b.origin.place.line;
    };
    std::sort(report.escapes.begin(), report.escapes.end(), larger);
    std::sort(report.growing.begin(), report.growing.end(), larger);
  }

  // ---- quarantine -------------------------------------------------------------------------------

  [[nodiscard]] bool is_over(std::uint64_t last_used) const noexcept {
    return this->generation() - last_used > watch_.quarantine_cycles;
  }
  [[nodiscard]] bool hold(const Held& memory) noexcept {
    if (!attempt([&] { held_.push_back(memory); })) return false;
    close_memory(memory.begin, memory.bytes);
    return true;
  }
  void release(typename std::vector<Held>::iterator place) noexcept {
    const Held memory = *place;
    held_.erase(place);
    is_releasing_ = true;
    this->space_deallocate(memory.begin, memory.bytes, memory.alignment);
    is_releasing_ = false;
  }
  void release_what_is_over() noexcept {
    while (!held_.empty() && is_over(held_.front().last_used)) release(held_.begin());
  }

  // A block whose quarantine is not over is exchanged for one of the same size: that of which it
  // is over, or a new one. Where there is neither, the quarantine is shorter.
  void exchange_early_block() noexcept {
    const Block block = this->block_;
    if (!block || block.begin != last_block_ || is_over(block_last_used_)) return;
    const auto place = std::find_if(held_.begin(), held_.end(), [&](const Held& held) {
      return held.bytes == block.bytes && held.alignment == this->max_alignment() &&
             is_over(held.last_used);
    });
    std::byte* other = nullptr;
    if (place != held_.end()) {
      other = place->begin;
      held_.erase(place);
    } else if (this->one_block_bytes() == 0) {
      other = static_cast<std::byte*>(this->ask_space(block.bytes, this->max_alignment()));
    }
    if (other == nullptr) return;
    if (!hold({block.begin, block.bytes, this->max_alignment(), block_last_used_}))
      this->space_deallocate(block.begin, block.bytes, this->max_alignment());
    this->set_block({other, block.bytes});
    this->origin_ = address_of(other);
    this->range_ = this->first_range_;
  }

  Watch watch_;
  PiecesByAddress<LivePiece> pieces_;
  Uses uses_;
  Origin next_origin_;   ///< of the piece that is taken next
  Origin scope_origin_;  ///< of all that have none of their own
  Origin cycle_origin_;
  BrokenFence broken_fence_;
  std::size_t broken_fences_ = 0;  ///< that one, and those found after it
  std::vector<Words> words_;
  std::vector<Held> held_;  ///< the oldest first
  const std::byte* last_block_ = nullptr;
  std::uint64_t block_last_used_ = 0;
  bool is_releasing_ = false;
};

}  // namespace ebb
