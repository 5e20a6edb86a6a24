// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The mechanism under every workspace: a cursor, and what happens when it does not fit.
///
/// The fast path touches `cur_` and `end_` and nothing else:
///
///     p = cur;  next = p + round_up(bytes);  if (next <= p || next > end) slow;  cur = next;
///
/// A closed workspace keeps both null, where no piece can lie: nothing fits, everything takes the
/// slow path, and zero bytes do too. So one fast path is sound for all. Null, and not the end of
/// the block, because a give-back compares with the cursor and would open it again.
///
/// | `owner_`                  | the workspace is                                                |
/// |---------------------------|-----------------------------------------------------------------|
/// | 0                         | closed, and the next enter has nothing to decide                |
/// | `slowly`                  | closed, and the next enter looks closer                         |
/// | a thread                  | open on that thread by one token, and nothing out of the ordinary |
/// | a thread, and `slowly`    | open there, and the close has more to do than to read the cursor |
///
/// The members are found again in three groups: what the fast path and a plain enter and leave
/// touch, what one cycle gathers, and what stays.

#include <ebb/base/alignment.hpp>
#include <ebb/base/block.hpp>
#include <ebb/base/config.hpp>
#include <ebb/base/generation.hpp>
#include <ebb/base/origin.hpp>
#include <ebb/engine/debug_mode.hpp>
#include <ebb/engine/failure.hpp>
#include <ebb/engine/ledger.hpp>
#include <ebb/engine/overflow.hpp>
#include <ebb/engine/report.hpp>
#include <ebb/engine/stack.hpp>
#include <ebb/policy/policy.hpp>
#include <ebb/policy/spill.hpp>
#include <ebb/space/host.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>
#include <utility>

namespace ebb {

/// One entry on the scopes of a thread, and the cycle it belongs to.
struct Scope {
  EpochCell* cell;
  EpochNumber number;
  std::size_t depth;  ///< of the stack with this entry on top
};

/// One event of a plan, as a cycle that follows it sees it.
struct PlanStep {
  std::size_t limit;  ///< the bytes of a take; 0 for a give, and at the end
  std::byte* where;   ///< the address to take, or to be given back
};

namespace detail {

// Where no piece lies: no take and no give matches a step there.
inline constinit std::byte nowhere{};
inline constexpr PlanStep no_step{0, &nowhere};

}  // namespace detail

/// What a slow path answers: an address, or why there is none.
struct Taken {
  void* pointer = nullptr;
  Failure failure;
};

/// Any workspace, its sentence forgotten.
///
/// - For: code that serves every workspace: arrays, adapters, erased workspaces
/// - Units: bytes; sizes are rounded up to the granule of the workspace
/// - Errors: as the functions say; the workspace is unchanged and usable
/// - Costs: taking and giving back as in a workspace, plus one load for the granule
/// - Threads: while open, its owner; while closed, anybody who is ordered after the last close
class Core {
 public:
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  /// Takes bytes from the open cycle, aligned to the granule.
  ///
  /// - Units: `bytes` before rounding
  /// - Errors: `NoOpenCycle`, `OutOfWorkspace`, `SpaceRefused`, `BadRequest`, `WrongThread`; the
  ///   workspace is unchanged
  /// - Costs: one comparison and one addition; on overflow, what the spill policy says
  [[nodiscard]] void* allocate(std::size_t bytes) { return take(bytes, mask_); }

  /// Takes bytes from the open cycle.
  ///
  /// - Units: `bytes` before rounding; `alignment` in bytes, a power of two
  /// - Errors: those of `allocate(bytes)`; `BadRequest` for an alignment that cannot be served
  /// - Costs: those of `allocate(bytes)` up to the granule, else a slow path
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) {
    return take(bytes, alignment, mask_);
  }

  /// The same, telling debugging checks where it was made.
  ///
  /// - Errors: those of `allocate(bytes, alignment)`
  /// - Costs: those of `allocate(bytes, alignment)`; the origin is looked at by debugging checks
  ///   only
  [[nodiscard]] EBB_ALWAYS_INLINE void* allocate(std::size_t bytes, std::size_t alignment,
                                                 const Origin& origin) {
    void* piece;
    if (allocate_quickly(bytes, alignment, piece)) return piece;
    return allocate_for(bytes, alignment, origin);
  }

  /// Takes a number of bytes that is known when compiling.
  ///
  /// - Errors: those of `allocate(bytes)`
  /// - Costs: those of `allocate(bytes)`, two instructions fewer
  template <std::size_t Bytes>
  [[nodiscard]] void* allocate() {
    return take_known(Bytes, mask_);
  }

  /// Takes bytes from the open cycle, or answers null where `allocate` would throw.
  ///
  /// - Units: `bytes` before rounding; `alignment` in bytes, a power of two
  /// - Returns: null for what cannot be served; then nothing has changed
  /// - Costs: those of `allocate`; a refusal builds no text
  [[nodiscard]] void* try_allocate(std::size_t bytes, std::size_t alignment) noexcept {
    return try_take(bytes, alignment, mask_);
  }
  [[nodiscard]] void* try_allocate(std::size_t bytes) noexcept {
    return try_take(bytes, mask_ + 1, mask_);
  }

  /// Gives a piece of this cycle back.
  ///
  /// - Units: `bytes` as they were taken
  /// - Expects: a live piece of this cycle, or null, as with `free`. A piece found to be foreign is
  ///   reported: the next take of this cycle throws `BadRequest`
  /// - Costs: two comparisons where the piece lies on top, else a slow path
  void deallocate(void* pointer, std::size_t bytes) noexcept { give(pointer, bytes, mask_); }

  /// Takes bytes if the cursor alone decides: the part of `allocate` that every container inlines.
  ///
  /// - Units: those of `allocate`
  /// - Returns: false for what needs more, and nothing has changed; then ask `allocate`
  /// - Costs: those of `allocate` where it costs least
  [[nodiscard]] EBB_ALWAYS_INLINE bool allocate_quickly(std::size_t bytes, std::size_t alignment,
                                                        void*& piece) noexcept {
    std::byte* const cur = range_.cur;
    const std::uintptr_t next = address_of(cur) + rounded(bytes, mask_);
    const bool fits = __builtin_constant_p(bytes) && is_small(bytes)
                          ? next <= address_of(range_.end)
                          : is_in_block(cur, next);
    if (!fits || !is_free(alignment, mask_)) [[unlikely]]
      return false;
    range_.cur = reinterpret_cast<std::byte*>(next);
    piece = cur;
    return true;
  }

  /// Gives a piece back whose end is known, as an `Array` knows it.
  ///
  /// - Expects: a live piece of this cycle, and where it ends after rounding; never null as an end
  /// - Costs: those of `deallocate`, without rounding
  EBB_ALWAYS_INLINE void deallocate_until(void* pointer, std::byte* end) noexcept {
    auto* const piece = static_cast<std::byte*>(pointer);
    if (end != range_.cur) [[unlikely]]
      return give_beneath(piece, static_cast<std::size_t>(end - piece));
    // The high-water mark is kept on the way down, so that the way up is free.
    if (end > high_) high_ = end;
    range_.cur = piece;
  }

