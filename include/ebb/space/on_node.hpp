// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A space whose pages lie on one node of a machine with several (NUMA).
///
/// | pages                        | lie                                                        |
/// |------------------------------|------------------------------------------------------------|
/// | wholly within an answer      | on the node, while it has memory; else where there is some |
/// | at the ends, with neighbours | where they are                                             |
///
/// Needs libnuma (`-lnuma`), so `ebb.hpp` does not include it.

#include <ebb/base/alignment.hpp>
#include <ebb/base/pages.hpp>
#include <ebb/space/host.hpp>
#include <ebb/space/space.hpp>

#include <array>
#include <climits>
#include <cstddef>
#include <numaif.h>
#include <optional>
#include <utility>

namespace ebb {

/// The node that a page lies on; nothing before it was touched, or where the kernel does not say.
///
/// - Costs: one system call
[[nodiscard]] inline std::optional<std::size_t> node_of(const void* pointer) noexcept {
  void* page =
      reinterpret_cast<void*>(round_down(address_of(pointer), Alignment(detail::page_bytes())));
  int node = -1;
  if (::move_pages(0, 1, &page, nullptr, &node, 0) != 0 || node < 0) return std::nullopt;
  return static_cast<std::size_t>(node);
}

/// A space round a space whose pages are wanted on one node.
///
/// - For: a workspace for each worker that is bound to a node; best round `Reserved` or
///   `HugePages`, whose pages are not shared with the rest of the heap
/// - Units: nodes, counted from 0 as `numactl --hardware` does
/// - Costs: one system call per request and give-back, besides the costs of the inner space; pages
///   that were touched before are moved
/// - Errors: null where there is no such node or the kernel forbids the wish, and where the inner
///   space refuses; nothing has changed. A node without free memory is no error: ask `node_of`
/// - Threads: those of the inner space
template <Space Inner = Host>
class OnNode {
 public:
  using slot = SpaceSlot;

  static constexpr std::size_t max_alignment = Inner::max_alignment;

  constexpr OnNode(Inner space, std::size_t node) noexcept
      : space_(std::move(space)), node_(node) {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (node_ >= most_nodes) return nullptr;
    void* const pointer = space_.allocate(bytes, alignment);
    if (pointer == nullptr || wish(pointer, bytes)) return pointer;
    space_.deallocate(pointer, bytes, alignment);
    return nullptr;
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    // The heap may hand the pages out to others.
    static_cast<void>(set_policy(pointer, bytes, MPOL_DEFAULT));
    space_.deallocate(pointer, bytes, alignment);
  }

  [[nodiscard]] bool resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                            std::size_t alignment) noexcept
  requires ResizableSpace<Inner>
  {
    if (!space_.resize(pointer, old_bytes, new_bytes, alignment)) return false;
    if (new_bytes <= old_bytes || wish(pointer, new_bytes)) return true;
    static_cast<void>(space_.resize(pointer, new_bytes, old_bytes, alignment));
    return false;
  }

  [[nodiscard]] std::size_t one_block_bytes() const noexcept
  requires OneBlockSpace<Inner>
  {
    return space_.one_block_bytes();
  }
  [[nodiscard]] bool is_resizable() const noexcept
  requires ResizableSpace<Inner>
  {
    return space_.is_resizable();
  }
  [[nodiscard]] bool is_lost() const noexcept
  requires LosableSpace<Inner>
  {
    return space_.is_lost();
  }

  [[nodiscard]] constexpr std::size_t node() const noexcept { return node_; }
  [[nodiscard]] constexpr Inner& space() noexcept { return space_; }
  [[nodiscard]] constexpr const Inner& space() const noexcept { return space_; }

 private:
  static constexpr std::size_t most_nodes = 1024;  // of any kernel so far
  static constexpr std::size_t bits = sizeof(unsigned long) * CHAR_BIT;

  [[nodiscard]] bool wish(void* pointer, std::size_t bytes) const noexcept {
    return set_policy(pointer, bytes, MPOL_PREFERRED);
  }
  [[nodiscard]] bool set_policy(void* pointer, std::size_t bytes, int policy) const noexcept {
    const Alignment page(detail::page_bytes());
    const std::uintptr_t begin = round_up(address_of(pointer), page);
    const std::uintptr_t end = round_down(address_of(pointer) + bytes, page);
    std::array<unsigned long, most_nodes / bits> nodes{};
    nodes[node_ / bits] = 1UL << (node_ % bits);
    const bool is_default = policy == MPOL_DEFAULT;
    if (begin >= end) return true;
    // The kernel reads one bit fewer than it is told.
    return ::mbind(reinterpret_cast<void*>(begin), end - begin, policy,
                   is_default ? nullptr : nodes.data(), is_default ? 0 : most_nodes + 1,
                   is_default ? 0 : MPOL_MF_MOVE) == 0;
  }

  [[no_unique_address]] Inner space_;
  std::size_t node_;
};

static_assert(Space<OnNode<>> && !OneBlockSpace<OnNode<>>);

}  // namespace ebb
