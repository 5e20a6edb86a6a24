// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/ebb.hpp>
#include <ebb/testing/program.hpp>
#include <ebb/testing/trace.hpp>
#include <ebb/testing/tracking_space.hpp>
#include <ebb/workspace/plan_file.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

using namespace ebb;

namespace {

// A file of this test alone, removed at its end.
class PlanFile {
 public:
  PlanFile() : path_(std::filesystem::temp_directory_path() / name()) {}
  ~PlanFile() { std::filesystem::remove(path_); }
  PlanFile(const PlanFile&) = delete;
  PlanFile& operator=(const PlanFile&) = delete;

  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string text() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  void write(std::string_view text) const {
    std::ofstream out(path_, std::ios::binary);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
  }

 private:
  static std::string name() {
    static int number = 0;
    return "ebb_plan_" + std::to_string(::getpid()) + "_" + std::to_string(++number);
  }
  std::filesystem::path path_;
};

// + 0, + 1, - 0, + 2, - 1
template <class W>
void play(W& workspace) {
  void* const first = workspace.allocate(1024);
  void* const second = workspace.allocate(512);
  workspace.deallocate(first, 1024);
  static_cast<void>(workspace.allocate(1024));
  workspace.deallocate(second, 512);
}
template <class W>
void run(W& workspace) {
  auto cycle = workspace.enter();
  play(workspace);
}

// A file with one plan, as a workspace has saved it.
std::string saved_text() {
  const PlanFile file;
  Workspace<LearnPlan> workspace;
  run(workspace);
  save_plan(workspace, file.path());
  return file.text();
}

// The text with another line in the place of one, and the checksum that belongs to it.
std::string with_line(std::string text, std::string_view line, std::string_view other) {
  text.erase(text.rfind("checksum "));
  const std::size_t at = text.find(line);
  REQUIRE(at != std::string::npos);
  text.replace(at, line.size(), other);
  return text + ebb::detail::checksum_line(text);
}

// What loading a text says; the workspace must be as it was, and learn.
std::string complaint_about(std::string_view text) {
  const PlanFile file;
  file.write(text);
  Workspace<LearnPlan, Counted<>> workspace;
  std::string message = message_of<BadPlanFile>([&] { load_plan(workspace, file.path()); });
  std::size_t plans = 0;
  workspace.for_each_plan([&](std::optional<std::uint64_t>, const Plan&) { ++plans; });
  REQUIRE(plans == 0);
  run(workspace);
  run(workspace);
  REQUIRE(workspace.report().plan.followed_cycles == 1);
  return message;
}

}  // namespace

TEST_CASE("A plan file is what its header says", "[workspace][plan_file][reuse]") {
  const std::string text = saved_text();
  const Workspace<LearnPlan> workspace;
  const std::string before = "ebb-plan 1\nfingerprint " +
                             ebb::detail::hexadecimal(workspace.fingerprint()) +
                             "\n"
                             "plan - 3 5\n"
                             "+ 1024 64 0\n"
                             "+ 512 64 1024\n"
                             "- 0\n"
                             "+ 1024 64 0\n"
                             "- 1\n";

  CHECK(text == before + ebb::detail::checksum_line(before));
}

TEST_CASE("The checksum is that of Fowler, Noll and Vo", "[workspace][plan_file]") {
  CHECK(ebb::detail::fnv1a("") == 0xcbf29ce484222325U);
  CHECK(ebb::detail::fnv1a("a") == 0xaf63dc4c8601ec8cU);
  CHECK(ebb::detail::fnv1a("foobar") == 0x85944171f73967e8U);
}

TEST_CASE("With a saved plan the first cycle makes one space call and follows",
          "[workspace][plan_file][reuse]") {
  const PlanFile file;
  file.write(saved_text());
  Workspace<LearnPlan, Counted<>> workspace;

  load_plan(workspace, file.path());

  CHECK(workspace.space().calls() == 0);
  run(workspace);
  CHECK(workspace.space().calls() == 1);
  CHECK(workspace.report().plan.followed_cycles == 1);
  CHECK(workspace.report().block_bytes == 1536);
  run(workspace);
  CHECK(workspace.space().calls() == 1);
  CHECK(workspace.report().plan.followed_cycles == 2);
  CHECK(workspace.report().plan.diverged_cycles == 0);
}

