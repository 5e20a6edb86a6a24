// SPDX-License-Identifier: Apache-2.0
#include "../endings.hpp"
#include "../helpers.hpp"
#include <ebb/engine/past.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <sys/mman.h>

using namespace ebb;
using namespace ebb::detail;

namespace {

constexpr Origin origin{.place = {"main.cpp", 12}, .name = "weights", .taker = Taker::array};

// A piece of the present cycle of a workspace.
PastPiece piece_of(const Core& workspace, std::uintptr_t begin, std::size_t bytes) {
  return {.begin = begin,
          .bytes = bytes,
          .origin = origin,
          .cell = workspace.cell(),
          .number = workspace.number()};
}
std::string message_of(const PastPiece& piece, std::uintptr_t address) {
  FixedText text;
  describe_late_use(piece, address, text);
  return std::string(text.view());
}

}  // namespace

TEST_CASE("A past piece is found by every address in it, and by no other", "[engine][past]") {
  Workspace<> workspace{"step"};
  auto pieces = std::make_unique<PastPieces>();
  PastPiece found;
  CHECK_FALSE(pieces->find_at(1000, found));
  pieces->push(piece_of(workspace, 1000, 64));
  pieces->push(piece_of(workspace, 2000, 64));

  CHECK((pieces->find_at(1000, found) && found.begin == 1000));
  CHECK((pieces->find_at(1063, found) && found.begin == 1000));
  CHECK((pieces->find_at(2001, found) && found.begin == 2000));
  CHECK_FALSE(pieces->find_at(999, found));
  CHECK_FALSE(pieces->find_at(1064, found));
}

TEST_CASE("Of two past pieces at one address the newer is found", "[engine][past]") {
  Workspace<> workspace{"step"};
  auto pieces = std::make_unique<PastPieces>();
  pieces->push(piece_of(workspace, 1000, 64));
  pieces->push(piece_of(workspace, 1000, 128));
  PastPiece found;

  CHECK((pieces->find_at(1000, found) && found.bytes == 128));
}

TEST_CASE("A past piece is found by its cycle and begin alone", "[engine][past]") {
  Workspace<> workspace{"step"};
  Workspace<> other{"other"};
  auto pieces = std::make_unique<PastPieces>();
  pieces->push(piece_of(workspace, 1000, 64));
  auto* const begin = reinterpret_cast<void*>(1000);
  auto* const beside = reinterpret_cast<void*>(1001);
  const EpochNumber number = workspace.number();
  PastPiece found;

  CHECK(pieces->find(*workspace.cell(), number, begin, found));
  CHECK_FALSE(pieces->find(*workspace.cell(), next_epoch(number), begin, found));
  CHECK_FALSE(pieces->find(*other.cell(), number, begin, found));
  CHECK_FALSE(pieces->find(*workspace.cell(), number, beside, found));
}

TEST_CASE("The oldest past piece is forgotten for the newest", "[engine][past]") {
  Workspace<> workspace{"step"};
  auto pieces = std::make_unique<PastPieces>();
  for (std::size_t i = 1; i <= PastPieces::most_pieces + 1; ++i)
    pieces->push(piece_of(workspace, i * 64, 64));
  PastPiece found;

  CHECK_FALSE(pieces->find_at(64, found));
  CHECK(pieces->find_at(3 * 64, found));
  CHECK(pieces->find_at((PastPieces::most_pieces + 1) * 64, found));
}

TEST_CASE("The message of a late use says which byte, where it was made and what is now",
          "[engine][past]") {
  auto workspace = std::make_unique<Workspace<>>("step");
  auto cycle = std::make_unique<Cycle>(workspace->enter());
  PastPiece piece = piece_of(*workspace, 1000, 4000);

  piece.is_given_back = true;
  CHECK(contains(message_of(piece, 1012),
                 "ebb-E02 StaleArray: late use of byte 12 of the 4 000 bytes of array \"weights\", "
                 "made at main.cpp:12, in cycle 1 of workspace \"step\", and given back in that "
                 "cycle. Use "));
  piece.is_given_back = false;
  cycle.reset();
  CHECK(contains(message_of(piece, 1012), "in cycle 1 of workspace \"step\", which is closed."));
  cycle = std::make_unique<Cycle>(workspace->enter());
  CHECK(contains(message_of(piece, 1012), "and the workspace is now in cycle 2."));
  cycle.reset();
  CHECK(contains(message_of(piece, 1012), "and the workspace is now closed after cycle 2."));
  workspace.reset();
  const Workspace<> next{"next"};  // has the cell
  CHECK(contains(message_of(piece, 1012), "in a workspace that is gone."));
}

TEST_CASE("A fault in a past piece prints the message and ends the process", "[engine][past]") {
  Workspace<> workspace{"step"};
  auto* const page =
      static_cast<std::byte*>(::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  const auto ending = [&](bool is_known) {
    return ending_of([&] {
      std::signal(SIGSEGV, SIG_DFL);
      if (is_known) past_pieces_v1.push(piece_of(workspace, address_of(page), 100));
      FaultHandler& handler = fault_handler_v1;
      handler.is_installed.clear();
      handler.install();
      *static_cast<volatile std::byte*>(page + 7) = std::byte{1};
    });
  };

  const Ending known = ending(true);
  const Ending unknown = ending(false);

  CHECK(known.signal == SIGSEGV);
  CHECK(contains(known.text, "late use of byte 7 of the 100 bytes of array \"weights\""));
  CHECK(unknown.signal == SIGSEGV);
  CHECK(unknown.text == "");
  ::munmap(page, 4096);
}

TEST_CASE("The handler that was there before is asked after the message", "[engine][past]") {
  Workspace<> workspace{"step"};
  auto* const page =
      static_cast<std::byte*>(::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  const auto ending = [&](auto&& set_handler) {
    return ending_of([&] {
      set_handler();
      past_pieces_v1.push(piece_of(workspace, address_of(page), 100));
      fault_handler_v1.is_installed.clear();
      fault_handler_v1.install();
      *static_cast<volatile std::byte*>(page) = std::byte{1};
    });
  };

  const Ending plain = ending([] {
    std::signal(SIGSEGV, [](int) {
      static_cast<void>(::write(STDERR_FILENO, "plain", 5));
      ::_exit(0);
    });
  });
  const Ending with_facts = ending([] {
    struct sigaction action{};
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = [](int, siginfo_t* info, void*) {
      static_cast<void>(::write(STDERR_FILENO, info->si_addr != nullptr ? "facts" : "none", 5));
      ::_exit(0);
    };
    ::sigaction(SIGSEGV, &action, nullptr);
  });
  const Ending ignored = ending([] { std::signal(SIGSEGV, SIG_IGN); });

  CHECK((contains(plain.text, "late use of byte 0") && contains(plain.text, "plain")));
  CHECK((contains(with_facts.text, "late use of byte 0") && contains(with_facts.text, "facts")));
  CHECK((contains(ignored.text, "late use of byte 0") && ignored.signal == SIGSEGV));
  ::munmap(page, 4096);
}
