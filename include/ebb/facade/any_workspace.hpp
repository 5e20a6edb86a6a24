// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A workspace whose sentence is a value.
///
///     auto workspace = AnyWorkspace::make("step", Configuration::from_environment("EBB_STEP"));
///     auto cycle = workspace.enter();
///     auto activations = workspace.make<float>(1000);
///
/// | of a configuration                            | is                                         |
/// |-----------------------------------------------|--------------------------------------------|
/// | whether sizes are learnt, or places too       | a type, found by `make`                    |
/// | whether there are debugging checks            | a type; `Trusting` is `Generational`, because handles made by a workspace of unknown type are always checked |
/// | everything else                               | a value, read on cold paths                |
///
/// The types are compiled once, in the target `ebb::facade`; without it, in every program file that
/// includes this.

#include <ebb/base/alignment.hpp>
#include <ebb/base/config.hpp>
#include <ebb/base/generation.hpp>
#include <ebb/base/origin.hpp>
#include <ebb/engine/core.hpp>
#include <ebb/engine/plan.hpp>
#include <ebb/engine/report.hpp>
#include <ebb/facade/any_space.hpp>
#include <ebb/facade/configuration.hpp>
#include <ebb/workspace/array.hpp>
#include <ebb/workspace/cycle.hpp>
#include <ebb/workspace/workspace.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace ebb {

class AnyWorkspace;

namespace detail {

/// The workspace inside, and what only its type knows.
struct AnyBody {
  explicit AnyBody(const Configuration& made_from) : configuration(made_from) {}
  AnyBody(const AnyBody&) = delete;
  AnyBody& operator=(const AnyBody&) = delete;
  virtual ~AnyBody() = default;

  [[nodiscard]] virtual Core& core() noexcept = 0;
  [[nodiscard]] virtual AnySpace& space() noexcept = 0;
  [[nodiscard]] virtual Planner* planner() noexcept = 0;  ///< null where sizes are learnt
  [[nodiscard]] virtual Cycle enter(std::uint64_t key, const Origin& origin) = 0;

  Configuration configuration;
};

struct DeleteAnyBody {
  AnyBody* body = nullptr;
  void operator()(Core*) const noexcept { delete body; }
};

// Whether there are debugging checks is known at run time.
template <>
struct OriginOf<AnyWorkspace> {
  using type = Origin;
};

}  // namespace detail

/// A workspace whose sentence is a value: an owning pointer to its `Core`, with the same fast path.
///
/// - For: programs that read their configuration; the manager
/// - Units: bytes before rounding to the granule, unless a name says otherwise
/// - Errors: as `Core` says; what needs a plan is a `BadRequest` where none is learnt
/// - Costs: taking, 9 to 12 instructions; else those of `BasicWorkspace`
/// - Keeps: its `Core` stays where it is when the workspace is moved, so tokens and handles do not
///   notice. One that was moved from may only be destroyed or assigned to
/// - Threads: closed, it belongs to nobody; open, to the thread that entered it
/// - Note: debugging checks know the line of every array; what `allocate` took without an origin
///   has that of `enter`
class AnyWorkspace : public MakesArrays<AnyWorkspace> {
 public:
  /// Also of a `Trusting` configuration.
  using Handles = CheckedHandles;

  /// Makes a closed workspace in the space that the configuration names.
  ///
  /// - Expects: `name` may be empty: then it is that of the configuration, or `workspace`
  /// - Errors: `BadConfiguration` if values contradict each other; `SpaceRefused` if no page for an
  ///   epoch cell can be had; `std::bad_alloc`
  /// - Costs: a few heap calls; the space is not asked before the first `enter`
  [[nodiscard]] static AnyWorkspace make(std::string_view name, const Configuration& configuration);

  /// Makes a closed workspace in a space of the caller's, such as a `Buffer`.
  ///
  /// - Errors: those of `make(name, configuration)`
  /// - Costs: those of `make(name, configuration)`
  /// - Note: what the configuration says about the space is not looked at
  [[nodiscard]] static AnyWorkspace make(std::string_view name, const Configuration& configuration,
                                         AnySpace space);

  using MakesArrays::make;

  /// What it was made from.
  [[nodiscard]] const Configuration& configuration() const noexcept { return body().configuration; }

  /// The workspace as what knows no policies sees it; it stays where it is.
  [[nodiscard]] EBB_ALWAYS_INLINE Core& core() const noexcept { return *core_; }
  operator Core&() const noexcept { return *core_; }  // NOLINT: as a workspace converts to its base

  /// The space, to ask it what it has counted.
  [[nodiscard]] AnySpace& space() noexcept { return body().space(); }
  [[nodiscard]] const AnySpace& space() const noexcept { return body().space(); }

  /// Opens a cycle, or nests in the open one wherever that stands.
  ///
  /// - Errors: `WrongThread` if another thread has it open; `SpaceRefused` or `BadRequest` for the
  ///   first block; nothing has changed
  /// - Costs: those of `BasicWorkspace`, plus one load
  /// - Keeps: all of the open cycle where it nests; else the memory of earlier cycles is used again
  [[nodiscard]] EBB_ALWAYS_INLINE Cycle enter(Place place = Place::here()) {
    return {*core_, core_->open(place)};
  }
  [[nodiscard]] Cycle enter(const Origin& origin) {
    core_->note_enter(origin);
    return {*core_, core_->open()};
  }

  /// Opens a cycle that has a plan of its own, such as one for each batch size.
  ///
  /// - Errors: those of `enter()`; `BadRequest` if no plans are learnt, or if the workspace is open
  ///   with another key
  /// - Costs: those of `enter()`, a virtual call, and a search through the keys
  template <std::integral Key>
  [[nodiscard]] Cycle enter(Key key, const Origin& origin = Origin::here()) {
    return body().enter(static_cast<std::uint64_t>(key), origin);
  }

