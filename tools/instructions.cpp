// SPDX-License-Identifier: Apache-2.0
// What tools/count_instructions counts: each function between `extern "C" {` and `}` is a row of
// tools/instructions.txt, or what a row subtracts. A function does one thing, once or, where its
// name says so, `many` times; it is called after the workspace has learned, so that only the path
// of a learned cycle is walked.
//
// Run by itself, the program prints what a learned cycle costs besides instructions: page faults
// and space calls.

#include <ebb/ebb.hpp>
#include <ebb/facade/any_workspace.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <list>
#include <memory>
#include <memory_resource>
#include <optional>
#include <sys/resource.h>

namespace {

using ebb::AnyWorkspace;
using ebb::Array;
using ebb::ArrayView;
using ebb::Core;
using Workspace = ebb::Workspace<ebb::Counted<>>;
using Unchecked = ebb::Workspace<ebb::Trusting>;
using Planned = ebb::Workspace<ebb::LearnPlan>;

constexpr std::size_t many = 1000;

// Makes the compiler hand the address over, and believe that memory has changed meanwhile.
void use(void* pointer) { asm volatile("" : : "r"(pointer) : "memory"); }
// The same, where what was known of memory stays known.
void look_at(void* pointer) { asm volatile("" : : "r"(pointer)); }

// A class around a workspace: `this` points beside the core, and the loop is the class's own.
struct Step {
  void* first = nullptr;
  Workspace workspace{"step"};
  std::size_t pieces = many;
};

}  // namespace

