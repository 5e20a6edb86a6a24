// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A workspace in plain numbers: what a real one has to answer, and what it has to report.
///
/// The model knows no addresses. A piece has a *position*: where it would lie, had one block served
/// the whole cycle. Pieces lie in the block (memory 0), in the chunks (memory 1, 2, …), or alone.
///
/// | number      | follows from                                                          |
/// |-------------|-----------------------------------------------------------------------|
/// | demand      | the highest position, and the most bytes that were alone at once      |
/// | live peak   | the largest sum of rounded sizes alive                                |
/// | block       | what the policies answer, asked at every close                        |
/// | space calls | one for a block, a chunk, a piece alone; a second one for a small chunk |
/// |             | one for growth in place, which takes the place of a chunk             |
///
/// Where places are learnt (`Sentence::learns_places`), it does not know which memory serves a
/// request: it is told what happened (`enter_as`, `take_as`), says whether that may be, and keeps
/// count of scopes and pieces.
///
/// Beside the numbers it watches the laws that tie one cycle to the next (`Promises`).

#include <ebb/base/alignment.hpp>
#include <ebb/base/arithmetic.hpp>
#include <ebb/base/config.hpp>
#include <ebb/engine/report.hpp>
#include <ebb/policy/allocation.hpp>
#include <ebb/policy/bounds.hpp>
#include <ebb/policy/checks.hpp>
#include <ebb/policy/granule.hpp>
#include <ebb/policy/learning.hpp>
#include <ebb/policy/policy.hpp>
#include <ebb/policy/reset.hpp>
#include <ebb/policy/spill.hpp>
#include <ebb/policy/start.hpp>
#include <ebb/space/space.hpp>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ebb::testing {

/// The answers of a sentence, its types forgotten.
///
/// - For: a model of a workspace whose type nobody knows any more; else `sentence_of` fills it in
/// - Units: bytes
/// - Threads: a value; copies share what was learnt
struct Sentence {
  std::size_t granule = 64;
  std::size_t max_alignment = 4096;
  std::size_t one_block_bytes = 0;  ///< 0: not such a space
  bool is_resizable = false;        ///< the block grows where it is, also within a cycle
  bool checks_views = true;
  bool learns = true;
  bool keeps_learning = true;  ///< may answer more than once
  bool says_it_keeps_learning = false;
  bool learns_places = false;
  std::function<std::size_t(std::size_t)> with_headroom;
  std::function<std::size_t()> first_block;
  std::function<std::size_t(std::size_t)> clamp;
  std::function<Overflow(Shortfall)> on_overflow;
  std::function<std::size_t(CycleUse)> next_block;
  std::function<std::optional<std::size_t>(CycleUse)> learn;
  std::function<void()> forget;
};

/// \name One policy as a part of a sentence
/// Out of line, so that hundreds of sentences share them.
/// \{
template <AllocationPolicy P>
EBB_COLD void answer(Sentence& sentence, const P& policy) {
  sentence.with_headroom = [policy](std::size_t bytes) { return policy.with_headroom(bytes); };
}
template <StartPolicy P>
EBB_COLD void answer(Sentence& sentence, const P& policy) {
  sentence.first_block = [policy] { return policy.first_block(); };
}
template <LearningPolicy P>
EBB_COLD void answer(Sentence& sentence, const P& policy) {
  sentence.learns = ebb::learns(policy);
  sentence.keeps_learning = ebb::keeps_learning(policy);
  sentence.says_it_keeps_learning = ebb::says_it_keeps_learning(policy);
  sentence.learns_places = PlanningPolicy<P>;
  const auto state = std::make_shared<typename P::State>();
  sentence.learn = [state, policy](CycleUse use) { return policy.learn(*state, use); };
  sentence.forget = [state] { *state = typename P::State{}; };
}
template <SpillPolicy P>
EBB_COLD void answer(Sentence& sentence, const P& policy) {
  sentence.on_overflow = [policy](Shortfall shortfall) { return policy.on_overflow(shortfall); };
  sentence.next_block = [policy](CycleUse use) { return policy.next_block(use); };
}
template <BoundsPolicy P>
EBB_COLD void answer(Sentence& sentence, const P& policy) {
  sentence.clamp = [policy](std::size_t bytes) { return policy.clamp(bytes); };
}
template <GranulePolicy P>
EBB_COLD void answer(Sentence& sentence, const P& policy) {
  sentence.granule = policy.bytes();
}
template <ResetPolicy P>
void answer(Sentence&, const P&) {}
template <ChecksPolicy P>
void answer(Sentence& sentence, const P&) {
  sentence.checks_views = P::checks_views();
}
template <Space S>
void answer(Sentence&, const S&) {}
/// \}

