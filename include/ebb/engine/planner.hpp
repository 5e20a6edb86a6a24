// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The mechanism of a learned plan: record a cycle, solve it, follow it, leave it safely.
///
/// | a cycle    | takes come from                              | gives                           |
/// |------------|----------------------------------------------|---------------------------------|
/// | follows    | the next step of the plan                    | step on, if they are the next   |
/// | is recorded | a best-fit heap in the block and the chunks | go back to that heap            |
///
/// A cycle follows as long as its events are those of the plan: kind for kind, a take no larger
/// than its capacity, a give of the piece that the plan gives there. A take that is only too large
/// gets a *substitute* outside, following goes on, and the end makes its capacity larger. Anything
/// else *diverges*: what is alive is put into the heap, and the rest of the cycle is recorded.
///
/// Safety: take *k* is served from the plan only if the *k* events before it matched, so what is
/// alive is a subset of what was alive in the record at that point, and those pieces do not
/// overlap.

#include <ebb/base/alignment.hpp>
#include <ebb/base/config.hpp>
#include <ebb/engine/core.hpp>
#include <ebb/engine/debug_mode.hpp>
#include <ebb/engine/plan.hpp>
#include <ebb/engine/plan_heap.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ebb {

/// A workspace that learns plans, one for each key.
///
/// - For: base of a workspace whose learning policy is `LearnPlans`
/// - Errors: those of `Core`; where the heap of the process refuses the books of a record, the
///   cycle is served one by one from the space, and nothing is learnt from it
/// - Costs: 11 instructions for a take and its give while following; a logarithm while recording
/// - Threads: as `Core`
class Planner : public Core {
 public:
  /// The plan of the cycle that is open or was the last; empty before the first was learnt.
  [[nodiscard]] const Plan& plan() const noexcept {
    static const Plan empty;
    return current_ != nullptr && current_->plan ? *current_->plan : empty;
  }

  /// Solves all plans with all orders, however large they are.
  ///
  /// - Errors: `BadRequest` while open, `WrongThread`; `std::bad_alloc`, and some plans are as they
  ///   were
  /// - Costs: those of `ebb::solve` for each plan
  EBB_COLD void solve() {
    expect_between_cycles();
    for (Keyed& keyed : keyed_)
      if (keyed.plan && keyed.plan->improve()) keyed.steps_for = nullptr;
  }

  /// Calls `visit(key, plan)` for each plan, the last used first; the key is empty for `enter()`.
  template <class Visitor>
  void for_each_plan(Visitor&& visit) const {
    for (const Keyed& keyed : keyed_)
      if (keyed.plan) visit(keyed.key, *keyed.plan);
  }

  /// A number that differs where a plan of one workspace cannot serve another.
  [[nodiscard]] std::uint64_t fingerprint() const noexcept {
    std::uint64_t hash = 14695981039346656037U;
    for (const std::size_t number :
         {granule().bytes(), max_alignment(), one_block_bytes(), clamp(0), clamp(max_bytes)})
      hash = (hash ^ number) * std::uint64_t{1099511628211U};
    return hash;
  }

  /// The largest alignment that the space can give.
  [[nodiscard]] std::size_t largest_alignment() const noexcept { return max_alignment(); }

  /// Replaces all plans, as if they had been learnt; the block is taken by the next enter.
  ///
  /// - Expects: each plan `is_sound`; the last used first
  /// - Errors: `BadRequest` while open or beyond the bounds, `WrongThread`; nothing has changed
  EBB_COLD void set_plans(std::vector<std::pair<std::optional<std::uint64_t>, Plan>> plans) {
    expect_between_cycles();
    std::list<Keyed> keyed;
    std::size_t bytes = 0;
    for (auto& [key, plan] : plans) {
      if (keyed.size() == most_plans_) break;
      bytes = std::max(bytes, plan.bytes());
      keyed.emplace_back().key = key;
      keyed.back().plan = std::move(plan);
    }
    // One block is all there is; a plan that is larger is not followed.
    if (bytes > block().bytes && one_block_bytes() == 0) reserve(std::max(bytes, clamp(bytes)));
    keyed_ = std::move(keyed);
    current_ = nullptr;
  }

