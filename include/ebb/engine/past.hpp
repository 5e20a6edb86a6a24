// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief What the debugging checks remember of pieces whose time is over.
///
/// | who asks                        | with                     | for                            |
/// |---------------------------------|--------------------------|--------------------------------|
/// | the message of a stale handle   | cell, number and address | where its array was made       |
/// | the handler of a fault          | the address of the fault | the whole message              |
/// | AddressSanitizer, with a report | the address of the error | the whole message              |
///
/// One memory for the whole process, so that it outlives the workspaces; the oldest are forgotten
/// first. It is mapped when the first piece is remembered, and never unmapped.

#include <ebb/base/config.hpp>
#include <ebb/base/fixed_text.hpp>
#include <ebb/base/generation.hpp>
#include <ebb/base/origin.hpp>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <sys/mman.h>
#include <unistd.h>

#if EBB_HAS_ASAN
extern "C" {
void* __asan_get_report_address();
void __asan_set_error_report_callback(void (*callback)(const char*));
}
#endif

namespace ebb::detail {

/// A piece that was given back or whose cycle is over.
///
/// - Threads: a value; anybody
struct PastPiece {
  std::uintptr_t begin = 0;
  std::size_t bytes = 0;
  Origin origin;
  const EpochCell* cell = nullptr;
  EpochNumber number = 0;      ///< of its cycle
  bool is_given_back = false;  ///< before its cycle was over
};

/// The last pieces of the process.
///
/// - Costs: 5 MiB of address space; a search through them all
/// - Threads: any
class PastPieces {
 public:
  static constexpr std::size_t most_pieces = std::size_t{1} << 16U;

  constexpr PastPieces() noexcept = default;

