// SPDX-License-Identifier: Apache-2.0
#include <ebb/version.hpp>

#include <catch2/catch.hpp>

#include <string>

TEST_CASE("The version's text says the same as its numbers", "[version]") {
  const std::string from_numbers = std::to_string(ebb::version_major) + "." +
                                   std::to_string(ebb::version_minor) + "." +
                                   std::to_string(ebb::version_patch);

  CHECK(ebb::version_string == from_numbers);
  CHECK(from_numbers == EBB_BUILD_VERSION);
}
