// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/facade/configuration.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <cstdlib>
#include <sstream>
#include <string>
#include <variant>

using namespace ebb;

namespace {

std::string refusal(const std::string& settings) {
  return message_of<BadConfiguration>([&] { (void)Configuration::from_string(settings); });
}

template <class Answer>
constexpr bool can_be_learning =
    requires(Configuration::Builder builder, Answer answer) { builder.learning(answer); };
static_assert(can_be_learning<FirstLoop> && can_be_learning<OverTime<4>>);
static_assert(!can_be_learning<Strict> && !can_be_learning<int>);

}  // namespace

TEST_CASE("A configuration of nothing is the sentence of defaults", "[facade][configuration]") {
  CHECK(to_string(Configuration{}) ==
        "allocation=overallocate:30,start=empty,learning=first-loop,spill=reallocate,"
        "reset=block-left,bounds=unbounded,granule=64,checks=generational,space=host");
  CHECK(Configuration::from_string("") == Configuration{});
  CHECK(Configuration::from_string(" \n") == Configuration{});
  CHECK(Configuration::builder().build() == Configuration{});
}

TEST_CASE("A builder takes policies with their numbers in the type or in the object",
          "[facade][configuration]") {
  const Configuration built = Configuration::builder()
                                  .name("step")
                                  .allocation(Overallocate<10>{})
                                  .start(StartWith<dynamic>{8192})
                                  .learning(OverTime<4>{})
                                  .spill(Fail{})
                                  .reset(BlockLeft{})
                                  .bounds(Bounds<4096, 65536>{})
                                  .granule(Granule<128>{})
                                  .checks(Trusting{})
                                  .space(Limited<>{Host{}, 100000})
                                  .build();

  CHECK(built.name == "step");
  CHECK(std::get<Overallocate<dynamic>>(built.allocation).value() == 10);
  CHECK(std::get<StartWith<dynamic>>(built.start).first_block() == 8192);
  CHECK(std::get<OverTime<dynamic>>(built.learning).value() == 4);
  CHECK(std::holds_alternative<Fail>(built.spill));
  CHECK(std::get<Bounds<dynamic, dynamic>>(built.bounds).minimum_bytes() == 4096);
  CHECK(std::get<Bounds<dynamic, dynamic>>(built.bounds).maximum_bytes() == 65536);
  CHECK(built.granule.bytes() == 128);
  CHECK(std::holds_alternative<Trusting>(built.checks));
  CHECK(built.space == SpaceChoice{.kind = SpaceKind::limited, .bytes = 100000});
  CHECK(to_string(built) ==
        "name=step,allocation=overallocate:10,start=start-with:8KiB,learning=over-time:4,"
        "spill=fail,reset=block-left,bounds=4KiB:64KiB,granule=128,checks=trusting,"
        "space=limited:100000");
  CHECK(Configuration::builder().space(Prefault<>{}).space(Host{}).build() == Configuration{});
  CHECK(Configuration::builder().space(Prefault<>{}).build().space.kind == SpaceKind::prefault);
}

TEST_CASE("The string form has words with numbers, short keys and units",
          "[facade][configuration]") {
  const Configuration expected = Configuration::builder()
                                     .allocation(Overallocate<10>{})
                                     .start(StartWith<(100 << 20)>{})
                                     .learning(LearnPlan{})
                                     .bounds(Bounds<4096>{})
                                     .granule(Granule<256>{})
                                     .build();

  CHECK(Configuration::from_string("allocation=overallocate:10,start=start-with:100MiB,"
                                   "learning=learn-plans:8,bounds=bounds:4096,granule=256") ==
        expected);
  CHECK(Configuration::from_string(" overallocate = 10 ,start-with=102400KiB, learn-plans=8,\n"
                                   "bounds=4KiB,granule=granule:256B") == expected);
  CHECK(Configuration::from_string("bounds=4096:18446744073709551615,learning=learn-plan,"
                                   "granule=256,start-with=100MiB,overallocate=10") == expected);
}

