// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/engine/plan.hpp>
#include <ebb/testing/trace.hpp>
#include <ebb/workspace/plan_svg.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cctype>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace ebb;

namespace {

Plan plan_of(const std::string& trace) {
  Workspace<LearnPlan> workspace;
  {
    auto cycle = workspace.enter();
    const auto read = testing::read_trace(std::string(EBB_TRACES) + "/" + trace + ".txt");
    static_cast<void>(testing::play(read, workspace, testing::Touch::nothing));
  }
  return workspace.plan();
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

// Why a text is not well-formed XML, as far as a picture needs it: every tag closed in order,
// attributes quoted and named once, no stray `<` or `&`. Nothing if it is.
std::optional<std::string> broken_xml(std::string_view text) {
  std::vector<std::string> open;
  std::size_t at = 0;
  const auto name = [&] {
    const std::size_t from = at;
    while (at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 ||
                                text[at] == '-' || text[at] == ':'))
      ++at;
    return std::string(text.substr(from, at - from));
  };
  std::size_t roots = 0;
  while (at < text.size()) {
    if (text[at] == '&') return "a bare &";
    if (text[at] != '<') {
      if (open.empty() && text[at] != '\n') return "text outside of the root";
      ++at;
      continue;
    }
    ++at;
    if (text[at] == '/') {
      ++at;
      if (open.empty() || name() != open.back()) return "a tag closed that is not the last";
      open.pop_back();
      if (text[at++] != '>') return "an end that is none";
      continue;
    }
    const std::string tag = name();
    if (tag.empty()) return "a tag without a name";
    if (open.empty() && ++roots > 1) return "two roots";
    std::vector<std::string> attributes;
    while (at < text.size() && text[at] == ' ') {
      ++at;
      attributes.push_back(name());
      for (std::size_t i = 0; i + 1 < attributes.size(); ++i)
        if (attributes[i] == attributes.back()) return "an attribute twice in " + tag;
      if (attributes.back().empty() || text.substr(at, 2) != "=\"") return "an attribute in " + tag;
      at += 2;
      while (at < text.size() && text[at] != '"') {
        if (text[at] == '<' || text[at] == '&') return "a bare character in " + tag;
        ++at;
      }
      ++at;
    }
    if (text.substr(at, 2) == "/>") {
      at += 2;
    } else if (at < text.size() && text[at] == '>') {
      ++at;
      open.push_back(tag);
    } else {
      return "the end of " + tag;
    }
  }
  if (!open.empty()) return open.back() + " is never closed";
  if (roots != 1) return "no root";
  return std::nullopt;
}

// The numbers of an attribute of all pieces, in order.
std::vector<double> numbers_of(std::string_view text, const std::string& attribute) {
  std::vector<double> numbers;
  for (std::size_t at = text.find("<rect x="); at != std::string_view::npos;
       at = text.find("<rect x=", at + 1)) {
    const std::size_t end = text.find('\n', at);
    const std::string line(text.substr(at, end - at));
    if (!contains(line, "<title>piece")) continue;
    const std::size_t value = line.find(" " + attribute + "=\"") + attribute.size() + 3;
    numbers.push_back(std::stod(line.substr(value)));
  }
  return numbers;
}

}  // namespace

TEST_CASE("The test knows broken XML when it sees it", "[workspace][plan_svg]") {
  CHECK(broken_xml("<a b=\"1\"><c/>text</a>\n") == std::nullopt);
  for (const char* const text : {"<a>", "<a></b>", "<a/><b/>", "<a b=1/>", "<a b=\"1\" b=\"2\"/>",
                                 "<a>&</a>", "<a", "<a b=\"<\"/>", "x<a/>", "< a/>", ""})
    CHECK(broken_xml(text) != std::nullopt);
}

TEST_CASE("A picture is well-formed XML with one rectangle for each piece",
          "[workspace][plan_svg]") {
  const char* const name = GENERATE("mlp", "resnet18", "resnet18_infer", "gpt", "lstm");
  const Plan plan = plan_of(name);

  const std::string picture = svg(plan);

  CHECK(broken_xml(picture) == std::nullopt);
  CHECK(count(picture, "<title>piece ") == plan.pieces().size());
  CHECK(contains(picture, "xmlns=\"http://www.w3.org/2000/svg\""));
  CHECK(contains(picture, std::to_string(plan.pieces().size()) + " pieces"));
}

TEST_CASE("Rectangles stand where their pieces lie", "[workspace][plan_svg]") {
  CycleRecord record;
  const auto first = record.take(1024, 1);
  const auto second = record.take(2048, 1);
  record.give(first);
  record.give(second);
  record.close();
  const Plan plan(record, {2048, 0});

  const std::string picture = svg(plan);

  // 960 wide for four events, 480 high for 3 072 bytes, the corner at 90, 530.
  CHECK(numbers_of(picture, "x") == std::vector<double>{90, 330});
  CHECK(numbers_of(picture, "width") == std::vector<double>{480, 480});
  CHECK(numbers_of(picture, "y") == std::vector<double>{50, 210});
  CHECK(numbers_of(picture, "height") == std::vector<double>{160, 320});
  CHECK(contains(picture, "piece 0: 1 024 bytes at 2 048, events 0 to 2"));
}

TEST_CASE("Sizes that differ by a factor of four have other colours", "[workspace][plan_svg]") {
  CycleRecord record;
  for (const std::size_t bytes : {64U, 128U, 256U, 1024U}) static_cast<void>(record.take(bytes, 1));
  record.close();

  const std::string picture = svg(Plan(record, SolveEffort::time_order));

  // A line of the legend has each colour once.
  CHECK(count(picture, "#ffffd9") == 1 + 2);
  CHECK(count(picture, "#edf8b1") == 1 + 1);
  CHECK(count(picture, "#c7e9b4") == 1 + 1);
  CHECK(count(picture, "#7fcdbb") == 1);
}

TEST_CASE("An empty plan is an empty picture", "[workspace][plan_svg]") {
  const std::string picture = svg(Plan());

  CHECK(broken_xml(picture) == std::nullopt);
  CHECK(count(picture, "<title>piece ") == 0);
  CHECK(!contains(picture, "nan"));
}

TEST_CASE("The curve ends where what was never given back still lives", "[workspace][plan_svg]") {
  CycleRecord record;
  static_cast<void>(record.take(1024, 1));
  record.close();

  const std::string picture = svg(Plan(record, SolveEffort::time_order));

  // Base line at 696; alive is all of the plan, 120 high.
  CHECK(contains(picture, "d=\"M90.00 696.00 H90.00 V576.00 H1050.00 V696.00 Z\""));
}
