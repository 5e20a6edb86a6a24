// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Lets `#include <catch2/catch.hpp>`, the spelling of Catch2 2, work with Catch2 3.
///
/// `tests/CMakeLists.txt` puts this folder on the include path only when it has found version 3.

#include <catch2/catch_all.hpp>
