// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/engine/failure.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace ebb;

namespace {

template <class E>
std::string message_for(const Failure& failure) {
  return message_of<E>([&] { detail::raise_failure(failure, "step"); });
}

}  // namespace

TEST_CASE("No failure is false and every other is true", "[engine][failure]") {
  CHECK_FALSE(Failure{});
  CHECK(Failure{.kind = Failure::Kind::out_of_workspace});
  CHECK(Failure{.kind = Failure::Kind::wrong_thread});
}

TEST_CASE("A broken fence becomes an error that says which, where and when", "[engine][failure]") {
  BrokenFence fence{.origin = {.place = {"main.cpp", 12}, .name = "x", .taker = Taker::array},
                    .bytes = 4000,
                    .is_behind = true,
                    .distance = 2,
                    .cycle = 7};
  const Failure one{.kind = Failure::Kind::fence_broken, .wanted = 1, .fence = &fence};
  const Failure three{.kind = Failure::Kind::fence_broken, .wanted = 3, .fence = &fence};

  CHECK(message_for<FenceBroken>(one) ==
        "ebb-E13 FenceBroken: \"step\": byte 3 behind the end of array \"x\", made at "
        "main.cpp:12 (4 000 bytes) was written; seen when it was given back or expanded, in cycle "
        "7. Look for "
        "an index or a size that is too large between there and here. docs/errors/E13.md");
  fence.is_behind = false;
  fence.at_end = true;
  CHECK(message_for<FenceBroken>(three) ==
        "ebb-E13 FenceBroken: \"step\": byte 3 before the begin of array \"x\", made at "
        "main.cpp:12 (4 000 bytes) was written; seen when its cycle ended, in cycle 7, and 2 more. "
        "Look for an index or a size that is too small between there and here. "
        "docs/errors/E13.md");
}

TEST_CASE("Every failure becomes its typed error with numbers and a remedy", "[engine][failure]") {
  CHECK(
      message_for<OutOfWorkspace>({.kind = Failure::Kind::out_of_workspace,
                                   .wanted = 65536,
                                   .left = 4096,
                                   .block = 1048576,
                                   .limit = 1110016}) ==
      "ebb-E01 OutOfWorkspace: \"step\" had 4 096 of 1 048 576 bytes left and was asked for 65 536 "
      "(the spill policy refuses). Use Reallocate or External, or a first size of at least "
      "1 110 016 bytes. docs/errors/E01.md");
  CHECK(message_for<NoOpenCycle>({.kind = Failure::Kind::no_open_cycle, .wanted = 1000}) ==
        "ebb-E03 NoOpenCycle: \"step\" is closed and was asked for 1 000 bytes. Keep the token of "
        "`enter()` while memory is taken. docs/errors/E03.md");
  CHECK(message_for<NotOpen>({.kind = Failure::Kind::not_open}) ==
        "ebb-E04 NotOpen: \"step\" is closed; it cannot be borrowed or copied to. Enter it first. "
        "docs/errors/E04.md");
  CHECK(
      message_for<NotOpen>({.kind = Failure::Kind::no_target}) ==
      "ebb-E04 NotOpen: an array of \"step\" has no workspace to be copied to: this thread has no "
      "current one, or none beneath it. Use `detach()`, or enter the target first. "
      "docs/errors/E04.md");
  CHECK(
      message_for<SpaceRefused>(
          {.kind = Failure::Kind::space_refused, .wanted = 8192, .block = 4096}) ==
      "ebb-E05 SpaceRefused: the space of \"step\" refused 8 192 bytes; the block has 4 096. Give "
      "the space more, ask for less, or give back earlier. docs/errors/E05.md");
  CHECK(message_for<SpaceRefused>({.kind = Failure::Kind::scope_refused}) ==
        "ebb-E05 SpaceRefused: the heap refused room for one more scope on this thread when "
        "entering \"step\". Close scopes that are not needed. docs/errors/E05.md");
  CHECK(message_for<BadRequest>(
            {.kind = Failure::Kind::size_overflow, .wanted = 1000000, .limit = 8}) ==
        "ebb-E06 BadRequest: \"step\" was asked for 1 000 000 × 8 bytes, more than any address "
        "space has. Check the count. docs/errors/E06.md");
  CHECK(
      message_for<BadRequest>(
          {.kind = Failure::Kind::bad_alignment, .wanted = 48, .limit = 4096}) ==
      "ebb-E06 BadRequest: \"step\" was asked for the alignment 48. Use a power of two of at most "
      "4 096, the largest of its space. docs/errors/E06.md");
  CHECK(message_for<BadRequest>(
            {.kind = Failure::Kind::beyond_bounds, .wanted = 2000, .limit = 1000}) ==
        "ebb-E06 BadRequest: \"step\" was asked for 2 000 bytes, and its bounds allow 1 000. Raise "
        "the maximum of `Bounds`. docs/errors/E06.md");
  CHECK(
      message_for<BadRequest>({.kind = Failure::Kind::reserve_open, .wanted = 1000}) ==
      "ebb-E06 BadRequest: \"step\" is open; `reserve(1 000)` sets a size between cycles. Call it "
      "while closed. docs/errors/E06.md");
  CHECK(
      message_for<BadRequest>({.kind = Failure::Kind::foreign_piece, .wanted = 64}) ==
      "ebb-E06 BadRequest: \"step\" was given back a piece of 64 bytes that is not of this cycle. "
      "Give back what this cycle took, once, with the same size. docs/errors/E06.md");
  CHECK(message_for<WrongThread>({.kind = Failure::Kind::wrong_thread}) ==
        "ebb-E07 WrongThread: \"step\" is open on another thread. Enter, use and close it on one "
        "thread, or give each thread a workspace of its own. docs/errors/E07.md");
}

TEST_CASE("report_violation tells the handler what raise_failure would throw",
          "[engine][failure]") {
  const Failure failure{.kind = Failure::Kind::foreign_piece, .wanted = 64};
  const Violations violations;

  detail::report_violation(failure, "step");

  CHECK(violations.count() == 1);
  CHECK(violations.last() == message_for<BadRequest>(failure));
}
