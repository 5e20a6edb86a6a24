// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Configurations as JSON, by nlohmann/json.
///
///     {"allocation": {"overallocate": 10}, "learning": "first-loop", "bounds": [4096, 1048576]}
///
/// | value           | is                                                         |
/// |-----------------|------------------------------------------------------------|
/// | a string        | what the string form has behind `=`: `"start-with:100MiB"` |
/// | an object       | an answer's word, and its number or an array of them       |
/// | a number, array | the numbers of the answer that is called like its slot     |

#include <ebb/facade/configuration.hpp>

#include <nlohmann/json.hpp>

#include <string_view>

namespace ebb {

/// A configuration as a JSON object, a member for every slot; a name and a file only if there is
/// one.
///
/// - Units: bytes as a number
/// - Errors: `std::bad_alloc`
/// - Costs: a heap call or more for every member
/// - Note: `Configuration::from_json(to_json(c).dump()) == c` for every `c` that is valid
[[nodiscard]] nlohmann::json to_json(const Configuration& configuration);

}  // namespace ebb

#ifndef EBB_FACADE_COMPILED
#include <ebb/facade/configuration_json.ipp>  // IWYU pragma: export
#endif