 protected:
  using Core::Core;
  ~Planner() = default;

  // As in `Core`, but the plan is asked first, and nothing else on the way.
  [[nodiscard]] EBB_ALWAYS_INLINE void* take(std::size_t bytes, std::size_t mask) {
    void* piece = nullptr;
    if (!follow_take(bytes, piece)) [[unlikely]]
      return take_slowly(bytes, mask + 1);
    return piece;
  }
  [[nodiscard]] EBB_ALWAYS_INLINE void* take(std::size_t bytes, std::size_t alignment,
                                             std::size_t mask) {
    return is_free(alignment, mask) ? take(bytes, mask) : take_slowly(bytes, alignment);
  }
  [[nodiscard]] EBB_ALWAYS_INLINE void* take_known(std::size_t bytes, std::size_t mask) {
    return take(bytes, mask);
  }
  [[nodiscard]] EBB_ALWAYS_INLINE void* try_take(std::size_t bytes, std::size_t alignment,
                                                 std::size_t) noexcept {
    return try_take_slowly(bytes, alignment);
  }
  EBB_ALWAYS_INLINE void give(void* pointer, std::size_t bytes, std::size_t mask) noexcept {
    if (!follow_give(pointer)) [[unlikely]]
      give_elsewhere(pointer, rounded(bytes, mask));
  }

  /// Opens a cycle that has a plan of its own.
  ///
  /// - Errors: those of `open`; `BadRequest` if the workspace is open with another key
  [[nodiscard]] EBB_COLD Scope open_keyed(std::uint64_t key) {
    if (is_open()) {
      expect_open();
      if (key_ != key)
        detail::raise_failure(
            {.kind = Failure::Kind::other_key, .wanted = static_cast<std::size_t>(key)}, name());
    }
    struct Wish {
      std::optional<std::uint64_t>& key;
      ~Wish() { key.reset(); }
    } wish{next_key_};
    next_key_ = key;
    return open();
  }

  /// Learns from the cycle that has just ended.
  void learn_plan(bool by_exception) noexcept {
    attempt([&] { learn_or_throw(by_exception); });
  }

  void keep_at_most(std::size_t plans) noexcept { most_plans_ = plans; }

  void forget_plans() noexcept {
    keyed_.clear();
    current_ = nullptr;
    refused_bytes_ = 0;
  }

 private:
  template <class Base>
  friend class Checked;

  // A plan, and what belongs to its key.
  struct Keyed {
    std::optional<std::uint64_t> key;
    std::optional<Plan> plan;
    std::optional<CycleRecord> candidate;  // seen once, and not what the plan says
    std::size_t outgrown_cycles = 0;       // running, among those that followed it
    bool grows = false;                    // they were enough to be no chance
    std::vector<PlanStep> steps;
    const std::byte* steps_for = nullptr;  // the block that the steps point into
  };

  // A take that was larger than its piece in the plan.
  struct Substitute {
    std::byte* begin;
    std::uint32_t piece;
    std::size_t bytes;
    std::size_t alignment;
  };

  struct Live {
    std::uint32_t piece;
    std::size_t bytes;
  };

  // The first event that was not the plan's.
  struct Mismatch {
    std::size_t event = 0;
    std::string planned;
    std::string happened;
  };

  // Runs what may find no memory for the books. Then the record is lost: from there on nothing is
  // given twice, because nothing is given from the heap any more.
  template <class Action>
  bool attempt(Action&& action) noexcept {
#if EBB_HAS_EXCEPTIONS
    try {
      action();
      return true;
    } catch (const std::bad_alloc&) {
      is_lost_ = true;
      next_ = &detail::no_step;
      is_following_ = false;
      return false;
    }
#else
    action();
    return true;
#endif
  }

  void expect_between_cycles() const {
    expect_not_elsewhere();
    if (is_open()) detail::raise_failure({.kind = Failure::Kind::plan_open}, name());
  }