  /// Gives a piece back as containers do: mostly one that is not on top.
  ///
  /// - Units: `bytes` as they were taken
  /// - Expects: a live piece of this cycle: the caller has compared the number
  /// - Costs: those of `deallocate`; beneath the top, two comparisons more
  EBB_ALWAYS_INLINE void deallocate_in_any_order(void* pointer, std::size_t bytes) noexcept {
    auto* const piece = static_cast<std::byte*>(pointer);
    const std::size_t size = rounded(bytes, mask_);
    if (piece + size == range_.cur) {
      if (range_.cur > high_) high_ = range_.cur;
      range_.cur = piece;
    } else if (is_booked()) {
      meter_.dead += size;
    } else {
      book_and_give(piece, size);
    }
  }

  /// Changes the size of the topmost piece in place; never spills.
  ///
  /// - Units: bytes, before rounding
  /// - Expects: a live piece of this cycle with `old_bytes`
  /// - Returns: false where that cannot be; nothing has changed
  /// - Costs: a few comparisons; the space is never asked
  /// - Keeps: all addresses, that of the piece too
  [[nodiscard]] EBB_COLD bool try_expand(void* pointer, std::size_t old_bytes,
                                         std::size_t new_bytes) noexcept {
    return is_watched_ ? expand_watched(pointer, old_bytes, new_bytes)
                       : expand(pointer, old_bytes, new_bytes);
  }

  /// Says whether a cycle is open, on whichever thread.
  [[nodiscard]] bool is_open() const noexcept {
    return (owner_.load(std::memory_order_relaxed) & ~slowly) != 0;
  }

  /// Counts real enters, plus one for each destroy.
  [[nodiscard]] std::uint64_t generation() const noexcept { return cell_->generation(number_); }

  /// The name that was given to the constructor.
  [[nodiscard]] std::string_view name() const noexcept { return name_; }

  /// The granule, to which sizes are rounded.
  [[nodiscard]] Alignment granule() const noexcept { return Alignment(mask_ + 1); }

  /// All numbers of the workspace.
  ///
  /// - Errors: `std::bad_alloc` for the copy of the name; nothing has changed
  /// - Costs: a copy of them, and of the name
  [[nodiscard]] EBB_COLD inline Report report() const;

  /// Sets a function that is told of the report whenever a cycle has ended; null for none.
  ///
  /// - Errors: `WrongThread`; nothing has changed
  /// - Costs: while there is a hook, every enter and close takes its slow path
  EBB_COLD inline void on_close(void (*hook)(const Report&) noexcept);

  /// Says how big the block shall be before the next cycle, if that is more than it is.
  ///
  /// - Units: `bytes`, exact: no head-room is added
  /// - Errors: `BadRequest` while open and beyond the bounds, `WrongThread`; nothing has changed.
  ///   The space is asked by the next `enter`
  /// - Costs: nothing now; one exchange of the block at the next `enter`
  EBB_COLD inline void reserve(std::size_t bytes);

  /// Switches the block off: requests go out alone, nothing is learnt, until it is switched on
  /// again.
  ///
  /// - Errors: `WrongThread`; nothing has changed
  /// - Costs: while switched off, one space call for each request
  /// - Keeps: all pieces of the open cycle
  EBB_COLD inline void set_enabled(bool enabled);

  /// Closes the cycle if one is open, gives the block back and forgets what was learnt.
  ///
  /// - Errors: `WrongThread`; nothing has changed
  /// - Costs: one release for the block, and for each chunk and lone piece of an open cycle
  /// - Keeps: no pointer and no handle; totals and the generation go on
  EBB_COLD inline void destroy();

  /// Gives the block of a closed workspace back; the next enter takes one of its size again.
  ///
  /// - Returns: the bytes given back
  /// - Errors: `BadRequest` while open, `WrongThread`; nothing has changed
  /// - Costs: one release now, and one space call at the next `enter`
  /// - Keeps: what was learnt, plans too
  EBB_COLD inline std::size_t trim();

  /// \name What tokens, handles and adapters use
  /// \{

  /// Opens a cycle, or nests in the open one.
  ///
  /// - Errors: `WrongThread`, `SpaceRefused`, `BadRequest`; nothing has changed
  [[nodiscard]] EBB_ALWAYS_INLINE Scope open() {
    return open_or([this] { return open_slowly(); });
  }

  /// The same, telling debugging checks where it was entered.
  ///
  /// - Errors: those of `open()`
  [[nodiscard]] EBB_ALWAYS_INLINE Scope open(Place place) {
    return open_or([this, place] { return open_slowly_for(place.file, place.line); });
  }

  /// Removes the entry of an `open()`; the last one ends the cycle.
  ///
  /// - Expects: the scope's cell still shows its number
  EBB_ALWAYS_INLINE void close(const Scope& scope) noexcept {
    detail::ScopeStack& stack = detail::scope_stack_v1;
    if (owner_.load(std::memory_order_relaxed) != stack.plain_closer() ||
        stack.size() != scope.depth) [[unlikely]]
      return close_slowly(scope.depth);
    stack.pop_near(scope.depth);
    // Nothing spilled, nothing was given back out of order: the cursor tells all.
    const std::byte* const top = std::max(high_, range_.cur);
    const auto demand = static_cast<std::size_t>(top - first_range_.cur);
    last_demand_ = demand;
    if (demand > largest_demand_) largest_demand_ = demand;
    scope.cell->number.store(closed_epoch(scope.number), std::memory_order_release);
    range_ = {};
    high_ = nullptr;
    owner_.store(0, std::memory_order_relaxed);
  }

  /// Makes the open workspace current again.
  ///
  /// - Errors: `NotOpen`, `WrongThread`, `SpaceRefused`; nothing has changed
  [[nodiscard]] EBB_COLD inline Scope open_borrow();

  /// Removes the entry of an `open_borrow()`.
  EBB_COLD inline void close_borrow(const Scope& scope) noexcept;

  /// Where a piece ends that was taken with this size.
  [[nodiscard]] std::byte* end_of(void* pointer, std::size_t bytes) const noexcept {
    return static_cast<std::byte*>(pointer) + rounded(bytes, mask_);
  }

  /// Removes an entry from the scopes of this thread.
  EBB_COLD inline static void remove_scope(std::size_t depth) noexcept;

  /// What handles made now carry. A plain member: even an unused atomic load is never removed.
  [[nodiscard]] EpochNumber number() const noexcept { return number_; }
  [[nodiscard]] EpochCell* cell() const noexcept { return cell_; }

  /// Throws `BadRequest`: `count` elements of `bytes` bytes are more than a `std::size_t` counts.
  [[noreturn]] EBB_COLD void raise_size_overflow(std::size_t count, std::size_t bytes) const {
    detail::raise_failure({.kind = Failure::Kind::size_overflow, .wanted = count, .limit = bytes},
                          name_);
  }