  /// Makes the open workspace current again.
  ///
  /// - Errors: `NotOpen`, `WrongThread`, `SpaceRefused`; nothing has changed
  /// - Costs: an entry on the scopes of the thread; the close of the cycle takes its slow path
  /// - Keeps: all of the open cycle
  [[nodiscard]] Borrow borrow() { return {*core_, core_->open_borrow()}; }

  /// \name As `Core` has them
  /// \{
  [[nodiscard]] EBB_ALWAYS_INLINE void* allocate(std::size_t bytes) {
    return core_->allocate(bytes);
  }
  [[nodiscard]] EBB_ALWAYS_INLINE void* allocate(std::size_t bytes, std::size_t alignment) {
    return core_->allocate(bytes, alignment);
  }
  [[nodiscard]] EBB_ALWAYS_INLINE void* allocate(std::size_t bytes, std::size_t alignment,
                                                 const Origin& origin) {
    return core_->allocate(bytes, alignment, origin);
  }
  template <std::size_t Bytes>
  [[nodiscard]] EBB_ALWAYS_INLINE void* allocate() {
    return core_->allocate<Bytes>();
  }
  [[nodiscard]] EBB_ALWAYS_INLINE void* try_allocate(std::size_t bytes) noexcept {
    return core_->try_allocate(bytes);
  }
  [[nodiscard]] EBB_ALWAYS_INLINE void* try_allocate(std::size_t bytes,
                                                     std::size_t alignment) noexcept {
    return core_->try_allocate(bytes, alignment);
  }
  [[nodiscard]] void* try_allocate(std::size_t bytes, std::size_t alignment,
                                   const Origin& origin) noexcept {
    void* piece;
    if (core_->allocate_quickly(bytes, alignment, piece)) return piece;
    core_->note_origin(origin);
    return core_->try_allocate(bytes, alignment);
  }
  EBB_ALWAYS_INLINE void deallocate(void* pointer, std::size_t bytes) noexcept {
    core_->deallocate(pointer, bytes);
  }
  [[nodiscard]] bool try_expand(void* pointer, std::size_t old_bytes,
                                std::size_t new_bytes) noexcept {
    return core_->try_expand(pointer, old_bytes, new_bytes);
  }
  [[nodiscard]] bool is_open() const noexcept { return core_->is_open(); }
  [[nodiscard]] std::uint64_t generation() const noexcept { return core_->generation(); }
  [[nodiscard]] std::string_view name() const noexcept { return core_->name(); }
  [[nodiscard]] Alignment granule() const noexcept { return core_->granule(); }
  [[nodiscard]] Report report() const { return core_->report(); }
  void on_close(void (*hook)(const Report&) noexcept) { core_->on_close(hook); }
  void reserve(std::size_t bytes) { core_->reserve(bytes); }
  void set_enabled(bool enabled) { core_->set_enabled(enabled); }
  void destroy() { core_->destroy(); }
  [[nodiscard]] std::byte* end_of(void* pointer, std::size_t bytes) const noexcept {
    return core_->end_of(pointer, bytes);
  }
  [[nodiscard]] EpochNumber number() const noexcept { return core_->number(); }
  [[nodiscard]] EpochCell* cell() const noexcept { return core_->cell(); }
  /// \}

  /// Says whether plans are learnt.
  [[nodiscard]] bool learns_plans() const noexcept { return body().planner() != nullptr; }

  /// The plan of the cycle that is open or was the last; empty before the first was learnt.
  ///
  /// - Errors: `BadRequest` if no plans are learnt
  /// - Costs: a virtual call
  [[nodiscard]] const Plan& plan() const;

  /// Solves all plans with all orders, however large they are.
  ///
  /// - Errors: `BadRequest` while open, or if no plans are learnt; `WrongThread`; `std::bad_alloc`,
  ///   and some plans are as they were
  /// - Costs: those of `ebb::solve` for each plan
  void solve();

 private:
  explicit AnyWorkspace(std::unique_ptr<detail::AnyBody> body) noexcept
      : core_(&body->core(), detail::DeleteAnyBody{body.get()}) {
    static_cast<void>(body.release());
  }

  [[nodiscard]] detail::AnyBody& body() const noexcept { return *core_.get_deleter().body; }
  [[nodiscard]] Planner& planner_for(std::string_view call) const;

  friend void save_plan(const AnyWorkspace& workspace, const std::string& path);
  friend void load_plan(AnyWorkspace& workspace, const std::string& path);

  std::unique_ptr<Core, detail::DeleteAnyBody> core_;
};

static_assert(WorkspaceLike<AnyWorkspace>);

/// Writes the plans of a workspace into a file; an old file is replaced at once or not at all.
///
/// - Errors: `BadRequest` if no plans are learnt; `BadPlanFile` if the file cannot be written; an
///   old one is as it was
/// - Costs: a line for each event
void save_plan(const AnyWorkspace& workspace, const std::string& path);

/// Reads plans from a file into a closed workspace, as if they had been learnt.
///
/// - Errors: `BadRequest` if no plans are learnt, while open, or beyond the bounds; `BadPlanFile`
///   for a file that cannot be used; `WrongThread`; the workspace is unchanged, and learns
/// - Costs: n log n for the sweep
void load_plan(AnyWorkspace& workspace, const std::string& path);

}  // namespace ebb

#ifndef EBB_FACADE_COMPILED
#include <ebb/facade/any_workspace.ipp>
#endif