  [[nodiscard]] const Block& block() const noexcept { return block_; }
  [[nodiscard]] std::size_t step_number() const noexcept {
    return static_cast<std::size_t>(next_ - current_->steps.data());
  }
  [[nodiscard]] bool refuses(std::size_t size) const noexcept {
    return on_overflow({.wanted = size, .left = 0, .outside = 0}) == Overflow::refuse;
  }

  void cycle_begins() noexcept override {
    range_ = {};
    origin_ = 0;
    key_ = std::exchange(next_key_, std::nullopt);
    is_lost_ = is_following_ = is_complete_ = has_mismatch_ = false;
    if (mode_ != DebugMode::off) {
      is_lost_ = true;  // no step, no record
      return;
    }
    attempt([&] {
      if (std::exchange(has_books_, false)) {
        heap_.clear();
        live_.clear();
        record_.clear();
        substitutes_.clear();
      }
      if (current_ == nullptr || current_->key != key_) current_ = &keyed_for(key_);
      if (current_->plan && current_->plan->bytes() <= block_.bytes) {
        if (current_->steps.empty() || current_->steps_for != block_.begin) make_steps(*current_);
        is_following_ = true;
      } else {
        has_books_ = true;
        heap_.add(address_of(block_.begin), block_.bytes);
      }
    });
    if (is_following_) next_ = current_->steps.data();
  }

  // The plan of a key, moved to the front; a new one may push out the last.
  Keyed& keyed_for(std::optional<std::uint64_t> key) {
    const auto found = std::find_if(keyed_.begin(), keyed_.end(),
                                    [&](const Keyed& keyed) { return keyed.key == key; });
    if (found != keyed_.end()) {
      keyed_.splice(keyed_.begin(), keyed_, found);
    } else {
      keyed_.emplace_front().key = key;
      if (keyed_.size() > most_plans_) keyed_.pop_back();
    }
    return keyed_.front();
  }

  void make_steps(Keyed& keyed) {
    keyed.steps.clear();
    keyed.steps.reserve(keyed.plan->events().size() + 1);
    for (const PlanEvent event : keyed.plan->events()) {
      const std::size_t capacity = keyed.plan->pieces()[event.piece].bytes;
      keyed.steps.push_back(
          {event.is_give ? 0 : capacity, block_.begin + keyed.plan->offsets()[event.piece]});
    }
    keyed.steps.push_back(detail::no_step);
    keyed.steps_for = block_.begin;
  }

  Taken serve(std::size_t size, std::size_t alignment) noexcept override {
    if (is_following_) {
      if (size <= next_->limit && is_aligned(next_->where, Alignment(alignment))) {
        note_alignment(size, alignment);
        return {(next_++)->where, {}};
      }
      if (refuses(size)) {
        note_mismatch("take", size);
        return {nullptr, {.kind = Failure::Kind::plan_mismatch, .wanted = size}};
      }
      if (next_->limit != 0) return take_substitute(size, alignment);
      note_mismatch("take", size);
      diverge();
    }
    return is_lost_ ? take_alone(size, alignment) : take_recorded(size, alignment);
  }

  // A place that is aligned by luck is another one in the next plan, so the alignment is learnt as
  // a substitute is, with nothing to give back.
  void note_alignment(std::size_t size, std::size_t alignment) noexcept {
    if (alignment <= granule().bytes() || refuses(size)) return;
    const std::uint32_t piece = planned_piece();
    if (alignment <= current_->plan->pieces()[piece].alignment) return;
    has_books_ = true;
    attempt_lightly([&] { substitutes_.push_back({nullptr, piece, size, alignment}); });
  }

  Taken take_substitute(std::size_t size, std::size_t alignment) noexcept {
    Taken taken;
    has_books_ = true;
    const std::size_t outside = meter_.outside;
    const bool booked = attempt([&] {
      substitutes_.push_back({nullptr, planned_piece(), size, alignment});
      taken = take_from_heap(size, alignment);
    });
    if (!booked) return take_alone(size, alignment);
    if (taken.pointer == nullptr) {
      substitutes_.pop_back();
      return taken;
    }
    substitutes_.back().begin = static_cast<std::byte*>(taken.pointer);
    if (meter_.outside == outside) substituted_bytes_ += size;
    ++next_;
    return taken;
  }