  // What debugging checks want to know: of the next piece, of the cycle that is entered next, of
  // all that have nothing closer, and which array is kept.
  virtual void note_origin(const Origin&) noexcept {}
  virtual void note_enter(const Origin&) noexcept {}
  virtual Origin exchange_scope_origin(const Origin&) noexcept { return {}; }
  virtual void array_is_kept(const void*) noexcept {}

  /// Throws `NoOpenCycle` or `WrongThread` unless this thread has a cycle open.
  void expect_open(Failure::Kind when_closed = Failure::Kind::no_open_cycle) const {
    if (!is_mine()) [[unlikely]]
      detail::raise_failure(not_mine(when_closed), name_);
  }
  /// \}

 protected:
  /// Starts closed, with a cell of its own. The name must outlive the workspace.
  ///
  /// - Errors: `SpaceRefused` when no page for an epoch cell can be had
  EBB_COLD Core(std::string_view name, Alignment granule)
      : mask_(granule.bytes() - 1),
        cell_(detail::epoch_slab_v1.issue(this, name)),
        owner_(slowly),
        name_(name) {
    if (cell_ == nullptr)
      detail::raise_failure({.kind = Failure::Kind::space_refused, .wanted = sizeof(EpochCell)},
                            name_);
    number_ = cell_->first.load(std::memory_order_relaxed);
    detail::epoch_slab_v1.listen(cell_, &owner_);
  }

  /// For the core that serves arrays outside every workspace: always there, never open.
  constexpr explicit Core(std::string_view name) noexcept : name_(name) {}

  // The life of a workspace whose constructor has thrown ends here.
  ~Core() {
    if (cell_ != nullptr) detail::epoch_slab_v1.retire(cell_);
  }

  /// Gives everything back: called by the destructor of the workspace, whose answers it needs.
  EBB_COLD inline void end_life() noexcept;

  /// Rounds up to the granule; 0 stays 0.
  ///
  /// - Note: the same number both ways, fewest instructions with a constant and with a loaded mask
  [[nodiscard]] EBB_ALWAYS_INLINE static constexpr std::size_t rounded(std::size_t bytes,
                                                                       std::size_t mask) noexcept {
    return __builtin_constant_p(mask) ? (bytes + mask) & ~mask : ((bytes - 1) | mask) + 1;
  }

  // Taking and giving, with the granule as the caller knows it: a constant in a workspace, a member
  // in `Core`. Both must be the same number, or a give-back swallows a neighbour.
  [[nodiscard]] EBB_ALWAYS_INLINE void* take(std::size_t bytes, std::size_t mask) {
    if (__builtin_constant_p(bytes) && is_small(bytes)) return take_known(bytes, mask);
    asm("" : "+r"(bytes));  // keeps g++ from hoisting the load of `end` out of both arms
    std::byte* piece = range_.cur;
    asm("" : "+r"(piece));  // makes g++ add to the size, not to the piece: one move fewer
    const std::uintptr_t next = address_of(piece) + rounded(bytes, mask);
    if (!is_in_block(piece, next)) [[unlikely]]
      return take_slowly(bytes, mask + 1);
    range_.cur = reinterpret_cast<std::byte*>(next);
    return piece;
  }
  [[nodiscard]] EBB_ALWAYS_INLINE void* take(std::size_t bytes, std::size_t alignment,
                                             std::size_t mask) {
    if (!is_free(alignment, mask)) [[unlikely]]
      return take_slowly(bytes, alignment);
    return take(bytes, mask);
  }
  [[nodiscard]] EBB_ALWAYS_INLINE void* take_known(std::size_t bytes, std::size_t mask) {
    if (!is_small(bytes)) return take_slowly(bytes, mask + 1);
    if (!__builtin_constant_p(mask)) {
      // A mask from memory is most often the usual one. Then the size is a constant, which needs no
      // rounding, and which some processors add for nothing: up to 4 times as fast in a loop.
      if (mask == usual_mask) [[likely]]
        return take_of_size(rounded(bytes, usual_mask), bytes, usual_mask);
      asm volatile("" : : : "memory");  // keeps g++ from hoisting loads out of both arms
    }
    return take_of_size(rounded(bytes, mask), bytes, mask);
  }
  [[nodiscard]] EBB_ALWAYS_INLINE void* take_of_size(std::size_t size, std::size_t bytes,
                                                     std::size_t mask) {
    std::byte* const piece = range_.cur;
    const std::uintptr_t next = address_of(piece) + size;
    if (next > address_of(range_.end)) [[unlikely]]
      return take_slowly(bytes, mask + 1);
    range_.cur = reinterpret_cast<std::byte*>(next);
    return piece;
  }
  [[nodiscard]] EBB_ALWAYS_INLINE void* try_take(std::size_t bytes, std::size_t alignment,
                                                 std::size_t mask) noexcept {
    std::byte* const piece = range_.cur;
    const std::uintptr_t next = address_of(piece) + rounded(bytes, mask);
    if (!is_free(alignment, mask) || !is_in_block(piece, next)) [[unlikely]]
      return try_take_slowly(bytes, alignment);
    range_.cur = reinterpret_cast<std::byte*>(next);
    return piece;
  }
  // Two compares that are never true, instead of one that needs what is left: the size is added to
  // the cursor and nothing else waits for it. Zero bytes, and sizes whose rounding or sum wraps,
  // end at or before the piece.
  [[nodiscard]] EBB_ALWAYS_INLINE bool is_in_block(const std::byte* piece,
                                                   std::uintptr_t next) const noexcept {
    return next > address_of(piece) && next <= address_of(range_.end);
  }
  // The next step of a plan, if it is a take of at least so many bytes, aligned to the granule.
  [[nodiscard]] EBB_ALWAYS_INLINE bool follow_take(std::size_t bytes, void*& piece) noexcept {
    const PlanStep* const step = next_;
    if (bytes - 1 >= step->limit) [[unlikely]]
      return false;
    next_ = step + 1;
    piece = step->where;
    return true;
  }
  // The next step of a plan, if it gives this piece back. The address tells: while a piece lives,
  // no step takes where it lies.
  [[nodiscard]] EBB_ALWAYS_INLINE bool follow_give(const void* piece) noexcept {
    const PlanStep* const step = next_;
    if (step->where != piece) [[unlikely]]
      return false;
    next_ = step + 1;
    return true;
  }

  EBB_ALWAYS_INLINE void give(void* pointer, std::size_t bytes, std::size_t mask) noexcept {
    // By its address: null has no end, and a foreign piece may be smaller than a granule.
    const std::uintptr_t end = address_of(pointer) + rounded(bytes, mask);
    deallocate_until(pointer, reinterpret_cast<std::byte*>(end));
  }

