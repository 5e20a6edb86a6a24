// SPDX-License-Identifier: Apache-2.0
#include <ebb/facade.hpp>

#include <string>

std::string from_the_second_unit(const ebb::Configuration& configuration) {
  return to_json(configuration).dump();
}
