// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Workspaces chosen at run time, and many of them.
///
/// Needs Boost 1.81 and nlohmann/json, or the target `ebb::facade`, which is compiled with them and
/// leaves nlohmann/json alone. A command line (`facade/cli.hpp`) needs CLI11 and stands apart.

#include <ebb/facade/any_policy.hpp>
#include <ebb/facade/any_space.hpp>
#include <ebb/facade/any_workspace.hpp>
#include <ebb/facade/configuration.hpp>
#include <ebb/facade/configuration_json.hpp>
#include <ebb/facade/description.hpp>
#include <ebb/facade/nd4j.hpp>
#include <ebb/manager/array_type.hpp>
#include <ebb/manager/manager.hpp>
#include <ebb/manager/roles.hpp>
