// SPDX-License-Identifier: Apache-2.0
// What does memory cost at first touch, what does growth cost, and a learned cycle, on each space
// of the host?
//
// First touch: a block is taken, one byte of each page is written, and it goes back. Growth: a new
// workspace whose cycles need twice as much each time writes one byte of each page. What would make
// the numbers wrong: a heap that keeps the memory (64 MiB are always mapped anew), and huge pages
// where the comparison has them too (the column of faults tells).

#include "interleaved.hpp"
#include <ebb/ebb.hpp>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace ebb;
using interleaved::Contender;

constexpr std::size_t page = 4096;
constexpr std::size_t mega = std::size_t{1} << 20U;
constexpr std::size_t block_bytes = 64 * mega;

void touch(void* memory, std::size_t bytes) {
  auto* const begin = static_cast<volatile unsigned char*>(memory);
  for (std::size_t at = 0; at < bytes; at += page) begin[at] = 1;
}
bool is_touched(const void* memory, std::size_t bytes) {
  const auto* const begin = static_cast<const unsigned char*>(memory);
  for (std::size_t at = 0; at < bytes; at += page)
    if (begin[at] != 1) return false;
  return true;
}

// ---- first touch --------------------------------------------------------------------------------

template <class S>
Contender first_touch(const std::string& name, S space) {
  const auto shared = std::make_shared<S>(std::move(space));
  const auto once = [shared] {
    void* const block = shared->allocate(block_bytes, page);
    if (block == nullptr) return false;
    touch(block, block_bytes);
    const bool is_there = is_touched(block, block_bytes);
    shared->deallocate(block, block_bytes, page);
    return is_there;
  };
  return {.name = name,
          .run =
              [shared](std::size_t cycles) {
                for (; cycles != 0; --cycles) {
                  void* const block = shared->allocate(block_bytes, page);
                  touch(block, block_bytes);
                  interleaved::use(block);
                  shared->deallocate(block, block_bytes, page);
                }
              },
          .verify = once,
          .count_space_calls = [] { return std::size_t{1}; }};
}

std::string name_of_huge_pages() {
  HugePages space;
  void* const block = space.allocate(block_bytes, page);
  if (block == nullptr) return "HugePages (refused)";
  touch(block, block_bytes);
  const std::size_t granted = space.granted_bytes() * 100 / block_bytes;
  space.deallocate(block, block_bytes, page);
  return "HugePages (" + std::to_string(granted) + " % granted)";
}

std::vector<Contender> first_touches() {
  return {first_touch("Host", Host{}), first_touch(name_of_huge_pages(), HugePages{}),
          first_touch("Reserved", Reserved{}),
          first_touch("MappedFile", MappedFile::temporary(block_bytes))};
}

// ---- growth -------------------------------------------------------------------------------------

template <class W>
bool run_cycle(W& workspace, std::size_t bytes) {
  auto cycle = workspace.enter();
  bool is_there = true;
  for (std::size_t taken = 0; taken < bytes; taken += mega) {
    void* const piece = workspace.allocate(mega);
    touch(piece, mega);
    is_there = is_there && is_touched(piece, mega);
  }
  return is_there;
}

// Three cycles of each size: while the last is learnt, once it is, and one more.
template <class W>
std::pair<bool, std::size_t> grow() {
  W workspace;
  bool is_there = true;
  for (std::size_t bytes = mega; bytes <= block_bytes; bytes *= 2)
    for (int again = 0; again < 3; ++again) is_there = run_cycle(workspace, bytes) && is_there;
  return {is_there, workspace.report().space_calls};
}

template <class W>
Contender growth(const std::string& name) {
  return {.name = name,
          .run =
              [](std::size_t cycles) {
                for (; cycles != 0; --cycles) interleaved::use(grow<W>().first ? &page : nullptr);
              },
          .verify = [] { return grow<W>().first; },
          .count_space_calls = [] { return grow<W>().second; }};
}

// What a program does without a workspace: a larger array, and the old one copied into it.
bool grow_by_copying() {
  void* memory = nullptr;
  for (std::size_t bytes = mega; bytes <= block_bytes; bytes *= 2) {
    void* const larger = std::realloc(memory, bytes);
    if (larger == nullptr) break;
    memory = larger;
    for (int again = 0; again < 3; ++again) touch(memory, bytes);
  }
  const bool is_there = memory != nullptr && is_touched(memory, block_bytes);
  std::free(memory);
  return is_there;
}

std::vector<Contender> growths() {
  return {growth<Workspace<>>("Workspace<>"),
          growth<Workspace<Reserved>>("Workspace<Reserved>"),
          growth<Workspace<HugePages>>("Workspace<HugePages>"),
          {.name = "realloc of one array",
           .run =
               [](std::size_t cycles) {
                 for (; cycles != 0; --cycles)
                   interleaved::use(grow_by_copying() ? &page : nullptr);
               },
           .verify = grow_by_copying,
           .count_space_calls = [] { return std::size_t{7}; }}};
}

// ---- a learned cycle ----------------------------------------------------------------------------

template <class W, class... Answers>
Contender learned(const std::string& name, Answers... answers) {
  // Where a workspace lies in its cache lines decides more than its space does.
  struct alignas(64) Aligned {
    explicit Aligned(Answers... given) : workspace("learned", std::move(given)...) {}
    W workspace;
  };
  const auto aligned = std::make_shared<Aligned>(std::move(answers)...);
  const std::shared_ptr<W> workspace(aligned, &aligned->workspace);
  const auto run = [workspace](std::size_t cycles) {
    for (; cycles != 0; --cycles) {
      auto cycle = workspace->enter();
      for (int i = 0; i < 10; ++i) interleaved::use(workspace->allocate(1000));
    }
  };
  return {.name = name,
          .run = run,
          .verify =
              [workspace] {
                auto cycle = workspace->enter();
                interleaved::Pieces pieces(64);
                for (int i = 0; i < 10; ++i) pieces(workspace->allocate(1000), 1000);
                return pieces.are_sound(10);
              },
          .count_space_calls =
              [workspace, run] {
                const std::uint64_t before = workspace->report().space_calls;
                run(1);
                return static_cast<std::size_t>(workspace->report().space_calls - before);
              }};
}

std::vector<Contender> learned_cycles() {
  return {learned<Workspace<>>("Workspace<>"),
          learned<Workspace<HugePages>>("Workspace<HugePages>"),
          learned<Workspace<Reserved>>("Workspace<Reserved>"),
          learned<Workspace<MappedFile, NoLearning>>("Workspace<MappedFile, NoLearning>",
                                                     MappedFile::temporary(mega))};
}

void add_cases() {
  interleaved::add_case("64 MiB taken, touched, given back", first_touches);
  interleaved::add_case("cycles of 1, 2, 4 … 64 MiB, three of each", growths);
  interleaved::add_case("a learned cycle with ten pieces", learned_cycles);
}

}  // namespace

int main(int argc, char** argv) {
  return interleaved::run(argc, argv, "What a space costs", add_cases);
}
