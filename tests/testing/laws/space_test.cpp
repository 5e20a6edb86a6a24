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

/// Grows in place within `room` bytes behind each piece. Each space after it breaks one law.
struct Growing : Fair {
  static constexpr std::size_t room = 200;
  static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    return bytes > 100 ? nullptr : Host::allocate(bytes + room, alignment);
  }
  static void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    Host::deallocate(pointer, bytes + room, alignment);
  }
  static bool resize(void*, std::size_t, std::size_t bytes, std::size_t) noexcept {
    return bytes <= room;
  }
  static bool is_resizable() noexcept { return true; }
};

struct Wiping : Growing {
  static bool resize(void* pointer, std::size_t old_bytes, std::size_t bytes,
                     std::size_t) noexcept {
    if (bytes > room) return false;
    if (old_bytes != 0) *static_cast<std::byte*>(pointer) = std::byte{0xee};
    return true;
  }
};

/// Hands out neighbours, each of which may grow into the next one.
struct Crowded : Fair {
  alignas(64) std::array<std::byte, 2048> memory{};
  std::size_t used = 0;
  std::size_t out = 0;
  void* allocate(std::size_t bytes, std::size_t) noexcept {
    if (bytes > 100) return nullptr;
    ++out;
    void* const piece = memory.data() + used;
    used += (bytes + 63) / 64 * 64;
    return piece;
  }
  void deallocate(void*, std::size_t, std::size_t) noexcept {
    if (--out == 0) used = 0;
  }
  static bool resize(void*, std::size_t old_bytes, std::size_t bytes, std::size_t) noexcept {
    return bytes <= old_bytes || bytes == 2 * old_bytes + 1;
  }
  static bool is_resizable() noexcept { return true; }
};

struct Promising : Growing {
  static bool resize(void*, std::size_t, std::size_t, std::size_t) noexcept { return true; }
};

struct Sore : Growing {
  static bool resize(void* pointer, std::size_t old_bytes, std::size_t bytes,
                     std::size_t) noexcept {
    if (bytes > room && old_bytes != 0) *static_cast<std::byte*>(pointer) = std::byte{0xee};
    return bytes <= room;
  }
};

struct Keeping : Growing {
  static bool resize(void*, std::size_t old_bytes, std::size_t bytes, std::size_t) noexcept {
    return bytes <= room && (bytes != 0 || old_bytes == 0);
  }
};

struct Anxious : Fair {
  bool was_used = false;
  void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    was_used = true;
    return Host::allocate(bytes, alignment);
  }
  bool is_lost() const noexcept { return was_used; }
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

TEST_CASE("A space that grows in place keeps the laws of it", "[testing][laws][space]") {
  Growing space;

  CHECK(broken_law(space).empty());
}

TEST_CASE("A space that writes to what it resizes breaks in place", "[testing][laws][space]") {
  Wiping space;

  CHECK(broken_law(space) == "in place");
}

TEST_CASE("A space that grows a piece into the next one breaks apart", "[testing][laws][space]") {
  Crowded space;

  CHECK(broken_law(space) == "apart");
}

TEST_CASE("A space that grants a size that cannot be had breaks unchanged",
          "[testing][laws][space]") {
  Promising space;
  constexpr testing::SpaceRequest one[] = {{64, 64}};

  CHECK_FALSE(testing::SpaceLaws<Promising>::unchanged(space, one));
}

TEST_CASE("A space that writes to what it refuses to resize breaks unchanged",
          "[testing][laws][space]") {
  Sore space;

  CHECK_FALSE(testing::SpaceLaws<Sore>::unchanged(space, requests));
}

TEST_CASE("A space that refuses to take bytes back breaks shrinks", "[testing][laws][space]") {
  Keeping space;

  CHECK(broken_law(space) == "shrinks");
}

TEST_CASE("A space that says it lost what nobody took breaks sound", "[testing][laws][space]") {
  Anxious space;

  CHECK(broken_law(space) == "sound");
}
