// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Workspaces and what they hand out, their types forgotten.
///
/// | type    | stands for                                                               |
/// |---------|--------------------------------------------------------------------------|
/// | `Hands` | the functions of one workspace type, or of `Core`, which knows no more   |
/// | `Held`  | an array or an adapter's memory: gives back when it goes, may be stale   |

#include <ebb/adapt/std_allocator.hpp>
#include <ebb/base/generation.hpp>
#include <ebb/testing/history.hpp>
#include <ebb/workspace/array.hpp>
#include <ebb/workspace/cycle.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace ebb::testing {

/// Something that holds a piece and gives it back when it goes.
///
/// - For: arrays of any traits, and memory of an adapter
/// - Threads: the owner of the workspace
class Held {
 public:
  virtual ~Held() = default;
  /// Says whether the piece may be used.
  [[nodiscard]] virtual bool is_in_scope() const = 0;
  /// The piece as its holder shows it.
  ///
  /// - Errors: `StaleArray`
  [[nodiscard]] virtual std::span<std::byte> view() = 0;
  /// A copy of the piece in another workspace.
  ///
  /// - Returns: null where there is no such thing
  /// - Errors: those of `copy_to`
  [[nodiscard]] virtual std::unique_ptr<Held> copy_to(Core& target) = 0;
  /// A copy of the piece outside every workspace; nothing where there is no such thing.
  ///
  /// - Errors: `StaleArray`
  [[nodiscard]] virtual std::optional<Detached<std::byte>> detach() = 0;
  /// Says whether the piece stays when the holder goes.
  ///
  /// - Returns: false where there is no such thing
  virtual bool keep() = 0;
};

/// An array that is held.
///
/// - Threads: the owner of the workspace
template <class Traits>
class HeldArray final : public Held {
 public:
  explicit HeldArray(Array<std::byte, Traits> array) : array_(std::move(array)) {}
  [[nodiscard]] bool is_in_scope() const override {
    return kept_ ? kept_->is_in_scope() : array_.is_in_scope();
  }
  [[nodiscard]] std::span<std::byte> view() override {
    return kept_ ? kept_->view() : array_.view();
  }
  [[nodiscard]] std::unique_ptr<Held> copy_to(Core& target) override {
    return std::make_unique<HeldArray<CheckedHandles>>(kept_ ? kept_->copy_to(target)
                                                             : array_.copy_to(target));
  }
  [[nodiscard]] std::optional<Detached<std::byte>> detach() override {
    return kept_ ? kept_->detach() : array_.detach();
  }
  bool keep() override {
    if (!kept_) kept_ = std::move(array_).keep();
    return true;
  }

 private:
  Array<std::byte, Traits> array_;
  std::optional<ArrayView<std::byte, Traits>> kept_;
};

/// Memory taken by an adapter.
///
/// - Threads: the owner of the workspace
class HeldByAdapter final : public Held {
 public:
  HeldByAdapter(Core& workspace, std::size_t bytes)
      : allocator_(workspace),
        cell_(workspace.cell()),
        number_(workspace.number()),
        bytes_(allocator_.allocate(bytes), bytes) {}
  ~HeldByAdapter() override { allocator_.deallocate(bytes_.data(), bytes_.size()); }
  [[nodiscard]] bool is_in_scope() const override { return cell_->shows(number_); }
  [[nodiscard]] std::span<std::byte> view() override {
    // A stale allocator refuses to allocate, and that is all the view it has.
    if (!is_in_scope()) static_cast<void>(allocator_.allocate(1));
    return bytes_;
  }
  [[nodiscard]] std::unique_ptr<Held> copy_to(Core&) override { return nullptr; }
  [[nodiscard]] std::optional<Detached<std::byte>> detach() override { return std::nullopt; }
  bool keep() override { return false; }

 private:
  std_allocator<std::byte> allocator_;
  EpochCell* cell_;
  EpochNumber number_;
  std::span<std::byte> bytes_;
};

/// The functions of one workspace type, its type forgotten.
///
/// - For: playing on a workspace through its static type; that of `Core` knows nothing but the core
/// - Threads: the owner of the workspace
struct Hands {
  Core* core;
  void* self;
  Cycle (*enter)(void*);
  Borrow (*borrow)(void*);
  void* (*allocate)(void*, std::size_t, std::size_t);
  void* (*allocate_known)(void*);
  void* (*try_allocate)(void*, std::size_t, std::size_t) noexcept;
  void (*deallocate)(void*, void*, std::size_t) noexcept;
  std::unique_ptr<Held> (*make)(void*, std::size_t);
};

/// The hands of a workspace: a `BasicWorkspace`, an `AnyWorkspace`, or any `Core`.
template <class W>
requires std::convertible_to<W&, Core&>
[[nodiscard]] Hands hands_of(W& workspace) {
  return {
      .core = &static_cast<Core&>(workspace),
      .self = &workspace,
      .enter = [](void* self) -> Cycle {
        W& it = *static_cast<W*>(self);
        if constexpr (requires { it.enter(); }) {
          return it.enter();
        } else {
          return {it, it.open()};
        }
      },
      .borrow = [](void* self) -> Borrow {
        W& it = *static_cast<W*>(self);
        if constexpr (requires { it.borrow(); }) {
          return it.borrow();
        } else {
          return {it, it.open_borrow()};
        }
      },
      .allocate =
          [](void* self, std::size_t bytes, std::size_t alignment) {
            W& it = *static_cast<W*>(self);
            return alignment == 1 ? it.allocate(bytes) : it.allocate(bytes, alignment);
          },
      .allocate_known =
          [](void* self) { return static_cast<W*>(self)->template allocate<known_bytes>(); },
      .try_allocate =
          [](void* self, std::size_t bytes, std::size_t alignment) noexcept {
            W& it = *static_cast<W*>(self);
            return alignment == 1 ? it.try_allocate(bytes) : it.try_allocate(bytes, alignment);
          },
      .deallocate =
          [](void* self, void* pointer, std::size_t bytes) noexcept {
            static_cast<W*>(self)->deallocate(pointer, bytes);
          },
      .make = [](void* self, std::size_t bytes) -> std::unique_ptr<Held> {
        W& it = *static_cast<W*>(self);
        using Traits = typename ebb::detail::HandlesOf<W>::type;
        return std::make_unique<HeldArray<Traits>>(
            ebb::detail::make_uninitialised<std::byte, Traits>(it, bytes));
      },
  };
}

}  // namespace ebb::testing