/// The sentence of a workspace type; policies with `dynamic` numbers are passed along.
template <class W, class... Answers>
[[nodiscard]] Sentence sentence_of(const typename W::Policies::Space& space,
                                   const Answers&... answers) {
  using Policies = typename W::Policies;
  Sentence sentence;
  const auto answer_default = [&]<class P>(std::type_identity<P>) {
    if constexpr (std::default_initializable<P>) answer(sentence, P{});
  };
  answer_default(std::type_identity<typename Policies::Allocation>{});
  answer_default(std::type_identity<typename Policies::Start>{});
  answer_default(std::type_identity<typename Policies::Learning>{});
  answer_default(std::type_identity<typename Policies::Spill>{});
  answer_default(std::type_identity<typename Policies::Bounds>{});
  answer_default(std::type_identity<typename Policies::Granule>{});
  answer_default(std::type_identity<typename Policies::Checks>{});
  (answer(sentence, answers), ...);
  sentence.max_alignment = Policies::Space::max_alignment;
  if constexpr (OneBlockSpace<typename Policies::Space>)
    sentence.one_block_bytes = space.one_block_bytes();
  if constexpr (ResizableSpace<typename Policies::Space>)
    sentence.is_resizable = space.is_resizable();
  static_cast<void>(space);
  return sentence;
}

/// What a sentence promises beyond what every workspace keeps.
///
/// - For: policies that learn and let the block grow
/// - Threads: a value; anybody
struct Promises {
  /// Once something was learnt, a cycle that does what the one before it did asks the space for
  /// nothing.
  bool repeats_for_free = false;
  /// Once something was learnt, a larger cycle asks the space at most once for each doubling of the
  /// block, and once for the new block.
  bool grows_by_doubling = false;
};

/// The reference model of one workspace.
///
/// - For: predicting a real one; `Player` compares the two
/// - Units: bytes; positions count from the beginning of the cycle
/// - Costs: a look at every live piece per command
/// - Threads: one at a time
class WorkspaceModel {
 public:
  /// Stands for the space: says whether a request is granted.
  using Ask = std::function<bool(std::size_t bytes, std::size_t alignment)>;

  static constexpr std::size_t alone = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t first_chunk_bytes = std::size_t{64} * 1024;

  struct Piece {
    std::size_t bytes;     ///< as asked for
    std::size_t size;      ///< rounded
    std::size_t position;  ///< of a piece that is not alone
    std::size_t memory;    ///< 0 is the block, then the chunks; or `alone`
    std::size_t number;    ///< counts the takes of the cycle
  };

  WorkspaceModel(Sentence sentence, Promises promises)
      : sentence_(std::move(sentence)), promises_(promises) {}

  [[nodiscard]] const Sentence& sentence() const noexcept { return sentence_; }
  [[nodiscard]] bool is_open() const noexcept { return tokens_ != 0; }
  /// Says whether the model knows which memory serves a request.
  [[nodiscard]] bool is_exact() const noexcept { return !sentence_.learns_places; }
  /// Says whether a request may be refused though the space has more.
  [[nodiscard]] bool refuses() const {
    return sentence_.on_overflow({.wanted = 1, .left = 0, .outside = 0}) == Overflow::refuse;
  }
  /// Bytes alive, rounded.
  [[nodiscard]] std::size_t live() const noexcept { return live_; }
  [[nodiscard]] const std::vector<Piece>& pieces() const noexcept { return pieces_; }
  /// Ranges of the space that are in use.
  [[nodiscard]] std::size_t ranges() const noexcept {
    std::size_t count = chunks_ + (lent_ != 0 ? 1 : 0);
    for (const Piece& piece : pieces_) count += piece.memory == alone ? 1 : 0;
    return count;
  }
  /// Says whether the end of the cycle has to tell the violation handler of a foreign piece.
  [[nodiscard]] bool expects_violation() const noexcept { return foreign_; }
  /// The first law between cycles that was broken, as a sentence; empty where all were kept.
  [[nodiscard]] const std::string& broken_law() const noexcept { return broken_law_; }