  // Out of line, but not cold: a cycle that follows a plan comes here for every piece.
  [[gnu::noinline]] void* take_slowly(std::size_t bytes, std::size_t alignment) {
    void* piece = nullptr;
    if (is_free(alignment, mask_) && follow_take(bytes, piece)) return piece;
    const Taken taken = take_elsewhere(bytes, alignment);
    if (taken.pointer == nullptr) detail::raise_failure(taken.failure, name_);
    return taken.pointer;
  }

  EBB_COLD void* allocate_for(std::size_t bytes, std::size_t alignment, const Origin& origin) {
    if (is_watched_) note_origin(origin);
    return take_slowly(bytes, alignment);
  }

  [[gnu::noinline]] void* try_take_slowly(std::size_t bytes, std::size_t alignment) noexcept {
    void* piece = nullptr;
    if (is_free(alignment, mask_) && follow_take(bytes, piece)) return piece;
    return take_elsewhere(bytes, alignment).pointer;
  }
  // What a sentence answers. Asked on slow paths only.
  [[nodiscard]] virtual void* space_allocate(std::size_t bytes, std::size_t alignment) noexcept = 0;
  virtual void space_deallocate(void* pointer, std::size_t bytes,
                                std::size_t alignment) noexcept = 0;
  [[nodiscard]] virtual bool is_resizable() const noexcept { return false; }
  [[nodiscard]] virtual bool space_resize(void*, std::size_t, std::size_t, std::size_t) noexcept {
    return false;
  }
  [[nodiscard]] virtual bool is_losable() const noexcept { return false; }
  [[nodiscard]] virtual bool is_lost() const noexcept { return false; }
  [[nodiscard]] virtual std::size_t max_alignment() const noexcept = 0;
  [[nodiscard]] virtual std::size_t one_block_bytes() const noexcept = 0;  // 0: not such a space
  [[nodiscard]] virtual std::size_t first_block_bytes() const noexcept = 0;
  [[nodiscard]] virtual std::size_t clamp(std::size_t bytes) const noexcept = 0;
  [[nodiscard]] virtual std::size_t with_headroom(std::size_t bytes) const noexcept = 0;
  [[nodiscard]] virtual Overflow on_overflow(Shortfall shortfall) const noexcept = 0;
  [[nodiscard]] virtual bool would_grow(CycleUse use) const noexcept = 0;
  [[nodiscard]] virtual bool is_learning() const noexcept = 0;
  virtual void learn(CycleUse use, bool by_exception) noexcept = 0;  // may call `exchange_block`
  virtual void forget() noexcept = 0;

  // The mechanism, which a plan replaces. Sizes are rounded, alignments can be served.
  inline virtual Taken serve(std::size_t size, std::size_t alignment) noexcept;
  inline virtual bool take_back(std::byte* piece, std::size_t size) noexcept;  // false: not known
  virtual void cycle_begins() noexcept {}
  inline virtual void cycle_ends() noexcept;
  inline virtual void add_to(Report& report, const CycleMeter& meter) const;

  // What debugging checks put before the mechanism: only asked of those that are watched.
  virtual Taken take_watched(std::size_t, std::size_t) noexcept { return {}; }
  virtual bool expand_watched(void*, std::size_t, std::size_t) noexcept { return false; }

  // The slow path of a give; virtual for the heap, which has no cursor.
  [[gnu::noinline]] inline virtual void give_elsewhere(void* pointer, std::size_t bytes) noexcept;

  /// Exchanges the block, the new one first: a refusal leaves the old one.
  EBB_COLD inline bool exchange_block(std::size_t bytes) noexcept;

 private:
  friend class Planner;  // the one other mechanism
  template <class Base>
  friend class Checked;  // and either with debugging checks

  struct Range {
    std::byte* cur = nullptr;
    std::byte* end = nullptr;
  };

  static constexpr std::uintptr_t slowly = EpochCell::attention_bit;
  static constexpr std::uintptr_t not_booked = 1;  // where no cursor stands; a closed one is null

  static constexpr std::size_t first_chunk_bytes = std::size_t{64} * 1024;

  static constexpr std::size_t usual_mask = 63;  // of the granule that the host has by default

  EBB_ALWAYS_INLINE static std::uintptr_t this_thread() noexcept {
    return detail::ScopeStack::this_thread();
  }
  [[nodiscard]] Scope scope_at(std::size_t depth) const noexcept { return {cell_, number_, depth}; }

  // Small enough that no address plus the rounded size wraps.
  static constexpr bool is_small(std::size_t bytes) noexcept {
    return bytes - 1 < (std::size_t{1} << 40U);
  }
  // An alignment that every piece has: a power of two up to the granule. Zero is none.
  static constexpr bool is_free(std::size_t alignment, std::size_t mask) noexcept {
    return (alignment & (alignment - 1)) == 0 && alignment - 1 <= mask;
  }

  [[nodiscard]] bool is_mine() const noexcept {
    return (owner_.load(std::memory_order_relaxed) & ~slowly) == this_thread();
  }
  [[nodiscard]] Failure not_mine(Failure::Kind when_closed) const noexcept {
    return {.kind = is_open() ? Failure::Kind::wrong_thread : when_closed};
  }
  void expect_not_elsewhere() const {
    if (is_open() && !is_mine()) detail::raise_failure(not_mine({}), name_);
  }

  // A piece that is not on top.
  [[gnu::noinline]] void give_beneath(std::byte* piece, std::size_t size) noexcept {
    if (!is_booked() || !is_beneath(piece)) return book_and_give(piece, size);
    meter_.dead += size;
  }
  // The first such piece since the cursor came to where it is.
  [[gnu::noinline]] void book_and_give(std::byte* piece, std::size_t size) noexcept {
    if (follow_give(piece)) return;
    if (range_.end != first_range_.end || !is_beneath(piece) || !is_mine())
      return give_elsewhere(piece, size);
    settle();
    meter_.dead += size;
    // With nothing out alone, every further piece of this cycle is one of the block.
    if (lone_.size() == 0) booked_ = address_of(range_.cur);
  }
  // Nothing has risen above the cursor since `settle`, so that `dead` alone may change.
  [[nodiscard]] EBB_ALWAYS_INLINE bool is_booked() const noexcept {
    return address_of(range_.cur) == booked_ && address_of(high_) == booked_;
  }
  [[nodiscard]] bool is_beneath(const std::byte* piece) const noexcept {
    return address_of(piece) - address_of(first_range_.cur) <
           address_of(range_.cur) - address_of(first_range_.cur);
  }

  EBB_COLD inline Taken take_elsewhere(std::size_t bytes, std::size_t alignment) noexcept;
  inline Taken take_in_cycle(std::size_t bytes, std::size_t alignment) noexcept;
  inline bool expand(void* pointer, std::size_t old_bytes, std::size_t new_bytes) noexcept;
  inline bool take_back_lone(std::byte* piece) noexcept;
  inline Taken take_alone(std::size_t size, std::size_t alignment) noexcept;
  inline Taken take_from_new_chunk(std::size_t size, std::size_t alignment) noexcept;
  inline bool fits(std::size_t size, std::size_t alignment) const noexcept;
  inline std::size_t padding_for(std::size_t alignment) const noexcept;
  inline void* place(std::size_t size, std::size_t alignment) noexcept;

