// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief ND4J's `WorkspaceConfiguration`: its fields, its names, its defaults, made ours.
///
/// | field                        | default       | becomes                                           |
/// |------------------------------|---------------|---------------------------------------------------|
/// | `initialSize`                | 0             | `Empty`; else `StartWith` that and the head-room  |
/// | `minSize`, `maxSize`         | 0: none       | `Bounds`, or `Unbounded`                          |
/// | `overallocationLimit`        | 0.3           | `Overallocate<30>`                                |
/// | `policyAllocation`           | `OVERALLOCATE` | `Overallocate`, `Strict`                         |
/// | `policyLearning`             | `FIRST_LOOP`  | `NoLearning`, `FirstLoop`, `OverTime`             |
/// | `cyclesBeforeInitialization` | 0: as 1       | `OverTime` that number                            |
/// | `policySpill`                | `EXTERNAL`    | `External`, `Reallocate`, `Fail`                  |
/// | `policyReset`                | `BLOCK_LEFT`  | `BlockLeft`; `ENDOFBUFFER_REACHED` is refused     |
/// | `policyLocation`             | `RAM`         | `Host`, `MappedFile` for `MMAP`                   |
/// | `policyMirroring`            | `FULL`        | nothing: there is one side, the host              |
/// | `tempFilePath`               | null          | the file; null: one that is gone in the end        |
/// | `stepsNumber`                | 2             | nothing: ND4J does not read it either             |
///
/// Sizes are rounded up to the granule. Blocks are those of ND4J without its defects: head-room at
/// every growth, the maximum is reached, a number of cycles is a lower limit. Where ebb differs on
/// purpose, `docs/configuration.md` says so.

#include <ebb/facade/configuration.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace ebb {

/// Settings in ND4J's words; converts to a `Configuration`.
///
/// - For: code and files that come from ND4J; start with `Configuration::nd4j()`
/// - Units: bytes; `overallocationLimit` is a fraction, of which ebb has whole percents
/// - Errors: `BadConfiguration` from every call, for a value that the field cannot have
/// - Threads: a value; anybody
class Nd4jConfiguration {
 public:
  // The fields, under their own names.
  Nd4jConfiguration& initialSize(std::size_t bytes);
  Nd4jConfiguration& minSize(std::size_t bytes);
  Nd4jConfiguration& maxSize(std::size_t bytes);
  Nd4jConfiguration& overallocationLimit(double fraction);
  Nd4jConfiguration& cyclesBeforeInitialization(std::size_t cycles);
  Nd4jConfiguration& stepsNumber(std::size_t steps);
  Nd4jConfiguration& policyAllocation(std::string_view value);
  Nd4jConfiguration& policyLearning(std::string_view value);
  Nd4jConfiguration& policySpill(std::string_view value);
  Nd4jConfiguration& policyReset(std::string_view value);
  Nd4jConfiguration& policyMirroring(std::string_view value);
  Nd4jConfiguration& policyLocation(std::string_view value);
  Nd4jConfiguration& tempFilePath(std::string_view path);

  /// Reads a JSON object as ND4J writes it; what is not named stays as it is.
  ///
  /// - Errors: `BadConfiguration`, with field and value; nothing has changed
  /// - Costs: a tree of the text on the heap
  Nd4jConfiguration& json(std::string_view text);

  /// The same settings in the words of ebb, checked.
  ///
  /// - Errors: `BadConfiguration` for what ebb does not have, and for settings that contradict each
  ///   other
  /// - Costs: heap calls for the texts
  [[nodiscard]] Configuration build() const;
  operator Configuration() const { return build(); }  // NOLINT: another spelling of the same

 private:
  std::size_t initial_bytes_ = 0;
  std::size_t min_bytes_ = 0;
  std::size_t max_bytes_ = 0;
  std::size_t cycles_ = 0;
  std::size_t percent_ = 30;
  std::string allocation_ = "OVERALLOCATE";
  std::string learning_ = "FIRST_LOOP";
  std::string spill_ = "EXTERNAL";
  std::string location_ = "RAM";
  std::string file_;
};

}  // namespace ebb

#ifndef EBB_FACADE_COMPILED
#include <ebb/facade/nd4j.ipp>  // IWYU pragma: export
#endif