  [[nodiscard]] std::uint32_t planned_piece() const noexcept {
    return current_->plan->events()[step_number()].piece;
  }

  // Substitutes are in the order of their pieces; null if a piece has none.
  [[nodiscard]] Substitute* substitute_of(std::uint32_t piece) noexcept {
    const auto found = std::lower_bound(
        substitutes_.begin(), substitutes_.end(), piece,
        [](const Substitute& other, std::uint32_t number) { return other.piece < number; });
    return found != substitutes_.end() && found->piece == piece ? &*found : nullptr;
  }

  Taken take_recorded(std::size_t size, std::size_t alignment) noexcept {
    Taken taken;
    const bool booked = attempt([&] {
      taken = take_from_heap(size, alignment);
      if (taken.pointer == nullptr) return;
      if (record_.events.size() >= most_events) is_lost_ = true;
      const std::uint32_t piece = record_.take(size, alignment);
      live_.insert_or_assign(static_cast<std::byte*>(taken.pointer), Live{piece, size});
    });
    if (!booked) return taken.pointer != nullptr ? taken : take_alone(size, alignment);
    live_bytes_ += size;
    meter_.live_peak = std::max(meter_.live_peak, live_bytes_);
    return taken;
  }

  Taken take_from_heap(std::size_t size, std::size_t alignment) {
    const Alignment wanted(std::max(alignment, granule().bytes()));
    auto at = heap_.take(size, wanted);
    if (!at) {
      const Shortfall shortfall{.wanted = size, .left = 0, .outside = meter_.outside};
      if (on_overflow(shortfall) == Overflow::refuse)
        return {nullptr,
                {.kind = Failure::Kind::out_of_workspace,
                 .wanted = size,
                 .block = block_.bytes,
                 .limit = block_.bytes + size}};
      const std::size_t demand = block_.bytes + size;
      if (block_ && !would_grow({.block = block_.bytes, .demand = demand}))
        return take_alone(size, alignment);
      if (const Failure failure = add_chunk(size, wanted)) return {nullptr, failure};
      at = heap_.take(size, wanted);
    }
    auto* const piece = reinterpret_cast<std::byte*>(*at);
    if (!lent_.contains(piece)) totals_.spilled_bytes += size;
    return {piece, {}};
  }

  // As much again as there is already: one space call for each doubling of the demand. Where a
  // first recording is large, three times as much: what is not touched costs no memory, and the
  // fewer seams, the fewer holes. One granule at each end stays unused, so that ranges of two loans
  // are never joined.
  Failure add_chunk(std::size_t size, Alignment alignment) {
    const std::size_t seam = granule().bytes();
    const std::size_t needed = round_up(seam, alignment) + size + seam;
    std::size_t held = lent_.bytes;
    for (std::size_t i = 0; i < chunks_.size(); ++i) held += chunks_[i].bytes;
    if (!block_ && held >= 4 * first_chunk_bytes) held *= 3;
    std::size_t bytes = std::max({needed, round_up(held, granule()), first_chunk_bytes});
    if (is_resizable() && chunks_.size() == 0) {
      const std::size_t bound = round_down(clamp(max_bytes), granule());
      const std::size_t before = lent_.bytes;
      const std::size_t least = before + needed;
      if (least <= bound && grow_in_place(least, std::min(before + bytes, bound))) {
        heap_.add(address_of(lent_.begin) + before, lent_.bytes - before);
        return {};
      }
    }
    void* memory = nullptr;
    if (chunks_.reserve()) {
      memory = ask_space(bytes, max_alignment());
      if (memory == nullptr && bytes > needed) memory = ask_space(bytes = needed, max_alignment());
    }
    if (memory == nullptr)
      return {.kind = Failure::Kind::space_refused, .wanted = needed, .block = block_.bytes};
    chunks_.push({static_cast<std::byte*>(memory), bytes});
    ++totals_.spilled_requests;
    heap_.add(address_of(memory) + seam, bytes - 2 * seam);
    return {};
  }

