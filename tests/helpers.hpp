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
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
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

/// For a test that cannot run here: ctest lists it as skipped when it sees these words.
inline void skip_loudly(std::string_view reason) {
  std::printf("skipped, because %.*s\n", static_cast<int>(reason.size()), reason.data());
}

/// Says whether an address sanitizer has taken terabytes of address space, so that no limit of it
/// can be set.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool has_address_sanitizer = true;
#elif defined(__has_feature)
inline constexpr bool has_address_sanitizer = __has_feature(address_sanitizer);
#else
inline constexpr bool has_address_sanitizer = false;
#endif

/// The page faults of this thread so far that no disk was asked for.
[[nodiscard]] inline long page_faults() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_minflt;
}

/// How many pages of a range are in memory; its beginning is a multiple of a page.
[[nodiscard]] inline std::size_t resident_pages(void* begin, std::size_t bytes) {
  std::vector<unsigned char> states((bytes + 4095) / 4096);
  if (::mincore(begin, bytes, states.data()) != 0) return 0;
  std::size_t count = 0;
  for (const unsigned char state : states) count += state & 1U;
  return count;
}

/// Lets the process have so many bytes of address space more than it has, from now on.
inline void limit_address_space(std::size_t more_bytes) {
  std::size_t pages = 0;
  if (std::FILE* const file = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(file, "%zu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  rlimit limit{};
  ::getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = pages * 4096 + more_bytes;
  ::setrlimit(RLIMIT_AS, &limit);
}

/// A folder that is gone with all that is in it, as long as that is `file()` alone.
class Folder {
 public:
  Folder() {
    if (::mkdtemp(name_) == nullptr) throw std::runtime_error("no folder in /tmp can be made");
  }
  ~Folder() {
    ::unlink(file().c_str());
    ::rmdir(name_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string file() const { return std::string(name_) + "/memory"; }
  [[nodiscard]] const char* name() const { return name_; }

 private:
  char name_[32] = "/tmp/ebb-test-XXXXXX";
};

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
