// SPDX-License-Identifier: Apache-2.0
// A shared library with a workspace of static storage, whose cycle is open when it is unloaded.
#include <ebb/ebb.hpp>

#include <optional>
#include <utility>

namespace {

ebb::Workspace<> workspace{"plugin"};
std::optional<ebb::Cycle> cycle;

}  // namespace

extern "C" [[gnu::visibility("default")]] void make_view(ebb::ArrayView<int>* view) {
  cycle.emplace(workspace.enter());
  auto array = workspace.make<int>(4);
  array.view()[3] = 42;
  *view = std::move(array).keep();
}
