// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/facade/cli.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace ebb;

namespace {

// CLI11 takes the arguments last first.
void parse(CLI::App& app, std::vector<std::string> arguments) {
  app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
}

}  // namespace

TEST_CASE("The command line sets what it names, and leaves the rest", "[facade][cli]") {
  CLI::App app;
  Configuration step = Configuration::builder().granule(Granule<128>{}).build();
  Configuration batch;
  int count = 0;
  app.add_option("--count", count);
  add_options(app, step);
  add_options(app, batch, "batch");

  parse(app, {"--allocation", "overallocate:10", "--over-time=4", "--count", "3",
              "--batch-name=a, b", "--batch-bounds", "4KiB:1MiB", "--start-with", "1MiB"});

  CHECK(step == Configuration::builder()
                    .allocation(Overallocate<10>{})
                    .learning(OverTime<4>{})
                    .start(StartWith<(1 << 20)>{})
                    .granule(Granule<128>{})
                    .build());
  CHECK(batch == Configuration::builder().name("a, b").bounds(Bounds<4096, (1 << 20)>{}).build());
  CHECK(count == 3);

  parse(app, {"--learning=no-learning"});  // a second time: what was set stays
  CHECK(std::holds_alternative<NoLearning>(step.learning));
  CHECK(step.granule.bytes() == 128);
}

TEST_CASE("A wrong option is an error of CLI11 with the sentence of the facade", "[facade][cli]") {
  CLI::App app;
  Configuration configuration;
  add_options(app, configuration);

  CHECK(contains(message_of<CLI::ValidationError>([&] { parse(app, {"--over-time", "0"}); }),
                 "\"learning\" cannot be \"over-time:0\": ebb::OverTime"));
  CHECK(contains(message_of<CLI::ValidationError>([&] { parse(app, {"--spill", "fail"}); }),
                 "spill=fail contradicts learning=first-loop with start=empty"));
  CHECK(contains(message_of<CLI::ValidationError>(
                     [&] { parse(app, {"--learning=first-loop", "--over-time=4"}); }),
                 "is set twice"));
  CHECK(message_of<CLI::ExtrasError>([&] { parse(app, {"--lerning=first-loop"}); }) != "no error");
  CHECK(configuration == Configuration{});
}

TEST_CASE("The help of a command line lists every setting with its answers", "[facade][cli]") {
  CLI::App app;
  Configuration configuration;
  add_options(app, configuration, "step");

  const std::string help = app.help();

  for (const detail::FieldDescription& field : detail::fields())
    CHECK(contains(help, "--step-" + std::string(field.key)));
  CHECK(contains(help, "external, reallocate or fail"));
  CHECK(contains(help, "--step-allocation=overallocate:30"));
}