  /// The numbers that the workspace has to report; its name is not among them.
  [[nodiscard]] Report report() const {
    Report report;
    report.generation = enters_ + destroys_;
    report.cycles = enters_ - (is_open() ? 1 : 0);
    report.block_bytes = block_;
    report.demand_bytes = is_open() ? demand() : 0;
    report.last_demand_bytes = last_demand_;
    report.largest_demand_bytes = largest_demand_;
    report.live_peak_bytes = last_live_peak_;
    report.headroom_percent = sentence_.with_headroom(100) - 100;
    report.oversize_bytes = bytes_alone_;
    report.spilled_bytes = bytes_alone_ + bytes_in_chunks_ + in_chunks();
    report.spilled_requests = spilled_requests_;
    report.space_calls = space_calls_;
    report.space_refusals = space_refusals_;
    report.stale_handles = stale_handles_;
    return report;
  }

  /// \name Commands
  /// They answer the id of the error that the workspace has to raise, or nothing.
  /// \{
  std::string_view enter(const Ask& ask) {
    if (is_open()) {
      ++tokens_;
      return {};
    }
    const std::size_t calls = space_calls_;
    if (const std::string_view error = prepare_block(ask); !error.empty()) return error;
    begin_cycle();
    cycle_ = {.block = block_,
              .calls_at_enter = space_calls_ - calls,
              .learnt_before = answered_,
              .is_plain = enabled_};
    return {};
  }

  /// `enter` of a model that is not exact: what happened, if that may be.
  std::string_view enter_as(std::string_view error, bool space_refused) {
    if (is_open()) {
      ++tokens_;
      return {};
    }
    const bool may_be = (error == "E05" && (space_refused || sentence_.one_block_bytes != 0)) ||
                        (error == "E06" && is_out_of_bounds(sentence_.first_block()));
    if (!error.empty()) return may_be ? error : std::string_view{};
    reserved_ = 0;
    begin_cycle();
    return {};
  }

  /// `take` of a model that is not exact: what happened, if that may be. The error of a `try_` form
  /// is not known.
  std::string_view take_as(std::size_t bytes, std::size_t alignment, bool is_served,
                           std::string_view error, bool space_refused) {
    if (!is_open()) return "E03";
    const std::string_view found = error.empty() ? "E05" : error;
    if (const std::string_view bad = bad_request(bytes, alignment); !bad.empty())
      return !is_served && found == "E10" && refuses() ? found : bad;
    if (is_served) {
      if (bytes != 0)
        add({.bytes = bytes, .size = rounded(bytes), .position = 0, .memory = alone, .number = 0});
      return {};
    }
    return space_refused || (refuses() && found != "E06") ? found : std::string_view{};
  }

  std::string_view take(std::size_t bytes, std::size_t alignment, const Ask& ask) {
    if (!is_open()) return "E03";
    if (alignment > sentence_.granule) cycle_.is_well_aligned = false;
    const std::string_view error = serve(bytes, alignment, ask);
    cycle_.program.push_back({Step::Kind::take, bytes, alignment, error.empty()});
    return error;
  }

  void give(std::size_t index) {
    const Piece piece = pieces_[index];
    cycle_.program.push_back({Step::Kind::give, piece.number, 0, true});
    cycle_.is_stack = cycle_.is_stack && index + 1 == pieces_.size();
    pieces_.erase(pieces_.begin() + static_cast<std::ptrdiff_t>(index));
    live_ -= piece.size;
    if (!is_exact()) {
      return;
    } else if (piece.memory == alone) {
      alone_now_ -= piece.size;
    } else if (is_on_top(piece)) {
      position_ = piece.position;
    }
  }

  void give_foreign() { foreign_ = foreign_ || is_open(); }

