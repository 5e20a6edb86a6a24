// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Arrays in workspaces: who owns the memory, and how a use after its cycle is caught.
///
/// | type        | owns        | lives                         | copies as    |
/// |-------------|-------------|-------------------------------|--------------|
/// | `Array`     | its memory  | until it goes, or the cycle   | moves only   |
/// | `ArrayView` | nothing     | as long as its `Array`, or, of a kept one, the cycle | two pointers and two numbers |
/// | `Detached`  | heap memory | until it goes                 | moves only   |
///
/// A handle is checked when a view is taken: one load and one compare. The check proves that the
/// *cycle* lives, not that the array does: inside a cycle an `ArrayView` must not outlive its
/// `Array`; `keep()` that one.

#include <ebb/base/arithmetic.hpp>
#include <ebb/base/config.hpp>
#include <ebb/base/generation.hpp>
#include <ebb/engine/core.hpp>
#include <ebb/engine/heap.hpp>
#include <ebb/engine/stack.hpp>
#include <ebb/engine/stale.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ebb {

/// What handles of a workspace do: `Checked` compares numbers when a view is taken.
///
/// - For: the second parameter of `Array` and `ArrayView`; follows from the checks of the workspace
/// - Threads: a type without objects
template <bool Checked>
struct HostHandles {
  static constexpr bool checks_views = Checked;
};
using CheckedHandles = HostHandles<true>;
using TrustingHandles = HostHandles<false>;

template <class T, class Traits>
class Array;
template <class T, class Traits>
class ArrayView;

