// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/config.hpp>
#include <ebb/policy/allocation.hpp>
#include <ebb/policy/bounds.hpp>
#include <ebb/policy/checks.hpp>
#include <ebb/policy/granule.hpp>
#include <ebb/policy/learning.hpp>
#include <ebb/policy/reset.hpp>
#include <ebb/policy/spill.hpp>
#include <ebb/policy/start.hpp>
#include <ebb/space/buffer.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/space/failing.hpp>
#include <ebb/space/host.hpp>
#include <ebb/space/huge_pages.hpp>
#include <ebb/space/limited.hpp>
#include <ebb/space/mapped_file.hpp>
#include <ebb/space/prefault.hpp>
#include <ebb/space/reserved.hpp>
#include <ebb/space/retrying.hpp>
#include <ebb/testing/laws/space.hpp>

#include <catch2/catch.hpp>

using namespace ebb;

static_assert(EBB_HAS_EXCEPTIONS == 0);

TEST_CASE("Spaces keep their laws without exceptions", "[space]") {
  Counted<Prefault<Limited<Failing<Host>>>> space{Prefault{Limited{Failing{Host{}, 3}, 1 << 20}}};
  const testing::SpaceRequest requests[] = {{64, 64}, {5000, 4096}, {100, 8}, {0, 1}};

  const testing::Verdict verdict = testing::SpaceLaws<decltype(space)>::holds_for(space, requests);

  CHECK(verdict.holds());
}

TEST_CASE("Spaces that grow in place keep their laws without exceptions", "[space]") {
  Counted<Reserved> reserved;
  MappedFile file = MappedFile::temporary(1 << 20);
  const testing::SpaceRequest requests[] = {{64, 64}, {5000, 4096}, {100, 8}, {0, 1}};

  CHECK(testing::SpaceLaws<decltype(reserved)>::holds_for(reserved, requests).holds());
  CHECK(testing::SpaceLaws<MappedFile>::holds_for(file, requests).holds());
  HugePages huge;
  CHECK(testing::SpaceLaws<HugePages>::holds_for(huge, requests).holds());
}