  /// Changes the size of a piece in place.
  ///
  /// - Returns: whether the piece has the new size
  bool expand(std::size_t index, std::size_t bytes) {
    Piece& piece = pieces_[index];
    const bool done = can_expand(piece, bytes);
    cycle_.program.push_back({Step::Kind::expand, piece.number, bytes, done});
    if (!done) return false;
    const std::size_t size = rounded(bytes);
    if (size != piece.size) position_ = piece.position + size;
    live_ = live_ - piece.size + size;
    piece.bytes = bytes;
    piece.size = size;
    note();
    return true;
  }

  void leave(bool by_exception, const Ask& ask) {
    if (--tokens_ == 0) end_cycle(by_exception ? End::by_exception : End::closed, ask);
  }

  void destroy(const Ask& ask) {
    if (is_open()) {
      tokens_ = 0;
      end_cycle(End::destroyed, ask);
    }
    ++destroys_;
    block_ = lent_ = reserved_ = 0;
    answered_ = false;
    unlearnt_ = refused_target_ = 0;
    sentence_.forget();
    previous_ = {};
  }

  void set_enabled(bool enabled) {
    enabled_ = enabled;
    cycle_.is_plain = false;
  }

  std::string_view reserve(std::size_t bytes) {
    if (is_open() || is_out_of_bounds(bytes) || bytes > max_bytes / 2) return "E06";
    reserved_ = bytes;
    return {};
  }

  void stale_handle() noexcept { ++stale_handles_; }
  /// \}

 private:
  struct Step {
    enum class Kind : unsigned char { take, give, expand } kind;
    std::size_t first;   ///< bytes of a take, else the number of the piece
    std::size_t second;  ///< alignment of a take, bytes of an expand
    bool done;
    friend bool operator==(const Step&, const Step&) = default;
  };
  // One cycle, as the laws between cycles see it.
  struct Cycle {
    std::vector<Step> program = {};
    std::size_t block = 0;  ///< at the enter
    std::size_t demand = 0;
    std::size_t calls_at_enter = 0;
    std::size_t calls_inside = 0;
    std::size_t calls_at_close = 0;
    bool learnt_before = false;
    bool is_plain = false;        ///< nothing refused, switched, thrown or destroyed
    bool is_exact = true;         ///< the demand is what one block would have needed
    bool is_stack = true;         ///< each give was of the newest piece
    bool is_well_aligned = true;  ///< no alignment was above the granule
    bool learnt_after = false;
  };
  enum class End : unsigned char { closed, by_exception, destroyed };

  [[nodiscard]] std::size_t rounded(std::size_t bytes) const {
    return round_up(bytes, Alignment(sentence_.granule));
  }
  [[nodiscard]] std::size_t padding(std::size_t alignment) const {
    return round_up(position_, Alignment(std::max(alignment, sentence_.granule))) - position_;
  }
  [[nodiscard]] std::size_t demand() const noexcept { return peak_position_ + alone_peak_; }
  [[nodiscard]] std::size_t in_chunks() const noexcept {
    return chunks_ == 0 ? 0 : peak_position_ - first_chunk_;
  }
  // Of a first size, which is exact or an error; 0 is none.
  [[nodiscard]] bool is_out_of_bounds(std::size_t bytes) const {
    return bytes != 0 && sentence_.clamp(bytes) != bytes;
  }
  // On top is what ends where the next piece would begin, in the same memory.
  [[nodiscard]] bool is_on_top(const Piece& piece) const noexcept {
    return piece.memory == memory_ && piece.position + piece.size == position_;
  }
  [[nodiscard]] bool can_expand(const Piece& piece, std::size_t bytes) const {
    if (bytes > max_bytes - (sentence_.granule - 1)) return false;
    const std::size_t size = rounded(bytes);
    if (size == piece.size) return true;
    if (!is_exact()) return false;
    const bool is_parked = !enabled_ || foreign_;
    return size != 0 && sentence_.clamp(size) >= size && !is_parked && is_on_top(piece) &&
           size <= end_ - piece.position;
  }
  void note() noexcept {
    peak_position_ = std::max(peak_position_, position_);
    live_peak_ = std::max(live_peak_, live_);
    alone_peak_ = std::max(alone_peak_, alone_now_);
  }
  bool request(std::size_t bytes, std::size_t alignment, const Ask& ask) {
    ++space_calls_;
    const bool granted = ask(bytes, alignment);
    if (!granted) {
      ++space_refusals_;
      cycle_.is_plain = false;
    }
    return granted;
  }
  bool request_inside(std::size_t bytes, std::size_t alignment, const Ask& ask) {
    ++cycle_.calls_inside;
    return request(bytes, alignment, ask);
  }

