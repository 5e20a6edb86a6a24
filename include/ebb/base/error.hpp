// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Typed errors: who, how much, and what to do about it.
///
/// | id  | type               | when                                                             |
/// |-----|--------------------|------------------------------------------------------------------|
/// | E01 | `OutOfWorkspace`   | a request does not fit and the spill policy refuses              |
/// | E02 | `StaleArray`       | a handle is used whose cycle is over                             |
/// | E03 | `NoOpenCycle`      | memory is asked of a workspace that is closed                    |
/// | E04 | `NotOpen`          | a closed workspace is borrowed, or is the target of a copy       |
/// | E05 | `SpaceRefused`     | the space has no more bytes                                      |
/// | E06 | `BadRequest`       | a size or an alignment that cannot be served                     |
/// | E07 | `WrongThread`      | a workspace is used while another thread has it open             |
/// | E08 | `WrongRole`        | an array or a scope is not where its role wants it               |
/// | E09 | `BadConfiguration` | settings that are none, or that contradict each other            |
/// | E10 | `PlanMismatch`     | a cycle leaves its plan and the spill policy refuses             |
/// | E11 | `BadPlanFile`      | a saved plan cannot be used                                      |
/// | E13 | `FenceBroken`      | something was written beside a piece, seen by `Fenced`           |
/// | E16 | `DataError`        | a file of data is malformed                                      |
///
/// Every id has a page, `docs/errors/E01.md` and so on. The numbers between belong to parts that
/// bring their errors along.

#include <stdexcept>
#include <string>
#include <string_view>

namespace ebb {

/// The base of everything that ebb throws.
///
/// - For: catching any of them; `what()` starts with the id and ends with the page
/// - Threads: a value; anybody
class Error : public std::runtime_error {
 public:
  /// The stable id, as in `E01`.
  [[nodiscard]] const char* id() const noexcept { return id_; }

 protected:
  Error(const char* id, std::string_view type, std::string_view text)
      : std::runtime_error(message(id, type, text)), id_(id) {}

 private:
  static std::string message(const char* id, std::string_view type, std::string_view text) {
    std::string message = "ebb-";
    message.append(id).append(" ").append(type).append(": ").append(text);
    message.append(" docs/errors/").append(id).append(".md");
    return message;
  }

  const char* id_;
};

/// A request does not fit and the spill policy refuses.
struct OutOfWorkspace : Error {
  explicit OutOfWorkspace(std::string_view text) : Error("E01", "OutOfWorkspace", text) {}
};

/// A handle is used whose cycle is over.
struct StaleArray : Error {
  explicit StaleArray(std::string_view text) : Error("E02", "StaleArray", text) {}
};

/// Memory is asked of a workspace that is closed.
struct NoOpenCycle : Error {
  explicit NoOpenCycle(std::string_view text) : Error("E03", "NoOpenCycle", text) {}
};

/// A closed workspace is borrowed, or is the target of a copy.
struct NotOpen : Error {
  explicit NotOpen(std::string_view text) : Error("E04", "NotOpen", text) {}
};

/// The space has no more bytes.
struct SpaceRefused : Error {
  explicit SpaceRefused(std::string_view text) : Error("E05", "SpaceRefused", text) {}
};

/// A size or an alignment cannot be served.
struct BadRequest : Error {
  explicit BadRequest(std::string_view text) : Error("E06", "BadRequest", text) {}
};

/// A workspace is used while another thread has it open, or a manager whose thread is ending.
struct WrongThread : Error {
  explicit WrongThread(std::string_view text) : Error("E07", "WrongThread", text) {}
};

/// An array or a scope is not where its role wants it.
struct WrongRole : Error {
  explicit WrongRole(std::string_view text) : Error("E08", "WrongRole", text) {}
};

/// Settings are none, or contradict each other.
struct BadConfiguration : Error {
  explicit BadConfiguration(std::string_view text) : Error("E09", "BadConfiguration", text) {}
};

/// A cycle leaves its plan and the spill policy refuses.
struct PlanMismatch : Error {
  explicit PlanMismatch(std::string_view text) : Error("E10", "PlanMismatch", text) {}
};

/// A saved plan cannot be used.
struct BadPlanFile : Error {
  explicit BadPlanFile(std::string_view text) : Error("E11", "BadPlanFile", text) {}
};

/// Something was written beside a piece.
struct FenceBroken : Error {
  explicit FenceBroken(std::string_view text) : Error("E13", "FenceBroken", text) {}
};

/// A file of data is malformed.
struct DataError : Error {
  explicit DataError(std::string_view text) : Error("E16", "DataError", text) {}
};

/// A number for people: 1048576 reads `1 048 576`.
[[nodiscard]] inline std::string grouped(unsigned long long number) {
  std::string digits = std::to_string(number);
  for (std::size_t left = digits.size(); left > 3;) digits.insert(left -= 3, 1, ' ');
  return digits;
}

}  // namespace ebb
