// SPDX-License-Identifier: Apache-2.0
// The debug modes against the mode `off`: programs by chance keep every law in every mode, and see
// the same in all of them.
#include "../fixed_seed.hpp"
#include <ebb/ebb.hpp>
#include <ebb/testing/program.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

using namespace ebb;
using namespace ebb::testing;

namespace {

constexpr std::array modes{DebugMode::off, DebugMode::spill_everything,
                           DebugMode::bypass_everything};

// Puts the mode back that was there before.
class KeepsMode {
 public:
  KeepsMode() = default;
  ~KeepsMode() { set_debug_mode(before_); }
  KeepsMode(const KeepsMode&) = delete;
  KeepsMode& operator=(const KeepsMode&) = delete;

 private:
  DebugMode before_ = debug_mode();
};

struct Memory {
  alignas(64) std::array<std::byte, 16384> buffer;
};

template <class S>
S make_space(SpaceLog& log, [[maybe_unused]] Memory& memory) {
  if constexpr (std::same_as<S, Tracking<>>) {
    return Tracking<>{log};
  } else if constexpr (std::same_as<S, Tracking<Buffer>>) {
    return {log, Buffer{memory.buffer}};
  } else {
    return {log, ebb::testing::Arena<>{std::size_t{1} << 20}};
  }
}

// What a report counts of the requests of a cycle.
struct Counted {
  std::uint64_t spilled_requests, spilled_bytes, oversize_bytes, space_calls, followed, diverged,
      block_bytes;

  friend bool operator==(const Counted&, const Counted&) = default;
};
Counted counted(const Report& report) {
  return {report.spilled_requests, report.spilled_bytes,        report.oversize_bytes,
          report.space_calls,      report.plan.followed_cycles, report.plan.diverged_cycles,
          report.block_bytes};
}

// What is wrong with the numbers after a cycle in a mode; empty if nothing is.
template <class W>
std::string miscounted(DebugMode mode, const Counted& before, const Report& after,
                       std::size_t live_peak) {
  constexpr bool is_one_block = OneBlockSpace<typename W::Policies::Space>;
  const Counted now = counted(after);
  if (mode == DebugMode::bypass_everything) {
    if (now != before) return "a bypassed request was counted";
    if (after.last_demand_bytes + after.live_peak_bytes != 0)
      return "a bypassed cycle has a demand";
  }
  if (mode == DebugMode::spill_everything) {
    if (now.block_bytes != before.block_bytes) return "something was learnt";
    if (now.followed != before.followed || now.diverged != before.diverged)
      return "a plan was followed, or left";
    if (now.spilled_bytes - before.spilled_bytes != now.oversize_bytes - before.oversize_bytes)
      return "a request was spilled, but not alone";
    if (now.space_calls - before.space_calls !=
        (is_one_block ? 0 : now.spilled_requests - before.spilled_requests))
      return "not one space call for each request";
    if (after.last_demand_bytes != live_peak || after.live_peak_bytes != live_peak)
      return "the demand is not what was alive at once";
  }
  return {};
}

// Runs each cycle of a program in a mode of its own; answers with the law that it broke.
template <class W>
std::string broken_law(const Program& program, RandomNumbers next) {
  const KeepsMode keeps;
  SpaceLog log;
  Memory memory;
  {
    W workspace{"program", make_space<typename W::Policies::Space>(log, memory)};
    ProgramRunner<W> runner{workspace, log};
    for (const ProgramCycle& cycle : program) {
      const DebugMode mode = modes[next(modes.size())];
      const Counted before = counted(workspace.report());
      set_debug_mode(mode);
      const bool was_served = runner.run(cycle);
      std::string problem = runner.problem();
      if (problem.empty() && was_served)
        problem = miscounted<W>(mode, before, workspace.report(), runner.live_peak());
      if (!problem.empty())
        return problem + " (mode " + std::to_string(static_cast<int>(mode)) + "), after\n" +
               to_string(program);
    }
  }
  return log.problem().empty() && !log.lent().empty() ? "the space did not get back all it lent"
                                                      : log.problem();
}

template <class... Policies>
using Plans = Workspace<Policies..., Tracking<>>;

}  // namespace

TEMPLATE_TEST_CASE("A program keeps every law in every mode, and whenever the mode changes",
                   "[workspace][debug_mode]", (Plans<LearnPlan>), (Plans<LearnPlans<2>, Trusting>),
                   (Plans<LearnPlan, External, StartWith<2048>, Granule<256>>),
                   (Plans<LearnPlan, Fail, StartWith<8192>>),
                   (Plans<LearnPlan, Bounds<2048, 8192>>), (Workspace<LearnPlan, Tracking<Buffer>>),
                   (Workspace<LearnPlan, Tracking<ebb::testing::Arena<>>>)) {
  rc::prop("shrinkable programs", [](std::uint64_t seed) {
    const ProgramShape shape{.keys = *rc::gen::inRange<std::size_t>(1, 4)};
    const Program program = generate_program(
        [](std::size_t bound) { return *rc::gen::inRange<std::size_t>(0, bound); }, shape);
    const std::string broken = broken_law<TestType>(program, RandomNumbers(seed));
    if (!broken.empty()) RC_FAIL(broken);
  });

  std::string broken;
  for (std::uint64_t seed = 0; seed < 500 && broken.empty(); ++seed)
    broken = broken_law<TestType>(generate_program(RandomNumbers(seed), {.keys = 1 + seed % 3}),
                                  RandomNumbers(seed));
  CHECK(broken == "");
}