  // The block where it is, if that can be, else a new one. Less where it is is no request.
  bool exchange(std::size_t size, const Ask& ask) {
    const bool is_there = sentence_.is_resizable && lent_ != 0;
    if (!(is_there && size <= lent_) &&
        !(is_there && request(size, sentence_.max_alignment, ask)) &&
        !request(size, sentence_.max_alignment, ask))
      return false;
    block_ = lent_ = size;
    return true;
  }
  bool grow_in_place(std::size_t least, std::size_t wished, const Ask& ask) {
    std::size_t size = wished;
    bool granted = request_inside(size, sentence_.max_alignment, ask);
    if (!granted && wished > least)
      granted = request_inside(size = least, sentence_.max_alignment, ask);
    if (granted) lent_ = end_ = size;
    return granted;
  }

  std::string_view prepare_block(const Ask& ask) {
    if (!enabled_) return {};
    const std::size_t whole = round_down(sentence_.one_block_bytes, Alignment(sentence_.granule));
    if (whole != 0) {
      if (reserved_ > whole) return "E05";
      const std::size_t first = sentence_.is_resizable ? std::min(whole, first_chunk_bytes) : whole;
      if (block_ == 0 && !exchange(first, ask)) return "E05";
      block_ = whole;
    } else {
      const std::size_t wanted =
          std::max(reserved_, block_ == 0 ? sentence_.first_block() : std::size_t{0});
      if (is_out_of_bounds(wanted)) return "E06";
      if (wanted > max_bytes - (sentence_.granule - 1)) return "E06";
      const std::size_t size = rounded(wanted);
      if (size > block_) {
        if (!exchange(size, ask)) return "E05";
      }
    }
    reserved_ = 0;
    return {};
  }

  void begin_cycle() {
    tokens_ = 1;
    ++enters_;
    position_ = peak_position_ = 0;
    end_ = lent_;
    memory_ = takes_ = 0;
    live_ = live_peak_ = alone_now_ = alone_peak_ = 0;
  }

  std::string_view bad_request(std::size_t bytes, std::size_t alignment) {
    if (std::exchange(foreign_, false)) return "E06";
    if (!is_alignment(alignment) || alignment > sentence_.max_alignment) return "E06";
    if (bytes > max_bytes / 2 - sentence_.granule) return "E06";
    const std::size_t size = rounded(bytes);
    if (sentence_.clamp(bytes) < bytes && sentence_.clamp(size) < size) return "E06";
    return {};
  }

  std::string_view serve(std::size_t bytes, std::size_t alignment, const Ask& ask) {
    if (const std::string_view bad = bad_request(bytes, alignment); !bad.empty()) return bad;
    if (bytes == 0) return {};
    const std::size_t size = rounded(bytes);
    if (!enabled_) return take_alone(bytes, alignment, ask);
    const std::size_t needed = padding(alignment) + size;
    if (needed <= end_ - position_) {
      place(bytes, alignment);
      return {};
    }
    // A file has disk space only for what was in use.
    const bool is_whole = lent_ >= block_ || chunks_ != 0;
    if (!is_whole && position_ + needed <= block_) {
      const std::size_t doubled = std::max(2 * lent_, position_ + needed);
      if (!grow_in_place(position_ + needed, std::min(doubled, block_), ask)) return "E05";
      place(bytes, alignment);
      return {};
    }
    const std::size_t left = (is_whole ? end_ : block_) - position_;
    if (sentence_.on_overflow({.wanted = size, .left = left, .outside = alone_now_}) ==
        Overflow::refuse)
      return "E01";
    const bool grows =
        sentence_.next_block({.block = block_, .demand = position_ + needed}) > block_;
    return block_ != 0 && chunks_ == 0 && !grows ? take_alone(bytes, alignment, ask)
                                                 : take_from_chunk(bytes, alignment, ask);
  }

