// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The workspace: a sentence of policies that serves cyclic work from one block.
///
///     Workspace<Overallocate<10>, FirstLoop, Reallocate, BlockLeft> workspace{"step"};
///     for (const Batch& batch : batches) {
///       auto cycle = workspace.enter();
///       auto activations = workspace.make<float>(batch.size());
///     }
///
/// Policies stand in any order, and two spellings of a sentence are one type. The class only
/// answers for its policies; the mechanism is `engine/core.hpp`.

#include <ebb/base/alignment.hpp>
#include <ebb/base/config.hpp>
#include <ebb/base/contract.hpp>
#include <ebb/base/origin.hpp>
#include <ebb/engine/checked.hpp>
#include <ebb/engine/core.hpp>
#include <ebb/engine/planner.hpp>
#include <ebb/engine/sizer.hpp>
#include <ebb/workspace/array.hpp>
#include <ebb/workspace/composition.hpp>
#include <ebb/workspace/cycle.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ebb {

template <class C>
class BasicWorkspace;

namespace detail {

// What the functions of a workspace take for an origin: something only under debugging checks.
template <class W>
struct OriginOf {
  using type = NoOrigin;
};
template <class C>
requires DebuggingChecksPolicy<typename C::Checks>
struct OriginOf<BasicWorkspace<C>> {
  using type = Origin;
};

}  // namespace detail

/// The functions that make typed things, for every class with `allocate`, `try_allocate`, `cell`
/// and `number`.
///
/// - For: base of workspaces
/// - Units: counts of elements
/// - Threads: the owner of the workspace
template <class Self>
class MakesArrays {
  using From = typename detail::OriginOf<Self>::type;

 public:
  /// Makes an array of zeroed elements; `n` of 0 makes an empty attached one.
  ///
  /// - Units: `count` in elements
  /// - Errors: those of `allocate`; `BadRequest` when the bytes overflow; the workspace is
  ///   unchanged
  /// - Costs: one allocation and the zeroing
  template <class T>
  [[nodiscard]] EBB_ALWAYS_INLINE auto make(std::size_t count, From origin = From::here()) {
    auto array = make_for_overwrite<T>(count, origin);
    std::uninitialized_value_construct_n(array.data_, count);
    return array;
  }

  /// Makes an array of `N` zeroed elements.
  ///
  /// - Errors: those of `allocate`; the workspace is unchanged
  /// - Costs: those of `make(count)`, two instructions fewer
  template <class T, std::size_t N>
  [[nodiscard]] EBB_ALWAYS_INLINE auto make(From origin = From::here()) {
    return make<T>(N, origin);
  }

  /// Makes an array whose elements are left as the memory is.
  ///
  /// - Units: `count` in elements
  /// - Errors: those of `make`; the workspace is unchanged
  /// - Costs: one allocation
  template <class T>
  [[nodiscard]] EBB_ALWAYS_INLINE auto make_for_overwrite(std::size_t count,
                                                          From origin = From::here()) {
    using Handles = typename detail::HandlesOf<Self>::type;
    return detail::make_uninitialised<T, Handles>(self(), count, origin);
  }

  /// Makes an array of zeroed elements, or nothing where `make` would throw.
  ///
  /// - Units: `count` in elements
  /// - Costs: those of `make`; a refusal builds no text
  template <class T>
  [[nodiscard]] auto try_make(std::size_t count, From origin = From::here()) noexcept {
    using Made = Array<T, typename detail::HandlesOf<Self>::type>;
    std::optional<Made> array;
    const auto bytes = checked_multiply(count, sizeof(T));
    void* data = nullptr;
    if (bytes) {
      if constexpr (std::same_as<From, Origin>) {
        data = self().try_allocate(*bytes, alignof(T), detail::of_array(origin));
      } else {
        data = self().try_allocate(*bytes, alignof(T));
      }
    }
    if (data != nullptr) {
      array = Made(static_cast<T*>(data), count, self().end_of(data, *bytes), self().cell(),
                   self().number());
      std::uninitialized_value_construct_n(array->data_, count);
    }
    return array;
  }

