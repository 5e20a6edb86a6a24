// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/facade/any_space.hpp>
#include <ebb/space/buffer.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <type_traits>
#include <utility>

using namespace ebb;

static_assert(Space<AnySpace>);
static_assert(!std::is_copy_constructible_v<AnySpace> &&
              std::is_nothrow_move_constructible_v<AnySpace>);
static_assert(!std::is_assignable_v<AnySpace&, AnySpace>);
static_assert(!std::is_constructible_v<AnySpace, int>);

namespace {

// A space of a user that cannot be copied, and says when it is gone.
class Unique {
 public:
  using slot = SpaceSlot;
  static constexpr std::size_t max_alignment = 256;

  explicit Unique(std::shared_ptr<int> life)
      : life_(std::make_unique<std::shared_ptr<int>>(life)) {}

  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    return Host::allocate(bytes, alignment);
  }
  static void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    Host::deallocate(pointer, bytes, alignment);
  }

 private:
  std::unique_ptr<std::shared_ptr<int>> life_;
};
static_assert(Space<Unique> && !std::is_copy_constructible_v<Unique>);

}  // namespace

TEST_CASE("Any space passes requests on with the same numbers", "[facade][any_space]") {
  Watched::Log log;
  AnySpace space = Watched{log};

  void* const piece = space.allocate(300, 128);

  REQUIRE(piece != nullptr);
  CHECK(log.out == std::vector<Watched::Piece>{{piece, 300, 128}});
  space.deallocate(piece, 300, 128);
  CHECK(log.out.empty());
  CHECK(log.mistakes == 0);
  log.refuses = true;
  CHECK(space.allocate(1, 1) == nullptr);
}

TEST_CASE("Any space has the largest alignment of the space inside", "[facade][any_space]") {
  alignas(64) std::array<std::byte, 256> memory{};

  CHECK(AnySpace(Host{}).max_alignment == Host::max_alignment);
  CHECK(AnySpace(Buffer{memory}).max_alignment == Buffer::max_alignment);
}

TEST_CASE("Any space is one block where the space inside is", "[facade][any_space]") {
  alignas(64) std::array<std::byte, 256> memory{};
  const AnySpace buffer = Buffer{memory};
  const AnySpace empty = Buffer{nullptr, 0};
  const AnySpace host = Host{};

  CHECK(buffer.is_one_block());
  CHECK(buffer.one_block_bytes() == 256);
  CHECK(empty.is_one_block());
  CHECK(empty.one_block_bytes() == 0);
  CHECK_FALSE(host.is_one_block());
  CHECK(host.one_block_bytes() == 0);
}

TEST_CASE("Any space owns a space that cannot be copied", "[facade][any_space]") {
  const auto life = std::make_shared<int>();
  {
    AnySpace first = Unique{life};
    const AnySpace second = std::move(first);

    CHECK(second.max_alignment == 256);
    CHECK(life.use_count() == 2);
  }

  CHECK(life.use_count() == 1);
}

TEST_CASE("Any space shows the space inside to who knows its type", "[facade][any_space]") {
  AnySpace space = Counted<>{};
  void* const piece = space.allocate(64, 64);
  const AnySpace& constant = space;

  REQUIRE(space.get_if<Counted<>>() != nullptr);
  CHECK(space.get_if<Counted<>>()->calls() == 1);
  CHECK(constant.get_if<Counted<>>() == space.get_if<Counted<>>());
  CHECK(space.get_if<Host>() == nullptr);
  CHECK(constant.get_if<Host>() == nullptr);
  space.deallocate(piece, 64, 64);
}

TEST_CASE("Any space is the space that a choice names", "[facade][any_space]") {
  AnySpace host = SpaceChoice{};
  AnySpace prefault = SpaceChoice{.kind = SpaceKind::prefault, .bytes = 0};
  AnySpace limited = SpaceChoice{.kind = SpaceKind::limited, .bytes = 100};

  CHECK(host.get_if<Host>() != nullptr);
  CHECK(prefault.get_if<Prefault<>>() != nullptr);
  REQUIRE(limited.get_if<Limited<>>() != nullptr);
  CHECK(limited.get_if<Limited<>>()->limit_bytes() == 100);
  CHECK(limited.allocate(101, 1) == nullptr);
}

