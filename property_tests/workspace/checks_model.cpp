// SPDX-License-Identifier: Apache-2.0
// Debugging checks change nothing of what a workspace does: the model holds with a side table
// alone, and whatever a program does, no check of it gives a false alarm.
#include "histories.hpp"
#include <ebb/testing/program.hpp>

using namespace ebb;
using namespace ebb::testing;
using boost::hana::tuple_t;

namespace {

// A side table and nothing else: no piece is larger than without it.
struct Tabled {
  using slot = ChecksSlot;
  static constexpr bool checks_views() noexcept { return true; }
  static constexpr Watch watch() noexcept { return {}; }
};
// All at once.
struct Suspicious {
  using slot = ChecksSlot;
  static constexpr bool checks_views() noexcept { return true; }
  static constexpr Watch watch() noexcept {
    return {.poisons = true, .fence_bytes = 40, .quarantine_cycles = 1};
  }
};

// Runs a program in a new workspace; answers with the law that it broke, or with nothing.
template <class W>
std::string broken_law(const Program& program, std::size_t refused_call = 0) {
  static Memory memory;
  SpaceLog log;
  std::string problem;
  {
    W workspace{"program", make_space<typename W::Policies::Space>(log, memory)};
    ProgramRunner<W> runner{workspace, log};
    log.refuse(refused_call);
    for (const ProgramCycle& cycle : program) {
      runner.run(cycle);
      if (!runner.problem().empty()) return runner.problem() + ", after\n" + to_string(program);
    }
  }
  problem = log.problem();
  if (problem.empty() && !log.lent().empty()) problem = "the space did not get back all it lent";
  return problem.empty() ? problem : problem + ", after\n" + to_string(program);
}

Program some_program(const ProgramShape& shape = {}) {
  return generate_program(
      [](std::size_t bound) { return *rc::gen::inRange<std::size_t>(0, bound); }, shape);
}

template <class... Policies>
using Checking = Workspace<Policies..., Tracking<>>;

}  // namespace

TEST_CASE("With a side table alone a workspace does what the model says", "[workspace][checks]") {
  play_all(compositions(tuple_t<Empty, StartWith<1024>>, tuple_t<FirstLoop>,
                        tuple_t<External, Reallocate, Fail>, tuple_t<Unbounded, Bounds<256, 8192>>,
                        tuple_t<Tabled>, tuple_t<Tracking<>>));
}

TEMPLATE_TEST_CASE("Whatever a program does, the debugging checks give no false alarm",
                   "[workspace][checks]", (Checking<Fenced<1>>), (Checking<Fenced<100>, External>),
                   (Checking<Poisoning>), (Checking<Quarantined<1>>),
                   (Checking<Quarantined<3>, External, StartWith<8192>>),
                   (Checking<Suspicious, Bounds<2048, 65536>>),
                   (Workspace<Suspicious, Tracking<Buffer>>),
                   (Workspace<Quarantined<2>, Tracking<Limited<>>>),
                   (Checking<Fenced<16>, LearnPlan>), (Checking<Poisoning, LearnPlan>),
                   (Checking<Quarantined<2>, LearnPlan>), (Checking<Suspicious, LearnPlans<2>>),
                   (Checking<Fenced<16>, LearnPlan, External, Granule<256>>),
                   (Checking<Fenced<16>, LearnPlan, Fail, StartWith<65536>>)) {
  rc::prop("shrinkable programs", [] {
    const std::string broken =
        broken_law<TestType>(some_program({.keys = *rc::gen::inRange<std::size_t>(1, 4)}));
    if (!broken.empty()) RC_FAIL(broken);
  });
}

TEMPLATE_TEST_CASE("A refusal at any space call loses nothing under debugging checks",
                   "[workspace][checks]", (Checking<Fenced<16>>), (Checking<Quarantined<2>>),
                   (Checking<Suspicious, LearnPlan>)) {
  std::string broken;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Program program = generate_program(RandomNumbers(seed), {.keys = 1});
    for (std::size_t call = 1; call <= 8 && broken.empty(); ++call)
      broken = broken_law<TestType>(program, call);
  }
  CHECK(broken == "");
}
