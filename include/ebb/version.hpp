// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The version of ebb. `CMakeLists.txt` reads it from here, so it stands nowhere else.

namespace ebb {

inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;
inline constexpr const char* version_string = "0.1.0";

}  // namespace ebb
