// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A space that keeps a log of everything, and one whose ranges lie side by side.
///
/// | type       | is                                                                        |
/// |------------|---------------------------------------------------------------------------|
/// | `SpaceLog` | what was asked, what is out, what went wrong; outlives the workspace      |
/// | `Tracking` | a space round a space that writes the log, and refuses where it says so   |
/// | `Arena`    | a space that hands out neighbours: a piece that ends where another begins |
///
/// The log is made first and passed to the space, because a workspace keeps its space to the end:
///
///     SpaceLog log;
///     { Workspace<Tracking<>> workspace{"tracked", Tracking<>{log}}; … }
///     assert(log.problem().empty() && log.lent().empty());

#include <ebb/base/alignment.hpp>
#include <ebb/base/block.hpp>
#include <ebb/space/host.hpp>
#include <ebb/space/space.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace ebb::testing {

/// Everything that was asked of a space and given back to it.
///
/// - For: tests of a workspace, or of a space round a space
/// - Units: bytes; requests are counted from 1
/// - Costs: a search through what is out per call
/// - Threads: one at a time
/// - Note: the log itself lies on the heap; where that refuses, the program ends
class SpaceLog {
 public:
  /// One request.
  struct Request {
    std::size_t bytes;
    std::size_t alignment;
    bool granted;
  };
  /// One range that is out.
  struct Range {
    Block block;
    std::size_t alignment;
  };

  SpaceLog() = default;
  SpaceLog(const SpaceLog&) = delete;
  SpaceLog& operator=(const SpaceLog&) = delete;

  /// All requests so far, in order.
  [[nodiscard]] const std::vector<Request>& requests() const noexcept { return requests_; }

  /// What is out, in the order it went out.
  [[nodiscard]] const std::vector<Range>& lent() const noexcept { return lent_; }

  /// The first thing that went wrong, as a sentence; empty where nothing did.
  ///
  /// A space is told off for an answer that is crooked or that overlaps one that is out, its user
  /// for giving back what is not out, or with other numbers than it was asked with.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

  /// Has the `first`-th request from now on refused, and so many in a row; 0 refuses none.
  void refuse(std::size_t first, std::size_t in_a_row = 1) noexcept {
    first_refused_ = first == 0 ? 0 : requests_.size() + first;
    refused_in_a_row_ = in_a_row;
  }

  /// Says whether a range that is out holds all of these bytes.
  [[nodiscard]] bool holds(const void* pointer, std::size_t bytes) const noexcept {
    return std::any_of(lent_.begin(), lent_.end(), [&](const Range& range) {
      const std::size_t offset = address_of(pointer) - address_of(range.block.begin);
      return offset <= range.block.bytes && bytes <= range.block.bytes - offset;
    });
  }

  /// Says whether any request was refused since there were so many.
  [[nodiscard]] bool has_refused_since(std::size_t requests) const noexcept {
    return std::any_of(requests_.begin() + static_cast<std::ptrdiff_t>(requests), requests_.end(),
                       [](const Request& made) { return !made.granted; });
  }

  /// \name What `Tracking` writes
  /// \{
  [[nodiscard]] bool refuses_next() const noexcept {
    const std::size_t next = requests_.size() + 1;
    return first_refused_ != 0 && next >= first_refused_ &&
           next - first_refused_ < refused_in_a_row_;
  }
  void write_request(void* pointer, std::size_t bytes, std::size_t alignment) {
    requests_.push_back({bytes, alignment, pointer != nullptr});
    if (pointer == nullptr) return;
    const Block block{static_cast<std::byte*>(pointer), bytes};
    if (!is_aligned(pointer, Alignment(alignment)))
      note("the space answered a request for alignment " + std::to_string(alignment) +
           " with an address that is no multiple of it");
    for (const Range& range : lent_)
      if (block.bytes != 0 && range.block.bytes != 0 &&
          (range.block.contains(block.begin) || block.contains(range.block.begin)))
        note("the space handed out bytes that are out already");
    lent_.push_back({block, alignment});
  }
  /// Writes a change of size in place down; more is a request, less is none.
  void write_resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                    std::size_t alignment, bool granted) {
    if (new_bytes > old_bytes) requests_.push_back({new_bytes, alignment, granted});
    const auto range = std::find_if(lent_.begin(), lent_.end(), [&](const Range& candidate) {
      return candidate.block.begin == pointer;
    });
    if (range == lent_.end() || range->block.bytes != old_bytes || range->alignment != alignment)
      return note("a range was resized that is not out with " + numbers(old_bytes, alignment));
    if (!granted && new_bytes < old_bytes) note("the space refused to take bytes back");
    if (granted) range->block.bytes = new_bytes;
    for (const Range& other : lent_)
      if (&other != &*range && other.block.bytes != 0 && range->block.bytes != 0 &&
          (range->block.contains(other.block.begin) || other.block.contains(range->block.begin)))
        note("the space made a range so large that it reaches into another one");
  }
  /// Writes a give-back down.
  ///
  /// - Returns: false where the space must not see the give-back
  [[nodiscard]] bool write_give_back(void* pointer, std::size_t bytes, std::size_t alignment) {
    const auto range = std::find_if(lent_.begin(), lent_.end(), [&](const Range& candidate) {
      return candidate.block.begin == pointer;
    });
    if (range == lent_.end()) {
      note("a range of " + std::to_string(bytes) + " bytes was given back that is not out");
      return false;
    }
    if (range->block.bytes != bytes || range->alignment != alignment) {
      note("a range was asked for with " + numbers(range->block.bytes, range->alignment) +
           " and given back with " + numbers(bytes, alignment));
      return false;
    }
    lent_.erase(range);
    return true;
  }
  /// \}

 private:
  [[nodiscard]] static std::string numbers(std::size_t bytes, std::size_t alignment) {
    return std::to_string(bytes) + " bytes, alignment " + std::to_string(alignment);
  }
  void note(const std::string& problem) {
    if (problem_.empty()) problem_ = problem;
  }

  std::vector<Request> requests_;
  std::vector<Range> lent_;
  std::string problem_;
  std::size_t first_refused_ = 0;
  std::size_t refused_in_a_row_ = 0;
};