TEST_CASE("A recorded training step starts warm", "[workspace][plan_file][reuse]") {
  const testing::Trace trace = testing::read_trace(std::string(EBB_TRACES) + "/resnet18.txt");
  const PlanFile file;
  const auto step = [&](auto& workspace) {
    auto cycle = workspace.enter();
    CHECK(testing::play(trace, workspace, testing::Touch::byte_per_page) == std::nullopt);
  };
  {
    Workspace<LearnPlan> workspace;
    step(workspace);
    save_plan(workspace, file.path());
  }
  Workspace<LearnPlan, Counted<>> workspace;
  load_plan(workspace, file.path());

  step(workspace);

  CHECK(workspace.space().calls() == 1);
  CHECK(workspace.report().plan.followed_cycles == 1);
}

TEST_CASE("What was saved and loaded is saved again to the byte", "[workspace][plan_file][reuse]") {
  const PlanFile first;
  const PlanFile second;
  Workspace<LearnPlan> workspace;
  for (const int key : {3, -1, 7}) {
    auto cycle = workspace.enter(key);
    play(workspace);
    static_cast<void>(workspace.allocate(64, std::size_t{64} << (key & 3)));
  }
  run(workspace);
  save_plan(workspace, first.path());
  Workspace<LearnPlan> other{"other"};

  load_plan(other, first.path());
  save_plan(other, second.path());

  CHECK(first.text() == second.text());
  CHECK(contains(first.text(), "plan 18446744073709551615 4 6\n"));
}

TEST_CASE("Each key finds its saved plan", "[workspace][plan_file][reuse]") {
  const PlanFile file;
  Workspace<LearnPlan> teacher;
  const auto keyed = [](auto& workspace, std::size_t key) {
    auto cycle = workspace.enter(key);
    for (std::size_t i = 0; i < key; ++i) static_cast<void>(workspace.allocate(64));
  };
  for (const std::size_t key : {4U, 2U, 9U}) keyed(teacher, key);
  save_plan(teacher, file.path());
  Workspace<LearnPlan, Counted<>> workspace;
  load_plan(workspace, file.path());

  for (const std::size_t key : {2U, 9U, 4U}) keyed(workspace, key);

  CHECK(workspace.report().plan.followed_cycles == 3);
  CHECK(workspace.space().calls() == 1);
}

TEST_CASE("A workspace without plans saves a file that teaches nothing",
          "[workspace][plan_file][reuse]") {
  const PlanFile file;
  Workspace<LearnPlan> workspace;

  save_plan(workspace, file.path());
  load_plan(workspace, file.path());

  run(workspace);
  run(workspace);
  CHECK(workspace.report().plan.followed_cycles == 1);
}

TEST_CASE("Saving replaces an old file, and leaves no draft", "[workspace][plan_file]") {
  const PlanFile file;
  file.write("something else");
  Workspace<LearnPlan> workspace;
  run(workspace);

  save_plan(workspace, file.path());

  CHECK(file.text() == saved_text());
  CHECK(!std::filesystem::exists(file.path() + ".draft"));
}

TEST_CASE("A file that cannot be written or read is BadPlanFile with its name",
          "[workspace][plan_file]") {
  Workspace<LearnPlan> workspace;
  const std::string path = "/nowhere/at/all.plan";

  CHECK(contains(message_of<BadPlanFile>([&] { save_plan(workspace, path); }), path));
  CHECK(contains(message_of<BadPlanFile>([&] { load_plan(workspace, path); }), path));
}

// ---- what is not believed -----------------------------------------------------------------------

TEST_CASE("A damaged byte at any position is an error", "[workspace][plan_file]") {
  const std::string text = saved_text();
  const PlanFile file;
  Workspace<LearnPlan> workspace;
  std::size_t accepted = 0;
  for (std::size_t at = 0; at < text.size(); ++at)
    for (const int flipped : {1, 2, 4, 8, 16, 32, 64, 128}) {
      std::string damaged = text;
      damaged[at] = static_cast<char>(damaged[at] ^ flipped);
      file.write(damaged);
      const std::string message =
          message_of<BadPlanFile>([&] { load_plan(workspace, file.path()); });
      if (!contains(message, "ebb-E11 BadPlanFile")) {
        CAPTURE(at, flipped, message);
        ++accepted;
        CHECK(false);
      }
    }

  CHECK(accepted == 0);
  std::size_t plans = 0;
  workspace.for_each_plan([&](std::optional<std::uint64_t>, const Plan&) { ++plans; });
  CHECK(plans == 0);
  CHECK(workspace.report().space_calls == 0);
}

TEST_CASE("A file cut at any length is an error", "[workspace][plan_file][reuse]") {
  const std::string text = saved_text();
  for (std::size_t length = 0; length < text.size(); ++length) {
    const std::string message = complaint_about(text.substr(0, length));
    CAPTURE(length, message);
    CHECK(contains(message, "ebb-E11 BadPlanFile"));
  }
}

