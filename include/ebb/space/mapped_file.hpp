// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A file as memory: as large as the file, and on disk only what was ever in use.
///
/// | event                                 | what follows                                        |
/// |---------------------------------------|-----------------------------------------------------|
/// | a cycle needs more of the file        | disk space is allocated; a full disk refuses        |
/// | a cycle needs more than the file has  | the spill policy decides; the heap serves           |
/// | the space goes, the process is killed | the file keeps its size and its bytes               |
/// | somebody cuts the file short          | `is_lost()`: the workspace throws at the next enter |
/// | … and what is gone is touched         | zeros lie there, and `is_lost()`                    |
///
/// The last line needs a handler of SIGBUS, which the first mapping installs; signals that are
/// about other addresses go on to the handler that was there before.

#include <ebb/base/alignment.hpp>
#include <ebb/base/config.hpp>
#include <ebb/base/contract.hpp>
#include <ebb/base/error.hpp>
#include <ebb/base/pages.hpp>
#include <ebb/space/host.hpp>
#include <ebb/space/space.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace ebb {

namespace detail {

/// A mapping of a file, as the handler of SIGBUS finds it.
struct GuardedMapping {
  std::atomic<std::uintptr_t> begin{0};  ///< 0 marks a free place, 1 one that is being filled
  std::atomic<std::size_t> bytes{0};
  std::atomic<bool> is_lost{false};
};

/// The mappings of the process, and the handler.
///
/// - Threads: anybody; the handler takes no lock
class BusGuard {
 public:
  /// Takes a place for a mapping; null when there is none.
  [[nodiscard]] GuardedMapping* watch(const void* begin, std::size_t bytes) noexcept {
    if (!is_installed()) return nullptr;
    for (GuardedMapping& mapping : mappings_) {
      std::uintptr_t free = 0;
      if (!mapping.begin.compare_exchange_strong(free, 1)) continue;
      mapping.is_lost.store(false);
      mapping.bytes.store(bytes);
      mapping.begin.store(address_of(begin));
      return &mapping;
    }
    return nullptr;
  }
  static void forget(GuardedMapping* mapping) noexcept {
    mapping->bytes.store(0);
    mapping->begin.store(0);
  }

 private:
  enum class State : unsigned char { absent, coming, installed };

  // Once in a process, also where several shared libraries map files.
  [[nodiscard]] inline bool is_installed() noexcept;
  static inline void handle(int signal, siginfo_t* info, void* context) noexcept;

  // Puts zeros where the file has no more bytes, so that the program can go on to where it is told.
  [[nodiscard]] bool mend(std::uintptr_t at) noexcept {
    for (GuardedMapping& mapping : mappings_) {
      const std::uintptr_t begin = mapping.begin.load();
      if (begin <= 1 || at - begin >= mapping.bytes.load()) continue;
      mapping.is_lost.store(true);
      void* const page = reinterpret_cast<void*>(round_down(at, Alignment(page_bytes())));
      constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
      return ::mmap(page, page_bytes(), PROT_READ | PROT_WRITE, flags, -1, 0) == page;
    }
    return false;
  }

  std::array<GuardedMapping, 64> mappings_{};
  struct sigaction before_{};
  std::atomic<State> state_{State::absent};
};

EBB_SHARED inline constinit BusGuard bus_guard_v1{};

bool BusGuard::is_installed() noexcept {
  State state = State::absent;
  if (state_.compare_exchange_strong(state, State::coming)) {
    static_cast<void>(page_bytes());  // the handler may not be the first to ask
    struct sigaction action{};
    action.sa_sigaction = &handle;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigemptyset(&action.sa_mask);
    const bool is_done = ::sigaction(SIGBUS, &action, &before_) == 0;
    state = is_done ? State::installed : State::absent;
    state_.store(state);
    state_.notify_all();
  } else if (state == State::coming) {
    state_.wait(State::coming);
    state = state_.load();
  }
  return state == State::installed;
}

void BusGuard::handle(int signal, siginfo_t* info, void* context) noexcept {
  const bool is_fault = info->si_code > 0;  // and not a signal that somebody sent
  const int error = errno;
  const bool mended = is_fault && bus_guard_v1.mend(address_of(info->si_addr));
  errno = error;
  if (mended) return;
  const struct sigaction& before = bus_guard_v1.before_;
  if ((before.sa_flags & SA_SIGINFO) != 0)
    before.sa_sigaction(signal, info, context);
  else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
    before.sa_handler(signal);
  else if (is_fault || before.sa_handler == SIG_DFL) {
    // What came is tried again, and ends the process as it would have without a handler.
    ::sigaction(SIGBUS, &before, nullptr);
    if (!is_fault) ::raise(signal);
  }
}

}  // namespace detail

