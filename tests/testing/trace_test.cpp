// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/ebb.hpp>
#include <ebb/testing/trace.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace ebb;
using testing::parse_trace;
using testing::Touch;
using testing::Trace;

namespace {

std::string complaint_about(std::string_view text) {
  return message_of<DataError>([&] { static_cast<void>(parse_trace(text, "some.txt")); });
}

Trace some_trace() { return parse_trace("+ 0 100\n+ 1 5000\n- 0\n+ 2 64\n- 1\n"); }

// Hands out the same address for everything.
struct Forgetful {
  std::array<std::byte, 8192> memory{};
  std::byte* allocate(std::size_t) { return memory.data(); }
  void deallocate(void*, std::size_t) {}
};

}  // namespace

// ---- reading and writing ------------------------------------------------------------------------

TEST_CASE("A trace is takes and gives in order", "[testing][trace]") {
  const Trace trace = some_trace();

  CHECK(trace.bytes == std::vector<std::size_t>{100, 5000, 64});
  CHECK(trace.events ==
        std::vector<PlanEvent>{{0, false}, {1, false}, {0, true}, {2, false}, {1, true}});
}

TEST_CASE("An empty text is an empty trace", "[testing][trace]") {
  CHECK(parse_trace("") == Trace{});
}

TEST_CASE("Ids may be any numbers, and may be used again after the give", "[testing][trace]") {
  const Trace trace = parse_trace(
      "+ 18446744073709551615 1\n- 18446744073709551615\n+ 7 2\n- 7\n"
      "+ 7 3");

  CHECK(trace.bytes == std::vector<std::size_t>{1, 2, 3});
  CHECK(trace.events.back() == PlanEvent{2, false});
}

TEST_CASE("A malformed line is an error with its number and its text", "[testing][trace]") {
  struct Wrong {
    const char* line;
    const char* what;
  };
  const Wrong wrong =
      GENERATE(Wrong{"", "this is no event"}, Wrong{"* 1 2", "this is no event"},
               Wrong{" + 1 2", "this is no event"}, Wrong{"# comment", "this is no event"},
               Wrong{"+", "a number is missing"}, Wrong{"+1 2", "a number is missing"},
               Wrong{"+ 1", "a number is missing"}, Wrong{"+ ", "this is no number"},
               Wrong{"+  1 2", "this is no number"}, Wrong{"+ x 2", "this is no number"},
               Wrong{"+ -1 2", "this is no number"}, Wrong{"+ 1 +2", "this is no number"},
               Wrong{"+ 1 16x", "there is too much"}, Wrong{"+ 1 2 3", "there is too much"},
               Wrong{"+ 1 2 ", "there is too much"}, Wrong{"+ 1 2\r", "there is too much"},
               Wrong{"+ 1 18446744073709551616", "this is no number"},
               Wrong{"+ 1 9223372036854775807", "no piece has that size"},
               Wrong{"+ 1 0", "no piece has that size"}, Wrong{"+ 5 64", "the piece lives already"},
               Wrong{"- 6", "no piece of that id lives"}, Wrong{"- 5 64", "there is too much"},
               Wrong{"-5", "a number is missing"});

  const std::string message = complaint_about("+ 5 64\n" + std::string(wrong.line) + "\n+ 9 64\n");

  CAPTURE(wrong.line, message);
  CHECK(contains(message, "ebb-E16 DataError"));
  CHECK(contains(message, "\"some.txt\", line 2, \"" + std::string(wrong.line) + "\""));
  CHECK(contains(message, wrong.what));
}

TEST_CASE("A piece that is given twice is an error", "[testing][trace]") {
  CHECK(contains(complaint_about("+ 5 64\n- 5\n- 5\n"), "line 3"));
}

TEST_CASE("A trace comes back from its text, and from a file", "[testing][trace]") {
  const Trace trace = some_trace();
  const std::string path =
      (std::filesystem::temp_directory_path() / ("ebb_trace_" + std::to_string(::getpid())))
          .string();

  testing::write_trace(trace, path);

  CHECK(testing::read_trace(path) == trace);
  CHECK(parse_trace(to_string(trace)) == trace);
  CHECK(to_string(trace) == "+ 0 100\n+ 1 5000\n- 0\n+ 2 64\n- 1\n");
  std::filesystem::remove(path);
}

TEST_CASE("The shipped traces are read as they were written", "[testing][trace]") {
  struct Shipped {
    const char* name;
    std::size_t pieces;
  };
  const Shipped shipped =
      GENERATE(Shipped{"mlp", 83}, Shipped{"resnet18", 1155}, Shipped{"resnet18_infer", 253},
               Shipped{"gpt", 916}, Shipped{"lstm", 178});
  const Trace trace = testing::read_trace(std::string(EBB_TRACES) + "/" + shipped.name + ".txt");

  CHECK(trace.bytes.size() == shipped.pieces);
  CHECK(trace.events.size() == 2 * shipped.pieces);  // nothing was left
  CHECK(parse_trace(to_string(trace)) == trace);
}