/// A space round a space that writes everything down.
///
/// - For: tests; the innermost space to examine, or the outermost to examine a workspace
/// - Units: bytes
/// - Costs: those of the log, besides those of the inner space
/// - Errors: null where the log says so or the inner space refuses; a wrong give-back goes into the
///   log, and not to the inner space
/// - Threads: one at a time
template <Space Inner = Host>
class Tracking {
 public:
  using slot = SpaceSlot;

  static constexpr std::size_t max_alignment = Inner::max_alignment;

  explicit Tracking(SpaceLog& log) noexcept
  requires std::default_initializable<Inner>
      : log_(&log) {}
  Tracking(SpaceLog& log, Inner space) noexcept : log_(&log), space_(std::move(space)) {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    void* const pointer = log_->refuses_next() ? nullptr : space_.allocate(bytes, alignment);
    log_->write_request(pointer, bytes, alignment);
    return pointer;
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    if (log_->write_give_back(pointer, bytes, alignment))
      space_.deallocate(pointer, bytes, alignment);
  }

  [[nodiscard]] bool resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                            std::size_t alignment) noexcept
  requires ResizableSpace<Inner>
  {
    const bool grows = new_bytes > old_bytes;
    const bool granted =
        !(grows && log_->refuses_next()) && space_.resize(pointer, old_bytes, new_bytes, alignment);
    log_->write_resize(pointer, old_bytes, new_bytes, alignment, granted);
    return granted;
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

  [[nodiscard]] Inner& space() noexcept { return space_; }
  [[nodiscard]] const Inner& space() const noexcept { return space_; }

 private:
  SpaceLog* log_;
  [[no_unique_address]] Inner space_;
};

/// Memory of its own whose ranges lie side by side: each request gets the first gap that fits.
///
/// - For: tests that must see what happens where one range ends and the next begins; a heap puts
///   its own words between
/// - Units: bytes
/// - Costs: a search through what is out per call
/// - Errors: null when no gap fits; nothing has changed
/// - Threads: one at a time
template <std::size_t MaxAlignment = 64>
class Arena {
 public:
  using slot = SpaceSlot;

  static constexpr std::size_t max_alignment = MaxAlignment;

  explicit Arena(std::size_t bytes) : memory_(bytes + MaxAlignment) {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    std::byte* candidate = aligned(memory_.data(), MaxAlignment);
    std::byte* const end = candidate + (memory_.size() - MaxAlignment);
    auto next = taken_.begin();
    for (; next != taken_.end() && !fits(aligned(candidate, alignment), bytes, next->begin); ++next)
      candidate = next->end();
    candidate = aligned(candidate, alignment);
    if (next == taken_.end() && !fits(candidate, bytes, end)) return nullptr;
    taken_.insert(next, {candidate, bytes});
    return candidate;
  }
  void deallocate(void* pointer, std::size_t, std::size_t) noexcept {
    std::erase_if(taken_, [&](const Block& block) { return block.begin == pointer; });
  }

 private:
  [[nodiscard]] static std::byte* aligned(std::byte* pointer, std::size_t alignment) noexcept {
    return pointer + ((0 - address_of(pointer)) & (alignment - 1));
  }
  [[nodiscard]] static bool fits(std::byte* begin, std::size_t bytes, std::byte* end) noexcept {
    return begin <= end && bytes <= static_cast<std::size_t>(end - begin);
  }

  std::vector<std::byte> memory_;
  std::vector<Block> taken_;  ///< in the order of addresses
};

static_assert(Space<Tracking<>> && !OneBlockSpace<Tracking<>> && Space<Arena<>>);

}  // namespace ebb::testing
