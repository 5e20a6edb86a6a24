// SPDX-License-Identifier: Apache-2.0
#include <ebb/space/on_node.hpp>
// The header above needs libnuma, and stands first to show that it needs no more.
#include "../helpers.hpp"
#include <ebb/space/buffer.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/space/limited.hpp>
#include <ebb/space/mapped_file.hpp>
#include <ebb/space/reserved.hpp>
#include <ebb/testing/laws/space.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <numaif.h>
#include <string>

using namespace ebb;

static_assert(Space<OnNode<>> && ResizableSpace<OnNode<Reserved>>);
static_assert(OneBlockSpace<OnNode<Buffer>> && !OneBlockSpace<OnNode<Reserved>>);
static_assert(LosableSpace<OnNode<MappedFile>> && !ResizableSpace<OnNode<Host>>);

namespace {

constexpr std::size_t page = 4096;

/// What the kernel was told about the page of an address; -1 where it does not say.
int policy_at(void* pointer) {
  int policy = -1;
  return ::get_mempolicy(&policy, nullptr, 0, pointer, MPOL_F_ADDR) == 0 ? policy : -1;
}

bool may_ask_the_kernel() {
  int policy = -1;
  return ::get_mempolicy(&policy, nullptr, 0, nullptr, 0) == 0;
}

}  // namespace

TEST_CASE("OnNode keeps the laws of the space that it is round", "[space][on_node]") {
  if (!may_ask_the_kernel()) return skip_loudly("this kernel has no memory policies");
  const testing::SpaceRequest requests[] = {{100, 8}, {5000, 4096}, {0, 4096}, {70000, 4096}};
  OnNode<> host{Host{}, 0};
  OnNode<Reserved> reserved{Reserved{1 << 20U}, 0};

  CHECK(testing::SpaceLaws<OnNode<>>::holds_for(host, requests).broken_law == std::string());
  CHECK(testing::SpaceLaws<OnNode<Reserved>>::holds_for(reserved, requests).broken_law ==
        std::string());
}

TEST_CASE("OnNode puts whole pages on its node", "[space][on_node]") {
  if (!may_ask_the_kernel()) return skip_loudly("this kernel has no memory policies");
  OnNode<Reserved> space{Reserved{}, 0};
  std::byte* const piece = bytes_at(space.allocate(4 * page, page));
  REQUIRE(piece != nullptr);

  CHECK(!node_of(piece));  // not touched yet
  std::memset(piece, 1, 4 * page);
  CHECK(node_of(piece + 3 * page + 100) == std::size_t{0});
  CHECK(policy_at(piece) == MPOL_PREFERRED);
  CHECK(space.resize(piece, 4 * page, 8 * page, page));
  CHECK(policy_at(piece + 7 * page) == MPOL_PREFERRED);
  CHECK(space.node() == 0);

  space.deallocate(piece, 8 * page, page);
}

TEST_CASE("OnNode leaves pages alone that are not wholly its own", "[space][on_node]") {
  if (!may_ask_the_kernel()) return skip_loudly("this kernel has no memory policies");
  alignas(page) static std::array<std::byte, 4 * page> memory;
  OnNode<Buffer> space{Buffer{memory.data() + 64, 2 * page}, 0};
  void* const piece = space.allocate(2 * page, 64);

  CHECK(policy_at(memory.data()) == MPOL_DEFAULT);
  CHECK(policy_at(memory.data() + page) == MPOL_PREFERRED);
  CHECK(policy_at(memory.data() + 2 * page) == MPOL_DEFAULT);
  space.deallocate(piece, 2 * page, 64);
  CHECK(policy_at(memory.data() + page) == MPOL_DEFAULT);
}

TEST_CASE("OnNode refuses a node that is not there", "[space][on_node]") {
  for (const std::size_t node : {std::size_t{1000}, std::size_t{1024}, max_bytes}) {
    OnNode<Counted<>> space{Counted<>{}, node};

    CHECK(space.allocate(4 * page, page) == nullptr);
    CHECK(space.space().outstanding_bytes() == 0);
  }
}

TEST_CASE("OnNode refuses what its inner space refuses", "[space][on_node]") {
  OnNode<Limited<Reserved>> space{Limited<Reserved>{Reserved{}, 4 * page}, 0};
  if (!may_ask_the_kernel()) return skip_loudly("this kernel has no memory policies");

  CHECK(space.allocate(5 * page, page) == nullptr);
  void* const piece = space.allocate(4 * page, page);
  CHECK(!space.resize(piece, 4 * page, 5 * page, page));
  CHECK(space.space().outstanding_bytes() == 4 * page);
  space.deallocate(piece, 4 * page, page);
}

TEST_CASE("A workspace lives on a node", "[space][on_node][reuse]") {
  if (!may_ask_the_kernel()) return skip_loudly("this kernel has no memory policies");
  Workspace<OnNode<Reserved>> workspace{"step", OnNode<Reserved>{Reserved{}, 0}};
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    auto array = workspace.make<double>(10000);
    CHECK(node_of(array.view().data()) == std::size_t{0});
  }
  CHECK(workspace.report().spilled_bytes == 0);
}
