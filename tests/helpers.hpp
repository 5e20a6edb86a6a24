// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief What the tests of workspaces share; `helpers_test.cpp` shows that it works.

#include <ebb/base/alignment.hpp>
#include <ebb/base/contract.hpp>
#include <ebb/base/slot.hpp>
#include <ebb/space/host.hpp>
#include <ebb/space/space.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// The message of the error that a call throws; of another error, or of none, it says so.
template <class E, class Call>
[[nodiscard]] std::string message_of(Call&& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string("another error: ") + error.what();
  }
  return "no error";
}

[[nodiscard]] inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

[[nodiscard]] inline std::byte* bytes_at(void* pointer) { return static_cast<std::byte*>(pointer); }

/// Takes down what the violation handler is told, as long as it lives.
class Violations {
 public:
  Violations() { texts().clear(); }
  ~Violations() { ebb::set_violation_handler(before_); }
  Violations(const Violations&) = delete;
  Violations& operator=(const Violations&) = delete;

  [[nodiscard]] std::size_t count() const { return texts().size(); }
  [[nodiscard]] std::string last() const { return texts().empty() ? "" : texts().back(); }

 private:
  static std::vector<std::string>& texts() {
    static std::vector<std::string> all;
    return all;
  }

  ebb::ViolationHandler before_ = ebb::set_violation_handler(
      [](const ebb::Error& error) { texts().emplace_back(error.what()); });
};

/// Makes `new (std::nothrow) T[n]` answer null, as long as it lives. Not for threaded tests: the
/// thread sanitizer lets nobody replace that operator.
class HeapRefuses {
 public:
  HeapRefuses() { refuses = true; }
  ~HeapRefuses() { refuses = false; }
  HeapRefuses(const HeapRefuses&) = delete;
  HeapRefuses& operator=(const HeapRefuses&) = delete;

  inline static bool refuses = false;
};

/// A space whose answers the test steers and whose calls it reads.
class Watched {
 public:
  using slot = ebb::SpaceSlot;
  static constexpr std::size_t max_alignment = 4096;

  struct Piece {
    void* pointer;
    std::size_t bytes;
    std::size_t alignment;

    friend bool operator==(const Piece&, const Piece&) = default;
  };
  struct Log {
    bool refuses = false;
    std::size_t most_bytes = ~std::size_t{0};  ///< more than that in one piece is refused
    std::size_t mistakes = 0;  ///< given back what was not out, or not with these numbers
    std::vector<Piece> asked;  ///< every request; a refused one has a null pointer
    std::vector<Piece> out;
  };

  explicit Watched(Log& log) noexcept : log_(&log) {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    const bool refused = log_->refuses || bytes > log_->most_bytes;
    void* const pointer = refused ? nullptr : ebb::Host::allocate(bytes, alignment);
    log_->asked.push_back({pointer, bytes, alignment});
    if (pointer != nullptr) log_->out.push_back(log_->asked.back());
    return pointer;
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    if (std::erase(log_->out, Piece{pointer, bytes, alignment}) != 1) ++log_->mistakes;
    ebb::Host::deallocate(pointer, bytes, alignment);
  }

 private:
  Log* log_;
};
static_assert(ebb::Space<Watched>);

/// A space that hands out one piece right behind the other.
class Arena {
 public:
  using slot = ebb::SpaceSlot;
  static constexpr std::size_t max_alignment = 64;

  struct Memory {
    alignas(64) std::byte bytes[std::size_t{1} << 20];
    std::size_t used = 0;
  };

  explicit Arena(Memory& memory) noexcept : memory_(&memory) {}

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    const std::size_t at = ebb::round_up(memory_->used, ebb::Alignment(alignment));
    if (bytes > sizeof(memory_->bytes) - at) return nullptr;
    memory_->used = at + bytes;
    return memory_->bytes + at;
  }
  void deallocate(void*, std::size_t, std::size_t) noexcept {}

 private:
  Memory* memory_;
};
static_assert(ebb::Space<Arena>);
