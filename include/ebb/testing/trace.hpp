// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Recorded programs: what a cycle takes and gives back, as a file.
///
///     + ID BYTES     a piece is taken
///     - ID           it is given back
///
/// | to                              | use                                   |
/// |---------------------------------|---------------------------------------|
/// | read and write                  | `read_trace`, `parse_trace`, `write_trace`, `to_string` |
/// | record what a workspace is asked | `TraceRecorder`                      |
/// | see a learned plan as a trace   | `trace_of(plan)`                      |
/// | run it                          | `play`                                |

#include <ebb/base/alignment.hpp>
#include <ebb/base/contract.hpp>
#include <ebb/base/error.hpp>
#include <ebb/engine/plan.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ebb::testing {

/// A recorded program. Pieces are numbered in the order in which they are taken.
///
/// - Units: bytes as the program asked for them
/// - Threads: a value; anybody
struct Trace {
  std::vector<std::size_t> bytes;  ///< of each piece
  std::vector<PlanEvent> events;

  /// Adds a take.
  ///
  /// - Returns: the number of the piece
  std::uint32_t take(std::size_t piece_bytes) {
    const auto piece = static_cast<std::uint32_t>(bytes.size());
    bytes.push_back(piece_bytes);
    events.push_back({piece, false});
    return piece;
  }
  void give(std::uint32_t piece) { events.push_back({piece, true}); }

  friend bool operator==(const Trace&, const Trace&) = default;
};

/// Reads a trace from text, strictly.
///
/// - Errors: `DataError`, with the number of the line: no event, a number that is none, a piece of
///   0 bytes, an id that lives already, an id that does not live, anything left over
/// - Note: ids may be any numbers, and may be used again after the give
[[nodiscard]] inline Trace parse_trace(std::string_view text, std::string_view name = "trace") {
  Trace trace;
  std::unordered_map<std::uint64_t, std::uint32_t> live;
  std::size_t line_number = 0;
  const auto fail = [&](std::string_view line, std::string_view why) {
    ebb::detail::raise(DataError(
        "\"" + std::string(name) + "\", line " + std::to_string(line_number) + ", \"" +
        std::string(line) + "\": " + std::string(why) + ". A line is `+ ID BYTES` or `- ID`."));
  };
  while (!text.empty()) {
    ++line_number;
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);

    std::string_view rest = line;
    const auto number = [&]() -> std::uint64_t {
      std::uint64_t value = 0;
      if (rest.empty() || rest.front() != ' ') fail(line, "a number is missing");
      const auto [after, error] =
          std::from_chars(rest.data() + 1, rest.data() + rest.size(), value);
      if (error != std::errc{}) fail(line, "this is no number");
      rest.remove_prefix(static_cast<std::size_t>(after - rest.data()));
      return value;
    };
    const char kind = line.empty() ? '\0' : line.front();
    if (kind != '+' && kind != '-') fail(line, "this is no event");
    rest.remove_prefix(1);
    const std::uint64_t id = number();
    const auto found = live.find(id);
    if (kind == '+') {
      const std::uint64_t bytes = number();
      if (found != live.end()) fail(line, "the piece lives already");
      if (bytes == 0 || bytes > max_bytes / 4) fail(line, "no piece has that size");
      live.emplace(id, trace.take(bytes));
    } else {
      if (found == live.end()) fail(line, "no piece of that id lives");
      trace.give(found->second);
      live.erase(found);
    }
    if (!rest.empty()) fail(line, "there is too much");
  }
  return trace;
}

/// A trace as text, a line for each event.
[[nodiscard]] inline std::string to_string(const Trace& trace) {
  std::string text;
  for (const PlanEvent event : trace.events) {
    text += event.is_give ? "- " : "+ ";
    text += std::to_string(event.piece);
    if (!event.is_give) text += " " + std::to_string(trace.bytes[event.piece]);
    text += "\n";
  }
  return text;
}

namespace detail {

struct CloseTraceFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using TraceFile = std::unique_ptr<std::FILE, CloseTraceFile>;

}  // namespace detail

/// Reads a trace from a file.
///
/// - Errors: `DataError` if the file cannot be read; those of `parse_trace`
[[nodiscard]] inline Trace read_trace(const std::string& path) {
  const detail::TraceFile file(std::fopen(path.c_str(), "rb"));
  if (!file) ebb::detail::raise(DataError("\"" + path + "\" cannot be read. Check the path."));
  std::string text;
  char buffer[4096];
  while (const std::size_t read = std::fread(buffer, 1, sizeof buffer, file.get()))
    text.append(buffer, read);
  return parse_trace(text, path);
}

