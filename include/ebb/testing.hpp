// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief All that tests of your own policies and spaces need: laws, a model, histories, a player.

#include <ebb/testing/hands.hpp>
#include <ebb/testing/history.hpp>
#include <ebb/testing/laws/allocation.hpp>
#include <ebb/testing/laws/bounds.hpp>
#include <ebb/testing/laws/checks.hpp>
#include <ebb/testing/laws/granule.hpp>
#include <ebb/testing/laws/learning.hpp>
#include <ebb/testing/laws/reset.hpp>
#include <ebb/testing/laws/space.hpp>
#include <ebb/testing/laws/spill.hpp>
#include <ebb/testing/laws/start.hpp>
#include <ebb/testing/model.hpp>
#include <ebb/testing/play.hpp>
#include <ebb/testing/program.hpp>
#include <ebb/testing/trace.hpp>
#include <ebb/testing/tracking_space.hpp>