  // An enter with nothing to decide, or, where there is something, what the caller says.
  template <class Slowly>
  [[nodiscard]] EBB_ALWAYS_INLINE Scope open_or(Slowly slowly_open) {
    detail::ScopeStack& stack = detail::scope_stack_v1;
    // One comparison asks three questions: closed, nothing to decide, room on the stack?
    if (!stack.has_near_room(owner_.load(std::memory_order_relaxed))) [[unlikely]]
      return scope_at(slowly_open());
    const std::size_t depth = stack.push_near(this);
    owner_.store(this_thread(), std::memory_order_relaxed);
    range_ = first_range_;
    EpochCell* const cell = cell_;
    const EpochNumber number = next_epoch(number_);
    number_ = number;
    cell->number.store(number, std::memory_order_release);
    return {cell, number, depth};
  }
  EBB_COLD inline std::size_t open_slowly();
  // In registers: a place in memory would be written before it is known that somebody asks.
  EBB_COLD std::size_t open_slowly_for(const char* file, std::uint32_t line) {
    if (is_watched_) note_enter(Origin::here({file, line}));
    return open_slowly();
  }
  EBB_COLD inline void close_slowly(std::size_t depth) noexcept;
  EBB_COLD inline Failure prepare_block() noexcept;
  enum class CycleEnd : unsigned char { closed, by_exception, destroyed };
  EBB_COLD inline void end_cycle(CycleEnd how) noexcept;
  inline void return_outside() noexcept;

  [[nodiscard]] inline void* ask_space(std::size_t bytes, std::size_t alignment) noexcept;
  inline void give_where_it_is_from(const LonePieces::Piece& piece) noexcept;
  inline bool resize_lent(std::size_t bytes) noexcept;
  inline bool grow_in_place(std::size_t least, std::size_t wished) noexcept;
  inline void move_into_grown(std::size_t at) noexcept;
  inline void trim_lent() noexcept;
  inline void release_block() noexcept;
  // Of a first size, which is exact or an error; 0 is none.
  [[nodiscard]] bool is_out_of_bounds(std::size_t bytes) const noexcept {
    return bytes != 0 && clamp(bytes) != bytes;
  }
  void set_lent(Block lent) noexcept {
    lent_ = lent;
    first_range_ = lent ? Range{lent.begin, lent.end()} : Range{};
  }
  void set_block(Block block) noexcept {
    block_ = block;
    trimmed_bytes_ = 0;
    set_lent(block);
  }

  [[nodiscard]] std::size_t position(const std::byte* at) const noexcept {
    return address_of(at) - origin_;
  }
  [[nodiscard]] std::size_t left() const noexcept {
    return static_cast<std::size_t>(range_.end - range_.cur);
  }
  // Books what the cursor tells, before something other than the cursor changes.
  void settle() noexcept {
    high_ = std::max(high_, range_.cur);
    meter_.note(position(high_));
    high_ = range_.cur;
    booked_ = not_booked;
    look_closer();
  }
  // Sends the next close, or, of a closed workspace, the next enter, the slow way.
  void look_closer() noexcept {
    owner_.store(owner_.load(std::memory_order_relaxed) | slowly, std::memory_order_relaxed);
  }

  // A parked cycle has `range_` and `next_` put aside, so that every take comes the slow way.
  void park() noexcept {
    is_parked_ = true;
    parked_ = std::exchange(range_, Range{});
    parked_next_ = std::exchange(next_, &detail::no_step);
  }
  void unpark() noexcept {
    if (!std::exchange(is_parked_, false)) return;
    range_ = parked_;
    next_ = parked_next_;
  }
  // The next take throws it; the close tells, if there is none.
  void set_pending(const Failure& failure) noexcept {
    pending_ = failure;
    look_closer();
  }
  void park_if_needed() noexcept {
    if (leaves_block_out() || pending_ || is_watched_) park();
  }

  // Every request goes out alone, and nothing is learnt.
  [[nodiscard]] bool leaves_block_out() const noexcept {
    return !enabled_ || mode_ != DebugMode::off;
  }
  inline void set_mode(DebugMode mode) noexcept;

  // An enter looks closer while something is to be learnt, told, reserved or left out.
  [[nodiscard]] bool is_special() const noexcept {
    return leaves_block_out() || detail::may_be_debugging() || is_watched_ || is_learning() ||
           reserved_ != 0 || trimmed_bytes_ != 0 || hook_ != nullptr || is_losable() ||
           (!block_ && (one_block_bytes() != 0 || first_block_bytes() != 0));
  }

  // What the fast path and a plain enter and leave touch.
  Range range_;
  Range first_range_;  ///< what is lent for the block
  std::byte* high_ = nullptr;
  std::size_t mask_ = 0;
  EpochNumber number_ = 0;  ///< of the open or last cycle, as its handles carry it
  EpochCell* cell_ = nullptr;
  std::atomic<std::uintptr_t> owner_{0};
  std::size_t last_demand_ = 0;
  std::size_t largest_demand_ = 0;

  const PlanStep* next_ = &detail::no_step;  ///< of the plan that this cycle follows

  // What one cycle gathers.
  std::uintptr_t origin_ = 0;  ///< the address of position 0, for the memory under the cursor
  CycleMeter meter_;
  std::uintptr_t booked_ = not_booked;  ///< the cursor, if all changed since `settle` is `dead`
  ChunkList chunks_;
  std::size_t chunks_from_ = 0;  ///< the position at which the first chunk begins
  LonePieces lone_;
  Range parked_;
  const PlanStep* parked_next_ = &detail::no_step;
  bool is_parked_ = false;
  std::size_t more_tokens_ = 0;  ///< of the open cycle, beyond the first
  Failure pending_;              ///< found by a give; the next take throws it
  int exceptions_ = 0;
  DebugMode mode_ = DebugMode::off;  ///< of the open or last cycle
  bool is_alone_on_heap_ = false;  ///< what goes out alone comes from the heap, not from the space

  // What stays.
  bool enabled_ = true;
  bool is_watched_ = false;   ///< by debugging checks: everything comes the slow way
  std::size_t live_gap_ = 0;  ///< what the live peak of a cycle was below its demand
  EpochNumber gap_of_ = 0;    ///< that cycle; one that a plain leave has ended had no gap
  Block block_;
  /// What the space has given for the block: more while a cycle has grown it in place, and less
  /// where the block is a file that is allocated as it is used.
  Block lent_;
  std::size_t reserved_ = 0;
  std::size_t trimmed_bytes_ = 0;  ///< of the block that `trim` gave back
  Totals totals_;
  void (*hook_)(const Report&) noexcept = nullptr;
  std::string_view name_;
};

