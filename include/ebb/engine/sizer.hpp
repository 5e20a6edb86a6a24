// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Who decides the next block, and how big it is.
///
/// | close                                | the target is               |
/// |--------------------------------------|-----------------------------|
/// | until learning answers               | none: the block stays       |
/// | where learning answers               | its answer                  |
/// | later                                | what the spill policy says  |
/// | later, where learning keeps answering | its answer                 |
///
/// The new size is the target with head-room, clamped by the bounds, rounded up to the granule. The
/// block is exchanged if the target is larger than it; a policy that keeps learning may also shrink
/// it, once the new size is at most half. So sizes never oscillate.

#include <ebb/base/alignment.hpp>
#include <ebb/policy/allocation.hpp>
#include <ebb/policy/bounds.hpp>
#include <ebb/policy/learning.hpp>
#include <ebb/policy/policy.hpp>
#include <ebb/policy/spill.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace ebb {

namespace detail {

// A policy without a `State` is told so by the workspace, once.
template <class Learning>
struct StateOf {};
template <NamesLearningState Learning>
struct StateOf<Learning> {
  [[no_unique_address]] typename Learning::State state{};
};

}  // namespace detail

/// The learning of one workspace.
///
/// - For: the end of a cycle
/// - Threads: the owner of the workspace
/// - Note: unconstrained, because the workspace has told its user already what a policy lacks
template <class Allocation, class Learning, class Spill, class Bounds>
class Sizer {
 public:
  /// The policies that are asked.
  struct Policies {
    const Allocation& allocation;
    const Learning& learning;
    const Spill& spill;
    const Bounds& bounds;
  };

  /// Learns from a finished cycle.
  ///
  /// - Returns: the size to exchange the block for, or nothing
  [[nodiscard]] std::optional<std::size_t> next_block(const Policies& policies, CycleUse use,
                                                      bool by_exception,
                                                      Alignment granule) noexcept {
    if (!learns(policies.learning)) return std::nullopt;
    const bool asks = learning(policies.learning);
    if (by_exception && asks) {
      unlearnt_demand_ = std::max(unlearnt_demand_, use.demand);
      return std::nullopt;
    }
    use.demand = std::max(use.demand, std::exchange(unlearnt_demand_, 0));
    auto target = asks ? policies.learning.learn(learnt_.state, use) : std::nullopt;
    // The first answer of a policy that promises nothing may be its only one.
    const bool may_shrink = target && (answered_ || says_it_keeps_learning(policies.learning));
    if (!target && answered_) target = policies.spill.next_block(use);
    if (!target) return std::nullopt;
    answered_ = true;

    const std::size_t headroom = policies.allocation.with_headroom(*target);
    std::size_t size =
        round_up(std::min(policies.bounds.clamp(headroom), largest(granule)), granule);
    if (policies.bounds.clamp(size) < size) size = round_down(policies.bounds.clamp(size), granule);

    const bool grows = *target > use.block && size > use.block && *target > refused_target_;
    const bool shrinks = *target <= use.block && may_shrink && size != 0 && size <= use.block / 2 &&
                         *target != refused_target_;
    if (!grows && !shrinks) return std::nullopt;
    asked_target_ = *target;
    return size;
  }

  /// Says how the exchange went: a refused size is not asked for again before a larger demand.
  void exchanged(bool granted) noexcept { refused_target_ = granted ? 0 : asked_target_; }

  /// Says whether the end of the next cycle has to ask, even if nothing spilled.
  [[nodiscard]] bool learning(const Learning& policy) const noexcept {
    return learns(policy) && (!answered_ || keeps_learning(policy));
  }

  void forget() noexcept { *this = Sizer{}; }

 private:
  static constexpr std::size_t largest(Alignment granule) noexcept {
    return round_down(max_bytes / 2, granule);
  }

  [[no_unique_address]] detail::StateOf<Learning> learnt_{};
  bool answered_ = false;
  std::size_t unlearnt_demand_ = 0;  ///< the largest of cycles that ended by an exception
  std::size_t asked_target_ = 0;
  std::size_t refused_target_ = 0;
};

}  // namespace ebb
