// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Plans that outlive the program: save them, and start warm the next time.
///
/// The file is text, a line for each event:
///
///     ebb-plan 1                  format
///     fingerprint HEX             of the policies that a plan depends on
///     plan KEY PIECES EVENTS      the last used first; the key is - for `enter()`
///     + BYTES ALIGNMENT OFFSET    a take; pieces are numbered in this order
///     - PIECE                     a give
///     checksum HEX                FNV-1a, 64 bits, of everything before this line
///
/// What is read is not believed: numbers are bounded, no plan is larger than all its pieces, and a
/// sweep over the events shows that every offset is aligned and no two pieces that live at once
/// overlap.

#include <ebb/base/alignment.hpp>
#include <ebb/base/arithmetic.hpp>
#include <ebb/base/contract.hpp>
#include <ebb/engine/plan.hpp>
#include <ebb/engine/planner.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ebb {

namespace detail {

inline constexpr std::uint64_t plan_file_format = 1;

/// FNV-1a, 64 bits (Fowler, Noll and Vo).
[[nodiscard]] inline std::uint64_t fnv1a(std::string_view bytes) noexcept {
  std::uint64_t hash = 14695981039346656037U;
  for (const char byte : bytes)
    hash = (hash ^ static_cast<unsigned char>(byte)) * std::uint64_t{1099511628211U};
  return hash;
}

[[nodiscard]] inline std::string hexadecimal(std::uint64_t number) {
  char digits[16];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number, 16).ptr;
  return {std::begin(digits), end};
}

[[nodiscard]] inline std::string checksum_line(std::string_view before) {
  return "checksum " + hexadecimal(fnv1a(before)) + "\n";
}

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

/// Reads a plan file line by line; every complaint names the file and the line.
class PlanReader {
 public:
  PlanReader(std::string_view path, std::string_view text) : path_(path), rest_(text) {}

  [[noreturn]] void fail(const std::string& what) const {
    raise(BadPlanFile("\"" + std::string(path_) + "\", line " + std::to_string(line_number_) +
                      ": " + what + ". The workspace learns as if there were no file."));
  }

  /// Goes to the next line, which starts with a word.
  void line(std::string_view word) {
    if (!try_line(word)) fail("expected a line \"" + std::string(word) + " …\"");
  }
  [[nodiscard]] bool try_line(std::string_view word) {
    ++line_number_;
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) fail("the file ends in the middle");
    const std::string_view line = rest_.substr(0, end);
    if (line.substr(0, word.size()) != word || line.substr(word.size(), 1) != " ") {
      --line_number_;
      return false;
    }
    words_ = line.substr(word.size());
    rest_.remove_prefix(end + 1);
    return true;
  }

  /// The next number of the line.
  [[nodiscard]] std::uint64_t number(int base = 10) {
    std::uint64_t value = 0;
    if (words_.empty() || words_.front() != ' ') fail("a number is missing");
    const auto [end, error] =
        std::from_chars(words_.data() + 1, words_.data() + words_.size(), value, base);
    if (error != std::errc{}) fail("\"" + std::string(words_.substr(1)) + "\" is no number");
    words_.remove_prefix(static_cast<std::size_t>(end - words_.data()));
    return value;
  }
  /// Whether the next word is a dash, which stands for nothing.
  [[nodiscard]] bool dash() noexcept {
    const bool is_dash = words_.substr(0, 2) == " -";
    if (is_dash) words_.remove_prefix(2);
    return is_dash;
  }
  void end_of_line() const {
    if (!words_.empty()) fail("\"" + std::string(words_) + "\" is too much");
  }

 private:
  std::string_view path_;
  std::string_view rest_;
  std::string_view words_;
  std::size_t line_number_ = 0;
};

[[nodiscard]] inline Plan read_plan(PlanReader& in, Alignment granule, std::size_t max_alignment,
                                    std::uint64_t pieces, std::uint64_t events) {
  CycleRecord record;
  std::vector<std::size_t> offsets;
  std::vector<bool> is_live;
  std::size_t most_bytes = 0;
  for (std::uint64_t i = 0; i < events; ++i) {
    if (in.try_line("-")) {
      const std::uint64_t piece = in.number();
      in.end_of_line();
      if (piece >= record.pieces.size() || !is_live[piece]) in.fail("a piece that does not live");
      is_live[piece] = false;
      record.give(static_cast<std::uint32_t>(piece));
      continue;
    }
    in.line("+");
    const std::uint64_t bytes = in.number();
    const std::uint64_t alignment = in.number();
    const std::uint64_t offset = in.number();
    in.end_of_line();
    if (bytes == 0 || bytes > max_bytes / 4 || bytes % granule.bytes() != 0)
      in.fail("a size that is no multiple of the granule");
    if (!is_alignment(alignment) || alignment > max_alignment) in.fail("a wrong alignment");
    if (offset > max_bytes / 4) in.fail("an offset beyond every block");
    record.take(bytes, alignment);
    most_bytes = saturating_add(most_bytes, bytes + alignment);
    offsets.push_back(offset);
    is_live.push_back(true);
  }
  if (record.pieces.size() != pieces) in.fail("another number of pieces than announced");
  record.close();
  Plan plan(std::move(record), std::move(offsets));
  if (plan.bytes() > most_bytes) in.fail("a plan larger than all its pieces together");
  if (!plan.is_sound(granule)) in.fail("pieces that live at the same time overlap");
  return plan;
}

}  // namespace detail