Taken Core::take_elsewhere(std::size_t bytes, std::size_t alignment) noexcept {
  if (!is_mine()) {
    Failure failure = not_mine(Failure::Kind::no_open_cycle);
    failure.wanted = bytes;
    return {nullptr, failure};
  }
  unpark();
  const Taken taken = pending_      ? Taken{nullptr, std::exchange(pending_, Failure{})}
                      : is_watched_ ? take_watched(bytes, alignment)
                                    : take_in_cycle(bytes, alignment);
  park_if_needed();
  return taken;
}

Taken Core::take_in_cycle(std::size_t bytes, std::size_t alignment) noexcept {
  if (!is_alignment(alignment) || alignment > max_alignment())
    return {nullptr,
            {.kind = Failure::Kind::bad_alignment, .wanted = alignment, .limit = max_alignment()}};
  if (bytes == 0) return {reinterpret_cast<void*>(alignment), {}};
  // Half the address space is more than any space has; below it, no sum of sizes here can wrap.
  if (bytes > max_bytes / 2 - mask_)
    return {nullptr, {.kind = Failure::Kind::size_overflow, .wanted = bytes, .limit = 1}};
  const std::size_t size = round_up(bytes, granule());
  if (clamp(size) < size && clamp(bytes) < bytes)
    return {nullptr,
            {.kind = Failure::Kind::beyond_bounds, .wanted = bytes, .limit = clamp(bytes)}};
  return leaves_block_out() ? take_alone(size, alignment) : serve(size, alignment);
}

Taken Core::serve(std::size_t size, std::size_t alignment) noexcept {
  if (fits(size, alignment)) return {place(size, alignment), {}};

  const std::size_t at = position(range_.cur);
  const std::size_t demand = at + padding_for(alignment) + size;
  std::size_t left = this->left();
  if (lent_.bytes < block_.bytes && chunks_.size() == 0) {
    left = block_.bytes - at;
    if (demand <= block_.bytes) {
      if (!grow_in_place(demand, std::min(std::max(2 * lent_.bytes, demand), block_.bytes)))
        return {nullptr,
                {.kind = Failure::Kind::space_refused, .wanted = demand, .block = block_.bytes}};
      move_into_grown(at);
      return {place(size, alignment), {}};
    }
  }
  const Shortfall shortfall{.wanted = size, .left = left, .outside = meter_.outside};
  if (on_overflow(shortfall) == Overflow::refuse)
    return {nullptr,
            {.kind = Failure::Kind::out_of_workspace,
             .wanted = size,
             .left = left,
             .block = block_.bytes,
             .limit = demand}};
  const bool block_stays_open =
      block_ && chunks_.size() == 0 && !would_grow({.block = block_.bytes, .demand = demand});
  return block_stays_open ? take_alone(size, alignment) : take_from_new_chunk(size, alignment);
}

std::size_t Core::padding_for(std::size_t alignment) const noexcept {
  const std::uintptr_t at = address_of(range_.cur);
  return round_up(at, Alignment(std::max(alignment, mask_ + 1))) - at;
}

bool Core::fits(std::size_t size, std::size_t alignment) const noexcept {
  const std::size_t padding = padding_for(alignment);
  return padding <= left() && size <= left() - padding;
}

void* Core::place(std::size_t size, std::size_t alignment) noexcept {
  const std::size_t padding = padding_for(alignment);
  if (padding != 0) {
    settle();
    meter_.dead += padding;
  }
  std::byte* const piece = range_.cur + padding;
  range_.cur = piece + size;
  return piece;
}

Taken Core::take_alone(std::size_t size, std::size_t alignment) noexcept {
  const std::size_t piece_alignment = std::max(alignment, mask_ + 1);
  // One granule more, so that the end of this piece can never be where a cursor stands.
  const std::size_t asked = size + mask_ + 1;
  void* pointer = nullptr;
  if (lone_.reserve())
    pointer = is_alone_on_heap_ ? Host::allocate(asked, piece_alignment)
                                : ask_space(asked, piece_alignment);
  if (pointer == nullptr)
    return {nullptr,
            {.kind = Failure::Kind::space_refused, .wanted = asked, .block = block_.bytes}};
  lone_.insert({static_cast<std::byte*>(pointer), asked, piece_alignment});
  if (mode_ == DebugMode::bypass_everything) return {pointer, {}};
  settle();
  meter_.piece_goes_out(size);
  ++totals_.spilled_requests;
  totals_.spilled_bytes += size;
  totals_.oversize_bytes += size;
  return {pointer, {}};
}

// A chunk continues the position of the block: the same address modulo the largest alignment. So
// the demand of this cycle is what a block of that size would have needed, padding included.
Taken Core::take_from_new_chunk(std::size_t size, std::size_t alignment) noexcept {
  const std::size_t at = position(range_.cur);
  const std::size_t largest_alignment = max_alignment();
  const std::size_t needed = padding_for(alignment) + size;
  // One granule in front stays unused: a chunk that starts where a piece of its neighbour ends
  // would let that piece be given back across the seam.
  std::size_t front = at & (largest_alignment - 1);
  if (front < mask_ + 1) front += largest_alignment;
  // It ends where twice the memory so far would end: one space call for each doubling, however much
  // was given back before. But it has no room for a request that the bounds refuse.
  const std::size_t doubled = std::max(2 * position(range_.end) - at, first_chunk_bytes);
  const std::size_t bound = round_down(clamp(max_bytes), granule());
  std::size_t capacity = std::max(needed, std::min(doubled, bound));
  // Behind the block, where the space can: the same addresses go on, and nothing has spilled.
  if (is_resizable() && chunks_.size() == 0 && one_block_bytes() == 0 && at + needed <= bound &&
      grow_in_place(at + needed, std::min(at + capacity, bound))) {
    move_into_grown(at);
    return {place(size, alignment), {}};
  }
  void* memory = nullptr;
  if (chunks_.reserve()) {
    memory = ask_space(front + capacity, largest_alignment);
    if (memory == nullptr && capacity > needed) {
      capacity = needed;
      memory = ask_space(front + capacity, largest_alignment);
    }
  }
  if (memory == nullptr)
    return {
        nullptr,
        {.kind = Failure::Kind::space_refused, .wanted = front + needed, .block = block_.bytes}};

  settle();
  if (chunks_.size() == 0) chunks_from_ = at;
  chunks_.push({static_cast<std::byte*>(memory), front + capacity});
  range_.cur = static_cast<std::byte*>(memory) + front;
  range_.end = range_.cur + capacity;
  high_ = range_.cur;
  origin_ = address_of(range_.cur) - at;
  ++totals_.spilled_requests;
  return {place(size, alignment), {}};
}

void Core::give_elsewhere(void* pointer, std::size_t bytes) noexcept {
  if (pointer == nullptr || bytes == 0) return;
  if (!is_mine()) {
    if (is_open()) detail::report_violation(not_mine({}), name_);
    return;
  }
  unpark();
  if (!take_back(static_cast<std::byte*>(pointer), round_up(bytes, granule())))
    set_pending({.kind = Failure::Kind::foreign_piece, .wanted = bytes});
  park_if_needed();
}