  bool take_back(std::byte* piece, std::size_t size) noexcept override {
    if (is_following_) {
      if (follow_give(piece)) return true;
      if (give_substitute(piece)) return true;
      if (!block_.contains(piece)) {
        if (!is_substitute(piece)) return take_back_lone(piece);  // taken while switched off
      }
      note_mismatch("give", size);
      if (refuses(size)) {
        set_pending({.kind = Failure::Kind::plan_mismatch, .wanted = size});
        return true;
      }
      diverge();
    }
    if (is_lost_) return take_back_lone(piece) || lent_.contains(piece) || chunks_.contains(piece);
    const auto found = live_.find(piece);
    if (found == live_.end()) return take_back_lone(piece);
    const Live live = found->second;
    attempt([&] {
      record_.give(live.piece);
      if (!take_back_lone(piece)) heap_.add(address_of(piece), live.bytes);
      live_.erase(found);
    });
    live_bytes_ -= live.bytes;
    return true;
  }

  [[nodiscard]] bool is_substitute(const std::byte* piece) const noexcept {
    return std::any_of(substitutes_.begin(), substitutes_.end(),
                       [&](const Substitute& other) { return other.begin == piece; });
  }

  // A substitute is given back where the plan gives its piece back.
  bool give_substitute(std::byte* piece) noexcept {
    if (next_->limit != 0 || step_number() == current_->plan->events().size()) return false;
    Substitute* const substitute = substitute_of(planned_piece());
    if (substitute == nullptr || substitute->begin != piece) return false;
    attempt([&] {
      if (!take_back_lone(piece)) heap_.add(address_of(piece), substitute->bytes);
    });
    substitute->begin = nullptr;  // its size is still to be learnt
    if (is_following_) ++next_;
    return true;
  }

  // Puts what is alive into the heap; the rest of the cycle is recorded after the events that
  // matched.
  void diverge() noexcept {
    const std::size_t step = step_number();
    next_ = &detail::no_step;
    is_following_ = false;
    has_books_ = true;
    attempt([&] {
      record_prefix(step);
      heap_.add(address_of(block_.begin), block_.bytes);
      for (std::uint32_t i = 0; i < record_.pieces.size(); ++i) {
        const Lifetime& piece = record_.pieces[i];
        if (piece.death < step) continue;
        const Substitute* const substitute = substitute_of(i);
        std::byte* begin = block_.begin + current_->plan->offsets()[i];
        std::size_t bytes = piece.bytes;
        if (substitute != nullptr && substitute->begin != nullptr) {
          begin = substitute->begin;
          bytes = substitute->bytes;
        } else {
          heap_.take_at(address_of(begin), bytes);
        }
        live_.insert_or_assign(begin, Live{i, bytes});
        live_bytes_ += bytes;
      }
    });
    meter_.live_peak = std::max(meter_.live_peak, live_bytes_);
  }

  // The first events of the plan, with what substitutes have shown to be too small.
  void record_prefix(std::size_t events) {
    const CycleRecord& planned = current_->plan->record();
    record_.events.assign(planned.events.begin(),
                          planned.events.begin() + static_cast<std::ptrdiff_t>(events));
    for (const Lifetime& piece : planned.pieces) {
      if (piece.birth >= events) break;
      record_.pieces.push_back(piece);
      if (piece.death >= events) record_.pieces.back().death = Lifetime{}.death;
    }
    for (const Substitute& substitute : substitutes_) {
      Lifetime& piece = record_.pieces[substitute.piece];
      piece.bytes = std::max(piece.bytes, substitute.bytes);
      piece.alignment = std::max(piece.alignment, substitute.alignment);
    }
  }