  /// Remembers a piece; where no page can be had, it does not.
  EBB_COLD void push(const PastPiece& piece) noexcept {
    const BusyLock lock(busy_);
    PastPiece* pieces = pieces_.load(std::memory_order_relaxed);
    if (pieces == nullptr) {
      void* const pages = ::mmap(nullptr, most_pieces * sizeof(PastPiece), PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (pages == MAP_FAILED) return;
      pieces = static_cast<PastPiece*>(pages);
      pieces_.store(pieces, std::memory_order_release);
    }
    const std::size_t count = count_.load(std::memory_order_relaxed);
    pieces[count % most_pieces] = piece;
    count_.store(count + 1, std::memory_order_release);
  }

  /// The newest piece of a cycle that began at an address.
  ///
  /// - Returns: false where it is not known (any more)
  [[nodiscard]] EBB_COLD bool find(const EpochCell& cell, EpochNumber number, const void* begin,
                                   PastPiece& found) noexcept {
    const BusyLock lock(busy_);
    return search(found, [&](const PastPiece& piece) {
      return piece.begin == reinterpret_cast<std::uintptr_t>(begin) && piece.number == number &&
             piece.cell == &cell;
    });
  }

  /// The newest piece that an address lies in. Without a lock, because a signal handler asks: while
  /// another thread remembers something, the answer may be of two pieces.
  [[nodiscard]] EBB_COLD bool find_at(std::uintptr_t address, PastPiece& found) const noexcept {
    return search(found,
                  [&](const PastPiece& piece) { return address - piece.begin < piece.bytes; });
  }

 private:
  template <class Predicate>
  bool search(PastPiece& found, Predicate&& is_wanted) const noexcept {
    const PastPiece* const pieces = pieces_.load(std::memory_order_acquire);
    const std::size_t count = count_.load(std::memory_order_acquire);
    for (std::size_t i = count; i != 0 && count - i < most_pieces; --i) {
      const PastPiece& piece = pieces[(i - 1) % most_pieces];
      if (!is_wanted(piece)) continue;
      found = piece;
      return true;
    }
    return false;
  }

  std::atomic_flag busy_;
  std::atomic<PastPiece*> pieces_{nullptr};
  std::atomic<std::size_t> count_{0};
};

// One memory for all shared libraries of a process: hence visible, and versioned by its layout.
EBB_SHARED inline constinit PastPieces past_pieces_v1{};

/// The name of the owner of a cell, without asking for memory.
EBB_COLD inline void append_owner_name(const EpochCell& cell, FixedText& text) noexcept {
  for (const auto& word : cell.name) {
    std::uint64_t letters = word.load(std::memory_order_relaxed);
    for (int i = 0; i < 8; ++i, letters >>= 8U) {
      const char letter = static_cast<char>(letters & 0xFFU);
      if (letter == '\0') return;
      text.append(std::string_view(&letter, 1));
    }
  }
}

/// Appends ` in cycle 3 of workspace "step", which is over (now in cycle 5)`.
EBB_COLD inline void describe_cycle(const PastPiece& piece, FixedText& text) noexcept {
  const EpochNumber first = piece.cell->first.load(std::memory_order_relaxed);
  if (piece.number < first) {
    text.append(" in a workspace that is gone");
    return;
  }
  const std::uint64_t made_in = piece.cell->generation(piece.number);
  const EpochNumber now = piece.cell->number.load(std::memory_order_acquire);
  const std::uint64_t now_in = piece.cell->generation(now);
  text.append(" in cycle ").append_plain(made_in).append(" of workspace \"");
  append_owner_name(*piece.cell, text);
  text.append("\"");
  if (piece.is_given_back) text.append(", and given back in that cycle");
  if (now == piece.number) return;
  if (now_in == made_in) {
    text.append(", which is closed");
  } else {
    text.append(", and the workspace is now ")
        .append(epoch_state(now) == EpochState::open ? "in cycle " : "closed after cycle ")
        .append_plain(now_in);
  }
}

/// Appends the message of a late use. Calls nothing that a signal handler may not call.
EBB_COLD inline void describe_late_use(const PastPiece& piece, std::uintptr_t address,
                                       FixedText& text) noexcept {
  text.append("ebb-E02 StaleArray: late use of byte ").append(address - piece.begin);
  text.append(" of the ").append(piece.bytes).append(" bytes of ");
  describe(piece.origin, text);
  text.append(",");
  describe_cycle(piece, text);
  text.append(
      ". Use `detach()` or `copy_to(...)` while the cycle is open, or keep the array and its cycle "
      "as long as the address is used. docs/errors/E02.md\n");
}

/// Prints the message of a late use to the standard error stream, if the address is one of a piece.
EBB_COLD inline bool print_late_use(std::uintptr_t address) noexcept {
  PastPiece piece;
  if (!past_pieces_v1.find_at(address, piece)) return false;
  FixedText text;
  describe_late_use(piece, address, text);
  const std::string_view message = text.view();
  for (std::size_t done = 0; done < message.size();) {
    const ::ssize_t written = ::write(STDERR_FILENO, message.data() + done, message.size() - done);
    if (written <= 0) break;
    done += static_cast<std::size_t>(written);
  }
  return true;
}

/// The handler of faults: prints, and leaves the rest to the handler before it.
struct FaultHandler {
  std::atomic_flag is_installed;
  struct sigaction before{};

  /// Installs it once.
  EBB_COLD void install() noexcept {
    if (is_installed.test_and_set()) return;
    struct sigaction action{};
    action.sa_sigaction = &handle;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGSEGV, &action, &before);
  }

  EBB_COLD static inline void handle(int signal, siginfo_t* info, void* context) noexcept;
};
EBB_SHARED inline constinit FaultHandler fault_handler_v1{};

void FaultHandler::handle(int signal, siginfo_t* info, void* context) noexcept {
  print_late_use(reinterpret_cast<std::uintptr_t>(info->si_addr));
  const struct sigaction& before = fault_handler_v1.before;
  if ((before.sa_flags & SA_SIGINFO) != 0) return before.sa_sigaction(signal, info, context);
  if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
    return before.sa_handler(signal);
  // The default: once this handler has returned, the signal ends the process.
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

/// Has AddressSanitizer's reports followed by where the piece was made.
EBB_COLD inline void tell_sanitizer() noexcept {
#if EBB_HAS_ASAN
  __asan_set_error_report_callback([](const char*) {
    print_late_use(reinterpret_cast<std::uintptr_t>(__asan_get_report_address()));
  });
#endif
}

}  // namespace ebb::detail
