// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Plays histories on real workspaces and compares them with the model after every command.
///
/// What is checked, and where a violation is seen:
///
/// | invariant                                                       | after         |
/// |-----------------------------------------------------------------|---------------|
/// | what was served, refused, thrown is what the model says         | the command   |
/// | a piece lies in what the space handed out, aligned, overlapping none | its take |
/// | the address of a piece continues the position of the block      | its take      |
/// | its bytes are what was written                                  | every command (its ends), its give-back, the end |
/// | every number of the report, the current workspace               | every command |
/// | handles of an ended cycle are stale, and give back nothing      | every command |
/// | the space was asked what the model asks, and nothing else       | every command |
/// | a refusal changes nothing                                       | the refusal, and all that follows |
/// | the laws between cycles (`Promises`)                            | a close       |
/// | the space got back what it gave                                 | the end       |
///
/// Of a workspace that learns places the model does not know the numbers. What is checked then is
/// what happened to the caller, that the counts of the report are those of the log, and that no
/// less is reported as demand than lives.

#include <ebb/base/alignment.hpp>
#include <ebb/base/config.hpp>
#include <ebb/base/contract.hpp>
#include <ebb/base/error.hpp>
#include <ebb/testing/hands.hpp>
#include <ebb/testing/history.hpp>
#include <ebb/testing/model.hpp>
#include <ebb/testing/tracking_space.hpp>
#include <ebb/workspace/cycle.hpp>
#include <ebb/workspace/workspace.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ebb::testing {

/// Plays histories on workspaces of one thread.
///
/// - For: tests and fuzzers of your own policies and spaces
/// - Expects: nothing else uses the workspaces, or opens scopes on the thread, during a `play`
/// - Costs: a look at every live piece and every number, per command
/// - Threads: one at a time
/// - Example: `examples/fuzz_a_policy.cpp`
/// - Note: without exceptions, a history that has an error thrown ends the program, as everywhere
class Player {
 public:
  Player() = default;
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;
  EBB_COLD ~Player() { let_go(); }

  /// Adds a workspace whose outermost space, a `Tracking`, writes the log.
  ///
  /// - Expects: the workspace is new; it and the log outlive the player. Answers with `dynamic`
  ///   numbers that the workspace was made with are passed again
  template <class C, class... Answers>
  void add(BasicWorkspace<C>& workspace, SpaceLog& log, Promises promises = {},
           const Answers&... answers) {
    add(hands_of(workspace), log, sentence_of<BasicWorkspace<C>>(workspace.space(), answers...),
        promises);
  }

  /// Adds a workspace of which only the core is used, or one with hands of its own.
  EBB_COLD void add(const Hands& hands, SpaceLog& log, Sentence sentence, Promises promises = {}) {
    workspaces_.push_back(std::make_unique<Played>(hands, log, std::move(sentence), promises));
  }

  /// Writes down what happens in plays from now on: the address of each piece, and every number of
  /// every report after each command. Two workspaces are alike if the same history says the same.
  void record(std::vector<std::uint64_t>& what_happens) noexcept { record_ = &what_happens; }

  /// Plays a history, closes what it left open and destroys the blocks.
  ///
  /// - Returns: the first violated invariant as text; empty where all were kept
  /// - Errors: none of ebb's: an error is compared with what the model says
  [[nodiscard]] EBB_COLD std::string play(const History& history) {
    const ViolationHandler handler = set_violation_handler(&count_violation);
    violation_.clear();
    violations_ = expected_violations_ = 0;
    history_ = history;
    for (done_ = 0; done_ < history_.size() && violation_.empty(); ++done_)
      execute(history_[done_]);
    if (violation_.empty()) finish();
    let_go();
    set_violation_handler(handler);
    return violation_;
  }

