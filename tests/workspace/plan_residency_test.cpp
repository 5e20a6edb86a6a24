// SPDX-License-Identifier: Apache-2.0
// What a learned plan keeps in memory, in pages that the kernel counts.
#include "../helpers.hpp"
#include <ebb/ebb.hpp>
#include <ebb/testing/trace.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <sys/mman.h>
#include <vector>

using namespace ebb;
using testing::Touch;

namespace {

constexpr std::size_t page_bytes = 4096;

// Maps each loan by itself, so that the pages of the workspace are the only ones in it.
class Mapped {
 public:
  using slot = SpaceSlot;
  static constexpr std::size_t max_alignment = page_bytes;

  void* allocate(std::size_t bytes, std::size_t) noexcept {
    void* const begin = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (begin == MAP_FAILED) return nullptr;
    madvise(begin, bytes, MADV_NOHUGEPAGE);
    loans_.emplace(begin, bytes);
    return begin;
  }
  void deallocate(void* begin, std::size_t bytes, std::size_t) noexcept {
    munmap(begin, bytes);
    loans_.erase(begin);
  }

  [[nodiscard]] std::size_t resident_bytes() const {
    std::size_t pages = 0;
    for (const auto& [begin, bytes] : loans_) {
      std::vector<unsigned char> states((bytes + page_bytes - 1) / page_bytes);
      REQUIRE(mincore(begin, bytes, states.data()) == 0);
      pages += static_cast<std::size_t>(std::count_if(
          states.begin(), states.end(), [](unsigned char state) { return (state & 1) != 0; }));
    }
    return pages * page_bytes;
  }

 private:
  std::map<void*, std::size_t> loans_;
};

}  // namespace

TEST_CASE("A plan keeps hardly more pages than are alive at once, and faults none",
          "[workspace][plan][reuse]") {
  const std::string name = GENERATE("mlp", "resnet18", "resnet18_infer", "gpt", "lstm");
  const testing::Trace trace = testing::read_trace(EBB_TRACES "/" + name + ".txt");
  std::vector<std::byte*> places;
  Workspace<LearnPlan, Mapped> workspace;

  const auto resident_in_a_cycle = [&] {
    const auto cycle = workspace.enter();
    static_cast<void>(testing::play(trace, workspace, Touch::byte_per_page, places));
    return static_cast<double>(workspace.space().resident_bytes());
  };
  const double recording = resident_in_a_cycle();
  const auto live = static_cast<double>(workspace.report().plan.live_bytes);
  constexpr double slack = 2.0 * 1024 * 1024;
  INFO(name << ": live " << live << ", recording " << recording);
  CHECK(recording <= 1.15 * live + slack);
  CHECK(resident_in_a_cycle() <= 1.05 * live + slack);

  long fewest_faults = std::numeric_limits<long>::max();
  for (int i = 0; i < 5; ++i) {
    const long before = page_faults();
    {
      const auto cycle = workspace.enter();
      static_cast<void>(testing::play(trace, workspace, Touch::byte_per_page, places));
    }
    fewest_faults = std::min(fewest_faults, page_faults() - before);
  }
  CHECK(fewest_faults == 0);
  CHECK(workspace.report().plan.followed_cycles == 6);
  CHECK(resident_in_a_cycle() <= 1.05 * live + slack);
}