  void cycle_ends() noexcept override {
    if (mode_ != DebugMode::off) return;
    const bool followed = is_following_;
    if (followed) {
      const std::size_t step = step_number();
      is_complete_ = step == current_->plan->events().size();
      if (!is_complete_ && enabled_) note_mismatch("the end of the cycle");
      has_books_ = has_books_ || !is_complete_;
      if (has_books_) attempt([&] { record_prefix(step); });
      meter_.position_peak = current_->plan->bytes() + substituted_bytes_;
    }
    if (has_books_) record_.close();
    // Pieces that were taken from the plan were not counted one by one.
    if (current_ != nullptr && current_->plan) {
      std::size_t live_peak = current_->plan->live_bytes();
      if (has_books_) attempt([&] { live_peak = live_lower_bound(record_.pieces); });
      meter_.live_peak = std::max(meter_.live_peak, live_peak);
    }
    if (!followed) meter_.position_peak = std::max(meter_.position_peak, meter_.live_peak);
    next_ = &detail::no_step;
    is_following_ = false;
    live_bytes_ = 0;
    substituted_bytes_ = 0;
  }

  void learn_or_throw(bool by_exception) {
    if (is_lost_ || current_ == nullptr) return;
    Keyed& keyed = *current_;
    const bool has_plan = keyed.plan.has_value();
    if (is_complete_ && !by_exception) {
      ++followed_cycles_;
      keyed.candidate.reset();
      const bool is_outgrown = outgrows(*keyed.plan);
      keyed.outgrown_cycles = is_outgrown ? keyed.outgrown_cycles + 1 : 0;
      keyed.grows = keyed.grows || keyed.outgrown_cycles == cycles_of_growth;
      if (substitutes_.empty()) return;
      if (is_outgrown && keyed.grows && install_with_headroom(keyed)) return;
      if (keyed.plan->enlarge(record_)) {
        keyed.steps_for = nullptr;
      } else {
        install(keyed, std::move(record_));
      }
      return;
    }
    keyed.outgrown_cycles = 0;
    if (has_plan) ++diverged_cycles_;
    if (by_exception || record_.events.empty()) return;
    if (!has_plan) return install(keyed, std::move(record_));
    if (refuses(0)) return;
    // Seen twice: a new plan is worth it only if the odd cycle was no exception.
    if (keyed.candidate && keyed.candidate->has_shape_of(record_)) {
      record_.grow_to(*keyed.candidate);
      keyed.candidate.reset();
      return install(keyed, std::move(record_));
    }
    keyed.candidate = std::move(record_);
  }

  [[nodiscard]] bool outgrows(const Plan& plan) const noexcept {
    return std::any_of(substitutes_.begin(), substitutes_.end(), [&](const Substitute& substitute) {
      return substitute.bytes > plan.pieces()[substitute.piece].bytes;
    });
  }

  // Sizes that have grown in a few cycles running are likely to go on, and a plan for each step
  // would cost more than the bytes. At most as much again, whatever the policy.
  [[nodiscard]] CycleRecord record_with_headroom() const {
    CycleRecord roomy = record_;
    for (const Substitute& substitute : substitutes_) {
      std::size_t& bytes = roomy.pieces[substitute.piece].bytes;
      if (bytes > current_->plan->pieces()[substitute.piece].bytes)
        bytes = round_up(std::min(with_headroom(bytes), 2 * bytes), granule());
    }
    return roomy;
  }

  // Says whether it is the plan now. Where it is not, nothing has changed.
  bool install_with_headroom(Keyed& keyed) {
    const bool may_ask =
        refused_bytes_ == 0 && would_grow({.block = block_.bytes, .demand = block_.bytes + 1});
    if (!may_ask) return false;
    if (adopt(keyed, solved(record_with_headroom()))) {
      note_demand(*keyed.plan);
      return true;
    }
    refused_bytes_ = 0;  // it was more than is needed
    return false;
  }

  void install(Keyed& keyed, CycleRecord&& record) {
    Plan plan = solved(std::move(record));
    note_demand(plan);
    static_cast<void>(adopt(keyed, std::move(plan)));
  }

  [[nodiscard]] static Plan solved(CycleRecord&& record) {
    const bool is_small = record.events.size() <= most_events_at_close;
    return Plan(std::move(record), is_small ? SolveEffort::all_orders : SolveEffort::time_order);
  }
  void note_demand(const Plan& plan) noexcept {
    const std::size_t bytes = round_up(plan.bytes(), granule());
    last_demand_ = bytes;
    largest_demand_ = std::max(largest_demand_, bytes);
    live_gap_ = bytes - plan.live_bytes();
  }