  void add(Piece piece) {
    piece.number = takes_++;
    pieces_.push_back(piece);
    live_ += piece.size;
    note();
  }
  void place(std::size_t bytes, std::size_t alignment) {
    position_ += padding(alignment);
    const std::size_t at = position_;
    position_ += rounded(bytes);
    add({.bytes = bytes, .size = rounded(bytes), .position = at, .memory = memory_, .number = 0});
  }
  std::string_view take_alone(std::size_t bytes, std::size_t alignment, const Ask& ask) {
    const std::size_t size = rounded(bytes);
    const std::size_t piece_alignment = std::max(alignment, sentence_.granule);
    // One granule is never used: no piece may end where another one begins.
    if (!request_inside(size + sentence_.granule, piece_alignment, ask)) return "E05";
    cycle_.is_exact = false;
    ++spilled_requests_;
    bytes_alone_ += size;
    alone_now_ += size;
    add({.bytes = bytes, .size = size, .position = 0, .memory = alone, .number = 0});
    return {};
  }
  std::string_view take_from_chunk(std::size_t bytes, std::size_t alignment, const Ask& ask) {
    const std::size_t needed = padding(alignment) + rounded(bytes);
    // In front of the chunk at least a granule is never used, and so much that the address of a
    // position has in the chunk what it had in the block, modulo the largest alignment.
    std::size_t front = position_ % sentence_.max_alignment;
    if (front < sentence_.granule) front += sentence_.max_alignment;
    // A chunk doubles what the cycle has, but leaves no room for what the bounds refuse.
    const std::size_t doubled = std::max(2 * end_ - position_, first_chunk_bytes);
    const std::size_t bound = largest_chunk();
    std::size_t capacity = std::max(needed, std::min(doubled, bound));
    const bool may_grow = sentence_.is_resizable && sentence_.one_block_bytes == 0 && chunks_ == 0;
    if (may_grow && position_ + needed <= bound &&
        grow_in_place(position_ + needed, std::min(position_ + capacity, bound), ask)) {
      place(bytes, alignment);
      return {};
    }
    bool granted = request_inside(front + capacity, sentence_.max_alignment, ask);
    if (!granted && capacity > needed) {
      capacity = needed;
      granted = request_inside(front + capacity, sentence_.max_alignment, ask);
    }
    if (!granted) return "E05";
    if (chunks_ == 0) first_chunk_ = position_;
    memory_ = ++chunks_;
    end_ = position_ + capacity;
    ++spilled_requests_;
    place(bytes, alignment);
    return {};
  }
  [[nodiscard]] std::size_t largest_chunk() const {
    return round_down(sentence_.clamp(max_bytes), Alignment(sentence_.granule));
  }

  void end_cycle(End how, const Ask& ask) {
    last_demand_ = demand();
    largest_demand_ = std::max(largest_demand_, last_demand_);
    last_live_peak_ = live_peak_;
    bytes_in_chunks_ += in_chunks();
    chunks_ = 0;
    pieces_.clear();
    foreign_ = false;
    cycle_.demand = last_demand_;
    if (how != End::closed) cycle_.is_plain = false;
    const std::size_t calls = space_calls_;
    if (how != End::destroyed && enabled_ && sentence_.one_block_bytes == 0 && is_exact())
      learn(how == End::by_exception, ask);
    lent_ = std::min(lent_, block_);
    cycle_.calls_at_close = space_calls_ - calls;
    cycle_.learnt_after = answered_ && refused_target_ == 0;
    check_laws();
    previous_ = std::exchange(cycle_, {});
  }

  void learn(bool by_exception, const Ask& ask) {
    if (!sentence_.learns) return;
    const bool asks_policy = !answered_ || sentence_.keeps_learning;
    if (by_exception && asks_policy) {
      unlearnt_ = std::max(unlearnt_, last_demand_);
      return;
    }
    const CycleUse use{.block = block_,
                       .demand = std::max(last_demand_, std::exchange(unlearnt_, 0))};
    std::optional<std::size_t> target;
    if (asks_policy) target = sentence_.learn(use);
    const bool may_shrink = target && (answered_ || sentence_.says_it_keeps_learning);
    if (!target && answered_) target = sentence_.next_block(use);
    if (!target) return;
    answered_ = true;

    const Alignment granule(sentence_.granule);
    const std::size_t wished = std::min(sentence_.clamp(sentence_.with_headroom(*target)),
                                        round_down(max_bytes / 2, granule));
    std::size_t size = round_up(wished, granule);
    if (sentence_.clamp(size) < size) size = round_down(sentence_.clamp(size), granule);
    const bool grows = *target > block_ && size > block_ && *target > refused_target_;
    const bool shrinks = *target <= block_ && may_shrink && size != 0 && size <= block_ / 2 &&
                         *target != refused_target_;
    if (!grows && !shrinks) return;
    const bool granted = exchange(size, ask);
    refused_target_ = granted ? 0 : *target;
  }