TEST_CASE("A file with something behind its end is an error", "[workspace][plan_file][reuse]") {
  CHECK(contains(complaint_about(saved_text() + "\n"), "damaged"));
  CHECK(contains(complaint_about(saved_text() + saved_text()), "damaged"));
}

TEST_CASE("A newer format is an error that names both", "[workspace][plan_file][reuse]") {
  const std::string message = complaint_about(with_line(saved_text(), "ebb-plan 1", "ebb-plan 2"));

  CHECK(contains(message, "line 1: format 2, and this program reads format 1"));
}

TEST_CASE("A plan of other policies is an error", "[workspace][plan_file]") {
  const PlanFile file;
  file.write(saved_text());
  Workspace<LearnPlan, Granule<256>> granule;
  Workspace<LearnPlan, Bounds<0, 1 << 20>> bounds;
  alignas(64) std::array<std::byte, 4096> memory;
  Workspace<LearnPlan, Buffer> buffer{"buffer", Buffer{memory}};

  for (Planner* const workspace : {static_cast<Planner*>(&granule), static_cast<Planner*>(&bounds),
                                   static_cast<Planner*>(&buffer)})
    CHECK(contains(message_of<BadPlanFile>([&] { load_plan(*workspace, file.path()); }),
                   "line 2: the plan was made by other policies or another space"));
}

TEST_CASE("A plan that overlaps itself is an error whatever its checksum says",
          "[workspace][plan_file][reuse]") {
  const std::string text = saved_text();

  for (const char* const line : {"+ 512 64 0", "+ 512 64 960", "+ 512 64 64", "+ 64 64 512"})
    CHECK(contains(complaint_about(with_line(text, "+ 512 64 1024", line)), "overlap"));
  CHECK(contains(complaint_about(with_line(text, "- 0\n+ 1024 64 0", "- 0\n+ 1024 64 1024")),
                 "overlap"));
}

TEST_CASE("Numbers out of range are errors with their line", "[workspace][plan_file][reuse]") {
  const std::string text = saved_text();
  struct Wrong {
    const char* line;
    const char* other;
    const char* what;
  };
  const Wrong wrong =
      GENERATE(Wrong{"+ 512 64 1024", "+ 0 64 1024", "line 5: a size"},
               Wrong{"+ 512 64 1024", "+ 500 64 1024", "line 5: a size"},
               Wrong{"+ 512 64 1024", "+ 9223372036854775808 64 1024", "line 5: a size"},
               Wrong{"+ 512 64 1024", "+ 18446744073709551616 64 1024", "line 5: \"184467440"},
               Wrong{"+ 512 64 1024", "+ 512 0 1024", "line 5: a wrong alignment"},
               Wrong{"+ 512 64 1024", "+ 512 65 1024", "line 5: a wrong alignment"},
               Wrong{"+ 512 64 1024", "+ 512 8192 8192", "line 5: a wrong alignment"},
               Wrong{"+ 512 64 1024", "+ 512 64 1025", "overlap"},
               Wrong{"+ 512 64 1024", "+ 512 4096 1024", "overlap"},
               Wrong{"+ 512 64 1024", "+ 512 64 9223372036854775808", "line 5: an offset"},
               Wrong{"+ 512 64 1024", "+ 512 64 4096", "a plan larger than all its pieces"},
               Wrong{"+ 512 64 1024", "+ 512 64", "line 5: a number is missing"},
               Wrong{"+ 512 64 1024", "+ 512 64 1024 1", "line 5: \" 1\" is too much"},
               Wrong{"+ 512 64 1024", "+ 512 64 x", "line 5: \"x\" is no number"},
               Wrong{"+ 512 64 1024", "+ 512 64 -1", "line 5: \"-1\" is no number"},
               Wrong{"+ 512 64 1024", "+512 64 1024", "expected a line \"+ …\""},
               Wrong{"- 0", "- 1\n- 1", "a piece that does not live"},
               Wrong{"- 0", "- 2", "line 6: a piece that does not live"},
               Wrong{"- 0", "- 4294967296", "line 6: a piece that does not live"},
               Wrong{"- 0", "- ", "line 6: \"\" is no number"},
               Wrong{"- 0", "* 0", "expected a line \"+ …\""},
               Wrong{"plan - 3 5", "plan - 2 5", "another number of pieces"},
               Wrong{"plan - 3 5", "plan - 3 4", "expected a line \"checksum …\""},
               Wrong{"plan - 3 5", "plan - 3 6", "expected a line \"+ …\""},
               Wrong{"plan - 3 5", "plan - 3 18446744073709551615", "expected a line \"+ …\""},
               Wrong{"plan - 3 5", "plan -1 3 5", "a number is missing"},
               Wrong{"plan - 3 5", "plan x 3 5", "is no number"},
               Wrong{"fingerprint", "fingerprinz", "expected a line \"fingerprint …\""});
  CAPTURE(wrong.other);

  const std::string message = complaint_about(with_line(text, wrong.line, wrong.other));

  CHECK(contains(message, wrong.what));
  CHECK(contains(message, "The workspace learns as if there were no file."));
}