// ---- what a program sees ------------------------------------------------------------------------

namespace {

// Two workspaces, and everything that a program can see of them without asking where memory lies.
template <class W>
class Witness {
 public:
  // Does one thing, chosen by numbers, and writes down what was to be seen.
  void act(RandomNumbers& next) {
    W& workspace = workspaces_[next(2)].workspace;
    const std::size_t kind = next(16);
    const std::size_t count = next(8) == 0 ? next(5000) : next(40);
    const std::size_t which = next(16);
    seen_ += '\n' + std::to_string(kind) + ' ';
    try {
      switch (kind) {
        case 0:
        case 1:
          tokens_.push_back(workspace.enter());
          break;
        case 2:
        case 3:
          if (!tokens_.empty()) some(tokens_, which).close();
          break;
        case 4:
          borrows_.push_back(workspace.borrow());
          break;
        case 5:
          if (!borrows_.empty()) borrows_.pop_back();
          break;
        case 6:
        case 7:
          hold(workspace.template make<int>(count));
          break;
        case 8:
          hold(ebb::make<int>(count));
          break;
        case 9:
          see_raw(workspace.allocate(4 * count + 4), count);
          break;
        case 10:
          if (!arrays_.empty()) views_.push_back(std::move(some(arrays_, which)).keep());
          break;
        case 11:
          if (!arrays_.empty())
            arrays_.erase(arrays_.begin() + static_cast<std::ptrdiff_t>(which % arrays_.size()));
          break;
        case 12:
          if (!arrays_.empty()) hold(some(arrays_, which).copy_to_current());
          break;
        case 13:
          if (!arrays_.empty()) hold(some(arrays_, which).copy_to(workspace));
          break;
        case 14:
          if (next(8) == 0) workspace.destroy();
          break;
        default:
          for (Array<int>& array : arrays_) see(array);
          for (ArrayView<int>& view : views_) see(view);
      }
    } catch (const Error& error) {
      seen_ += error.id();
    }
    see_state();
  }

  [[nodiscard]] const std::string& seen() const noexcept { return seen_; }

 private:
  struct Named {
    W workspace{"witness"};
  };

  template <class T>
  static T& some(std::vector<T>& all, std::size_t which) {
    return all[which % all.size()];
  }

  void hold(Array<int> array) {
    std::size_t i = 0;
    for (int& value : array.view()) value = static_cast<int>(++filled_ + i++);
    arrays_.push_back(std::move(array));
  }
  template <class Handle>
  void see(Handle& handle) {
    const auto view = handle.try_view();
    seen_ += std::to_string(handle.size()) + (handle.is_in_scope() ? "+" : "-");
    if (view && !view->empty())
      seen_ += std::to_string(view->front()) + ',' + std::to_string(view->back());
    seen_ += ' ';
  }
  void see_raw(void* piece, std::size_t count) {
    auto* const values = static_cast<int*>(piece);
    std::fill_n(values, count, 1);  // its own: nobody else's contents change
  }
  void see_state() {
    for (Named& named : workspaces_) {
      const Report report = named.workspace.report();
      seen_ += ' ' + std::to_string(report.cycles) + (named.workspace.is_open() ? "o" : "c") +
               std::to_string(report.generation) + (current() == &named.workspace ? "*" : "");
      seen_ += std::to_string(report.stale_handles);
    }
  }

  std::string seen_;
  std::array<Named, 2> workspaces_;
  std::vector<Cycle> tokens_;
  std::vector<Borrow> borrows_;
  std::vector<Array<int>> arrays_;
  std::vector<ArrayView<int>> views_;
  std::size_t filled_ = 0;
};

template <class W>
std::string seen_in(DebugMode mode, std::uint64_t seed, std::size_t actions) {
  const KeepsMode keeps;
  set_debug_mode(mode);
  RandomNumbers next(seed);
  Witness<W> witness;
  for (std::size_t i = 0; i < actions; ++i) witness.act(next);
  return witness.seen();
}

}  // namespace

TEMPLATE_TEST_CASE("A program sees the same in every mode", "[workspace][debug_mode]",
                   (Workspace<>), (Workspace<External, StartWith<1024>>),
                   (Workspace<Fail, NoLearning, StartWith<(std::size_t{8} << 20U)>>),
                   (Workspace<PeakWithDecay<2>>), (Workspace<LearnPlan>)) {
  std::size_t stale = 0;
  std::size_t alive = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const std::string seen = seen_in<TestType>(DebugMode::off, seed, 120);
    stale += static_cast<std::size_t>(std::ranges::count(seen, '-'));
    alive += static_cast<std::size_t>(std::ranges::count(seen, '+'));
    REQUIRE(seen_in<TestType>(DebugMode::spill_everything, seed, 120) == seen);
    REQUIRE(seen_in<TestType>(DebugMode::bypass_everything, seed, 120) == seen);
  }
  CHECK(stale > 1000);
  CHECK(alive > 1000);
}
