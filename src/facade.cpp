// SPDX-License-Identifier: Apache-2.0
// Of the target `ebb::facade`: the workspaces whose types are found at run time. The other half is
// configuration.cpp.
#ifndef EBB_FACADE_COMPILED
#error "ebb: built with EBB_FACADE_COMPILED, as cmake/EbbFacade.cmake does"
#endif

#include <ebb/facade/any_workspace.ipp>
