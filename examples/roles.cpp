// SPDX-License-Identifier: Apache-2.0
// A filter bank that says what its arrays are for, and a table that says where they live. The same
// code runs with everything on the heap when the table says so.

#include <ebb/manager/roles.hpp>

#include <cstddef>
#include <cstdio>
#include <string_view>
using namespace ebb;

enum class Use : unsigned char { samples, scratch, result };

// Messages print this; without it, the number.
static std::string_view name_of(Use use) {
  return use == Use::samples ? "samples" : use == Use::scratch ? "scratch" : "result";
}

// One stage: it knows roles, and no workspace.
static Array<float> smoothed(const Roles<Use>& roles, const Array<float>& samples) {
  roles.validate(Use::samples, samples, "smoothed");
  auto result = roles.make<float>(Use::result, samples.size());
  auto scope = roles.enter(Use::scratch);
  auto sums = roles.make<float>(Use::scratch, samples.size() + 1);
  for (std::size_t i = 0; i < samples.size(); ++i)
    sums.view()[i + 1] = sums.view()[i] + samples.view()[i];
  for (std::size_t i = 0; i + 3 < samples.size(); ++i)
    result.view()[i] = (sums.view()[i + 4] - sums.view()[i]) / 4;
  return result;
}

static void run(const char* title, const Roles<Use>& roles) {
  std::printf("%s\n", title);
  auto step = roles.enter(Use::samples);
  auto samples = roles.make<float>(Use::samples, 8);
  for (std::size_t i = 0; i < 8; ++i) samples.view()[i] = static_cast<float>(i);

  const auto result = smoothed(roles, samples);
  std::printf("  result[0] = %.1f, %s%s\n", static_cast<double>(result.view()[0]),
              result.is_attached() ? "in " : "on the heap", result.workspace_name().c_str());

  const auto copy = roles.copy_to(Use::samples, result);  // a copy where the samples live
  try {
    roles.validate(Use::result, copy, "main");
    std::printf("  a copy of it passes as a result\n");
  } catch (const WrongRole& error) {
    std::printf("  %s\n", error.what());
  }
}

int main() {
  Configuration roomy;
  roomy.allocation = Overallocate<dynamic>{50};
  const auto in_workspaces = Roles<Use>()
                                 .default_workspace("step", roomy)
                                 .with(Use::scratch, "scratch", {})
                                 .no_workspace_for(Use::result);

  run("in workspaces, results outside:", in_workspaces);
  run("results in the workspace of the step:",
      in_workspaces.with(Use::result, "step", roomy));  // the last call about a role counts
  run("everything on the heap:", Roles<Use>::none());
}