/// A file as the block of a workspace.
///
/// - For: working memory beyond the machine's, on a disk; bytes that are there after a crash
/// - Units: bytes; the size is that of the file, whole pages where ebb makes it larger
/// - Costs: system calls for each doubling of what is in use, once; one more at each enter and each
///   end of a cycle; page faults that read and write the disk
/// - Errors: the constructor throws `SpaceRefused` for a file that cannot be opened, is in use or
///   cannot be made so large, and `BadConfiguration` for one without a byte. Requests: null where
///   the disk is full; nothing has changed
/// - Threads: one at a time
/// - Example: `examples/spaces.cpp`
/// - Note: needs `NoLearning`; what goes out beside the block comes from the heap. The file is
///   locked (`flock`) while the space lives, and unmapped and closed when it goes
class MappedFile {
 public:
  using slot = SpaceSlot;

  static constexpr std::size_t max_alignment = Host::max_alignment;

  /// Opens a file that exists and is not empty.
  ///
  /// - Errors: `SpaceRefused`, `BadConfiguration`; nothing has changed
  /// - Costs: a few system calls
  explicit MappedFile(std::string_view path) : MappedFile(path, 0) {}

  /// Opens a file, or makes one; the file has at least so many bytes afterwards.
  ///
  /// - Units: `bytes` are rounded up to pages where the file becomes larger
  /// - Errors: `SpaceRefused`, `BadConfiguration`; the file may have been made, and is empty
  /// - Costs: a few system calls, however large the file is: no byte of it is written
  MappedFile(std::string_view path, std::size_t bytes) {
    const std::string name(path);
    // A file that can only be read would fault when written to.
    const int flags = O_RDWR | O_CLOEXEC | (bytes != 0 ? O_CREAT : 0);
    open(name, ::open(name.c_str(), flags, 0666), bytes);
  }

  /// Makes a file without a name, which is gone with the space or with the process.
  ///
  /// - Units: `bytes` are rounded up to pages
  /// - Errors: `SpaceRefused`, `BadConfiguration`; nothing is left behind
  /// - Costs: a few system calls
  [[nodiscard]] static MappedFile temporary(std::size_t bytes, std::string_view folder = "/tmp") {
    std::string name(folder);
    name += "/ebb-XXXXXX";
    MappedFile space;
    const int file = ::mkostemp(name.data(), O_CLOEXEC);
    if (file >= 0) ::unlink(name.c_str());
    space.open(name, file, bytes);
    return space;
  }

