// SPDX-License-Identifier: Apache-2.0
// Fuzzing a policy of your own: random histories, a model that knows what should happen, and the
// shortest history that does not.

#include <ebb/ebb.hpp>
#include <ebb/testing.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
using namespace ebb;

// "Grow by half": it keeps the laws of its slot, a block never shrinks and one that was big enough
// stays. But it forgets how much was needed, so a cycle may overflow again and again.
struct GrowByHalf {
  using slot = SpillSlot;

  static constexpr Overflow on_overflow(Shortfall) noexcept { return Overflow::outside; }
  static constexpr std::size_t next_block(CycleUse use) noexcept {
    return use.demand > use.block ? use.block + use.block / 2 : use.block;
  }
};

using Laws = testing::SpillLaws<GrowByHalf>;
static_assert(Laws::monotone({.block = 64, .demand = 1000}));
static_assert(Laws::steady({.block = 64, .demand = 64}));

// The same, put right.
struct GrowByHalfAtLeast : GrowByHalf {
  static constexpr std::size_t next_block(CycleUse use) noexcept {
    return std::max(GrowByHalf::next_block(use), use.demand);
  }
};

// Plays one history on a new workspace and answers what was violated.
template <SpillPolicy Spill>
static std::string play(const testing::History& history) {
  testing::SpaceLog log;
  Workspace<Strict, FirstLoop, Spill, testing::Tracking<>> workspace{"fuzzed",
                                                                     testing::Tracking<>{log}};
  return testing::play(history, workspace, log, {.repeats_for_free = true});
}

// Answers whether 2000 random histories went well; prints the shortest that did not.
template <SpillPolicy Spill>
static bool survives(const char* name) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    std::mt19937_64 random(seed);
    const testing::History found = testing::random_history(random);
    if (play<Spill>(found).empty()) continue;

    const auto fails = [](const testing::History& history) {
      return !play<Spill>(history).empty();
    };
    const testing::History shortest = testing::shortened(found, fails);
    std::printf("%s: after %d histories this one\n%s%s\n\n", name, static_cast<int>(seed),
                to_string(shortest).c_str(), play<Spill>(shortest).c_str());
    return false;
  }
  std::printf("%s: 2000 histories went well\n", name);
  return true;
}

int main() {
  const bool bug_is_found = !survives<GrowByHalf>("GrowByHalf");
  const bool repair_survives = survives<GrowByHalfAtLeast>("GrowByHalfAtLeast");
  return bug_is_found && repair_survives ? 0 : 1;
}
