// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include "containers.hpp"
#include <ebb/adapt/pmr.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <memory_resource>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace ebb;

static_assert(std::is_base_of_v<std::pmr::memory_resource, CycleResource>);
static_assert(Space<MemoryResource> && !OneBlockSpace<MemoryResource>);

namespace {

using Plain = Workspace<StartWith<(1 << 20)>>;

// Counts what is out, and refuses on demand as a resource does: by an exception.
class Books : public std::pmr::memory_resource {
 public:
  bool refuses = false;
  std::size_t out = 0;
  std::size_t last_alignment = 0;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (refuses) throw std::bad_alloc();
    out += bytes;
    last_alignment = alignment;
    return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  }
  void do_deallocate(void* pointer, std::size_t bytes, std::size_t alignment) override {
    out -= bytes;
    std::pmr::new_delete_resource()->deallocate(pointer, bytes, alignment);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

}  // namespace

// ---- a cycle as a memory resource
// ----------------------------------------------------------------

TEST_CASE("The resource of a cycle takes from it and gives back", "[adapt][pmr][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto resource = cycle.resource();

  void* const first = resource.allocate(100, 8);
  CHECK(workspace.report().demand_bytes == 128);
  resource.deallocate(first, 100, 8);

  CHECK(resource.allocate(1, 1) == first);
  CHECK(is_aligned(resource.allocate(64, 2048), Alignment(2048)));
}

TEST_CASE("Resources are equal by cycle", "[adapt][pmr]") {
  Plain workspace;
  Plain other;
  auto cycle = workspace.enter();
  auto other_cycle = other.enter();
  const CycleResource resource = cycle.resource();
  const CycleResource same = cycle.resource();
  const CycleResource of_other = other_cycle.resource();
  const CycleResource copy = resource;

  CHECK(resource == same);
  CHECK(resource == copy);
  CHECK(resource != of_other);
  CHECK(resource != *std::pmr::new_delete_resource());
  auto nested = workspace.enter();
  CHECK(resource == nested.resource());
}

TEST_CASE("Resources of two cycles of a workspace differ", "[adapt][pmr]") {
  Plain workspace;
  auto first = workspace.enter();
  const CycleResource of_first = first.resource();
  first.close();
  auto second = workspace.enter();

  CHECK(of_first != second.resource());
}

TEST_CASE("The resource of a closed token is NoOpenCycle", "[adapt][pmr]") {
  Plain workspace{"step"};
  auto cycle = workspace.enter();
  cycle.close();

  CHECK(contains(message_of<NoOpenCycle>([&] { static_cast<void>(cycle.resource()); }),
                 "\"step\" is closed"));
}

TEST_CASE("A stale resource throws and its give-back is harmless", "[adapt][pmr][reuse]") {
  const Violations violations;
  Plain workspace;
  auto cycle = workspace.enter();
  auto resource = cycle.resource();
  void* const piece = resource.allocate(64);
  cycle.close();
  auto next = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(64));

  CHECK_THROWS_AS(resource.allocate(64), StaleArray);
  resource.deallocate(piece, 64);

  CHECK(workspace.allocate(64) == first + 64);
  CHECK(violations.count() == 0);
}

TEST_CASE("The resource has the errors of its workspace", "[adapt][pmr][reuse]") {
  Workspace<StartWith<64>, Fail> workspace;
  auto cycle = workspace.enter();
  auto resource = cycle.resource();

  CHECK_THROWS_AS(resource.allocate(128), OutOfWorkspace);
  CHECK_THROWS_AS(resource.allocate(8, 8192), BadRequest);
  CHECK(workspace.report().demand_bytes == 0);
}

TEST_CASE("A pmr container with nested strings lives in a cycle", "[adapt][pmr][reuse]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto resource = cycle.resource();
  std::pmr::vector<std::pmr::string> texts(&resource);

  for (int i = 0; i < 100; ++i) texts.emplace_back(100, 'x');

  CHECK(texts.back().get_allocator().resource() == &resource);
  CHECK(workspace.report().demand_bytes >= 100 * 100);
}

TEMPLATE_TEST_CASE("A standard container lives in the resource of a cycle", "[adapt][pmr][reuse]",
                   Vector, Deque, List, ForwardList, Map, Set, UnorderedMap, BasicString) {
  Workspace<Counted<>> workspace;
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    auto resource = cycle.resource();

    use_container<TestType>(std::pmr::polymorphic_allocator<int>(&resource));
  }

  CHECK(workspace.report().last_demand_bytes > 0);
}

TEMPLATE_TEST_CASE("A pmr container rebuilt in each cycle makes no space call after the first",
                   "[adapt][pmr][reuse]", Vector, Deque, List, ForwardList, Map, Set, UnorderedMap,
                   BasicString) {
  Workspace<Counted<>> workspace;
  std::size_t calls = 0;
  for (int i = 0; i < 3; ++i) {
    {
      auto cycle = workspace.enter();
      auto resource = cycle.resource();
      use_container<TestType>(std::pmr::polymorphic_allocator<int>(&resource));
    }
    if (i == 0) calls = workspace.space().calls();
  }

  CHECK(workspace.space().calls() == calls);
}

// ---- a memory resource as a space
// ----------------------------------------------------------------

TEST_CASE("A workspace takes its blocks from a memory resource", "[adapt][pmr][reuse]") {
  Books books;
  {
    Workspace<MemoryResource> workspace{"step", MemoryResource{&books}};
    for (int i = 0; i < 2; ++i) {
      auto cycle = workspace.enter();
      static_cast<void>(workspace.allocate(1000));
      CHECK(books.out != 0);
    }
    CHECK(books.last_alignment == MemoryResource::max_alignment);
    CHECK(workspace.space().resource() == &books);
  }

  CHECK(books.out == 0);
}

TEST_CASE("What a memory resource throws is a refusal", "[adapt][pmr][reuse]") {
  Books books;
  Workspace<MemoryResource> workspace{"step", MemoryResource{&books}};
  auto cycle = workspace.enter();
  books.refuses = true;

  CHECK_THROWS_AS(workspace.allocate(1000), SpaceRefused);
  CHECK(workspace.try_allocate(1000) == nullptr);

  books.refuses = false;
  CHECK(workspace.allocate(1000) != nullptr);
}

TEST_CASE("A workspace over a cycle of another one nests", "[adapt][pmr][reuse]") {
  Plain outer;
  auto outer_cycle = outer.enter();
  auto resource = outer_cycle.resource();
  {
    Workspace<MemoryResource> inner{"inner", MemoryResource{&resource}};
    auto cycle = inner.enter();
    static_cast<void>(inner.allocate(1000));
    CHECK(outer.report().demand_bytes >= 1000);
  }

  CHECK(outer.allocate(64) != nullptr);
}