  MappedFile(MappedFile&& other) noexcept
      : file_(std::exchange(other.file_, -1)),
        file_bytes_(std::exchange(other.file_bytes_, 0)),
        begin_(std::exchange(other.begin_, nullptr)),
        guard_(std::exchange(other.guard_, nullptr)) {}
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile() {
    unmap();
    if (file_ >= 0) ::close(file_);
  }

  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    const bool is_block = begin_ == nullptr && alignment == max_alignment && bytes != 0;
    if (!is_block || bytes > file_bytes_) return Host::allocate(bytes, alignment);
    return has_disk_for(0, bytes) ? map() : nullptr;
  }
  void deallocate(void* pointer, std::size_t bytes, std::size_t alignment) noexcept {
    if (pointer != begin_) return Host::deallocate(pointer, bytes, alignment);
    unmap();
  }

  [[nodiscard]] bool resize(void* pointer, std::size_t old_bytes, std::size_t new_bytes,
                            std::size_t) noexcept {
    if (new_bytes <= old_bytes) return true;
    return pointer == begin_ && new_bytes <= file_bytes_ && has_disk_for(old_bytes, new_bytes);
  }
  [[nodiscard]] static constexpr bool is_resizable() noexcept { return true; }

  /// The size of the file when it was opened.
  [[nodiscard]] std::size_t one_block_bytes() const noexcept { return file_bytes_; }

  /// Says whether the file is shorter than it was, or a page of it could not be had.
  ///
  /// - Costs: one system call
  [[nodiscard]] bool is_lost() const noexcept {
    return (guard_ != nullptr && guard_->is_lost.load()) || bytes_of(file_) < file_bytes_;
  }

 private:
  MappedFile() noexcept = default;

  [[nodiscard]] static std::size_t bytes_of(int file) noexcept {
    struct stat facts{};
    return ::fstat(file, &facts) == 0 ? static_cast<std::size_t>(facts.st_size) : 0;
  }

  [[noreturn]] EBB_COLD static void refuse(const std::string& name, std::string_view what,
                                           int error, std::string_view remedy) {
    std::string text = "the file \"" + name + "\" ";
    text.append(what);
    if (error != 0) text.append(": ").append(std::strerror(error));
    detail::raise(SpaceRefused(text.append(". ").append(remedy)));
  }

  // Closes the file before it throws: the destructor of a half-made object would not.
  void open(const std::string& name, int file, std::size_t bytes) {
    if (file < 0)
      refuse(name, "cannot be opened", errno,
             "Give the path of a file that can be read and written, and a size if it is new.");
    const auto close_and = [file](auto&& raise) {
      ::close(file);
      raise();
    };
    // Two workspaces in one file would overwrite each other. Where a file system has no locks,
    // nobody else can be seen.
    if (::flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
      close_and([&] { refuse(name, "is in use by another space", 0, "Give each space its own."); });
    const std::size_t wished = detail::in_whole_pages(bytes);
    if (bytes > bytes_of(file)) {
      if (wished > max_bytes / 2 || ::ftruncate(file, static_cast<off_t>(wished)) != 0) {
        const int error = wished > max_bytes / 2 ? EFBIG : errno;
        close_and([&] {
          refuse(name, "cannot be made " + grouped(wished) + " bytes large", error,
                 "Ask for less, or take another disk.");
        });
      }
    }
    file_bytes_ = bytes_of(file);
    if (file_bytes_ == 0)
      close_and([&] {
        detail::raise(BadConfiguration("the file \"" + name +
                                       "\" has 0 bytes. Give a size along with its path."));
      });
    file_ = file;
  }

  // Says whether the disk has what is needed of the file. The part behind the end, if it was cut
  // short, is not made again here: what it held is lost.
  [[nodiscard]] bool has_disk_for(std::size_t from, std::size_t to) const noexcept {
    if (is_lost()) return false;
    int error = EINTR;
    while (error == EINTR)
      error = ::posix_fallocate(file_, static_cast<off_t>(from), static_cast<off_t>(to - from));
    return error == 0;
  }

  // All of it: addresses without disk behind them cost nothing, and nobody touches them.
  [[nodiscard]] void* map() noexcept {
    void* const begin = ::mmap(nullptr, file_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
    if (begin == MAP_FAILED) return nullptr;
    guard_ = detail::bus_guard_v1.watch(begin, file_bytes_);
    if (guard_ == nullptr) {
      ::munmap(begin, file_bytes_);
      return nullptr;
    }
    begin_ = begin;
    return begin;
  }
  void unmap() noexcept {
    if (begin_ == nullptr) return;
    detail::BusGuard::forget(std::exchange(guard_, nullptr));
    ::munmap(std::exchange(begin_, nullptr), file_bytes_);
  }

  int file_ = -1;
  std::size_t file_bytes_ = 0;  ///< when it was opened
  void* begin_ = nullptr;       ///< of the mapping, while it is out
  detail::GuardedMapping* guard_ = nullptr;
};

static_assert(OneBlockSpace<MappedFile> && ResizableSpace<MappedFile> && LosableSpace<MappedFile>);

}  // namespace ebb