TEST_CASE("The debugging checks are words with their numbers", "[facade][configuration]") {
  const auto of = [](const auto& checks) {
    return Configuration::builder().checks(checks).build();
  };

  CHECK(Configuration::from_string("checks=poisoning") == of(Poisoning{}));
  CHECK(Configuration::from_string("checks=fenced:1KiB") == of(Fenced<1024>{}));
  CHECK(Configuration::from_string("fenced=1MiB") == of(Fenced<dynamic>{most_fence_bytes}));
  CHECK(Configuration::from_string("quarantined=4294967295") ==
        of(Quarantined<most_quarantine_cycles>{}));
  CHECK(of(Fenced<16>{}) != of(Fenced<17>{}));
  CHECK(of(Fenced<16>{}) != of(Quarantined<16>{}));
  for (const char* value :
       {"checks=poisoning", "checks=fenced:1", "checks=fenced:1MiB", "checks=quarantined:3"}) {
    const Configuration configuration = Configuration::from_string(value);
    INFO(value);
    CHECK(contains(to_string(configuration), value));
    CHECK(Configuration::from_string(to_string(configuration)) == configuration);
  }
}

TEST_CASE("The spaces are words, with numbers where they have some", "[facade][configuration]") {
  const auto of = [](const auto& space) { return Configuration::builder().space(space).build(); };
  const Configuration mapped =
      Configuration::builder()
          .learning(NoLearning{})
          .space(SpaceChoice{.kind = SpaceKind::mapped_file, .bytes = 4096})
          .file("/data/state")
          .build();

  CHECK(Configuration::from_string("space=huge-pages") == of(HugePages{}));
  CHECK(Configuration::from_string("space=reserved") == of(Reserved{}));
  CHECK(Configuration::from_string("reserved=1GiB") == of(Reserved{std::size_t{1} << 30}));
  CHECK(Configuration::from_string("learning=no-learning,mapped-file=4KiB,file=/data/state") ==
        mapped);
  for (const Configuration& configuration :
       {of(HugePages{}), of(Reserved{}), of(Reserved{65536}), mapped})
    CHECK(Configuration::from_string(to_string(configuration)) == configuration);
  CHECK(contains(to_string(of(Reserved{})), "space=reserved"));
  CHECK(contains(to_string(of(Reserved{65536})), "space=reserved:64KiB"));
}

TEST_CASE("A mapped file needs a size or a path, and learns none", "[facade][configuration]") {
  const auto refusal = [](const char* text) {
    return message_of<BadConfiguration>([&] { (void)Configuration::from_string(text); });
  };

  CHECK(contains(refusal("mapped-file=4096"),
                 "space=mapped-file:4KiB contradicts learning=first-loop: ebb::Workspace: "
                 "`MappedFile` with a learning policy"));
  CHECK(contains(refusal("space=mapped-file,learning=no-learning"), "its size must be said"));
  CHECK(contains(refusal("mapped-file=4096,learning=no-learning,start-with=8192"),
                 "start=start-with:8KiB contradicts space=mapped-file:4KiB: the first block"));
  CHECK(contains(refusal("file=/data/state"), "keeps nothing in a file"));
  CHECK(contains(refusal("reserved=4096,start-with=8192"), "more than the space may have out"));
  CHECK_NOTHROW(Configuration::from_string("space=mapped-file,learning=no-learning,file=state"));
  CHECK_NOTHROW(Configuration::from_string("space=reserved,start-with=8192"));
}

