// SPDX-License-Identifier: Apache-2.0
// What does it cost to enter and to leave, besides what is done inside?
//
// Every cycle takes one piece of 64 bytes, so that there is something to forget; the first
// contender only sets a pointer back.

#include "contenders.hpp"
#include "interleaved.hpp"
#include <ebb/ebb.hpp>

#include <cstddef>
#include <vector>

namespace {

using interleaved::Contender;
using interleaved::contender_of_cycles;

// One cycle each: takes a piece and hands it to `look`.

struct HandWritten {
  static constexpr const char* name = "hand-written: one pointer set back";
  Bump bump{4096};

  void cycle(auto&& look) {
    bump.reset();
    look(bump.allocate(64));
  }
  [[nodiscard]] std::size_t space_calls() const { return 0; }  // its buffer is older than any cycle
};

struct OnWorkspace {
  ebb::Workspace<> workspace{"cycle"};

  [[nodiscard]] std::size_t space_calls() const { return workspace.report().space_calls; }
};
struct EnterAndLeave : OnWorkspace {
  static constexpr const char* name = "enter and leave";

  void cycle(auto&& look) {
    const auto cycle = workspace.enter();
    look(workspace.allocate<64>());
  }
};
struct Nested : OnWorkspace {
  static constexpr const char* name = "the same, and a nested enter and leave";

  void cycle(auto&& look) {
    const auto cycle = workspace.enter();
    const auto nested = workspace.enter();
    look(workspace.allocate<64>());
  }
};
struct Borrowed : OnWorkspace {
  static constexpr const char* name = "the same, and a borrow";

  void cycle(auto&& look) {
    const auto cycle = workspace.enter();
    const auto borrowed = workspace.borrow();
    look(workspace.allocate<64>());
  }
};
struct GivenBackBeneath : OnWorkspace {
  static constexpr const char* name = "the same, and a piece given back that is not on top";

  void cycle(auto&& look) {
    const auto cycle = workspace.enter();
    void* const beneath = workspace.allocate<64>();
    look(workspace.allocate<64>());
    workspace.deallocate(beneath, 64);
  }
};
struct FiveWorkspaces {
  static constexpr const char* name = "five workspaces, one in the other";
  ebb::Workspace<> workspaces[5];

  void cycle(auto&& look) {
    const auto first = workspaces[0].enter();
    const auto second = workspaces[1].enter();
    const auto third = workspaces[2].enter();
    const auto fourth = workspaces[3].enter();
    const auto fifth = workspaces[4].enter();
    for (auto& workspace : workspaces) look(workspace.allocate<64>());
  }
  [[nodiscard]] std::size_t space_calls() const {
    std::size_t sum = 0;
    for (const auto& workspace : workspaces) sum += workspace.report().space_calls;
    return sum;
  }
};
struct Monotonic {
  static constexpr const char* name = "`monotonic_buffer_resource`, sized";
  SizedMonotonic memory{4096};

  void cycle(auto&& look) {
    look(memory.allocate(64));
    memory.reset();
  }
  [[nodiscard]] std::size_t space_calls() const { return memory.space_calls(); }
};

void add_cases() {
  interleaved::add_case("a cycle with one piece", [] {
    return std::vector<Contender>{
        contender_of_cycles<HandWritten>(),      contender_of_cycles<EnterAndLeave>(),
        contender_of_cycles<Nested>(),           contender_of_cycles<Borrowed>(),
        contender_of_cycles<GivenBackBeneath>(), contender_of_cycles<FiveWorkspaces>(),
        contender_of_cycles<Monotonic>()};
  });
}

}  // namespace

int main(int argc, char** argv) {
  return interleaved::run(argc, argv, "What does a cycle cost?", add_cases);
}