 private:
  struct Piece {
    std::byte* begin;
    std::size_t bytes;
    std::size_t seed;
    bool typed = true;  ///< by the static type, else by `Core`
    bool kept = false;
    std::unique_ptr<Held> held = nullptr;
  };
  struct Token {
    std::variant<Cycle, Borrow> token;
    std::size_t entry;
    [[nodiscard]] bool is_cycle() const noexcept { return token.index() == 0; }
    void close() {
      std::visit([](auto& scope) { scope.close(); }, token);
    }
  };
  struct Played {
    Played(const Hands& the_hands, SpaceLog& the_log, Sentence sentence, Promises promises)
        : hands(the_hands),
          log(&the_log),
          seen(the_log.requests().size()),
          model(std::move(sentence), promises) {}

    Hands hands;
    SpaceLog* log;
    std::size_t seen;  ///< requests in the log that the model knows of
    WorkspaceModel model;
    std::vector<Piece> pieces;  ///< as those of the model
    std::vector<std::unique_ptr<Token>> tokens;
    std::vector<std::unique_ptr<Token>> ended_tokens;
    std::vector<std::unique_ptr<Held>> stale;
    History cycle;       ///< the commands since the outer enter
    History last_cycle;  ///< those of the last whole cycle
  };
  // A copy outside every workspace: nothing that happens to those changes it.
  struct DetachedPiece {
    Detached<std::byte> copy;
    std::size_t seed;
    [[nodiscard]] Piece as_piece() const {
      return {
          .begin = const_cast<std::byte*>(copy.view().data()), .bytes = copy.size(), .seed = seed};
    }
  };
  // An entry on the scopes of the thread; null makes nothing current.
  struct Entry {
    Played* workspace;
    std::size_t number;
  };
  struct OutsideToken {
    std::unique_ptr<Outside> token;
    std::size_t entry;
  };

  // Counted from the newest; there is one.
  template <class Vector>
  [[nodiscard]] static typename Vector::iterator newest(Vector& things, std::size_t which) {
    return things.end() - 1 - static_cast<std::ptrdiff_t>(which % things.size());
  }

  // ---- commands ---------------------------------------------------------------------------------

  void execute(const Command& command) {
    if (workspaces_.empty()) return;
    Played& at = *workspaces_[command.workspace % workspaces_.size()];
    if (command.verb == Verb::repeat) {
      if (at.model.is_open()) return;
      const History commands = at.last_cycle;
      for (const Command& again : commands)
        if (violation_.empty()) execute(again);
      return;
    }
    if (!at.model.is_open()) at.cycle.clear();
    at.cycle.push_back(command);
    do_one(at, command);
    check();
  }

  void do_one(Played& at, const Command& command) {
    switch (command.verb) {
      case Verb::enter:
        return enter(at);
      case Verb::borrow:
        return borrow(at);
      case Verb::outside:
        outside_.push_back({std::make_unique<Outside>(), push_entry(nullptr)});
        return;
      case Verb::leave:
        return leave(at, command.which);
      case Verb::leave_outside:
        return leave_outside(command.which);
      case Verb::throw_out:
        return throw_out(at);
      case Verb::take:
        return take(at, command);
      case Verb::give:
        return give(at, command.which);
      case Verb::expand:
        return expand(at, command);
      case Verb::keep:
      case Verb::view:
        return look(at, command);
      case Verb::copy:
        return copy(at, command);
      case Verb::detach:
        return detach(at, command.which);
      case Verb::give_stale:
        if (!at.ended_tokens.empty()) at.ended_tokens.pop_back();
        if (!at.stale.empty()) at.stale.erase(newest(at.stale, command.which));
        return;
      case Verb::view_stale:
        return view_stale(at, command.which);
      case Verb::give_foreign:
        at.hands.core->deallocate(foreign_piece.data(), foreign_piece.size());
        at.model.give_foreign();
        return;
      case Verb::destroy: {
        const bool violates = at.model.expects_violation();
        check_contents(at);
        at.hands.core->destroy();
        at.model.destroy(ask(at));
        cycle_ended(at, violates);
        at.cycle.clear();
        at.last_cycle.clear();
        return;
      }
      case Verb::enable:
      case Verb::disable:
        at.hands.core->set_enabled(command.verb == Verb::enable);
        at.model.set_enabled(command.verb == Verb::enable);
        return;
      case Verb::reserve:
        return expect_error("reserve", at.model.reserve(command.bytes),
                            error_of([&] { at.hands.core->reserve(command.bytes); }));
      case Verb::refuse:
        at.log->refuse(command.which, command.bytes);
        return;
      case Verb::repeat:
        return;
    }
  }