TEST_CASE("A text with commas, quotes or blanks at its ends stands in quotes",
          "[facade][configuration]") {
  for (const char* name : {"step", "a, b", "a=b", "\"a\"", " a ", "back\\slash", "\\", "größe"}) {
    Configuration named;
    named.name = name;
    CHECK(Configuration::from_string(to_string(named)) == named);
  }
  CHECK(Configuration::from_string(R"(name = "a\"b\\c" , granule=64)").name == R"(a"b\c)");
  CHECK(Configuration::from_string("name=two words").name == "two words");
}

TEST_CASE("Configurations are equal when every setting is", "[facade][configuration]") {
  Configuration a;
  Configuration b;
  b.space.bytes = 5;  // of a space that has no number
  CHECK(a == b);
  b.space.kind = SpaceKind::limited;
  CHECK(a != b);
  a.space = {.kind = SpaceKind::limited, .bytes = 6};
  CHECK(a != b);
  b = a;
  b.allocation = Overallocate<dynamic>{31};
  CHECK(a != b);
  b.allocation = Strict{};
  CHECK(a != b);
  b = a;
  b.name = "b";
  CHECK(a != b);
}

TEST_CASE("A configuration is printed in the string form", "[facade][configuration]") {
  std::ostringstream out;
  out << Configuration{};
  CHECK(out.str() == to_string(Configuration{}));
}

TEST_CASE("A wrong setting is an error that names key, value and what is allowed",
          "[facade][configuration]") {
  CHECK(refusal("lerning=first-loop") ==
        "ebb-E09 BadConfiguration: there is no setting \"lerning\". Use name, allocation, start, "
        "learning, spill, reset, bounds, granule, checks, space, file, overallocate, start-with, "
        "over-time, peak-with-decay, learn-plans, fenced, quarantined, limited, reserved or "
        "mapped-file. "
        "docs/errors/E09.md");
  CHECK(refusal("spill=realocate") ==
        "ebb-E09 BadConfiguration: \"spill\" cannot be \"realocate\". It can be external, "
        "reallocate or fail. docs/errors/E09.md");
  CHECK(refusal("over-time=0") ==
        "ebb-E09 BadConfiguration: \"learning\" cannot be \"over-time:0\": ebb::OverTime: the "
        "number of cycles to watch must be at least 1; use NoLearning for a workspace that never "
        "learns. It can be no-learning, first-loop, over-time:CYCLES, peak-with-decay:CYCLES or "
        "learn-plans:KEYS. docs/errors/E09.md");
  CHECK(contains(refusal("learning=over-time"), "a number is missing"));
  CHECK(contains(refusal("bounds=1:2:3"), "a number too many"));
  CHECK(contains(refusal("learning=first-loop:3"), "a number too many"));
  CHECK(contains(refusal("start-with=1.5MiB"), "\"1.5MiB\" is no whole number of bytes"));
  CHECK(contains(refusal("overallocate=-10"), "\"-10\" is no whole number"));
  CHECK(contains(refusal("start-with=16777216TiB"), "below 2^64"));
  CHECK(contains(refusal("peak-with-decay=4294967296"), "from 1 to 4294967295 cycles"));
  CHECK(contains(refusal("learn-plans=0"), "the number of plans is 0"));
  CHECK(contains(refusal("bounds=2:1"), "the minimum is above the maximum"));
  CHECK(contains(refusal("granule=48"), "must be a power of two"));
  for (const char* bytes : {"0", "1048577", "2MiB"})
    CHECK(
        contains(refusal("fenced=" + std::string(bytes)), "ebb::Fenced: a fence has from 1 byte"));
  for (const char* cycles : {"0", "4294967296"})
    CHECK(contains(refusal("quarantined=" + std::string(cycles)),
                   "ebb::Quarantined: a quarantine has from 1 to 4294967295 cycles"));
  CHECK(contains(refusal("checks=quarantined:2KiB"), "\"2KiB\" is no whole number below 2^64"));
  CHECK(contains(refusal("checks=fenced"), "a number is missing"));
  CHECK(contains(refusal("checks=poisoning:1"), "a number too many"));
  CHECK(contains(refusal("checks=fences"),
                 "It can be trusting, generational, poisoning, fenced:BYTES or "
                 "quarantined:CYCLES."));
  CHECK(contains(refusal("granule=0"), "must be a power of two"));
  CHECK(contains(refusal("learning=first-loop,over-time=4"), "\"learning\" is set twice"));
  CHECK(contains(refusal("strict"), "\"strict\" has no value"));
  CHECK(contains(refusal("granule=64,"), "\"\" has no value"));
  CHECK(contains(refusal("name=a spill=fail"), "Between settings stands a comma"));
  CHECK(contains(refusal("name=\"a"), "has no closing quote"));
  CHECK(contains(refusal("name=\"a\\"), "has no closing quote"));
  CHECK(contains(refusal("name=\"a\" b,granule=64"), "\"b\" stands between"));
  CHECK(contains(refusal("name=\xC3"), "a text in UTF-8"));
  CHECK(contains(refusal("name=\xED\xA0\x80"), "a text in UTF-8"));
  CHECK(contains(refusal("name=a\tb"), "without control characters"));
  for (const char* junk : {"learning=", "learning=over-time:", "bounds=:", "bounds=1:", "granule=",
                           "bounds=bounds:", "learning=learn-plan:8", "allocation=overallocate::1"})
    CHECK(contains(refusal(junk), "cannot be"));
}

TEST_CASE("Settings that contradict each other are an error that names them",
          "[facade][configuration]") {
  CHECK(refusal("spill=fail") ==
        "ebb-E09 BadConfiguration: spill=fail contradicts learning=first-loop with start=empty: "
        "ebb::Workspace: `Fail` with a learning policy and `Empty` refuses the very cycle it would "
        "learn from; add `StartWith<Bytes>`, or use `Reallocate`. docs/errors/E09.md");
  CHECK(contains(refusal("spill=fail,start-with=0,over-time=2"), "refuses the very cycle"));
  CHECK(refusal("spill=fail,learning=no-learning") == "no error");
  CHECK(refusal("spill=fail,start-with=1") == "no error");
  CHECK(contains(refusal("granule=8KiB"),
                 "granule=8KiB contradicts space=host: ebb::Workspace: "
                 "the granule is larger than the largest alignment"));
  CHECK(refusal("granule=4KiB") == "no error");
  CHECK(contains(refusal("start-with=100,bounds=200"), "start=start-with:100 contradicts bounds"));
  CHECK(contains(refusal("start-with=300,bounds=100:200"), "must lie within the bounds"));
  CHECK(refusal("start-with=200,bounds=200:200") == "no error");
  CHECK(contains(refusal("start-with=100,limited=127"), "more than the space may have out"));
  CHECK(refusal("start-with=100,limited=128") == "no error");
  CHECK(contains(refusal("start-with=18446744073709551615"), "contradicts granule=64"));
  CHECK(contains(refusal("file=/tmp/weights"), "that space keeps nothing in a file"));
}

TEST_CASE("What is built wrong is refused by build and by validate", "[facade][configuration]") {
  CHECK(contains(message_of<BadConfiguration>(
                     [] { (void)Configuration::builder().name("step").spill(Fail{}).build(); }),
                 "\"step\": spill=fail contradicts"));

  Configuration wrong;
  wrong.learning = OverTime<dynamic>{0};
  CHECK(contains(message_of<BadConfiguration>([&] { wrong.validate(); }),
                 "\"learning\" cannot be \"over-time:0\": ebb::OverTime"));
  wrong.learning = FirstLoop{};
  wrong.bounds = Bounds<dynamic, dynamic>{2, 1};
  CHECK(contains(message_of<BadConfiguration>([&] { wrong.validate(); }),
                 "\"bounds\" cannot be \"2:1\": ebb::Bounds"));
  wrong.bounds = Unbounded{};
  wrong.checks = Fenced<dynamic>{0};
  CHECK(contains(message_of<BadConfiguration>([&] { wrong.validate(); }),
                 "\"checks\" cannot be \"fenced:0\": ebb::Fenced"));
  wrong.checks = Poisoning{};
  CHECK_NOTHROW(wrong.validate());
}

TEST_CASE("Huge numbers are kept as they are", "[facade][configuration]") {
  const std::string most = "18446744073709551615";
  const Configuration huge = Configuration::from_string(
      "overallocate=" + most + ",over-time=" + most + ",bounds=" + most + ",limited=" + most);

  CHECK(std::get<Overallocate<dynamic>>(huge.allocation).value() == max_bytes);
  CHECK(std::get<OverTime<dynamic>>(huge.learning).value() == max_bytes);
  CHECK(std::get<Bounds<dynamic, dynamic>>(huge.bounds).minimum_bytes() == max_bytes);
  CHECK(huge.space.bytes == max_bytes);
  CHECK(Configuration::from_string(to_string(huge)) == huge);
}

TEST_CASE("The environment holds a configuration, and errors name the variable",
          "[facade][configuration]") {
  ::unsetenv("EBB_TEST_STEP");
  CHECK(Configuration::from_environment("EBB_TEST_STEP") == Configuration{});

  ::setenv("EBB_TEST_STEP", "", 1);
  CHECK(Configuration::from_environment("EBB_TEST_STEP") == Configuration{});

  ::setenv("EBB_TEST_STEP", "overallocate=10,learning=first-loop", 1);
  CHECK(Configuration::from_environment("EBB_TEST_STEP") ==
        Configuration::builder().allocation(Overallocate<10>{}).build());

  ::setenv("EBB_TEST_STEP", "overallocate=ten", 1);
  CHECK(message_of<BadConfiguration>(
            [] { (void)Configuration::from_environment("EBB_TEST_STEP"); }) ==
        "ebb-E09 BadConfiguration: EBB_TEST_STEP: \"allocation\" cannot be "
        "\"overallocate:ten\": \"ten\" is no whole number below 2^64. It can be strict or "
        "overallocate:PERCENT. docs/errors/E09.md");
  ::setenv("EBB_TEST_STEP", "spill=fail", 1);
  CHECK(contains(
      message_of<BadConfiguration>([] { (void)Configuration::from_environment("EBB_TEST_STEP"); }),
      "EBB_TEST_STEP: spill=fail contradicts"));
  ::unsetenv("EBB_TEST_STEP");
}