/// A copy outside every workspace.
///
/// - For: what outlives the cycle
/// - Threads: as `std::vector`
template <class T>
class Detached {
 public:
  Detached() noexcept = default;
  Detached(Detached&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Detached& operator=(Detached&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Detached() { std::free(data_); }

  /// Copies elements to the heap.
  ///
  /// - Errors: `SpaceRefused` when the heap refuses
  /// - Costs: one heap call and the copy
  [[nodiscard]] static Detached copy_of(std::span<const T> elements) {
    Detached copy;
    copy.data_ = static_cast<T*>(detail::heap_allocate_or_raise(elements.size_bytes(), alignof(T)));
    std::uninitialized_copy_n(elements.data(), elements.size(), copy.data_);
    copy.size_ = elements.size();
    return copy;
  }

  [[nodiscard]] std::span<T> view() & noexcept { return {data_, size_}; }
  [[nodiscard]] std::span<const T> view() const& noexcept { return {data_, size_}; }
  std::span<T> view() && = delete;

  /// The number of elements.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

namespace detail {

template <class T, class Traits, class Workspace, class O = NoOrigin>
Array<T, Traits> make_uninitialised(Workspace& workspace, std::size_t count, const O& origin = {});
template <class T>
Array<T, CheckedHandles> make_on_heap(std::size_t count);

/// The workspace beneath the current one on this thread, or null; a place outside ends the search.
[[nodiscard]] EBB_COLD inline Core* parent_of_current() noexcept {
  ScopeStack& stack = scope_stack_v1;
  Core* const top = stack.current();
  if (top == nullptr) return nullptr;
  for (std::size_t depth = stack.size(); depth != 0; --depth) {
    Core* const entry = stack.at(depth);
    if (entry == ScopeStack::outside_entry()) return nullptr;
    if (entry != top && entry != ScopeStack::removed_entry()) return entry;
  }
  return nullptr;
}

// A workspace says which handles it makes; what only knows `Core` makes checked ones.
template <class Workspace>
struct HandlesOf {
  using type = CheckedHandles;
};
template <class Workspace>
requires requires { typename Workspace::Handles; }
struct HandlesOf<Workspace> {
  using type = typename Workspace::Handles;
};

// In the classes themselves: a compiler that refuses a base says more about the derived class.
template <class T>
consteval bool diagnose_destructor() {
  static_assert(
      std::is_trivially_destructible_v<T>,
      "ebb::Array: the element type has a destructor, which nobody would run at the end of "
      "the cycle; use ebb::vector<T> or ebb::std_allocator<T> (ebb/adapt/std_allocator.hpp)");
  return true;
}

/// What `Array` and `ArrayView` share: where the elements are, and whether they still are.
template <class T, class Traits>
class Handle {
 public:
  using element_type = T;
  using value_type = std::remove_cv_t<T>;

  /// The number of elements.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Says whether the elements are in a workspace, not on the heap.
  [[nodiscard]] bool is_attached() const noexcept {
    return number_ != 0 && !cell_->is_detached.load(std::memory_order_relaxed);
  }

  /// Says whether the elements may be used: on the heap, or in a cycle that is still open.
  [[nodiscard]] bool is_in_scope() const noexcept { return cell_->shows(number_); }

  /// Says whether the elements are in this workspace, in the cycle that it has open; of none,
  /// whether they are on the heap and belong to nobody.
  [[nodiscard]] bool is_in(const Core* workspace) const noexcept {
    return cell_ == (workspace == nullptr ? &heap_cell_v1 : workspace->cell()) && is_in_scope();
  }

  /// The name of the workspace that the elements belong to, for messages; its first 40 bytes.
  ///
  /// - Returns: nothing for elements that belong to none
  /// - Errors: `std::bad_alloc` for the text
  /// - Costs: a copy of the name
  [[nodiscard]] std::string workspace_name() const { return cell_->owner_name(); }

  /// Copies the elements to the heap, where they outlive the cycle.
  ///
  /// - Errors: `StaleArray`; `SpaceRefused` when the heap refuses; nothing has changed
  /// - Costs: one heap call and the copy
  [[nodiscard]] Detached<value_type> detach() const {
    check("detach", {});
    return Detached<value_type>::copy_of({data_, size_});
  }

  /// Copies the elements into an open workspace.
  ///
  /// - Errors: `StaleArray`; `NotOpen` if the target is closed; those of its `allocate`; nothing
  ///   has changed
  /// - Costs: one allocation in the target and the copy
  template <class Workspace>
  [[nodiscard]] auto copy_to(Workspace& target) const {
    using TargetTraits = typename HandlesOf<Workspace>::type;
    check("copy_to", {});
    static_cast<const Core&>(target).expect_open(Failure::Kind::not_open);
    auto copy = make_uninitialised<value_type, TargetTraits>(target, size_);
    std::uninitialized_copy_n(data_, size_, copy.data_);
    return copy;
  }

  /// Copies the elements into the next different workspace beneath the current one.
  ///
  /// - Errors: those of `copy_to`; `NotOpen` if there is none
  /// - Costs: a walk down this thread's scopes, one allocation and the copy
  [[nodiscard]] Array<value_type, CheckedHandles> copy_to_parent() const {
    return copy_to_or_raise(parent_of_current(), "copy_to_parent");
  }

  /// Copies the elements into the current workspace, also if they are there already.
  ///
  /// - Errors: those of `copy_to`; `NotOpen` if there is none
  /// - Costs: one allocation and the copy
  [[nodiscard]] Array<value_type, CheckedHandles> copy_to_current() const {
    return copy_to_or_raise(scope_stack_v1.current(), "copy_to_current");
  }

 protected:
  Handle() noexcept : cell_(&heap_cell_v1) {}
  Handle(T* data, std::size_t size, EpochCell* cell, EpochNumber number) noexcept
      : data_(data), size_(size), cell_(cell), number_(number) {}

  EBB_ALWAYS_INLINE void check(std::string_view operation, std::string_view operand) const {
    if constexpr (Traits::checks_views)
      if (!cell_->shows(number_)) [[unlikely]] {
        // Reads the members anew, so that the compare above takes the number from memory: 4
        // instructions in all. A handle in registers is not touched.
        asm volatile("" ::: "memory");
        raise_stale(*cell_, number_, operation, operand, data_);
      }
  }

  [[nodiscard]] Array<value_type, CheckedHandles> copy_to_or_raise(
      Core* target, std::string_view operation) const {
    check(operation, {});
    if (target == nullptr) raise_failure({.kind = Failure::Kind::no_target}, cell_->owner_name());
    return copy_to(*target);
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
  EpochCell* cell_;
  EpochNumber number_ = 0;  ///< 0, which no cell shows, without an array

  template <class OtherT, class OtherTraits>
  friend class Handle;
};

}  // namespace detail

/// A handle that owns nothing; trivially copyable.
///
/// - For: passing arrays about, also to other threads while the owner keeps the cycle open
/// - Expects: inside the cycle it does not outlive its `Array`, unless that was kept
/// - Threads: any, as long as the owner keeps the cycle open
template <class T, class Traits = CheckedHandles>
class ArrayView : public detail::Handle<T, Traits> {
  static_assert(detail::diagnose_destructor<std::remove_const_t<T>>());

  using Base = detail::Handle<T, Traits>;

 public:
  ArrayView() noexcept = default;

  /// A view of an array that goes on living.
  ArrayView(Array<std::remove_const_t<T>, Traits>& array) noexcept  // NOLINT: reads as the array
      : ArrayView(array.as_view()) {}
  ArrayView(const Array<std::remove_const_t<T>, Traits>& array) noexcept  // NOLINT
  requires std::is_const_v<T>
      : ArrayView(array.as_view()) {}
  /// A view of a temporary array would be stale at once.
  ArrayView(Array<std::remove_const_t<T>, Traits>&&) = delete;

  /// A view that cannot write.
  operator ArrayView<const T, Traits>() const noexcept  // NOLINT: as a span converts
  requires(!std::is_const_v<T>)
  {
    return {this->data_, this->size_, this->cell_, this->number_};
  }

  /// The elements, checked.
  ///
  /// - Errors: `StaleArray` if the cycle is over, naming the operation and the operand
  /// - Costs: one load and one compare
  [[nodiscard]] std::span<T> view(std::string_view operation = "view",
                                  std::string_view operand = {}) const {
    this->check(operation, operand);
    return {this->data_, this->size_};
  }

  /// The elements, or nothing where `view` would throw.
  [[nodiscard]] std::optional<std::span<T>> try_view() const noexcept {
    if (Traits::checks_views && !this->is_in_scope()) return std::nullopt;
    return std::span<T>{this->data_, this->size_};
  }

 private:
  ArrayView(T* data, std::size_t size, EpochCell* cell, EpochNumber number) noexcept
      : Base(data, size, cell, number) {}

  template <class OtherT, class OtherTraits>
  friend class ArrayView;
  template <class OtherT, class OtherTraits>
  friend class Array;
};

/// An array in a workspace, or on the heap where there is none.
///
/// - For: memory that comes and goes within a cycle
/// - Costs: giving it back compares the number first: what stems from an earlier cycle gives back
///   nothing
/// - Threads: made, used and destroyed on the owner's
template <class T, class Traits = CheckedHandles>
class Array : public detail::Handle<T, Traits> {
  static_assert(detail::diagnose_destructor<T>());

  using Base = detail::Handle<T, Traits>;

 public:
  Array() noexcept = default;
  Array(Array&& other) noexcept
      : Base(std::exchange(other.data_, nullptr), std::exchange(other.size_, 0), other.cell_,
             std::exchange(other.number_, 0)),
        end_(other.end_) {}
  Array& operator=(Array&& other) noexcept {
    Array(std::move(other)).swap(*this);
    return *this;
  }
  EBB_ALWAYS_INLINE ~Array() { give_back(); }

  void swap(Array& other) noexcept {
    std::swap(this->data_, other.data_);
    std::swap(this->size_, other.size_);
    std::swap(this->cell_, other.cell_);
    std::swap(this->number_, other.number_);
    std::swap(end_, other.end_);
  }

  /// The elements, checked.
  ///
  /// - Errors: `StaleArray` if the cycle is over, naming the operation and the operand
  /// - Costs: one load and one compare
  [[nodiscard]] std::span<T> view(std::string_view operation = "view",
                                  std::string_view operand = {}) & {
    this->check(operation, operand);
    return {this->data_, this->size_};
  }
  [[nodiscard]] std::span<const T> view(std::string_view operation = "view",
                                        std::string_view operand = {}) const& {
    this->check(operation, operand);
    return {this->data_, this->size_};
  }
  /// A view of a temporary array would be stale at once.
  std::span<T> view(std::string_view = {}, std::string_view = {}) && = delete;

  /// The elements, or nothing where `view` would throw.
  [[nodiscard]] std::optional<std::span<T>> try_view() & noexcept { return as_view().try_view(); }
  [[nodiscard]] std::optional<std::span<const T>> try_view() const& noexcept {
    return as_view().try_view();
  }
  std::optional<std::span<T>> try_view() && = delete;

  /// Leaves the memory to the cycle: it lives until that ends.
  ///
  /// - Errors: `NoOpenCycle` for an array on the heap, `StaleArray`; the array is unchanged
  /// - Costs: two loads and two compares
  /// - Keeps: the elements and every view of them, to the end of the cycle
  [[nodiscard]] ArrayView<T, Traits> keep() && {
    if (!this->is_in_scope())
      detail::raise_stale(*this->cell_, this->number_, "keep", {}, this->data_);
    if (this->cell_->minds_keeping.load(std::memory_order_relaxed)) [[unlikely]]
      keep_minded();
    ArrayView<T, Traits> kept = as_view();
    this->number_ = 0;
    this->data_ = nullptr;
    this->size_ = 0;
    return kept;
  }

 private:
  Array(T* data, std::size_t size, std::byte* end, EpochCell* cell, EpochNumber number) noexcept
      : Base(data, size, cell, number), end_(end) {}

  [[nodiscard]] ArrayView<T, Traits> as_view() noexcept {
    return {this->data_, this->size_, this->cell_, this->number_};
  }
  [[nodiscard]] ArrayView<const T, Traits> as_view() const noexcept {
    return {this->data_, this->size_, this->cell_, this->number_};
  }

  // The heap has no cycle to keep anything for; debugging checks want to know.
  EBB_COLD void keep_minded() {
    if (this->cell_ == &detail::heap_cell_v1)
      detail::raise_failure(
          {.kind = Failure::Kind::no_open_cycle, .wanted = this->size_ * sizeof(T)}, "heap");
    this->cell_->core.load(std::memory_order_relaxed)->array_is_kept(this->data_);
  }

  EBB_ALWAYS_INLINE void give_back() noexcept {
    EpochCell* const cell = this->cell_;
    if (!cell->shows(this->number_)) return;
    std::byte* const end = end_;
    cell->core.load(std::memory_order_relaxed)->deallocate_until(this->data_, end);
  }

  std::byte* end_ = nullptr;  ///< of the piece, after rounding: giving back need not round again

  template <class OtherT, class OtherTraits>
  friend class ArrayView;
  template <class OtherT, class OtherTraits>
  friend class detail::Handle;
  template <class OtherT, class OtherTraits, class Workspace, class O>
  friend Array<OtherT, OtherTraits> detail::make_uninitialised(Workspace&, std::size_t, const O&);
  template <class OtherT>
  friend Array<OtherT, CheckedHandles> detail::make_on_heap(std::size_t);
  template <class Self>
  friend class MakesArrays;
};

namespace detail {

/// The bytes of `count` elements.
///
/// - Errors: `BadRequest` when they are more than a `std::size_t` counts
template <class T>
[[nodiscard]] EBB_ALWAYS_INLINE std::size_t bytes_of(const Core& core, std::size_t count) {
  if (sizeof(T) > 1 && count > max_bytes / sizeof(T)) [[unlikely]]
    core.raise_size_overflow(count, sizeof(T));
  return count * sizeof(T);
}

template <class T, class Traits, class Workspace, class O>
[[nodiscard]] EBB_ALWAYS_INLINE Array<T, Traits> make_uninitialised(Workspace& workspace,
                                                                    std::size_t count,
                                                                    const O& origin) {
  const std::size_t bytes = bytes_of<T>(workspace, count);
  void* data;
  if constexpr (requires { workspace.allocate(bytes, alignof(T), of_array(origin)); }) {
    data = workspace.allocate(bytes, alignof(T), of_array(origin));
  } else {
    data = workspace.allocate(bytes, alignof(T));
  }
  return {static_cast<T*>(data), count, workspace.end_of(data, bytes), workspace.cell(),
          workspace.number()};
}

template <class T>
[[nodiscard]] Array<T, CheckedHandles> make_on_heap(std::size_t count) {
  const std::size_t bytes = bytes_of<T>(heap_core_v1.core, count);
  T* const data = static_cast<T*>(heap_allocate_or_raise(bytes, alignof(T)));
  // An end that is not null: where the cursor of a core without memory stands, nothing may end.
  auto* const end = reinterpret_cast<std::byte*>(data + count);
  return {data, count, end, &heap_cell_v1, heap_number};
}

}  // namespace detail

}  // namespace ebb