bool Core::take_back(std::byte* piece, std::size_t size) noexcept {
  if (piece + size == range_.cur) {
    high_ = std::max(high_, range_.cur);
    range_.cur = piece;
    return true;
  }
  if (take_back_lone(piece)) return true;
  if (!lent_.contains(piece) && !chunks_.contains(piece)) return false;
  settle();
  meter_.dead += size;
  return true;
}

bool Core::take_back_lone(std::byte* piece) noexcept {
  const LonePieces::Piece lone = lone_.extract(piece);
  if (lone.begin == nullptr) return false;
  if (mode_ != DebugMode::bypass_everything) {
    settle();
    meter_.outside -= lone.bytes - (mask_ + 1);
  }
  give_where_it_is_from(lone);
  return true;
}

bool Core::expand(void* pointer, std::size_t old_bytes, std::size_t new_bytes) noexcept {
  const auto old_size = checked_round_up(old_bytes, granule());
  const auto new_size = checked_round_up(new_bytes, granule());
  if (!old_size || !new_size || !is_mine()) return false;
  if (*old_size == *new_size) return true;
  auto* const piece = static_cast<std::byte*>(pointer);
  if (old_bytes == 0 || new_bytes == 0 || clamp(*new_size) < *new_size) return false;
  if (is_parked_ || address_of(piece) + *old_size != address_of(range_.cur)) return false;
  if (*new_size > static_cast<std::size_t>(range_.end - piece)) return false;
  high_ = std::max(high_, range_.cur);
  range_.cur = piece + *new_size;
  return true;
}

std::size_t Core::open_slowly() {
  detail::ScopeStack& stack = detail::scope_stack_v1;
  expect_not_elsewhere();
  if (stack.is_summoned()) stack.attend(false);
  if (!stack.reserve())
    detail::raise_failure({.kind = Failure::Kind::scope_refused, .block = block_.bytes}, name_);
  if (is_mine()) {
    ++more_tokens_;
    look_closer();
    return stack.push(this);
  }
  // What debugging checks mark is memory of the block and of the space.
  set_mode(is_watched_ ? DebugMode::off : debug_mode());
  if (const Failure failure = prepare_block()) detail::raise_failure(failure, name_);
  exceptions_ = std::uncaught_exceptions();
  const std::size_t depth = stack.push(this);
  owner_.store(this_thread() | slowly, std::memory_order_relaxed);
  range_ = first_range_;
  number_ = next_epoch(number_);
  cell_->number.store(number_, std::memory_order_release);
  cycle_begins();
  park_if_needed();
  return depth;
}

void Core::close_slowly(std::size_t depth) noexcept {
  if (!is_mine()) return detail::report_violation(not_mine({}), name_);
  remove_scope(depth);
  const bool is_last = more_tokens_ == 0;
  if (!is_last) {
    --more_tokens_;
  } else {
    // More exceptions in flight than at the enter: one of them is closing the cycle.
    end_cycle(std::uncaught_exceptions() > exceptions_ ? CycleEnd::by_exception : CycleEnd::closed);
  }
  detail::ScopeStack& stack = detail::scope_stack_v1;
  if (stack.is_summoned()) stack.attend(is_last);
}

Scope Core::open_borrow() {
  expect_open(Failure::Kind::not_open);
  detail::ScopeStack& stack = detail::scope_stack_v1;
  if (!stack.reserve())
    detail::raise_failure({.kind = Failure::Kind::scope_refused, .block = block_.bytes}, name_);
  return scope_at(stack.push(this));
}

void Core::close_borrow(const Scope& scope) noexcept {
  if (!is_mine()) return detail::report_violation(not_mine({}), name_);
  remove_scope(scope.depth);
}

void Core::remove_scope(std::size_t depth) noexcept {
  Core* const above = detail::scope_stack_v1.remove(depth);
  // What lies above a removed entry takes it along when it goes, which only the slow close does.
  if (above != nullptr) above->look_closer();
}

void Core::set_mode(DebugMode mode) noexcept {
  mode_ = mode;
  const bool is_bypass = mode == DebugMode::bypass_everything;
  // Where the block is all of the space, nothing is left to spill to.
  is_alone_on_heap_ = is_bypass || (mode == DebugMode::spill_everything && one_block_bytes() != 0);
  cell_->is_detached.store(is_bypass, std::memory_order_relaxed);
}

Failure Core::prepare_block() noexcept {
  if (is_lost()) return {.kind = Failure::Kind::space_lost, .wanted = lent_.bytes};
  if (leaves_block_out() || (block_ && reserved_ == 0)) return {};
  if (const std::size_t whole = round_down(one_block_bytes(), granule()); whole != 0) {
    if (reserved_ > whole)
      return {.kind = Failure::Kind::space_refused, .wanted = reserved_, .block = whole};
    // All of it at once, or as little as there can be, and more as cycles need it.
    const std::size_t first = is_resizable() ? std::min(whole, first_chunk_bytes) : whole;
    if (!block_ && !exchange_block(first))
      return {.kind = Failure::Kind::space_refused, .wanted = first};
    block_.bytes = whole;
  } else {
    const bool is_first = !block_ && trimmed_bytes_ == 0;
    const std::size_t wanted = std::max(reserved_, is_first ? first_block_bytes() : 0);
    if (is_out_of_bounds(wanted))
      return {.kind = Failure::Kind::beyond_bounds, .wanted = wanted, .limit = clamp(wanted)};
    const auto rounded = checked_round_up(wanted, granule());
    if (!rounded) return {.kind = Failure::Kind::size_overflow, .wanted = wanted, .limit = 1};
    const std::size_t size = std::max(*rounded, trimmed_bytes_);
    if (size > block_.bytes && !exchange_block(size))
      return {.kind = Failure::Kind::space_refused, .wanted = size, .block = block_.bytes};
  }
  reserved_ = 0;
  return {};
}

void Core::end_cycle(CycleEnd how) noexcept {
  unpark();
  settle();
  cycle_ends();
  const std::size_t demand = meter_.demand();
  last_demand_ = demand;
  live_gap_ = demand - meter_.live_peak;
  gap_of_ = number_;
  largest_demand_ = std::max(largest_demand_, demand);
  return_outside();

  detail::ScopeStack& stack = detail::scope_stack_v1;
  for (std::size_t depth = stack.size(); depth != 0; --depth)
    if (depth <= stack.size() && stack.at(depth) == this) remove_scope(depth);
  more_tokens_ = 0;
  range_ = {};
  high_ = nullptr;
  meter_ = {};
  cell_->number.store(closed_epoch(number_), std::memory_order_release);

  if (how != CycleEnd::destroyed && !leaves_block_out())
    learn({.block = block_.bytes, .demand = demand}, how == CycleEnd::by_exception);
  trim_lent();
  origin_ = address_of(first_range_.cur);
  owner_.store(is_special() ? slowly : 0, std::memory_order_relaxed);

  if (is_lost())
    detail::report_violation({.kind = Failure::Kind::space_lost, .wanted = lent_.bytes}, name_);
  if (const Failure failure = std::exchange(pending_, Failure{}))
    detail::report_violation(failure, name_);
#if EBB_HAS_EXCEPTIONS
  if (hook_ != nullptr) {
    try {
      hook_(report());
    } catch (const std::bad_alloc&) {  // no heap for the copy of the name: nobody is told
    }
  }
#else
  if (hook_ != nullptr) hook_(report());
#endif
}