/// Writes a trace into a file.
///
/// - Errors: `DataError` if the file cannot be written
inline void write_trace(const Trace& trace, const std::string& path) {
  const std::string text = to_string(trace);
  detail::TraceFile file(std::fopen(path.c_str(), "wb"));
  const bool is_written =
      file && std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
  if (!is_written || std::fclose(file.release()) != 0)
    ebb::detail::raise(
        DataError("\"" + path + "\" cannot be written. Check the folder and the disk."));
}

/// The events of a learned plan, with its capacities as sizes.
[[nodiscard]] inline Trace trace_of(const Plan& plan) {
  Trace trace;
  for (const PlanEvent event : plan.events()) {
    if (event.is_give) {
      trace.give(event.piece);
    } else {
      trace.take(plan.pieces()[event.piece].bytes);
    }
  }
  return trace;
}

/// Stands between a program and its workspace, and writes down what passes.
///
/// - For: recording a trace from a program that takes raw memory
/// - Errors: those of the workspace; `std::bad_alloc` from the books
/// - Costs: a look into a hash table
/// - Threads: the owner of the workspace
template <class W>
class TraceRecorder {
 public:
  explicit TraceRecorder(W& workspace) : workspace_(&workspace) {}

  [[nodiscard]] void* allocate(std::size_t bytes) {
    void* const pointer = workspace_->allocate(bytes);
    if (bytes != 0) live_.insert_or_assign(pointer, trace_.take(bytes));
    return pointer;
  }
  void deallocate(void* pointer, std::size_t bytes) {
    if (const auto found = live_.find(pointer); found != live_.end()) {
      trace_.give(found->second);
      live_.erase(found);
    }
    workspace_->deallocate(pointer, bytes);
  }

  /// What was recorded since the last call.
  [[nodiscard]] Trace take_trace() {
    live_.clear();
    return std::exchange(trace_, Trace{});
  }

 private:
  W* workspace_;
  Trace trace_;
  std::unordered_map<void*, std::uint32_t> live_;
};

/// How much of each piece is written when a trace is played.
enum class Touch : unsigned char {
  nothing,
  byte_per_page,  ///< of 4096 bytes, and the last byte
  every_byte,     ///< with a pattern of the piece
  checked,        ///< as `every_byte`, and the pattern must be there at the give or the end
};

/// Plays a trace against anything with `allocate(bytes)` and `deallocate(pointer, bytes)`. What the
/// trace leaves alive is left alive.
///
/// - Returns: under `checked`, the number of the first piece whose pattern was overwritten while it
///   lived
/// - Errors: those of the workspace
/// - Costs: of the events, and of the bytes written; `places` keeps its capacity between calls
template <class W>
[[nodiscard]] std::optional<std::uint32_t> play(const Trace& trace, W& workspace, Touch touch,
                                                std::vector<std::byte*>& places) {
  places.assign(trace.bytes.size(), nullptr);
  std::optional<std::uint32_t> damaged;
  const auto pattern = [](std::uint32_t piece) {
    return static_cast<int>(piece * 167U + 13U) & 255;
  };
  const auto check = [&](std::uint32_t piece) {
    // All bytes are alike if each is the one before it: a comparison that is fast.
    const std::byte* const place = places[piece];
    const bool is_intact = place[0] == static_cast<std::byte>(pattern(piece)) &&
                           std::memcmp(place, place + 1, trace.bytes[piece] - 1) == 0;
    if (!is_intact && !damaged) damaged = piece;
  };
  for (const PlanEvent event : trace.events) {
    const std::size_t bytes = trace.bytes[event.piece];
    if (event.is_give) {
      if (touch == Touch::checked) check(event.piece);
      workspace.deallocate(places[event.piece], bytes);
      places[event.piece] = nullptr;
      continue;
    }
    auto* const place = static_cast<std::byte*>(workspace.allocate(bytes));
    places[event.piece] = place;
    if (touch == Touch::byte_per_page) {
      for (std::size_t i = 0; i < bytes; i += 4096) place[i] = std::byte{1};
      place[bytes - 1] = std::byte{1};
    } else if (touch != Touch::nothing) {
      std::memset(place, pattern(event.piece), bytes);
    }
  }
  if (touch == Touch::checked)
    for (std::uint32_t piece = 0; piece < places.size(); ++piece)
      if (places[piece] != nullptr) check(piece);
  return damaged;
}
template <class W>
[[nodiscard]] std::optional<std::uint32_t> play(const Trace& trace, W& workspace,
                                                Touch touch = Touch::checked) {
  std::vector<std::byte*> places;
  return play(trace, workspace, touch, places);
}

}  // namespace ebb::testing