extern "C" {

[[gnu::noinline]] void* known_size(Workspace& workspace) { return workspace.allocate<64>(); }
[[gnu::noinline]] void* constant_argument(Workspace& workspace) { return workspace.allocate(128); }
[[gnu::noinline]] void* run_time_size(Workspace& workspace, std::size_t bytes) {
  return workspace.allocate(bytes);
}
[[gnu::noinline]] void* erased_known_size(Core& workspace) { return workspace.allocate<64>(); }
[[gnu::noinline]] void* erased_run_time_size(Core& workspace, std::size_t bytes) {
  return workspace.allocate(bytes);
}

[[gnu::noinline]] void* any_known_size(AnyWorkspace& workspace) { return workspace.allocate<64>(); }
[[gnu::noinline]] void* any_run_time_size(AnyWorkspace& workspace, std::size_t bytes) {
  return workspace.allocate(bytes);
}
[[gnu::noinline]] void any_enter_and_leave(AnyWorkspace& workspace) {
  const auto cycle = workspace.enter();
}

[[gnu::noinline]] void many_in_class(Step& step) {
  auto cycle = step.workspace.enter();
  for (std::size_t i = 0; i < step.pieces; ++i) use(step.workspace.allocate<64>());
}
[[gnu::noinline]] void many_in_class_without(Step& step) {
  auto cycle = step.workspace.enter();
  for (std::size_t i = 0; i < step.pieces; ++i) use(&step);
}

[[gnu::noinline]] void many_from_burst(Workspace& workspace) {
  ebb::Burst burst{workspace, many * 64};
  for (std::size_t i = 0; i < many; ++i) look_at(burst.allocate<64>());
}
[[gnu::noinline]] void many_from_burst_without(Workspace& workspace) {
  ebb::Burst burst{workspace, many * 64};
  for (std::size_t i = 0; i < many; ++i) look_at(&workspace);
}

[[gnu::noinline]] void enter_and_leave(Workspace& workspace) {
  const auto cycle = workspace.enter();
}

[[gnu::noinline]] void give_back_known(Workspace& workspace, void* piece) {
  workspace.deallocate(piece, 64);
}
[[gnu::noinline]] void give_back_run_time(Workspace& workspace, void* piece, std::size_t bytes) {
  workspace.deallocate(piece, bytes);
}
// The array comes second, so that the first register is free for the core, as in a caller's loop.
[[gnu::noinline]] void give_back_array(Workspace&, Array<float>& array) { std::destroy_at(&array); }

[[gnu::noinline]] float* checked_view(ArrayView<float>& view) { return view.view().data(); }
[[gnu::noinline]] float* trusting_view(ArrayView<float, ebb::TrustingHandles>& view) {
  return view.view().data();
}

// A take and a give of a cycle that follows its plan: together at most 13.
[[gnu::noinline]] void* follow_take(Planned& workspace) { return workspace.allocate<64>(); }
[[gnu::noinline]] void follow_give(Planned& workspace, void* piece) {
  workspace.deallocate(piece, 64);
}

// Everything a cycle may hold: for the search for `lock`, page faults and space calls.
[[gnu::noinline]] void learned_cycle(Workspace& workspace) {
  const auto cycle = workspace.enter();
  const auto nested = workspace.enter();
  const auto borrowed = workspace.borrow();
  auto zeroed = workspace.make<float>(1000);
  auto kept = workspace.make_for_overwrite<double>(500).keep();
  auto copy = zeroed.copy_to(workspace);
  auto current = ebb::make<int>(100);
  use(zeroed.view().data());
  use(kept.view().data());
  use(copy.view().data());
  use(current.view().data());
  use(workspace.allocate(4096, 1024));
  ebb::vector<int> numbers{workspace};
  for (int i = 0; i < 100; ++i) numbers.push_back(i);
  std::list<int, ebb::std_allocator<int>> list{workspace};
  for (int i = 0; i < 100; ++i) list.push_back(i);
  auto resource = cycle.resource();
  std::pmr::list<int> other(&resource);
  for (int i = 0; i < 100; ++i) other.push_back(i);
}

// Calls them all.
[[gnu::noinline]] void measured(Workspace& workspace, Unchecked& trusting, Step& step,
                                Planned& planned, AnyWorkspace& any, std::size_t bytes) {
  {
    const auto cycle = workspace.enter();
    use(constant_argument(workspace));
    void* const first = known_size(workspace);
    void* const second = run_time_size(workspace, bytes);
    void* const third = erased_known_size(workspace);
    void* const fourth = erased_run_time_size(workspace, bytes);
    alignas(Array<float>) std::byte place[sizeof(Array<float>)];
    auto* const array = std::construct_at(reinterpret_cast<Array<float>*>(place),
                                          workspace.make_for_overwrite<float>(16));
    ArrayView<float> view = *array;
    use(checked_view(view));
    // The first to be given back marks how high the cycle was; the others do not touch the mark.
    workspace.deallocate(workspace.allocate(64), 64);
    give_back_array(workspace, *array);
    give_back_run_time(workspace, fourth, bytes);
    give_back_known(workspace, third);
    give_back_run_time(workspace, second, bytes);
    give_back_known(workspace, first);
  }
  {
    const auto cycle = trusting.enter();
    ArrayView<float, ebb::TrustingHandles> view = trusting.make<float>(16).keep();
    use(trusting_view(view));
  }
  {
    const auto cycle = workspace.enter();
    many_from_burst(workspace);
    many_from_burst_without(workspace);
  }
  {
    const auto cycle = planned.enter();
    follow_give(planned, follow_take(planned));
  }
  {
    const auto cycle = any.enter();
    use(any_known_size(any));
    use(any_run_time_size(any, bytes));
  }
  many_in_class(step);
  many_in_class_without(step);
  enter_and_leave(workspace);
  any_enter_and_leave(any);
  learned_cycle(workspace);
}

// Callgrind collects between its first and its last instruction.
[[gnu::noinline]] void collected(Workspace& workspace, Unchecked& trusting, Step& step,
                                 Planned& planned, AnyWorkspace& any, std::size_t bytes) {
  measured(workspace, trusting, step, planned, any, bytes);
  use(&workspace);
}

}  // extern "C"

namespace {

std::int64_t page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

}  // namespace

int main() {
  Workspace workspace{"workspace"};
  Unchecked trusting{"trusting"};
  Step step;
  Planned planned{"planned"};
  auto any = AnyWorkspace::make("any", ebb::Configuration{});
  // The first cycle is measured by its demand, the second touches the new block.
  for (int i = 0; i < 2; ++i) measured(workspace, trusting, step, planned, any, 100);
  collected(workspace, trusting, step, planned, any, 100);

  const std::size_t calls = workspace.space().calls() + step.workspace.space().calls();
  // A page fault of the cycle would come in every round; one that the system causes does not.
  std::int64_t fewest = INT64_MAX;
  for (int round = 0; round < 5; ++round) {
    const std::int64_t before = page_faults();
    for (int i = 0; i < 200; ++i) {
      learned_cycle(workspace);
      many_in_class(step);
    }
    fewest = std::min(fewest, page_faults() - before);
  }
  std::printf("page_faults %lld\n", static_cast<long long>(fewest));
  std::printf("space_calls %zu\n",
              workspace.space().calls() + step.workspace.space().calls() - calls);
}
