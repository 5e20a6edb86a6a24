// SPDX-License-Identifier: Apache-2.0
//
// Programs made of the bytes of libFuzzer, run in workspaces that learn plans. The first byte
// chooses the workspace, the second a space call to be refused; the rest is the program.
// `tools/fuzz_plan` builds and runs it for as long as you like.

#include <ebb/ebb.hpp>
#include <ebb/testing/program.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <type_traits>

using namespace ebb;
using namespace ebb::testing;

namespace {

[[noreturn]] void end(const std::string& broken, const Program& program) {
  std::fprintf(stderr, "%s, after\n%s", broken.c_str(), to_string(program).c_str());
  std::abort();
}

// What promises that a third identical cycle follows: memory for every plan, and no refusal.
template <class W>
constexpr bool always_learns = std::is_same_v<typename W::Policies::Spill, Reallocate> &&
                               std::is_same_v<typename W::Policies::Space, Tracking<>>;

template <class W>
void run(const Program& program, std::size_t refused_call) {
  alignas(64) std::array<std::byte, 16384> buffer;
  SpaceLog log;
  std::string broken;
  {
    W workspace{"fuzz", [&] {
                  if constexpr (OneBlockSpace<typename W::Policies::Space>) {
                    return Tracking<Buffer>{log, Buffer{buffer}};
                  } else {
                    return Tracking<>{log};
                  }
                }()};
    ProgramRunner<W> runner{workspace, log};
    log.refuse(refused_call);
    for (const ProgramCycle& cycle : program) runner.run(cycle);
    if (always_learns<W> && refused_call == 0) {
      const ProgramCycle last = without_mistakes(program.back());
      for (int i = 0; i < 2; ++i) runner.run(last);
      const std::size_t space_calls = log.requests().size();
      const auto followed = workspace.report().plan.followed_cycles;
      const bool was_served = runner.run(last);
      if (was_served && runner.live_peak() != 0 &&
          (log.requests().size() != space_calls ||
           workspace.report().plan.followed_cycles != followed + 1))
        broken = "the third identical cycle does not follow";
    }
    if (!runner.problem().empty()) broken = runner.problem();
  }
  if (broken.empty()) broken = log.problem();
  if (broken.empty() && !log.lent().empty()) broken = "the space did not get back all it lent";
  if (!broken.empty()) end(broken, program);
}

using Run = void (*)(const Program&, std::size_t);
constexpr Run runs[] = {
    run<Workspace<LearnPlan, Tracking<>>>,
    run<Workspace<LearnPlans<2>, Granule<256>, Trusting, Tracking<>>>,
    run<Workspace<LearnPlans<1>, StartWith<4096>, Tracking<>>>,
    run<Workspace<LearnPlan, External, Tracking<>>>,
    run<Workspace<LearnPlan, Fail, StartWith<8192>, Tracking<>>>,
    run<Workspace<LearnPlan, Tracking<Buffer>>>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  NumbersFromBytes next{std::span(data, size)};
  const Run chosen = runs[next(std::size(runs))];
  const std::size_t refused_call = next(32);  // 0: none
  const ProgramShape shape{.most_actions = 80, .keys = 1 + next(3)};
  chosen(generate_program(next, shape), refused_call);
  return 0;
}
