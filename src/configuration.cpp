// SPDX-License-Identifier: Apache-2.0
// Of the target `ebb::facade`: what reads and writes configurations.
#ifndef EBB_FACADE_COMPILED
#error "ebb: built with EBB_FACADE_COMPILED, as cmake/EbbFacade.cmake does"
#endif

#include <ebb/facade/configuration.ipp>
#include <ebb/facade/configuration_json.ipp>
#include <ebb/facade/description.ipp>
#include <ebb/facade/nd4j.ipp>
