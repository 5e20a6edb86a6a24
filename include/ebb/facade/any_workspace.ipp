// SPDX-License-Identifier: Apache-2.0
// The definitions of any_workspace.hpp: compiled once in `ebb::facade`, else where that is
// included.
#pragma once

#include <ebb/base/config.hpp>
#include <ebb/base/contract.hpp>
#include <ebb/base/error.hpp>
#include <ebb/base/origin.hpp>
#include <ebb/engine/planner.hpp>
#include <ebb/facade/any_policy.hpp>
#include <ebb/facade/any_workspace.hpp>
#include <ebb/policy/checks.hpp>
#include <ebb/policy/granule.hpp>
#include <ebb/policy/learning.hpp>
#include <ebb/policy/reset.hpp>
#include <ebb/workspace/composition.hpp>
#include <ebb/workspace/plan_file.hpp>
#include <ebb/workspace/workspace.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace ebb {

namespace detail {

[[noreturn]] inline void raise_learns_no_plans(std::string_view workspace, std::string_view call) {
  raise(BadRequest('"' + std::string(workspace) + "\" learns no plans, and `" + std::string(call) +
                   "` is about one. Configure `learning=learn-plan`."));
}

// One of the few types of workspaces whose policies are values.
template <class Learning, class Checks>
struct AnyBodyOf final : AnyBody {
  using Workspace =
      BasicWorkspace<Composition<AnyAllocation, AnyStart, Learning, AnySpill, BlockLeft, AnyBounds,
                                 Granule<dynamic>, Checks, AnySpace>>;

  AnyBodyOf(std::string_view name, const Configuration& made_from, Learning learning,
            AnySpace bytes)
      : AnyBody(made_from),
        workspace(name, AnyAllocation(made_from.allocation), AnyStart(made_from.start),
                  std::move(learning), AnySpill(made_from.spill), AnyBounds(made_from.bounds),
                  made_from.granule, checks_from(made_from), std::move(bytes)) {}

  Core& core() noexcept override { return workspace; }
  AnySpace& space() noexcept override { return workspace.space(); }
  Planner* planner() noexcept override {
    if constexpr (PlanningPolicy<Learning>) {
      return &workspace;
    } else {
      return nullptr;
    }
  }
  Cycle enter(std::uint64_t key, const Origin& origin) override {
    if constexpr (PlanningPolicy<Learning>) {
      if constexpr (DebuggingChecksPolicy<Checks>) return workspace.enter(key, origin);
      return workspace.enter(key);
    } else {
      raise_learns_no_plans(workspace.name(), "enter(key)");
    }
  }

  Workspace workspace;

 private:
  [[nodiscard]] static Checks checks_from(const Configuration& made_from) {
    if constexpr (std::same_as<Checks, AnyChecks>)
      return AnyChecks(made_from.checks);
    else
      return {};
  }
};

// Checks that differ in what a workspace does, not only in its handles, have a type of their own.
template <class Checks>
using ChecksOfBody = std::conditional_t<DebuggingChecksPolicy<Checks>, AnyChecks, Generational>;

}  // namespace detail

EBB_FACADE_INLINE AnyWorkspace AnyWorkspace::make(std::string_view name,
                                                  const Configuration& configuration) {
  configuration.validate();
  return make(name, configuration, AnySpace(configuration.space, configuration.file));
}

EBB_FACADE_INLINE AnyWorkspace AnyWorkspace::make(std::string_view name,
                                                  const Configuration& configuration,
                                                  AnySpace space) {
  if (name.empty()) name = configuration.name;
  if (name.empty()) name = "workspace";
  Configuration wanted = configuration;
  if (space.is_one_block()) wanted.spill = Reallocate{};  // a first size: `Fail` refuses no lesson
  wanted.validate();
  return AnyWorkspace(std::visit(
      [&]<class Learning, class Checks>(const Learning& learning,
                                        const Checks&) -> std::unique_ptr<detail::AnyBody> {
        constexpr bool learns_plans = PlanningPolicy<Learning>;
        using Answer = std::conditional_t<learns_plans, Learning, AnyLearning>;
        return std::make_unique<detail::AnyBodyOf<Answer, detail::ChecksOfBody<Checks>>>(
            name, configuration, Answer(learning), std::move(space));
      },
      configuration.learning, configuration.checks));
}

EBB_FACADE_INLINE Planner& AnyWorkspace::planner_for(std::string_view call) const {
  Planner* const planner = body().planner();
  if (planner == nullptr) detail::raise_learns_no_plans(name(), call);
  return *planner;
}

EBB_FACADE_INLINE const Plan& AnyWorkspace::plan() const { return planner_for("plan()").plan(); }

EBB_FACADE_INLINE void AnyWorkspace::solve() { planner_for("solve()").solve(); }

EBB_FACADE_INLINE void save_plan(const AnyWorkspace& workspace, const std::string& path) {
  save_plan(workspace.planner_for("save_plan"), path);
}

EBB_FACADE_INLINE void load_plan(AnyWorkspace& workspace, const std::string& path) {
  load_plan(workspace.planner_for("load_plan"), path);
}

}  // namespace ebb