  void check_laws() {
    if (!broken_law_.empty() || !cycle_.is_plain || !is_exact()) return;
    const std::size_t calls = cycle_.calls_at_enter + cycle_.calls_inside + cycle_.calls_at_close;
    const std::string asked = " asked the space " + std::to_string(calls) + " times";
    if (previous_.is_plain && previous_.program == cycle_.program) {
      const bool is_enough =
          previous_.is_exact || (previous_.is_stack && previous_.is_well_aligned);
      if (is_enough && previous_.demand <= cycle_.block && cycle_.calls_inside != 0)
        broken_law_ = "a block of " + std::to_string(cycle_.block) +
                      " bytes did not serve again a cycle whose demand was " +
                      std::to_string(previous_.demand);
      else if (promises_.repeats_for_free && previous_.learnt_after &&
               cycle_.calls_inside + (sentence_.keeps_learning ? 0 : cycle_.calls_at_close) != 0)
        broken_law_ = "a cycle that repeats the one before it" + asked;
    }
    if (promises_.grows_by_doubling && previous_.learnt_after && cycle_.learnt_before) {
      // The first chunk of a workspace without a block is as if its block had doubled to 64 KiB.
      const std::size_t base = cycle_.block != 0 ? cycle_.block : std::size_t{32} * 1024;
      const std::size_t demand =
          cycle_.block != 0 ? cycle_.demand : std::max(cycle_.demand, 2 * base);
      const std::size_t doublings = demand <= base ? 0 : std::bit_width((demand - 1) / base);
      if (cycle_.calls_inside + cycle_.calls_at_close > doublings + 1)
        broken_law_ = "a cycle with a demand of " + std::to_string(cycle_.demand) +
                      " bytes, in a block of " + std::to_string(cycle_.block) + "," + asked;
    }
  }

  Sentence sentence_;
  Promises promises_;
  std::string broken_law_;

  // What stays.
  bool enabled_ = true;
  std::size_t block_ = 0;
  std::size_t lent_ = 0;  ///< what the space has given for it
  std::size_t reserved_ = 0;
  bool answered_ = false;     ///< learning has
  std::size_t unlearnt_ = 0;  ///< the largest demand of cycles that ended by an exception
  std::size_t refused_target_ = 0;
  std::size_t enters_ = 0;
  std::size_t destroys_ = 0;
  std::size_t last_demand_ = 0;
  std::size_t largest_demand_ = 0;
  std::size_t last_live_peak_ = 0;
  std::size_t bytes_alone_ = 0;
  std::size_t bytes_in_chunks_ = 0;
  std::size_t spilled_requests_ = 0;
  std::size_t space_calls_ = 0;
  std::size_t space_refusals_ = 0;
  std::size_t stale_handles_ = 0;
  Cycle previous_;

  // The open cycle.
  std::size_t tokens_ = 0;
  std::vector<Piece> pieces_;  ///< alive, in the order they were taken
  std::size_t takes_ = 0;
  std::size_t position_ = 0;  ///< where the next piece begins
  std::size_t end_ = 0;       ///< where the memory under it ends
  std::size_t memory_ = 0;
  std::size_t chunks_ = 0;
  std::size_t first_chunk_ = 0;  ///< the position at which it begins
  std::size_t peak_position_ = 0;
  std::size_t live_ = 0;
  std::size_t live_peak_ = 0;
  std::size_t alone_now_ = 0;
  std::size_t alone_peak_ = 0;
  bool foreign_ = false;  ///< a piece of nobody was given back; the next take says so
  Cycle cycle_;
};

}  // namespace ebb::testing
