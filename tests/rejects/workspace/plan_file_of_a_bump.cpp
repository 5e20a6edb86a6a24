// rejects: no matching function for call to .(ebb::)?load_plan
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/plan_file.hpp>
#include <ebb/workspace/workspace.hpp>

#ifdef EBB_ACCEPT
using Learning = ebb::LearnPlan;
#else
using Learning = ebb::FirstLoop;
#endif

void load(ebb::Workspace<Learning>& workspace) { ebb::load_plan(workspace, "step.plan"); }