  // Makes a plan that of its key, with a block that holds it.
  //
  // - Returns: false where there is no such block and another plan to keep
  [[nodiscard]] bool adopt(Keyed& keyed, Plan&& plan) {
    const bool is_first = !keyed.plan;
    const std::size_t bytes = round_up(plan.bytes(), granule());
    if (bytes > block_.bytes) {
      const bool may_grow = one_block_bytes() == 0 && clamp(bytes) >= bytes &&
                            bytes > refused_bytes_ &&
                            (is_first || would_grow({.block = block_.bytes, .demand = bytes}));
      if (may_grow) refused_bytes_ = exchange_block(round_up(clamp(bytes), granule())) ? 0 : bytes;
      // A plan that the block cannot hold is kept only where there is none to lose.
      if (bytes > block_.bytes && !is_first) return false;
    }
    keyed.plan = std::move(plan);
    keyed.steps_for = nullptr;
    return true;
  }

  // The first one of a cycle; what an exception makes of the rest says nothing.
  void note_mismatch(const char* event, std::size_t size = 0) noexcept {
    if (std::exchange(has_mismatch_, true)) return;
    attempt_lightly([&] {
      const std::size_t step = step_number();
      mismatch_.event = step;
      mismatch_.happened = event;
      if (size != 0) mismatch_.happened += " of " + grouped(size) + " bytes";
      const auto events = current_->plan->events();
      if (step == events.size()) {
        mismatch_.planned = "the end of the cycle";
      } else {
        const std::size_t bytes = current_->plan->pieces()[events[step].piece].bytes;
        mismatch_.planned = (events[step].is_give ? "give of " : "take of at most ") +
                            grouped(bytes) + " bytes (piece " + std::to_string(events[step].piece) +
                            ")";
      }
    });
  }
  // What is not worth losing anything for where it finds no memory.
  template <class Action>
  void attempt_lightly(Action&& action) noexcept {
#if EBB_HAS_EXCEPTIONS
    try {
      action();
    } catch (const std::bad_alloc&) {
    }
#else
    action();
#endif
  }

  void add_to(Report& report, const CycleMeter& meter) const override {
    report.plan.bytes = plan().bytes();
    report.plan.live_bytes = plan().live_bytes();
    report.plan.bump_bytes = plan().bump_bytes();
    report.plan.followed_cycles = followed_cycles_;
    report.plan.diverged_cycles = diverged_cycles_;
    if (!mismatch_.happened.empty())
      report.plan.first_mismatch = "event " + std::to_string(mismatch_.event) + ": planned " +
                                   mismatch_.planned + ", happened " + mismatch_.happened;
    if (is_open() && mode_ == DebugMode::off)
      report.demand_bytes =
          (is_following_ ? plan().bytes() + substituted_bytes_ : meter.live_peak) +
          meter.outside_peak;
  }

  // The best of three orders up to here at a close; beyond, the rest is for `solve()`.
  static constexpr std::size_t most_events_at_close = 4000;

  static constexpr std::size_t most_events = Lifetime{}.death - 1;

  static constexpr std::size_t cycles_of_growth = 3;

  // What one cycle gathers.
  bool is_following_ = false;
  bool is_complete_ = false;
  bool is_lost_ = false;
  bool has_mismatch_ = false;
  bool has_books_ = false;  ///< something of the members below is not empty
  PlanHeap heap_;
  std::unordered_map<const std::byte*, Live> live_;
  std::size_t live_bytes_ = 0;
  std::size_t substituted_bytes_ = 0;  ///< beside the plan, in chunks
  CycleRecord record_;
  std::vector<Substitute> substitutes_;
  std::optional<std::uint64_t> key_;

  // What stays.
  std::size_t most_plans_ = 1;
  std::optional<std::uint64_t> next_key_;
  std::list<Keyed> keyed_;  ///< the last used first
  Keyed* current_ = nullptr;
  std::size_t refused_bytes_ = 0;
  std::uint64_t followed_cycles_ = 0;
  std::uint64_t diverged_cycles_ = 0;
  Mismatch mismatch_;
};

}  // namespace ebb