TEST_CASE("Any space grows in place where the space inside does", "[facade][any_space]") {
  AnySpace reserved = SpaceChoice{.kind = SpaceKind::reserved, .bytes = 1 << 20};
  AnySpace host = SpaceChoice{};
  const auto grows = [](AnySpace& space) {
    void* const piece = space.allocate(4096, space.max_alignment);
    const bool is_larger = space.resize(piece, 4096, 8192, space.max_alignment);
    space.deallocate(piece, is_larger ? 8192 : 4096, space.max_alignment);
    return is_larger;
  };

  CHECK(reserved.is_resizable());
  CHECK(grows(reserved));
  CHECK_FALSE(host.is_resizable());
  CHECK_FALSE(grows(host));
}

TEST_CASE("Any space that is named may be one of pages, or a file", "[facade][any_space]") {
  const Folder folder;
  const std::string path = folder.file();
  AnySpace huge = SpaceChoice{.kind = SpaceKind::huge_pages, .bytes = 0};
  AnySpace reserved = SpaceChoice{.kind = SpaceKind::reserved, .bytes = 0};
  const AnySpace nameless = SpaceChoice{.kind = SpaceKind::mapped_file, .bytes = 4096};
  {
    const AnySpace file({.kind = SpaceKind::mapped_file, .bytes = 8192}, path);

    CHECK(file.one_block_bytes() == 8192);
    CHECK(std::filesystem::file_size(path) == 8192);
    CHECK(file.is_losable());
    CHECK_FALSE(file.is_lost());
    std::filesystem::resize_file(path, 4096);
    CHECK(file.is_lost());
  }
  CHECK(huge.get_if<HugePages>() != nullptr);
  CHECK(reserved.get_if<Reserved>() != nullptr);
  CHECK(reserved.get_if<Reserved>()->reserved_bytes() == Reserved::default_bytes);
  CHECK(nameless.one_block_bytes() == 4096);
  CHECK_FALSE(huge.is_losable());
  CHECK_FALSE(huge.is_lost());
  CHECK_THROWS_AS(AnySpace({.kind = SpaceKind::mapped_file, .bytes = 0}, "/no/such/file"),
                  SpaceRefused);
}

TEST_CASE("A sentence may leave its space open", "[facade][any_space][reuse]") {
  alignas(64) std::array<std::byte, 1024> memory{};
  Workspace<AnySpace> buffered{"buffered", AnySpace(Buffer{memory})};
  Workspace<AnySpace> learning{"learning", AnySpace(Host{})};
  const auto block_after_a_cycle = [](Workspace<AnySpace>& workspace) {
    {
      auto cycle = workspace.enter();
      static_cast<void>(workspace.allocate(640));
    }
    return workspace.report().block_bytes;
  };

  CHECK(block_after_a_cycle(buffered) == 1024);  // for good
  CHECK(block_after_a_cycle(learning) == 832);   // 640, and 30 percent more
  CHECK(buffered.report().space_calls == 1);
}

TEST_CASE("A granule above the largest alignment of any space is a bad configuration",
          "[facade][any_space]") {
  alignas(64) std::array<std::byte, 1024> memory{};
  using Open = Workspace<AnySpace, Granule<dynamic>>;

  const std::string message = message_of<BadConfiguration>(
      [&] { Open("open", Granule<dynamic>{128}, AnySpace(Buffer{memory})); });

  CHECK(contains(message, "\"open\" has a granule of 128 bytes"));
  CHECK(contains(message, "at most 64"));
  CHECK_NOTHROW(Open("open", AnySpace(Host{}), Granule<dynamic>{4096}));
}
