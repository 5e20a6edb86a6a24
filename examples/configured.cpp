// SPDX-License-Identifier: Apache-2.0
// A workspace whose sentence is read when the program starts: from a file, then the environment
// variable EBB_STEP, then the command line. Try
//
//     configured --over-time 2 --bounds 4KiB:64KiB
//     EBB_STEP=spill=fail configured
#include <ebb/facade.hpp>
#include <ebb/facade/cli.hpp>

#include <cstdio>
#include <cstdlib>

using namespace ebb;

namespace {

constexpr const char* file = R"({
  "name": "step",
  "allocation": {"overallocate": 10},
  "learning": "first-loop",
  "granule": 256
})";

void run(const Configuration& configuration) {
  std::printf("settings: %s\n", to_string(configuration).c_str());
  AnyWorkspace workspace = AnyWorkspace::make("", configuration);  // its name is a setting
  for (int loop = 0; loop < 3; ++loop) {
    auto cycle = workspace.enter();
    auto activations = workspace.make<float>(1000);
    auto gradients = workspace.make<float>(1000);
    std::printf("loop %d: a block of %llu bytes\n", loop,
                static_cast<unsigned long long>(workspace.report().block_bytes));
  }
}

}  // namespace

int main(int count, char** arguments) {
  try {
    Configuration configuration = std::getenv("EBB_STEP") == nullptr
                                      ? Configuration::from_json(file)
                                      : Configuration::from_environment("EBB_STEP");
    CLI::App options{"A workspace with settings"};
    add_options(options, configuration);
    CLI11_PARSE(options, count, arguments);
    run(configuration);

    // The same in code; and what is wrong says so before there is a workspace.
    const Configuration built = Configuration::builder()
                                    .name("step")
                                    .allocation(Overallocate<10>{})
                                    .learning(FirstLoop{})
                                    .granule(Granule<256>{})
                                    .build();
    std::printf("the same as in the file: %s\n",
                built == Configuration::from_json(file) ? "yes" : "no");
    static_cast<void>(Configuration::from_string("overallocate=10,learning=frist-loop"));
  } catch (const BadConfiguration& error) {
    std::puts(error.what());
  }
}