/// Writes the plans of a workspace into a file; an old file is replaced at once or not at all.
///
/// - Errors: `BadPlanFile` if the file cannot be written; an old one is as it was
/// - Costs: a line for each event
inline void save_plan(const Planner& workspace, const std::string& path) {
  std::string text = "ebb-plan " + std::to_string(detail::plan_file_format) + "\nfingerprint " +
                     detail::hexadecimal(workspace.fingerprint()) + "\n";
  workspace.for_each_plan([&](std::optional<std::uint64_t> key, const Plan& plan) {
    text += "plan " + (key ? std::to_string(*key) : "-") + " " +
            std::to_string(plan.pieces().size()) + " " + std::to_string(plan.events().size()) +
            "\n";
    for (const PlanEvent event : plan.events()) {
      const Lifetime& piece = plan.pieces()[event.piece];
      text += event.is_give
                  ? "- " + std::to_string(event.piece)
                  : "+ " + std::to_string(piece.bytes) + " " + std::to_string(piece.alignment) +
                        " " + std::to_string(plan.offsets()[event.piece]);
      text += "\n";
    }
  });
  text += detail::checksum_line(text);

  const std::string draft = path + ".draft";
  detail::File file(std::fopen(draft.c_str(), "wb"));
  const bool is_written =
      file && std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  const bool is_closed = file && std::fclose(file.release()) == 0;
  if (!is_written || !is_closed || std::rename(draft.c_str(), path.c_str()) != 0) {
    std::remove(draft.c_str());
    detail::raise(
        BadPlanFile("\"" + path + "\" cannot be written. Check the folder and the disk."));
  }
}

/// Reads plans from a file into a closed workspace, as if they had been learnt: the next enter
/// takes one block and follows.
///
/// - Errors: `BadPlanFile` if the file cannot be read, is damaged, truncated, of a newer format, of
///   other policies, or a plan of it overlaps itself; `BadRequest` while open or beyond the bounds;
///   `WrongThread`; the workspace is unchanged, and learns
/// - Costs: n log n for the sweep
inline void load_plan(Planner& workspace, const std::string& path) {
  const detail::File file(std::fopen(path.c_str(), "rb"));
  if (!file) detail::raise(BadPlanFile("\"" + path + "\" cannot be read. The workspace learns."));
  std::string text;
  char buffer[4096];
  while (const std::size_t read = std::fread(buffer, 1, sizeof buffer, file.get()))
    text.append(buffer, read);

  detail::PlanReader in(path, text);
  in.line("ebb-plan");
  if (const std::uint64_t format = in.number(); format != detail::plan_file_format)
    in.fail("format " + std::to_string(format) + ", and this program reads format " +
            std::to_string(detail::plan_file_format));
  in.end_of_line();

  // Before anything else is believed.
  const std::size_t last_line = text.rfind("checksum ");
  if (last_line == std::string::npos || last_line == 0 || text[last_line - 1] != '\n')
    in.fail("the file is truncated: there is no checksum");
  if (std::string_view(text).substr(last_line) != detail::checksum_line({text.data(), last_line}))
    in.fail("the file is damaged: the checksum is another");

  in.line("fingerprint");
  if (in.number(16) != workspace.fingerprint())
    in.fail("the plan was made by other policies or another space");
  in.end_of_line();
  std::vector<std::pair<std::optional<std::uint64_t>, Plan>> plans;
  while (in.try_line("plan")) {
    std::optional<std::uint64_t> key;
    if (!in.dash()) key = in.number();
    const std::uint64_t pieces = in.number();
    const std::uint64_t events = in.number();
    in.end_of_line();
    plans.emplace_back(key, detail::read_plan(in, workspace.granule(),
                                              workspace.largest_alignment(), pieces, events));
  }
  in.line("checksum");
  workspace.set_plans(std::move(plans));
}

}  // namespace ebb
