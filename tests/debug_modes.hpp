// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Puts a test into a debug mode, and takes it out again.

#include <ebb/engine/debug_mode.hpp>

#include <cstdlib>
#include <optional>
#include <string>

// Sets a mode, as long as it lives.
class InMode {
 public:
  explicit InMode(ebb::DebugMode mode) { ebb::set_debug_mode(mode); }
  ~InMode() { ebb::set_debug_mode(before_); }
  InMode(const InMode&) = delete;
  InMode& operator=(const InMode&) = delete;

 private:
  ebb::DebugMode before_ = ebb::detail::debug_mode_v1;
};

// Has the environment say something that nobody has read yet, as long as it lives.
class InEnvironment : InMode {
 public:
  explicit InEnvironment(const char* word) : InMode(ebb::detail::debug_mode_not_read) {
    if (const char* const before = std::getenv("EBB_DEBUG")) before_ = before;
    if (word != nullptr)
      ::setenv("EBB_DEBUG", word, 1);
    else
      ::unsetenv("EBB_DEBUG");
  }
  ~InEnvironment() {
    if (before_)
      ::setenv("EBB_DEBUG", before_->c_str(), 1);
    else
      ::unsetenv("EBB_DEBUG");
  }

 private:
  std::optional<std::string> before_;
};