  /// Makes one object that lives to the end of the cycle.
  ///
  /// - Errors: those of `allocate`, and what the constructor throws; then its bytes are given back
  /// - Costs: one allocation and the constructor
  template <class T, class... Arguments>
  [[nodiscard]] T* construct(Arguments&&... arguments) {
    // The line of this call is nobody's; what is known instead is closer.
    auto bytes = make_for_overwrite<std::remove_const_t<T>>(1, From{});
    T* const object = std::construct_at(bytes.data_, std::forward<Arguments>(arguments)...);
    static_cast<void>(std::move(bytes).keep());
    return object;
  }

 private:
  [[nodiscard]] Self& self() noexcept { return static_cast<Self&>(*this); }
};

namespace detail {

// The name of a workspace, made before its core and gone after it.
struct WorkspaceName {
  std::string text;
};

// Under a plan, pieces have places of their own; else there is a cursor. Debugging checks stand
// before either.
template <class C>
using PlainMechanismOf = std::conditional_t<PlanningPolicy<typename C::Learning>, Planner, Core>;
template <class C>
using MechanismOf = std::conditional_t<DebuggingChecksPolicy<typename C::Checks>,
                                       Checked<PlainMechanismOf<C>>, PlainMechanismOf<C>>;

// A space that is chosen at run time, with its largest alignment as a member of the object.
template <class S>
concept SpaceOfRunTime = requires(const S space) {
  { space.is_one_block() } noexcept -> std::same_as<bool>;
};

// One function per rule that ties two answers together; its name and its sentence are the message.
template <class C>
constexpr void diagnose_fail_before_anything_is_learnt() {
  static_assert(
      !std::same_as<typename C::Spill, Fail> || !std::same_as<typename C::Start, Empty> ||
          !learns<typename C::Learning>() || OneBlockSpace<typename C::Space>,
      "ebb::Workspace: `Fail` with a learning policy and `Empty` refuses the very cycle it "
      "would learn from; add `StartWith<Bytes>`, or use `Reallocate`");
}
template <class C>
constexpr void diagnose_mapped_file_with_learning() {
  static_assert(SpaceOfRunTime<typename C::Space> || !OneBlockSpace<typename C::Space> ||
                    !ResizableSpace<typename C::Space> || !learns<typename C::Learning>(),
                "ebb::Workspace: `MappedFile` with a learning policy: the size is that of the "
                "file, which no cycle changes; add `NoLearning`");
}
template <class C>
constexpr void diagnose_ring() {
  if constexpr (requires { std::integral_constant<std::size_t, typename C::Reset{}.blocks()>{}; })
    static_assert(typename C::Reset{}.blocks() == 1,
                  "ebb::Workspace: a reset policy of more than one block is a ring, which this "
                  "workspace is not");
}
template <class C>
constexpr void diagnose_granule() {
  if constexpr (!SpaceOfRunTime<typename C::Space> &&
                requires { std::integral_constant<std::size_t, typename C::Granule{}.bytes()>{}; })
    static_assert(typename C::Granule{}.bytes() <= C::Space::max_alignment,
                  "ebb::Workspace: the granule is larger than the largest alignment of the space");
}

}  // namespace detail