TEST_CASE("A plan without events leaves the workspace to learn", "[workspace][plan_file][reuse]") {
  const PlanFile file;
  std::string text = saved_text();
  text.erase(text.find("plan - "));
  text += "plan - 0 0\n";
  file.write(text + ebb::detail::checksum_line(text));
  Workspace<LearnPlan> workspace;

  load_plan(workspace, file.path());

  for (int i = 0; i < 3; ++i) run(workspace);
  CHECK(workspace.report().plan.followed_cycles == 1);
}

TEST_CASE("A file is not loaded into an open workspace", "[workspace][plan_file][reuse]") {
  const PlanFile file;
  file.write(saved_text());
  Workspace<LearnPlan> workspace;
  auto cycle = workspace.enter();

  CHECK_THROWS_AS(load_plan(workspace, file.path()), BadRequest);

  play(workspace);
  cycle.close();
  CHECK(workspace.plan().events().size() == 5);
}

TEST_CASE("What was learnt is kept where a file is refused", "[workspace][plan_file][reuse]") {
  const PlanFile file;
  file.write(with_line(saved_text(), "+ 512 64 1024", "+ 512 64 0"));
  Workspace<LearnPlan> workspace;
  run(workspace);

  CHECK_THROWS_AS(load_plan(workspace, file.path()), BadPlanFile);

  run(workspace);
  CHECK(workspace.report().plan.followed_cycles == 1);
}

TEST_CASE("A plan below the minimum of the bounds is loaded", "[workspace][plan_file][reuse]") {
  using Bounded = Workspace<LearnPlan, Bounds<4096, 65536>>;
  const PlanFile file;
  Bounded teacher;
  run(teacher);
  save_plan(teacher, file.path());
  Bounded workspace;

  load_plan(workspace, file.path());

  run(workspace);
  CHECK(workspace.report().plan.followed_cycles == 1);
  CHECK(workspace.report().block_bytes == 4096);
}

TEST_CASE("A plan that a buffer cannot hold is loaded and not followed",
          "[workspace][plan_file][reuse]") {
  alignas(64) std::array<std::byte, 1024> memory;
  const PlanFile file;
  using Buffered = Workspace<LearnPlan, Buffer>;
  Workspace<LearnPlan> teacher;
  run(teacher);
  Buffered workspace{"buffer", Buffer{memory}};
  workspace.set_plans({{std::nullopt, teacher.plan()}});
  save_plan(workspace, file.path());

  load_plan(workspace, file.path());

  auto cycle = workspace.enter();
  CHECK(workspace.try_allocate(1024) == memory.data());
}

// A file that was changed on purpose, checksum and all: refused, or a plan that is as safe as one
// that was learnt.
TEST_CASE("Whatever stands in a file, no two live pieces overlap",
          "[workspace][plan_file][reuse]") {
  using W = Workspace<LearnPlan, testing::Tracking<>>;
  const PlanFile file;
  std::size_t loaded = 0;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    testing::RandomNumbers next{seed};
    const testing::Program program =
        testing::generate_program(next, {.most_actions = 16, .most_bytes = 1000});
    testing::SpaceLog log;
    W workspace{"changed", testing::Tracking<>{log}};
    testing::ProgramRunner<W> runner{workspace, log};
    runner.run(program.front());
    save_plan(workspace, file.path());
    std::string text = file.text();
    text.erase(text.rfind("checksum "));
    for (std::size_t changes = 1 + next(3); changes != 0; --changes) {
      // A digit for a digit, so that much of it can still be read.
      const std::size_t from = text.find('\n', text.find("fingerprint"));
      const std::size_t at = from + next(text.size() - from);
      if (text[at] >= '0' && text[at] <= '9') text[at] = static_cast<char>('0' + next(10));
    }
    file.write(text + ebb::detail::checksum_line(text));
    try {
      load_plan(workspace, file.path());
      ++loaded;
    } catch (const BadPlanFile&) {
    }

    for (const testing::ProgramCycle& cycle : program) runner.run(cycle);

    CAPTURE(seed);
    REQUIRE(runner.problem() == "");
  }
  CHECK(loaded > 300);
  CHECK(loaded < 1400);
}
