// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief `std::pmr` both ways: a cycle as a memory resource, and a memory resource as a space.

#include <ebb/base/config.hpp>
#include <ebb/base/generation.hpp>
#include <ebb/base/origin.hpp>
#include <ebb/base/slot.hpp>
#include <ebb/engine/core.hpp>
#include <ebb/engine/stale.hpp>
#include <ebb/space/space.hpp>
#include <ebb/workspace/cycle.hpp>

#include <atomic>
#include <cstddef>
#include <memory_resource>

namespace ebb {

/// The open cycle of a workspace as a memory resource; kept by the caller as long as its
/// containers.
///
/// - For: `auto resource = cycle.resource(); std::pmr::vector<int> values(&resource);`
/// - Errors: once the cycle is over, `allocate` throws `StaleArray` and `deallocate` gives back
///   nothing
/// - Costs: of the workspace, plus a virtual call and one compare
/// - Threads: the owner of the workspace
/// - Note: equal means the same cycle; without RTTI, the same object
class CycleResource final : public std::pmr::memory_resource {
 public:
  CycleResource(EpochCell& cell, EpochNumber number) noexcept : cell_(&cell), number_(number) {}

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    EpochCell* const cell = cell_;
    if (!cell->shows(number_)) [[unlikely]]
      detail::raise_stale(*cell, number_, "memory_resource::allocate", {});
    return cell->core.load(std::memory_order_relaxed)
        ->allocate(bytes, alignment, {.taker = Taker::container});
  }
  void do_deallocate(void* pointer, std::size_t bytes, std::size_t) override {
    EpochCell* const cell = cell_;
    if (!cell->shows(number_)) return;
    cell->core.load(std::memory_order_relaxed)->deallocate_in_any_order(pointer, bytes);
  }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
#if defined(__cpp_rtti)
    const auto* const same = dynamic_cast<const CycleResource*>(&other);
    return same != nullptr && cell_ == same->cell_ && number_ == same->number_;
#else
    return this == &other;
#endif
  }

  EpochCell* cell_;
  EpochNumber number_;
};

inline CycleResource Cycle::resource() const {
  if (!scope_.cell->shows(scope_.number)) [[unlikely]]
    detail::raise_failure({.kind = Failure::Kind::no_open_cycle}, scope_.cell->owner_name());
  return {*scope_.cell, scope_.number};
}

/// A memory resource of the caller as a space.
///
/// - For: blocks from a resource that the program has already
/// - Costs: those of the resource
/// - Errors: what the resource throws is a refusal
/// - Threads: those of the resource, which must outlive the workspace
class MemoryResource {
 public:
  using slot = SpaceSlot;
  static constexpr std::size_t max_alignment = 4096;

  explicit MemoryResource(std::pmr::memory_resource* resource) noexcept : resource_(resource) {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
#if EBB_HAS_EXCEPTIONS
    try {
      return resource_->allocate(bytes, alignment);
    } catch (...) {
      return nullptr;
    }
#else
    return resource_->allocate(bytes, alignment);
#endif
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    resource_->deallocate(pointer, bytes, alignment);
  }

  /// The resource that is asked.
  [[nodiscard]] std::pmr::memory_resource* resource() const noexcept { return resource_; }

 private:
  std::pmr::memory_resource* resource_;
};

static_assert(Space<MemoryResource>);

}  // namespace ebb
