// SPDX-License-Identifier: Apache-2.0
// What a cell had to tell its owner, it wrote to where that had been.
#include "../debug_modes.hpp"
#include <ebb/ebb.hpp>

#include <catch2/catch.hpp>

using namespace ebb;

TEST_CASE("A workspace whose constructor throws gives its cell back", "[regressions]") {
  using Bounded = Workspace<Bounds<dynamic, dynamic>>;
  const auto next_cell = [] { return Workspace<>().cell(); };
  EpochCell* const cell = next_cell();

  CHECK_THROWS_AS((Bounded{"step", Bounds<dynamic, dynamic>{8192, 4096}}), BadConfiguration);
  const InMode mode(DebugMode::off);

  CHECK(next_cell() == cell);
}
