// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A space whose type is chosen at run time.
///
/// | made from       | is                                                |
/// |-----------------|---------------------------------------------------|
/// | any space       | that space, moved in: copies of it are not needed |
/// | a `SpaceChoice` | the space that a `Configuration` names            |

#include <ebb/facade/configuration.hpp>
#include <ebb/space/host.hpp>
#include <ebb/space/huge_pages.hpp>
#include <ebb/space/limited.hpp>
#include <ebb/space/mapped_file.hpp>
#include <ebb/space/prefault.hpp>
#include <ebb/space/reserved.hpp>
#include <ebb/space/space.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ebb {

/// Owns any space.
///
/// - For: workspaces whose space is a value, such as `AnyWorkspace`
/// - Units: bytes
/// - Costs: one virtual call more than the space, and one heap call when it is made
/// - Errors: those of the space
/// - Threads: those of the space
/// - Note: `max_alignment` is a member of the object, so no space goes round this one; put it round
///   the space before that is moved in
class AnySpace {
 public:
  using slot = SpaceSlot;

  /// Takes over a space.
  ///
  /// - Errors: `std::bad_alloc`, and what the move of the space throws
  /// - Costs: one heap call
  template <class S>
  requires(!std::same_as<S, AnySpace> && Space<S>)
  AnySpace(S space)  // NOLINT: a space reads as any space
      : max_alignment(S::max_alignment),
        is_one_block_(OneBlockSpace<S>),
        is_losable_(LosableSpace<S>),
        space_(std::make_unique<Owned<S>>(std::move(space))) {}

  /// Makes the space that a configuration names; `file` is of use to a mapped file.
  ///
  /// - Errors: `std::bad_alloc`; those of `MappedFile`
  /// - Costs: one heap call; those of `MappedFile`
  AnySpace(const SpaceChoice& choice, std::string_view file = {})  // NOLINT: reads as the space
      : AnySpace(made(choice, file)) {}

  AnySpace(AnySpace&&) noexcept = default;
  AnySpace& operator=(AnySpace&&) = delete;

  /// The largest alignment of the space inside; a constant in every other space.
  const std::size_t max_alignment;

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    return space_->allocate(bytes, alignment);
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    space_->deallocate(pointer, bytes, alignment);
  }

  /// Says whether the space inside is one block.
  [[nodiscard]] bool is_one_block() const noexcept { return is_one_block_; }

  /// The bytes of the one block; 0 of a space that is not one block.
  [[nodiscard]] std::size_t one_block_bytes() const noexcept { return space_->one_block_bytes(); }

  /// Says whether pieces of the space inside can change their size where they are.
  [[nodiscard]] bool is_resizable() const noexcept { return space_->is_resizable(); }

  /// As `ResizableSpace` has it; false, and nothing has changed, where the space inside is none.
  [[nodiscard]] bool resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                            std::size_t alignment) noexcept {
    return space_->resize(pointer, old_bytes, new_bytes, alignment);
  }

  /// Says whether somebody else can take memory away that is out.
  [[nodiscard]] bool is_losable() const noexcept { return is_losable_; }

  /// As `LosableSpace` has it; false where the space inside is none.
  [[nodiscard]] bool is_lost() const noexcept { return is_losable_ && space_->is_lost(); }

  /// The space inside, to ask it what it has counted.
  ///
  /// - Returns: null if it is of another type
  template <Space S>
  [[nodiscard]] S* get_if() noexcept {
    return space_->is(&tag<S>) ? &static_cast<Owned<S>*>(space_.get())->space : nullptr;
  }
  template <Space S>
  [[nodiscard]] const S* get_if() const noexcept {
    return space_->is(&tag<S>) ? &static_cast<const Owned<S>*>(space_.get())->space : nullptr;
  }

 private:
  // Its address names a type, also where there is no RTTI.
  template <class S>
  static inline char tag = 0;

  struct Interface {
    virtual ~Interface() = default;
    [[nodiscard]] virtual void* allocate(std::size_t bytes, std::size_t alignment) noexcept = 0;
    virtual void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept = 0;
    [[nodiscard]] virtual std::size_t one_block_bytes() const noexcept = 0;
    [[nodiscard]] virtual bool is_resizable() const noexcept = 0;
    [[nodiscard]] virtual bool resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                                      std::size_t alignment) noexcept = 0;
    [[nodiscard]] virtual bool is_lost() const noexcept = 0;
    [[nodiscard]] virtual bool is(const char* type) const noexcept = 0;
  };

  template <class S>
  struct Owned final : Interface {
    explicit Owned(S&& the_space) : space(std::move(the_space)) {}

    void* allocate(std::size_t bytes, std::size_t alignment) noexcept override {
      return space.allocate(bytes, alignment);
    }
    void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept override {
      space.deallocate(pointer, bytes, alignment);
    }
    std::size_t one_block_bytes() const noexcept override {
      if constexpr (OneBlockSpace<S>) {
        return space.one_block_bytes();
      } else {
        return 0;
      }
    }
    bool is_resizable() const noexcept override {
      if constexpr (ResizableSpace<S>) {
        return space.is_resizable();
      } else {
        return false;
      }
    }
    bool resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                std::size_t alignment) noexcept override {
      if constexpr (ResizableSpace<S>) {
        return space.resize(pointer, old_bytes, new_bytes, alignment);
      } else {
        return false;
      }
    }
    bool is_lost() const noexcept override {
      if constexpr (LosableSpace<S>) {
        return space.is_lost();
      } else {
        return false;
      }
    }
    bool is(const char* type) const noexcept override { return type == &tag<S>; }

    S space;
  };

  static AnySpace made(const SpaceChoice& choice, std::string_view file) {
    switch (choice.kind) {
      case SpaceKind::prefault:
        return Prefault<>{};
      case SpaceKind::limited:
        return Limited<>{Host{}, choice.bytes};
      case SpaceKind::huge_pages:
        return HugePages{};
      case SpaceKind::reserved:
        return choice.bytes == 0 ? Reserved{} : Reserved{choice.bytes};
      case SpaceKind::mapped_file:
        return file.empty() ? MappedFile::temporary(choice.bytes) : MappedFile{file, choice.bytes};
      case SpaceKind::host:
        break;
    }
    return Host{};
  }

  bool is_one_block_;
  bool is_losable_;
  std::unique_ptr<Interface> space_;
};

static_assert(ResizableSpace<AnySpace> && LosableSpace<AnySpace>);

}  // namespace ebb