TEST_CASE("A file that is not there is an error with its name", "[testing][trace]") {
  const std::string path = "/nowhere/at/all.txt";

  CHECK(
      contains(message_of<DataError>([&] { static_cast<void>(testing::read_trace(path)); }), path));
  CHECK(contains(message_of<DataError>([&] { testing::write_trace({}, path); }), path));
}

// ---- recording ----------------------------------------------------------------------------------

TEST_CASE("A recorder writes down what passes", "[testing][trace]") {
  Workspace<> workspace;
  testing::TraceRecorder recorder(workspace);
  auto cycle = workspace.enter();
  void* const first = recorder.allocate(100);
  void* const second = recorder.allocate(5000);
  recorder.deallocate(first, 100);
  static_cast<void>(recorder.allocate(64));
  recorder.deallocate(second, 5000);
  recorder.deallocate(recorder.allocate(0), 0);  // no event

  CHECK(recorder.take_trace() == some_trace());
  CHECK(recorder.take_trace() == Trace{});
}

TEST_CASE("What is refused is not recorded", "[testing][trace][reuse]") {
  Workspace<StartWith<4096>, NoLearning, Fail> workspace;
  testing::TraceRecorder recorder(workspace);
  auto cycle = workspace.enter();

  CHECK_THROWS_AS(recorder.allocate(8192), OutOfWorkspace);

  CHECK(recorder.take_trace() == Trace{});
}

TEST_CASE("A trace played through a recorder is recorded as it was", "[testing][trace][reuse]") {
  Workspace<LearnPlan> workspace;
  const Trace trace = testing::read_trace(std::string(EBB_TRACES) + "/lstm.txt");
  for (int i = 0; i < 2; ++i) {
    auto cycle = workspace.enter();
    testing::TraceRecorder recorder(workspace);

    CHECK(testing::play(trace, recorder, Touch::nothing) == std::nullopt);

    CHECK(recorder.take_trace() == trace);
  }
  CHECK(workspace.report().plan.followed_cycles == 1);
}

TEST_CASE("A learned plan is a trace with its capacities as sizes", "[testing][trace][reuse]") {
  Workspace<LearnPlan> workspace;
  {
    auto cycle = workspace.enter();
    CHECK(testing::play(some_trace(), workspace) == std::nullopt);
  }

  const Trace trace = testing::trace_of(workspace.plan());

  CHECK(trace.events == some_trace().events);
  CHECK(trace.bytes == std::vector<std::size_t>{128, 5056, 64});
}

// ---- playing ------------------------------------------------------------------------------------

TEST_CASE("A trace is played against any workspace", "[testing][trace][reuse]") {
  const Touch touch =
      GENERATE(Touch::nothing, Touch::byte_per_page, Touch::every_byte, Touch::checked);
  Workspace<> bump;
  Workspace<LearnPlan> plan;
  std::vector<std::byte*> places;
  for (int i = 0; i < 3; ++i) {
    auto outer = bump.enter();
    auto inner = plan.enter();
    CHECK(testing::play(some_trace(), bump, touch, places) == std::nullopt);
    CHECK(testing::play(some_trace(), plan, touch, places) == std::nullopt);
    CHECK(places.size() == 3);
    CHECK(places[0] == nullptr);
    CHECK(places[2] != nullptr);
  }

  CHECK(plan.report().plan.followed_cycles == 2);
}

TEST_CASE("Playing touches as much as was said", "[testing][trace]") {
  const Trace trace = parse_trace("+ 0 5000\n");
  const auto touched = [&](Touch touch) {
    Forgetful memory;
    static_cast<void>(testing::play(trace, memory, touch));
    std::size_t bytes = 0;
    for (const std::byte byte : memory.memory) bytes += byte != std::byte{0} ? 1 : 0;
    return bytes;
  };

  CHECK(touched(Touch::nothing) == 0);
  CHECK(touched(Touch::byte_per_page) == 3);
  CHECK(touched(Touch::every_byte) == 5000);
  CHECK(touched(Touch::checked) == 5000);
}

TEST_CASE("Checked, damage is found at the give and at the end", "[testing][trace]") {
  Forgetful memory;

  CHECK(testing::play(parse_trace("+ 0 64\n+ 1 64\n- 0\n- 1\n"), memory) == 0U);
  CHECK(testing::play(parse_trace("+ 0 64\n- 0\n+ 1 64\n+ 2 32\n"), memory) == 1U);
  CHECK(testing::play(parse_trace("+ 0 64\n- 0\n+ 1 64\n- 1\n"), memory) == std::nullopt);
  CHECK(testing::play(parse_trace("+ 0 64\n+ 1 64\n"), memory, Touch::every_byte) == std::nullopt);
}
