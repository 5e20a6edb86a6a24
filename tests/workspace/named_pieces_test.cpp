// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/named_pieces.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace ebb;

TEST_CASE("Named pieces have the name that is innermost", "[workspace][checks]") {
  Workspace<Fenced<16>> workspace{"step"};
  Core& core = workspace;
  std::vector<Array<char>> held;
  auto cycle = workspace.enter();
  const auto take = [&](std::size_t count) {
    held.push_back(workspace.make<char>(count).copy_to(core));
  };
  {
    const NamedPieces outer{workspace, "outer"};
    {
      const NamedPieces inner{workspace, "inner"};
      take(10);
    }
    take(20);
  }
  cycle.close();

  const std::vector<PlaceReport> escapes = workspace.report().escapes;

  REQUIRE(escapes.size() == 2);
  CHECK(escapes[0].origin.name == std::string("outer"));
  CHECK(escapes[1].origin.name == std::string("inner"));
}

TEST_CASE("Named pieces do nothing where nothing is watched", "[workspace][checks]") {
  Workspace<> workspace{"step"};
  const NamedPieces all{workspace, "all"};
  auto cycle = workspace.enter();

  CHECK(static_cast<Core&>(workspace).allocate(10) != nullptr);
  CHECK(workspace.report().growing.empty());
}