/// A workspace of one composition; a program writes `Workspace<…>`.
///
/// - For: functions over any workspace: `template <class C> void f(BasicWorkspace<C>& workspace)`
/// - Units: bytes before rounding to the granule, unless a name says otherwise
/// - Errors: as `Core` says
/// - Costs: taking, 5 to 9 instructions; enter and leave, at most 44
/// - Keeps: nothing of a cycle after its end
/// - Threads: closed, it belongs to nobody; open, to the thread that entered it
template <class C>
class BasicWorkspace final : private detail::WorkspaceName,
                             public detail::MechanismOf<C>,
                             public MakesArrays<BasicWorkspace<C>> {
  static_assert(
      AllocationPolicy<typename C::Allocation>,
      "ebb::Workspace: the allocation policy is incomplete; the note below names what it lacks");
  static_assert(
      StartPolicy<typename C::Start>,
      "ebb::Workspace: the start policy is incomplete; the note below names what it lacks");
  static_assert(
      LearningPolicy<typename C::Learning>,
      "ebb::Workspace: the learning policy is incomplete; the note below names what it lacks");
  static_assert(
      SpillPolicy<typename C::Spill>,
      "ebb::Workspace: the spill policy is incomplete; the note below names what it lacks");
  static_assert(
      ResetPolicy<typename C::Reset>,
      "ebb::Workspace: the reset policy is incomplete; the note below names what it lacks");
  static_assert(
      BoundsPolicy<typename C::Bounds>,
      "ebb::Workspace: the bounds policy is incomplete; the note below names what it lacks");
  static_assert(
      GranulePolicy<typename C::Granule>,
      "ebb::Workspace: the granule policy is incomplete; the note below names what it lacks");
  static_assert(
      ChecksPolicy<typename C::Checks>,
      "ebb::Workspace: the checks policy is incomplete; the note below names what it lacks");
  static_assert(ebb::Space<typename C::Space>,
                "ebb::Workspace: the space is incomplete; the note below names what it lacks");

  static constexpr bool learns_plans = PlanningPolicy<typename C::Learning>;
  static constexpr bool is_debugging = DebuggingChecksPolicy<typename C::Checks>;

  // Where something was made, or nothing; in either case the last parameter, which is left out.
  using From = typename detail::OriginOf<BasicWorkspace>::type;

 public:
  using Policies = C;
  using Handles = HostHandles<C::Checks::checks_views()>;

  /// Makes a closed workspace; the space is not asked before the first `enter`.
  ///
  /// - Errors: `BadConfiguration` if the numbers of dynamic policies contradict each other;
  ///   `SpaceRefused` if no page for an epoch cell can be had
  /// - Costs: a copy of the name; an epoch cell, one page mapping for every 512 of them
  /// - Note: an answer is one of the policies of the sentence; those with `dynamic` parameters and
  ///   spaces with state must be given
  template <class... Answers>
  explicit BasicWorkspace(std::string_view name = "workspace", Answers... answers)
      : WorkspaceName{std::string(name)},
        detail::MechanismOf<C>(text, granule_from(name, pick<typename C::Granule>(answers...),
                                                  largest_alignment(answers...))),
        allocation_(pick<typename C::Allocation>(answers...)),
        start_(pick<typename C::Start>(answers...)),
        learning_(pick<typename C::Learning>(answers...)),
        spill_(pick<typename C::Spill>(answers...)),
        bounds_(bounds_from(name, pick<typename C::Bounds>(answers...))),
        space_(pick<typename C::Space>(answers...)) {
    static_assert((is_answer<Answers> && ...),
                  "ebb::Workspace: an answer that is none of the policies of this sentence");
    detail::diagnose_fail_before_anything_is_learnt<C>();
    detail::diagnose_mapped_file_with_learning<C>();
    detail::diagnose_ring<C>();
    detail::diagnose_granule<C>();
    if constexpr (!is_space_known)
      if (space_.is_one_block() && space_.is_resizable() && ebb::learns(learning_))
        detail::raise(BadConfiguration('"' + std::string(name) +
                                       "\" would learn a size in a mapped file, whose size no "
                                       "cycle changes. Use `NoLearning`."));
    if constexpr (learns_plans) this->keep_at_most(learning_.plans());
    if constexpr (is_debugging)
      this->watch_as(watch_from(name, pick<typename C::Checks>(answers...)));
  }

  BasicWorkspace(const BasicWorkspace&) = delete;
  BasicWorkspace& operator=(const BasicWorkspace&) = delete;
  ~BasicWorkspace() { this->end_life(); }

  /// Opens a cycle, or nests in the open one wherever that stands.
  ///
  /// - Errors: `WrongThread` if another thread has it open; `SpaceRefused` or `BadRequest` for the
  ///   first block; nothing has changed
  /// - Costs: with the leave, at most 44 instructions where nothing is to be learnt
  /// - Keeps: all of the open cycle where it nests; else the memory of earlier cycles is used again
  [[nodiscard]] EBB_ALWAYS_INLINE Cycle enter(From origin = From::here()) {
    if constexpr (is_debugging) this->note_enter(origin);
    return {*this, this->open()};
  }

  /// Opens a cycle that has a plan of its own, such as one for each batch size.
  ///
  /// - Errors: those of `enter()`; `BadRequest` if the workspace is open with another key
  /// - Costs: those of `enter()`, and a search through the keys
  template <std::integral Key>
  requires PlanningPolicy<typename C::Learning>
  [[nodiscard]] Cycle enter(Key key, From origin = From::here()) {
    if constexpr (is_debugging) this->note_enter(origin);
    return {*this, this->open_keyed(static_cast<std::uint64_t>(key))};
  }

  /// Makes the open workspace current again.
  ///
  /// - Errors: `NotOpen`, `WrongThread`, `SpaceRefused`; nothing has changed
  /// - Costs: an entry on the scopes of the thread; the close of the cycle takes its slow path
  /// - Keeps: all of the open cycle
  [[nodiscard]] Borrow borrow() { return {*this, this->open_borrow()}; }

  // As `Core` has them, with the granule known when compiling.
  [[nodiscard]] EBB_ALWAYS_INLINE void* allocate(std::size_t bytes, From origin = From::here()) {
    note(origin);
    return this->take(bytes, granule_mask());
  }
  [[nodiscard]] EBB_ALWAYS_INLINE void* allocate(std::size_t bytes, std::size_t alignment,
                                                 From origin = From::here()) {
    note(origin);
    return this->take(bytes, alignment, granule_mask());
  }
  template <std::size_t Bytes>
  [[nodiscard]] EBB_ALWAYS_INLINE void* allocate(From origin = From::here()) {
    note(origin);
    return this->take_known(Bytes, granule_mask());
  }
  [[nodiscard]] EBB_ALWAYS_INLINE void* try_allocate(std::size_t bytes,
                                                     From origin = From::here()) noexcept {
    note(origin);
    return this->try_take(bytes, granule_mask() + 1, granule_mask());
  }
  [[nodiscard]] EBB_ALWAYS_INLINE void* try_allocate(std::size_t bytes, std::size_t alignment,
                                                     From origin = From::here()) noexcept {
    note(origin);
    return this->try_take(bytes, alignment, granule_mask());
  }
  EBB_ALWAYS_INLINE void deallocate(void* pointer, std::size_t bytes) noexcept {
    this->give(pointer, bytes, granule_mask());
  }

  [[nodiscard]] EBB_ALWAYS_INLINE std::byte* end_of(void* pointer,
                                                    std::size_t bytes) const noexcept {
    return static_cast<std::byte*>(pointer) + this->rounded(bytes, granule_mask());
  }

  [[nodiscard]] EBB_ALWAYS_INLINE Alignment granule() const noexcept {
    return Alignment(granule_mask() + 1);
  }

  /// The space, to ask it what it has counted.
  [[nodiscard]] typename C::Space& space() noexcept { return space_; }
  [[nodiscard]] const typename C::Space& space() const noexcept { return space_; }

 private:
  template <class Answer>
  static constexpr bool is_answer =
      std::same_as<Answer, typename C::Allocation> || std::same_as<Answer, typename C::Start> ||
      std::same_as<Answer, typename C::Learning> || std::same_as<Answer, typename C::Spill> ||
      std::same_as<Answer, typename C::Reset> || std::same_as<Answer, typename C::Bounds> ||
      std::same_as<Answer, typename C::Granule> || std::same_as<Answer, typename C::Checks> ||
      std::same_as<Answer, typename C::Space>;

  // The answer of a type if it was given, else one made from nothing.
  template <class Wanted>
  static constexpr Wanted pick() {
    constexpr bool needs_no_answer = std::is_default_constructible_v<Wanted>;
    static_assert(needs_no_answer,
                  "ebb::Workspace: a policy with a dynamic number, or a space with state, must be "
                  "given to the constructor as an answer");
    if constexpr (needs_no_answer) return Wanted{};
  }
  template <class Wanted, class First, class... Rest>
  static constexpr Wanted pick(First& first, Rest&... rest) {
    if constexpr (std::same_as<Wanted, First>) {
      return std::move(first);
    } else {
      return pick<Wanted>(rest...);
    }
  }

  // Asked before the space itself is taken from the answers.
  template <class... Answers>
  static std::size_t largest_alignment(const Answers&... answers) {
    if constexpr (is_space_known) {
      return C::Space::max_alignment;
    } else {
      std::size_t largest = 0;
      const auto look = [&]<class Answer>(const Answer& answer) {
        if constexpr (std::same_as<Answer, typename C::Space>) largest = answer.max_alignment;
      };
      (look(answers), ...);
      return largest;
    }
  }
  static Alignment granule_from(std::string_view name, const typename C::Granule& granule,
                                std::size_t largest) {
    if (!is_alignment(granule.bytes()) || granule.bytes() > largest)
      detail::raise(BadConfiguration(
          '"' + std::string(name) + "\" has a granule of " + grouped(granule.bytes()) +
          " bytes. Use a power of two of at most " + grouped(largest) + "."));
    return Alignment(granule.bytes());
  }
  static typename C::Bounds bounds_from(std::string_view name, typename C::Bounds bounds) {
    const std::size_t minimum = bounds.clamp(0);
    if (bounds.clamp(minimum) != minimum || bounds.clamp(max_bytes) < minimum)
      detail::raise(BadConfiguration('"' + std::string(name) + "\" has bounds with a minimum of " +
                                     grouped(minimum) + " bytes above their maximum of " +
                                     grouped(bounds.clamp(max_bytes)) + ". Exchange them."));
    return bounds;
  }

  template <class Checks>
  static Watch watch_from(std::string_view name, const Checks& checks) {
    const Watch watch = checks.watch();
    bool is_valid =
        watch.fence_bytes <= most_fence_bytes && watch.quarantine_cycles <= most_quarantine_cycles;
    if constexpr (requires { checks.valid(); }) is_valid = is_valid && checks.valid();
    if (!is_valid)
      detail::raise(BadConfiguration('"' + std::string(name) + "\" has fences of " +
                                     grouped(watch.fence_bytes) + " bytes and a quarantine of " +
                                     grouped(watch.quarantine_cycles) + " cycles. Use 1 to " +
                                     grouped(most_fence_bytes) + " bytes, or 1 to " +
                                     grouped(most_quarantine_cycles) + " cycles."));
    return watch;
  }
  EBB_ALWAYS_INLINE void note(const From& origin) noexcept {
    if constexpr (is_debugging) {
      Origin closer = origin;
      if (closer.taker == Taker::unknown) closer.taker = Taker::raw;
      this->note_origin(closer);
    }
  }

  [[nodiscard]] EBB_ALWAYS_INLINE std::size_t granule_mask() const noexcept {
    if constexpr (requires {
                    std::integral_constant<std::size_t, typename C::Granule{}.bytes()>{};
                  }) {
      return typename C::Granule{}.bytes() - 1;
    } else {
      return Core::granule().bytes() - 1;
    }
  }

  static constexpr bool is_space_known = !detail::SpaceOfRunTime<typename C::Space>;

  [[nodiscard]] bool is_one_block() const noexcept {
    if constexpr (is_space_known) {
      return OneBlockSpace<typename C::Space>;
    } else {
      return space_.is_one_block();
    }
  }

  void* space_allocate(std::size_t bytes, std::size_t alignment) noexcept override {
    void* memory = space_.allocate(bytes, alignment);
    if constexpr (is_debugging) {
      while (memory == nullptr && this->make_room()) memory = space_.allocate(bytes, alignment);
      this->memory_comes(memory, bytes);
    }
    return memory;
  }
  void space_deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept override {
    if constexpr (is_debugging)
      if (!this->may_go(pointer, bytes, alignment)) return;
    space_.deallocate(pointer, bytes, alignment);
  }
  std::size_t max_alignment() const noexcept override { return space_.max_alignment; }
  bool is_resizable() const noexcept override {
    // What a check has marked stays where it is.
    if constexpr (ResizableSpace<typename C::Space> && !is_debugging) return space_.is_resizable();
    return false;
  }
  bool space_resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                    std::size_t alignment) noexcept override {
    if constexpr (ResizableSpace<typename C::Space>)
      return space_.resize(pointer, old_bytes, new_bytes, alignment);
    return false;
  }
  bool is_losable() const noexcept override {
    if constexpr (is_space_known) {
      return LosableSpace<typename C::Space>;
    } else {
      return space_.is_losable();
    }
  }
  bool is_lost() const noexcept override {
    if constexpr (LosableSpace<typename C::Space>) return space_.is_lost();
    return false;
  }
  std::size_t one_block_bytes() const noexcept override {
    if constexpr (OneBlockSpace<typename C::Space>) {
      return space_.one_block_bytes();
    } else {
      return 0;
    }
  }
  std::size_t first_block_bytes() const noexcept override { return start_.first_block(); }
  std::size_t clamp(std::size_t bytes) const noexcept override { return bounds_.clamp(bytes); }
  std::size_t with_headroom(std::size_t bytes) const noexcept override {
    return allocation_.with_headroom(bytes);
  }
  Overflow on_overflow(Shortfall shortfall) const noexcept override {
    return spill_.on_overflow(shortfall);
  }
  bool would_grow(CycleUse use) const noexcept override {
    return spill_.next_block(use) > use.block;
  }
  bool is_learning() const noexcept override {
    return learns_plans || (!is_one_block() && sizer_.learning(learning_));
  }
  void learn(CycleUse use, bool by_exception) noexcept override {
    if constexpr (learns_plans) return this->learn_plan(by_exception);
    if (is_one_block()) return;
    const auto size = sizer_.next_block({allocation_, learning_, spill_, bounds_}, use,
                                        by_exception, this->granule());
    if (size) sizer_.exchanged(this->exchange_block(*size));
  }
  void forget() noexcept override {
    sizer_.forget();
    if constexpr (learns_plans) this->forget_plans();
  }

  [[no_unique_address]] typename C::Allocation allocation_;
  [[no_unique_address]] typename C::Start start_;
  [[no_unique_address]] typename C::Learning learning_;
  [[no_unique_address]] typename C::Spill spill_;
  [[no_unique_address]] typename C::Bounds bounds_;
  [[no_unique_address]] typename C::Space space_;
  Sizer<typename C::Allocation, typename C::Learning, typename C::Spill, typename C::Bounds> sizer_;
};

/// A workspace as a sentence of policies: any order, a default for each slot not named.
///
/// - Example: `examples/first_loop.cpp`
template <Policy... Policies>
requires OneAnswerPerSlot<Policies...>
using Workspace = BasicWorkspace<detail::Compose<Policies...>>;

/// Makes a workspace whose sentence is the types of the answers.
///
/// - Errors: those of the constructor
/// - Costs: those of the constructor
template <Policy... Answers>
requires OneAnswerPerSlot<Answers...>
[[nodiscard]] Workspace<Answers...> make_workspace(std::string_view name, Answers... answers) {
  return Workspace<Answers...>(name, std::move(answers)...);
}

/// Any workspace with a fast path of its own: `BasicWorkspace` and what else makes arrays.
///
/// - Needs: `allocate(bytes)`, `deallocate(pointer, bytes)`, and to be a `Core` or to convert to
///   one
/// - Models: `BasicWorkspace`, `AnyWorkspace`
template <class W>
concept WorkspaceLike = std::convertible_to<W&, Core&> && requires(W workspace, std::size_t bytes) {
  { workspace.allocate(bytes) } -> std::same_as<void*>;
  workspace.deallocate(nullptr, bytes);
};

}  // namespace ebb
