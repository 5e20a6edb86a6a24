// SPDX-License-Identifier: Apache-2.0
#include <ebb/space/buffer.hpp>
#include <ebb/space/host.hpp>
#include <ebb/testing/laws/space.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <cstddef>
#include <string>

using namespace ebb;

namespace {

constexpr testing::SpaceRequest requests[] = {{64, 64}, {100, 8}, {0, 1}, {40, 16}};

/// Each space here breaks one law; the others come from `Host`.
struct Fair {
  using slot = SpaceSlot;
  static constexpr std::size_t max_alignment = 64;
  static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    return Host::allocate(bytes, alignment);
  }
  static void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    Host::deallocate(pointer, bytes, alignment);
  }
};

struct Crooked : Fair {
  static void* allocate(std::size_t bytes, std::size_t) noexcept {
    auto* const pointer = static_cast<std::byte*>(
        bytes > 1000 ? nullptr : Host::allocate(bytes + max_alignment, max_alignment));
    return pointer == nullptr ? nullptr : pointer + 4;
  }
  static void deallocate(void* pointer, std::size_t bytes, std::size_t) noexcept {
    Host::deallocate(static_cast<std::byte*>(pointer) - 4, bytes + max_alignment, max_alignment);
  }
};

struct Generous : Fair {
  alignas(64) std::array<std::byte, 128> memory{};
  void* allocate(std::size_t bytes, std::size_t) noexcept {
    return bytes > memory.size() ? nullptr : memory.data();
  }
  static void deallocate(void*, std::size_t, std::size_t) noexcept {}
};

struct Scribbling : Fair {
  std::byte* last = nullptr;
  void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    void* const pointer = Host::allocate(bytes, alignment);
    if (bytes > 0 && pointer != nullptr) last = static_cast<std::byte*>(pointer);
    return pointer;
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    if (last != nullptr && pointer != last) *last = std::byte{0xff};
    if (pointer == last) last = nullptr;
    Host::deallocate(pointer, bytes, alignment);
  }
};

struct Boastful : Fair {
  static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    return Host::allocate(bytes > 1000 ? 1000 : bytes, alignment);
  }
};

/// Loses its memory at the first refusal.
struct Sulking : Fair {
  bool sulks = false;
  void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (bytes > 1000) sulks = true;
    return sulks ? nullptr : Host::allocate(bytes, alignment);
  }
};

struct Overstating : Buffer {
  using Buffer::Buffer;
  std::size_t one_block_bytes() const noexcept { return Buffer::one_block_bytes() + 1; }
};

template <class S>
std::string broken_law(S& space) {
  const std::string law = testing::SpaceLaws<S>::holds_for(space, requests).broken_law;
  return law.substr(0, law.find(':'));
}

}  // namespace

TEST_CASE("A space that keeps the laws has none to name", "[testing][laws][space]") {
  Fair fair;
  alignas(64) std::array<std::byte, 256> memory{};
  Buffer buffer{memory};

  CHECK(broken_law(fair).empty());
  CHECK(broken_law(buffer).empty());
  CHECK(testing::SpaceLaws<Buffer>::holds_for(buffer, requests));
}

TEST_CASE("A space whose addresses are crooked breaks aligned", "[testing][laws][space]") {
  Crooked space;

  CHECK(broken_law(space) == "aligned");
}

TEST_CASE("A space that grants the same bytes twice breaks disjoint", "[testing][laws][space]") {
  Generous space;

  CHECK(broken_law(space) == "disjoint");
}

TEST_CASE("A space that writes to what it granted breaks writable", "[testing][laws][space]") {
  Scribbling space;

  CHECK(broken_law(space) == "writable");
}

TEST_CASE("A space that grants what cannot be had breaks refuses", "[testing][laws][space]") {
  Boastful space;

  CHECK_FALSE(testing::SpaceLaws<Boastful>::refuses(space, requests));
}

TEST_CASE("A space that a refusal changes breaks refuses", "[testing][laws][space]") {
  Sulking space;

  CHECK(broken_law(space) == "refuses");
}

TEST_CASE("A space that states more than its block breaks whole", "[testing][laws][space]") {
  alignas(64) std::array<std::byte, 256> memory{};
  Overstating space{memory};

  CHECK(broken_law(space) == "whole");
}