  void enter(Played& at) {
    std::unique_ptr<Token> token;
    const std::string_view error =
        error_of([&] { token.reset(new Token{at.hands.enter(at.hands.self), 0}); });
    expect_error("enter",
                 at.model.is_exact() ? at.model.enter(ask(at))
                                     : at.model.enter_as(error, at.log->has_refused_since(at.seen)),
                 error);
    if (token == nullptr) return;
    token->entry = push_entry(&at);
    at.tokens.push_back(std::move(token));
  }

  void borrow(Played& at) {
    std::unique_ptr<Token> token;
    const std::string_view error =
        error_of([&] { token.reset(new Token{at.hands.borrow(at.hands.self), 0}); });
    expect_error("borrow", at.model.is_open() ? "" : "E04", error);
    if (token == nullptr) return;
    token->entry = push_entry(&at);
    at.tokens.push_back(std::move(token));
  }

  void leave(Played& at, std::size_t which) {
    if (at.tokens.empty()) return;
    const auto place = newest(at.tokens, which);
    const std::unique_ptr<Token> token = std::move(*place);
    at.tokens.erase(place);
    remove_entry(token->entry);
    close(at, *token, false);
  }

  void leave_outside(std::size_t which) {
    if (outside_.empty()) return;
    const auto place = newest(outside_, which);
    remove_entry(place->entry);
    outside_.erase(place);
  }

  void throw_out(Played& at) {
#if EBB_HAS_EXCEPTIONS
    struct Thrown {};
    struct Closer {
      Player& player;
      Played& at;
      ~Closer() { player.close_all(at, true); }
    };
    try {
      const Closer closer{*this, at};
      throw Thrown{};
    } catch (const Thrown&) {
    }
#else
    close_all(at, false);
#endif
  }

  void close_all(Played& at, bool by_exception) {
    while (!at.tokens.empty()) {
      const std::unique_ptr<Token> token = std::move(at.tokens.back());
      at.tokens.pop_back();
      remove_entry(token->entry);
      close(at, *token, by_exception);
    }
  }

  void close(Played& at, Token& token, bool by_exception) {
    const bool violates = at.model.expects_violation();
    const bool is_cycle = token.is_cycle();
    if (is_cycle) check_contents(at);
    token.close();
    if (!is_cycle) return;
    at.model.leave(by_exception, ask(at));
    if (!at.model.is_open()) cycle_ended(at, violates);
  }

