// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A name for what containers take, who have no line of their own to show.
///
///     NamedPieces edges{workspace, "edges"};
///     ebb::vector<Edge> found{workspace};

#include <ebb/base/origin.hpp>
#include <ebb/engine/core.hpp>

namespace ebb {

/// While it lives, what is taken from a workspace without a line of its own has this one.
///
/// - For: containers and `Core&`, under debugging checks; without them it does nothing
/// - Expects: a name that lives as long as the program; they go in the reverse order of coming
/// - Costs: two virtual calls
/// - Threads: the owner of the workspace
class [[nodiscard]] NamedPieces {
 public:
  NamedPieces(Core& workspace, const char* name, Place place = Place::here()) noexcept
      : workspace_(&workspace), before_(workspace.exchange_scope_origin(named(name, place))) {}
  NamedPieces(const NamedPieces&) = delete;
  NamedPieces& operator=(const NamedPieces&) = delete;
  ~NamedPieces() { workspace_->exchange_scope_origin(before_); }

 private:
  Core* workspace_;
  Origin before_;
};

}  // namespace ebb
