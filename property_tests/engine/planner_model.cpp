// SPDX-License-Identifier: Apache-2.0
//
// The heap of the process refuses the books of a plan: once or some times in a row, from each call
// on that a program makes.

#include <ebb/ebb.hpp>
#include <ebb/testing/program.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

using namespace ebb;

namespace {

// What the heap shall do while `is_armed`; calls are counted from 1.
struct Heap {
  bool is_armed = false;
  std::size_t calls = 0;
  std::size_t refused_call = 0;  // 0: none
  std::size_t in_a_row = 1;
  std::size_t refusals = 0;
} heap;

struct Armed {
  Armed() { heap.is_armed = true; }
  ~Armed() { heap.is_armed = false; }
};

}  // namespace

// All forms without an alignment, so that no two allocators meet. Not inlined, or g++ takes the
// `free` of an inlined `delete` for a mistake.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  if (void* const pointer = operator new(bytes, std::nothrow)) return pointer;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  const bool is_refused = heap.is_armed && ++heap.calls >= heap.refused_call &&
                          heap.refused_call != 0 && heap.calls - heap.refused_call < heap.in_a_row;
  if (is_refused) ++heap.refusals;
  return is_refused ? nullptr : std::malloc(bytes);
}
void* operator new[](std::size_t bytes) { return operator new(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept {
  return operator new(bytes, std::nothrow);
}
[[gnu::noinline]] void operator delete(void* pointer) noexcept { std::free(pointer); }
[[gnu::noinline]] void operator delete(void* pointer, std::size_t) noexcept { std::free(pointer); }
void operator delete[](void* pointer) noexcept { operator delete(pointer); }
void operator delete[](void* pointer, std::size_t) noexcept { operator delete(pointer); }

namespace {

// A program without books of its own; whoever plays it can ask whether something was overwritten.
class SmallProgram {
 public:
  // The same for the same seed; `variation` 0 is the even cycle.
  template <class W>
  void run(W& workspace, std::uint64_t seed, std::size_t variation) {
    testing::RandomNumbers next{seed};
    testing::RandomNumbers other{seed * 31 + variation};
    pieces_ = {};
    const Armed armed;
    auto cycle = workspace.enter();
    for (std::size_t step = 0; step < 40; ++step) {
      std::size_t slot = next(pieces_.size());
      std::size_t bytes = 1 + next(1500);
      if (variation != 0 && other(8) == 0) slot = other(pieces_.size());
      if (variation != 0 && other(8) == 0) bytes = 1 + other(6000);
      Piece& piece = pieces_[slot];
      if (piece.begin != nullptr) {
        check(piece);
        workspace.deallocate(piece.begin, piece.bytes);
        piece.begin = nullptr;
      } else {
        piece = {workspace.try_allocate(bytes), bytes, static_cast<int>(step * 7 + slot)};
        if (piece.begin != nullptr) std::memset(piece.begin, piece.pattern, bytes);
      }
    }
    for (const Piece& piece : pieces_)
      if (piece.begin != nullptr) check(piece);
  }

  [[nodiscard]] bool is_intact() const { return is_intact_; }

 private:
  struct Piece {
    void* begin = nullptr;
    std::size_t bytes = 0;
    int pattern = 0;
  };

  void check(const Piece& piece) {
    const auto* const bytes = static_cast<const unsigned char*>(piece.begin);
    for (std::size_t i = 0; i < piece.bytes; ++i)
      if (bytes[i] != static_cast<unsigned char>(piece.pattern)) is_intact_ = false;
  }

  std::array<Piece, 12> pieces_{};
  bool is_intact_ = true;
};

}  // namespace

TEMPLATE_TEST_CASE("A refusal of the heap at any call loses nothing but a lesson",
                   "[engine][planner][reuse]", (Workspace<LearnPlan, Counted<>>),
                   (Workspace<LearnPlan, External, Counted<>>),
                   (Workspace<LearnPlans<1>, StartWith<65536>, Counted<>>)) {
  const std::size_t in_a_row = GENERATE(1U, 2U, 30U);
  std::size_t refusals = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    bool is_over = false;
    for (std::size_t call = 1; !is_over; ++call) {
      SmallProgram program;
      heap = {.refused_call = call, .in_a_row = in_a_row};
      {
        TestType workspace{"refused"};
        for (const std::size_t variation : {0U, 0U, 1U, 2U, 2U, 0U, 3U})
          program.run(workspace, seed, variation);
        is_over = heap.refusals == 0;
        heap.refused_call = 0;
        for (int i = 0; i < 3; ++i) program.run(workspace, seed, 0);
        CAPTURE(seed, call, in_a_row);
        REQUIRE(program.is_intact());
        REQUIRE(!workspace.plan().events().empty());
        // External keeps its block, whatever would be needed now.
        if (std::same_as<typename TestType::Policies::Spill, Reallocate>)
          REQUIRE(workspace.report().plan.followed_cycles > 0);
        REQUIRE(workspace.space().outstanding_bytes() == workspace.report().block_bytes);
      }
      refusals += is_over ? 0 : 1;
    }
  }
  CHECK(refusals > 100);
}
