// SPDX-License-Identifier: Apache-2.0
#include <ebb/manager/array_type.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <string_view>

using namespace ebb;

static_assert(name_of(ArrayType::input) == "input");
static_assert(name_of(ArrayType::recurrent_backward_loop_memory) ==
              "recurrent_backward_loop_memory");

TEST_CASE("Every array type has a name of its own", "[manager][array_type]") {
  std::set<std::string_view> names;
  for (int type = 0; type <= static_cast<int>(ArrayType::forward_cache); ++type)
    names.insert(name_of(static_cast<ArrayType>(type)));

  CHECK(names.size() == 9);
  CHECK(names.count("no array type") == 0);
  CHECK(name_of(static_cast<ArrayType>(9)) == "no array type");
}