  // What the end of a cycle leaves behind is stale, and harmless.
  void cycle_ended(Played& at, bool violates) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.workspace == &at; });
    for (Piece& piece : at.pieces)
      if (piece.held != nullptr) at.stale.push_back(std::move(piece.held));
    at.pieces.clear();
    for (std::unique_ptr<Token>& token : at.tokens) at.ended_tokens.push_back(std::move(token));
    at.tokens.clear();
    constexpr std::size_t most_kept = 8;
    if (at.stale.size() > most_kept)
      at.stale.erase(at.stale.begin(), at.stale.end() - std::ptrdiff_t{most_kept});
    if (at.ended_tokens.size() > most_kept) at.ended_tokens.clear();
    at.last_cycle = at.cycle;
    if (violates) ++expected_violations_;
    // An event that is not the plan's is told of, too, where it is refused and nothing is taken
    // later.
    if (!at.model.is_exact() && at.model.refuses()) expected_violations_ = violations_;
  }

  void take(Played& at, const Command& command) {
    const bool is_known = command.way == Way::typed_known || command.way == Way::core_known;
    const std::size_t bytes = is_known ? known_bytes : command.bytes;
    const std::size_t alignment = takes_alignment(command.way) ? command.alignment : 1;
    Piece piece{.begin = nullptr, .bytes = bytes, .seed = ++seed_};
    const bool is_try = command.way == Way::typed_try || command.way == Way::core_try;
    const std::string_view error =
        error_of([&] { take_really(at, command.way, alignment, piece); });
    const std::string_view expected =
        expected_of_take(at, bytes, alignment, piece.begin != nullptr, error);
    if (is_try) {
      compare("try_allocate answers memory", piece.begin != nullptr, expected.empty());
    } else {
      expect_error("take", expected, error);
    }
    if (!expected.empty() || !violation_.empty() || bytes == 0) {
      expect(!expected.empty() || is_aligned(piece.begin, Alignment(alignment)),
             "no bytes are at an address that is no multiple of the alignment");
      return;
    }
    check_place(at, piece, alignment);
    write(piece);
    at.pieces.push_back(std::move(piece));
  }

  void copy(Played& at, const Command& command) {
    if (at.pieces.empty()) return;
    const Piece& source = *newest(at.pieces, command.which);
    if (source.held == nullptr) return;
    Played& target = *workspaces_[command.bytes % workspaces_.size()];
    Piece piece{.begin = nullptr, .bytes = source.bytes, .seed = source.seed};
    const std::string_view error =
        error_of([&] { piece.held = source.held->copy_to(*target.hands.core); });
    if (error.empty() && piece.held == nullptr) return;  // of an adapter there is no copy
    const std::string_view expected =
        target.model.is_open()
            ? expected_of_take(target, piece.bytes, 1, piece.held != nullptr, error)
            : "E04";
    expect_error("copy", expected, error);
    if (!expected.empty() || !violation_.empty()) return;
    piece.begin = piece.held->view().data();
    check_place(target, piece, 1);
    check_all_bytes(piece);
    target.pieces.push_back(std::move(piece));
  }

  void detach(Played& at, std::size_t which) {
    if (at.pieces.empty()) return;
    const Piece& source = *newest(at.pieces, which);
    if (source.held == nullptr) return;
    std::optional<Detached<std::byte>> copy;
    expect_error("detach", "", error_of([&] { copy = source.held->detach(); }));
    if (!copy) return;
    compare("the size of a detached copy", copy->size(), source.bytes);
    if (violation_.empty()) detached_.push_back({std::move(*copy), source.seed});
  }

  [[nodiscard]] std::string_view expected_of_take(Played& at, std::size_t bytes,
                                                  std::size_t alignment, bool is_served,
                                                  std::string_view error) {
    return at.model.is_exact() ? at.model.take(bytes, alignment, ask(at))
                               : at.model.take_as(bytes, alignment, is_served, error,
                                                  at.log->has_refused_since(at.seen));
  }

  static void take_really(Played& at, Way way, std::size_t alignment, Piece& piece) {
    Core& core = *at.hands.core;
    const auto hold = [&piece](std::unique_ptr<Held> held) {
      piece.held = std::move(held);
      piece.begin = piece.held->view().data();
    };
    const auto allocate = [&]() -> void* {
      switch (way) {
        case Way::typed:
          return at.hands.allocate(at.hands.self, piece.bytes, alignment);
        case Way::typed_try:
          return at.hands.try_allocate(at.hands.self, piece.bytes, alignment);
        case Way::typed_known:
          return at.hands.allocate_known(at.hands.self);
        case Way::core:
          return alignment == 1 ? core.allocate(piece.bytes)
                                : core.allocate(piece.bytes, alignment);
        case Way::core_try:
          return alignment == 1 ? core.try_allocate(piece.bytes)
                                : core.try_allocate(piece.bytes, alignment);
        case Way::core_known:
          return core.allocate<known_bytes>();
        case Way::array:
          hold(at.hands.make(at.hands.self, piece.bytes));
          break;
        case Way::core_array:
          hold(hands_of(core).make(&core, piece.bytes));
          break;
        case Way::adapter:
          hold(std::make_unique<HeldByAdapter>(core, piece.bytes));
          break;
      }
      return piece.begin;
    };
    piece.begin = static_cast<std::byte*>(allocate());
    // Given back through the other side than it was taken through, half of the time.
    piece.typed = piece.seed % 2 == 0;
  }

  void give(Played& at, std::size_t which) {
    if (at.pieces.empty()) return;
    const auto place = newest(at.pieces, which);
    if (place->kept) return;
    check_all_bytes(*place);
    Piece piece = std::move(*place);
    const auto index = static_cast<std::size_t>(place - at.pieces.begin());
    at.pieces.erase(place);
    if (piece.held != nullptr) {
      piece.held.reset();
    } else if (piece.typed) {
      at.hands.deallocate(at.hands.self, piece.begin, piece.bytes);
    } else {
      at.hands.core->deallocate(piece.begin, piece.bytes);
    }
    at.model.give(index);
  }

  void expand(Played& at, const Command& command) {
    if (at.pieces.empty()) return;
    const auto place = newest(at.pieces, command.which);
    if (place->held != nullptr) return;
    const auto index = static_cast<std::size_t>(place - at.pieces.begin());
    check_all_bytes(*place);
    const bool done = at.hands.core->try_expand(place->begin, place->bytes, command.bytes);
    const bool expected = at.model.expand(index, command.bytes);
    compare("try_expand answers", done, expected);
    if (!done) return;
    place->bytes = command.bytes;
    expect(at.log->holds(place->begin, place->bytes),
           "an expanded piece lies outside what the space handed out");
    check_overlap(*place);
    if (violation_.empty()) write(*place);
  }

  void look(Played& at, const Command& command) {
    if (at.pieces.empty()) return;
    Piece& piece = *newest(at.pieces, command.which);
    if (piece.held == nullptr) return;
    std::string_view error;
    if (command.verb == Verb::keep) error = error_of([&] { piece.kept = piece.held->keep(); });
    std::span<std::byte> view;
    if (error.empty()) error = error_of([&] { view = piece.held->view(); });
    expect_error("view", "", error);
    expect(view.data() == piece.begin && view.size() == piece.bytes && piece.held->is_in_scope(),
           "a view is not of the piece that was made");
  }

  void view_stale(Played& at, std::size_t which) {
    if (at.stale.empty() || !at.model.sentence().checks_views) return;
    Held& held = **newest(at.stale, which);
    const std::string_view error = error_of([&] { static_cast<void>(held.view()); });
    expect_error("view of a stale array", "E02", error);
    at.model.stale_handle();
  }

  // ---- checks -----------------------------------------------------------------------------------

  void check() {
    for (const std::unique_ptr<Played>& at : workspaces_) {
      expect(at->log->problem().empty(), at->log->problem());
      compare("is_open()", at->hands.core->is_open(), at->model.is_open());
      if (at->model.is_exact()) {
        expect(at->seen == at->log->requests().size(),
               "the space was asked for something that the model does not ask for");
        compare("the ranges that are out", at->log->lent().size(), at->model.ranges());
        expect(at->model.broken_law().empty(), at->model.broken_law());
        check_report(*at);
      } else {
        at->seen = at->log->requests().size();
        check_counts(*at);
      }
      for (const Piece& piece : at->pieces) check_ends(piece);
      for (const std::unique_ptr<Held>& held : at->stale)
        expect(!held->is_in_scope(), "a handle of an ended cycle is not stale");
    }
    Core* const expected = entries_.empty() || entries_.back().workspace == nullptr
                               ? nullptr
                               : entries_.back().workspace->hands.core;
    expect(current() == expected, "another workspace is current than should be");
    compare("the calls of the violation handler", violations_, expected_violations_);
    for (const DetachedPiece& piece : detached_) check_all_bytes(piece.as_piece());
  }

  void check_report(const Played& at) {
    const Report found = report_of(at);
    const Report expected = at.model.report();
    std::vector<std::uint64_t> numbers;
    expected.for_each([&](std::string_view, std::uint64_t number) { numbers.push_back(number); });
    auto number = numbers.begin();
    found.for_each(
        [&](std::string_view name, std::uint64_t value) { compare(name, value, *number++); });
  }

  // What holds also where the model does not know which memory serves a request.
  void check_counts(const Played& at) {
    const Report found = report_of(at);
    const Report expected = at.model.report();
    const auto& requests = at.log->requests();
    compare("generation", found.generation, expected.generation);
    compare("cycles", found.cycles, expected.cycles);
    compare("stale_handles", found.stale_handles, expected.stale_handles);
    compare("space_calls", found.space_calls, requests.size());
    compare("space_refusals", found.space_refusals,
            static_cast<std::uint64_t>(
                std::count_if(requests.begin(), requests.end(),
                              [](const SpaceLog::Request& made) { return !made.granted; })));
    if (at.model.is_open()) {
      expect(found.demand_bytes >= at.model.live(), "more lives than is reported as demand");
    } else {
      compare("demand_bytes", found.demand_bytes, 0);
      compare("the ranges that are out", at.log->lent().size(), found.block_bytes != 0 ? 1 : 0);
    }
    expect(found.largest_demand_bytes >= found.last_demand_bytes,
           "the last demand is larger than the largest");
  }

  [[nodiscard]] Report report_of(const Played& at) const {
    Report report = at.hands.core->report();
    if (record_ != nullptr)
      report.for_each([this](std::string_view, std::uint64_t value) { record_->push_back(value); });
    return report;
  }

  void check_place(const Played& at, const Piece& piece, std::size_t alignment) {
    if (record_ != nullptr) record_->push_back(address_of(piece.begin));
    const Sentence& sentence = at.model.sentence();
    expect(at.log->problem().empty(), at.log->problem());  // a cause of what may follow
    expect(is_aligned(piece.begin, Alignment(std::max(alignment, sentence.granule))),
           "a piece is not aligned");
    const WorkspaceModel::Piece& model = at.model.pieces().back();
    expect(at.log->holds(piece.begin, model.size),
           "a piece lies outside what the space handed out");
    if (model.memory != WorkspaceModel::alone)
      expect(address_of(piece.begin) % sentence.max_alignment ==
                 model.position % sentence.max_alignment,
             "a piece does not continue the position of the block");
    check_overlap(piece);
  }

  void check_overlap(const Piece& piece) {
    for (const std::unique_ptr<Played>& at : workspaces_)
      for (const Piece& other : at->pieces)
        if (&other != &piece && other.begin < piece.begin + piece.bytes &&
            piece.begin < other.begin + other.bytes)
          expect(false, "two live pieces overlap");
  }

  [[nodiscard]] static std::byte pattern(const Piece& piece, std::size_t at) noexcept {
    return static_cast<std::byte>((piece.seed * 37 + at * 7 + at / 256) & 0xFFU);
  }
  // All bytes of a small piece, its ends and some between of a large one.
  template <class Visitor>
  static void for_each_byte(const Piece& piece, Visitor&& visit) {
    constexpr std::size_t end = 256;
    for (std::size_t i = 0; i < piece.bytes; ++i) {
      if (i >= end && i + end < piece.bytes) i = std::min(i + 60, piece.bytes - end);
      visit(i);
    }
  }
  static void write(const Piece& piece) {
    for_each_byte(piece, [&](std::size_t i) { piece.begin[i] = pattern(piece, i); });
  }
  void check_all_bytes(const Piece& piece) {
    bool intact = true;
    for_each_byte(piece,
                  [&](std::size_t i) { intact = intact && piece.begin[i] == pattern(piece, i); });
    expect(intact, "the contents of a live piece changed");
  }
  void check_ends(const Piece& piece) {
    const std::size_t last = piece.bytes - 1;
    expect(piece.begin[0] == pattern(piece, 0) && piece.begin[last] == pattern(piece, last),
           "the contents of a live piece changed");
  }
  void check_contents(const Played& at) {
    for (const Piece& piece : at.pieces) check_all_bytes(piece);
  }

  void expect(bool kept, std::string_view problem) {
    if (!kept) fail(std::string(problem));
  }
  void compare(std::string_view what, std::uint64_t found, std::uint64_t expected) {
    if (found != expected)
      fail(std::string(what) + ": " + std::to_string(found) + ", expected " +
           std::to_string(expected));
  }
  void expect_error(std::string_view what, std::string_view expected, std::string_view found) {
    if (expected == found) return;
    const auto outcome = [](std::string_view error) {
      return error.empty() ? std::string("success") : std::string(error);
    };
    fail(std::string(what) + ": " + outcome(found) + ", expected " + outcome(expected));
  }
  EBB_COLD void fail(const std::string& problem) {
    if (!violation_.empty()) return;
    violation_ = done_ == history_.size() ? "at the end: "
                                          : "at command " + std::to_string(done_ + 1) + ", " +
                                                to_string(history_[done_]) + ": ";
    violation_ += problem;
  }

  // ---- the rest ---------------------------------------------------------------------------------

  void finish() {
    while (!outside_.empty()) leave_outside(0);
    for (const std::unique_ptr<Played>& at : workspaces_) {
      close_all(*at, false);
      check();
      // After the close, so that what gives back late is seen to give back nothing.
      at->stale.clear();
      at->ended_tokens.clear();
      check();
      at->hands.core->destroy();
      at->model.destroy(ask(*at));
      check();
      expect(at->log->lent().empty(), "the space did not get back all that it gave");
    }
  }

  // Drops what a violation left over.
  void let_go() {
    outside_.clear();
    detached_.clear();
    for (const std::unique_ptr<Played>& at : workspaces_) {
      at->pieces.clear();
      while (!at->tokens.empty()) at->tokens.pop_back();
      at->stale.clear();
      at->ended_tokens.clear();
    }
    entries_.clear();
  }

  // Plays the space for the model: the log says what it was really asked and answered.
  [[nodiscard]] WorkspaceModel::Ask ask(Played& at) {
    return [this, &at](std::size_t bytes, std::size_t alignment) {
      const auto& requests = at.log->requests();
      if (at.seen == requests.size()) {
        compare("the bytes asked of the space", 0, bytes);
        return false;
      }
      const SpaceLog::Request& request = requests[at.seen++];
      compare("the bytes asked of the space", request.bytes, bytes);
      compare("the alignment asked of the space", request.alignment, alignment);
      return request.granted;
    };
  }

  template <class Function>
  [[nodiscard]] static std::string_view error_of(Function&& function) {
#if EBB_HAS_EXCEPTIONS
    try {
      function();
    } catch (const Error& error) {
      return error.id();
    }
#else
    function();
#endif
    return {};
  }

  [[nodiscard]] std::size_t push_entry(Played* workspace) {
    entries_.push_back({workspace, ++entry_number_});
    return entry_number_;
  }
  void remove_entry(std::size_t number) {
    std::erase_if(entries_, [&](const Entry& entry) { return entry.number == number; });
  }

  static void count_violation(const Error&) { ++violations_; }

  static inline thread_local std::size_t violations_ = 0;
  std::array<std::byte, 64> foreign_piece{};
  std::vector<std::unique_ptr<Played>> workspaces_;
  std::vector<Entry> entries_;
  std::vector<OutsideToken> outside_;
  std::vector<DetachedPiece> detached_;
  std::vector<std::uint64_t>* record_ = nullptr;
  std::size_t entry_number_ = 0;
  std::size_t seed_ = 0;
  std::size_t expected_violations_ = 0;
  History history_;
  std::size_t done_ = 0;  ///< commands
  std::string violation_;
};

/// Plays a history on one new workspace.
///
/// - Expects: as `Player::add`
/// - Returns: the first violated invariant as text; empty where all were kept
template <class C, class... Answers>
[[nodiscard]] std::string play(const History& history, BasicWorkspace<C>& workspace, SpaceLog& log,
                               Promises promises = {}, const Answers&... answers) {
  Player player;
  player.add(workspace, log, promises, answers...);
  return player.play(history);
}

}  // namespace ebb::testing