void Core::cycle_ends() noexcept {
  if (chunks_.size() != 0) totals_.spilled_bytes += meter_.position_peak - chunks_from_;
}

void Core::add_to(Report& report, const CycleMeter& meter) const {
  if (chunks_.size() != 0) report.spilled_bytes += meter.position_peak - chunks_from_;
}

void Core::return_outside() noexcept {
  for (std::size_t i = 0; i < chunks_.size(); ++i)
    space_deallocate(chunks_[i].begin, chunks_[i].bytes, max_alignment());
  chunks_.clear();
  lone_.drain([this](const LonePieces::Piece& piece) { give_where_it_is_from(piece); });
}

void Core::give_where_it_is_from(const LonePieces::Piece& piece) noexcept {
  if (is_alone_on_heap_)
    Host::deallocate(piece.begin, piece.bytes, piece.alignment);
  else
    space_deallocate(piece.begin, piece.bytes, piece.alignment);
}

void* Core::ask_space(std::size_t bytes, std::size_t alignment) noexcept {
  ++totals_.space_calls;
  void* const pointer = space_allocate(bytes, alignment);
  if (pointer == nullptr) ++totals_.space_refusals;
  return pointer;
}

bool Core::exchange_block(std::size_t bytes) noexcept {
  if (resize_lent(bytes)) {
    block_ = lent_;
    return true;
  }
  void* const memory = ask_space(bytes, max_alignment());
  if (memory == nullptr) return false;
  release_block();
  set_block({static_cast<std::byte*>(memory), bytes});
  origin_ = address_of(memory);
  return true;
}

// Where it is. What is given back is no call of the space.
bool Core::resize_lent(std::size_t bytes) noexcept {
  if (!lent_ || !is_resizable()) return false;
  const bool grows = bytes > lent_.bytes;
  if (grows) ++totals_.space_calls;
  if (bytes != lent_.bytes && !space_resize(lent_.begin, lent_.bytes, bytes, max_alignment())) {
    if (grows) ++totals_.space_refusals;
    return false;
  }
  set_lent({lent_.begin, bytes});
  return true;
}

// Makes what is lent for the block so many bytes in all, in the middle of a cycle.
bool Core::grow_in_place(std::size_t least, std::size_t wished) noexcept {
  const auto lend = [this](std::size_t bytes) {
    if (lent_) return resize_lent(bytes);
    void* const memory = ask_space(bytes, max_alignment());
    if (memory != nullptr) set_lent({static_cast<std::byte*>(memory), bytes});
    return memory != nullptr;
  };
  return lend(wished) || (wished > least && lend(least));
}

void Core::move_into_grown(std::size_t at) noexcept {
  settle();
  range_ = {first_range_.cur + at, first_range_.end};
  high_ = range_.cur;
  origin_ = address_of(first_range_.cur);
}

// What a cycle has added goes back where nothing was learnt from it.
void Core::trim_lent() noexcept {
  if (lent_.bytes <= block_.bytes) return;
  if (!block_)
    release_block();
  else
    resize_lent(block_.bytes);
}

void Core::release_block() noexcept {
  if (lent_) space_deallocate(lent_.begin, lent_.bytes, max_alignment());
  set_block({});
  origin_ = address_of(first_range_.cur);
}

void Core::on_close(void (*hook)(const Report&) noexcept) {
  expect_not_elsewhere();
  hook_ = hook;
  look_closer();
}

void Core::reserve(std::size_t bytes) {
  expect_not_elsewhere();
  Failure failure;
  if (is_open())
    failure = {.kind = Failure::Kind::reserve_open, .wanted = bytes};
  else if (is_out_of_bounds(bytes))
    failure = {.kind = Failure::Kind::beyond_bounds, .wanted = bytes, .limit = clamp(bytes)};
  else if (bytes > max_bytes / 2)
    failure = {.kind = Failure::Kind::size_overflow, .wanted = bytes, .limit = 1};
  if (failure) detail::raise_failure(failure, name_);
  reserved_ = bytes;
  look_closer();
}

void Core::set_enabled(bool enabled) {
  expect_not_elsewhere();
  enabled_ = enabled;
  if (is_open()) {
    unpark();
    park_if_needed();
  }
  look_closer();
}

void Core::destroy() {
  expect_not_elsewhere();
  if (is_open()) end_cycle(CycleEnd::destroyed);
  release_block();
  forget();
  reserved_ = 0;
  ++totals_.destroys;
  if (gap_of_ == number_) gap_of_ = next_epoch(number_);
  number_ = next_epoch(number_);
  cell_->number.store(destroyed_epoch(number_), std::memory_order_release);
  look_closer();
}

std::size_t Core::trim() {
  expect_not_elsewhere();
  if (is_open()) detail::raise_failure({.kind = Failure::Kind::trim_open}, name_);
  const std::size_t bytes = block_.bytes;
  if (bytes == 0) return 0;
  release_block();
  trimmed_bytes_ = bytes;
  look_closer();
  return bytes;
}

void Core::end_life() noexcept {
  if (is_open()) {
    if (!is_mine())
      detail::report_violation(not_mine({}), name_);
    else
      end_cycle(CycleEnd::destroyed);
  }
  release_block();
  cell_->number.store(destroyed_epoch(next_epoch(number_)), std::memory_order_release);
  detail::epoch_slab_v1.retire(std::exchange(cell_, nullptr));
}

Report Core::report() const {
  const bool open = is_open();
  CycleMeter meter = meter_;
  if (open) meter.note(position(std::max(high_, is_parked_ ? parked_.cur : range_.cur)));
  Report report;
  report.name = name_;
  report.generation = generation();
  report.cycles = report.generation - totals_.destroys - (open ? 1 : 0);
  report.block_bytes = block_.bytes;
  report.demand_bytes = open ? meter.demand() : 0;
  report.last_demand_bytes = last_demand_;
  report.largest_demand_bytes = largest_demand_;
  const EpochNumber last = open ? number_ - next_epoch(0) : number_;
  report.live_peak_bytes = last_demand_ - (gap_of_ == last ? live_gap_ : 0);
  report.headroom_percent = with_headroom(100) - 100;
  report.spilled_bytes = totals_.spilled_bytes;
  add_to(report, meter);
  report.spilled_requests = totals_.spilled_requests;
  report.oversize_bytes = totals_.oversize_bytes;
  report.space_calls = totals_.space_calls;
  report.space_refusals = totals_.space_refusals;
  report.stale_handles = cell_->stale_handles.load(std::memory_order_relaxed);
  return report;
}

}  // namespace ebb
