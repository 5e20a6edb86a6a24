// rejects: PlanningPolicy
// SPDX-License-Identifier: Apache-2.0
#include <ebb/workspace/workspace.hpp>

#ifdef EBB_ACCEPT
using Learning = ebb::LearnPlan;
#else
using Learning = ebb::FirstLoop;
#endif

void run(ebb::Workspace<Learning>& workspace) { auto cycle = workspace.enter(32); }
