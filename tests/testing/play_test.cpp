// SPDX-License-Identifier: Apache-2.0
// A player finds nothing wrong with a workspace that is right, and each thing that can be wrong.
#include <ebb/policy/policy.hpp>
#include <ebb/space/buffer.hpp>
#include <ebb/testing/play.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ebb;
using testing::Command;
using testing::Hands;
using testing::History;
using testing::SpaceLog;
using testing::Tracking;
using testing::Verb;
using testing::Way;

namespace {

using Played = Workspace<StartWith<4096>, Tracking<>>;

constexpr Command enter{.verb = Verb::enter};
constexpr Command leave{.verb = Verb::leave};
constexpr Command take{.verb = Verb::take, .bytes = 100};

/// Plays on a workspace whose hands, or model, somebody has tampered with.
template <class Tamper>
std::string play_tampered(const History& history, Tamper&& tamper) {
  SpaceLog log;
  Played workspace{"tampered", Tracking<>{log}};
  Hands hands = testing::hands_of(workspace);
  testing::Sentence sentence = testing::sentence_of<Played>(workspace.space());
  tamper(hands, sentence);
  testing::Player player;
  player.add(hands, log, sentence);
  return player.play(history);
}

bool has(const std::string& text, const char* words) {
  return text.find(words) != std::string::npos;
}

Played& it(void* self) { return *static_cast<Played*>(self); }

/// An array whose copies are not what they should be.
class BadlyCopied final : public testing::Held {
 public:
  explicit BadlyCopied(std::unique_ptr<Held> array) : array_(std::move(array)) {}
  [[nodiscard]] bool is_in_scope() const override { return array_->is_in_scope(); }
  [[nodiscard]] std::span<std::byte> view() override { return array_->view(); }
  [[nodiscard]] std::unique_ptr<Held> copy_to(Core& target) override {
    std::unique_ptr<Held> copy = array_->copy_to(target);
    copy->view()[0] ^= std::byte{1};
    return copy;
  }
  [[nodiscard]] std::optional<Detached<std::byte>> detach() override {
    auto copy = array_->detach();
    copy->view()[0] ^= std::byte{1};
    return copy;
  }
  bool keep() override { return array_->keep(); }

 private:
  std::unique_ptr<Held> array_;
};

/// Grows, but not as far as it was asked to.
struct GrowByHalf {
  using slot = SpillSlot;
  static Overflow on_overflow(Shortfall) noexcept { return Overflow::outside; }
  static std::size_t next_block(CycleUse use) noexcept {
    return use.demand > use.block ? use.block + use.block / 2 : use.block;
  }
};

/// Hands out what is out already.
struct Forgetful {
  using slot = SpaceSlot;
  static constexpr std::size_t max_alignment = 64;
  std::byte* memory = nullptr;
  void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (memory == nullptr) memory = static_cast<std::byte*>(Host::allocate(1U << 20U, alignment));
    return bytes > (1U << 20U) ? nullptr : memory;
  }
  void deallocate(void*, std::size_t, std::size_t) noexcept {}
  ~Forgetful() = default;
};

}  // namespace

TEST_CASE("A player finds nothing wrong with a workspace", "[testing][play][reuse]") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 50; ++i) {
    const History history = testing::random_history(random);
    SpaceLog log;
    Played workspace{"played", Tracking<>{log}};

    CHECK(testing::play(history, workspace, log, {true, true}) == "");

    CHECK(log.lent().empty());
    CHECK(!workspace.is_open());
  }
}

TEST_CASE("A player plays again and again on the same workspaces", "[testing][play][reuse]") {
  SpaceLog logs[2];
  Played first{"first", Tracking<>{logs[0]}};
  Workspace<Granule<dynamic>, Tracking<>> second{"second", Granule<dynamic>{256},
                                                 Tracking<>{logs[1]}};
  testing::Player player;
  player.add(first, logs[0]);
  player.add(second, logs[1], {}, Granule<dynamic>{256});
  std::mt19937_64 random(1);

  for (int i = 0; i < 20; ++i)
    CHECK(player.play(testing::random_history(random, {.workspaces = 2})) == "");

  CHECK(first.report().cycles > 20);
  CHECK(second.report().cycles > 20);
}

TEST_CASE("A player sees copies that are not right", "[testing][play][reuse]") {
  constexpr Command take_array{.verb = Verb::take, .way = Way::array, .bytes = 100};
  const auto copy_badly = [](Hands& hands, auto&) {
    hands.make = [](void* self, std::size_t bytes) -> std::unique_ptr<testing::Held> {
      return std::make_unique<BadlyCopied>(testing::hands_of(it(self)).make(self, bytes));
    };
  };

  CHECK(play_tampered({enter, take_array, {.verb = Verb::copy}, {.verb = Verb::detach}},
                      [](auto&, auto&) {}) == "");
  for (const Verb verb : {Verb::copy, Verb::detach})
    CHECK(has(play_tampered({enter, take_array, {.verb = verb}}, copy_badly), "at command 3, "));
}

TEST_CASE("A player knows that a closed workspace is no target", "[testing][play][reuse]") {
  constexpr Command take_array{.verb = Verb::take, .way = Way::array, .bytes = 100};
  SpaceLog logs[2];
  Played source{"source", Tracking<>{logs[0]}};
  Played target{"target", Tracking<>{logs[1]}};
  testing::Player player;
  player.add(source, logs[0]);
  player.add(target, logs[1]);

  CHECK(player.play({enter, take_array, {.verb = Verb::copy, .bytes = 1}}) == "");
  CHECK(target.report().largest_demand_bytes == 0);
}

TEST_CASE("A player finds nothing wrong with a workspace that learns places",
          "[testing][play][reuse]") {
  using Planned = Workspace<LearnPlan, Tracking<>>;
  std::mt19937_64 random(1);
  for (int i = 0; i < 50; ++i) {
    const History history = testing::random_history(random);
    SpaceLog log;
    Planned workspace{"planned", Tracking<>{log}};

    CHECK(testing::play(history, workspace, log) == "");
  }
}

TEST_CASE("A player sees what is wrong also where places are learnt", "[testing][play][reuse]") {
  const auto play_places = [](const History& history, auto&& tamper) {
    return play_tampered(history, [&](Hands& hands, testing::Sentence& sentence) {
      sentence.learns_places = true;
      tamper(hands, sentence);
    });
  };
  const auto nothing = [](auto&, auto&) {};
  const auto refuse_all = [](Hands& hands, auto&) {
    hands.try_allocate = [](void*, std::size_t, std::size_t) noexcept -> void* { return nullptr; };
  };
  constexpr Command tries{.verb = Verb::take, .way = Way::typed_try, .bytes = 100};

  CHECK(play_places({enter, take, tries, leave}, nothing) == "");
  CHECK(has(play_places({enter, tries}, refuse_all), "try_allocate answers memory: 0, expected 1"));
  CHECK(has(play_places({enter, {.verb = Verb::take, .bytes = 64, .alignment = 4096}},
                        [](auto&, testing::Sentence& sentence) { sentence.max_alignment = 64; }),
            "take: success, expected E06"));
  CHECK(has(play_places({enter, enter, take},
                        [](Hands& hands, auto&) {
                          hands.allocate = [](void* self, std::size_t bytes, std::size_t) {
                            return it(self).allocate(bytes / 2);
                          };
                        }),
            "at command 3, take 100 bytes from workspace 0: "));
}

TEST_CASE("A player writes down what happens", "[testing][play][reuse]") {
  alignas(64) std::array<std::byte, 4096> memory{};
  const auto record = [&]<std::size_t Bytes>(std::integral_constant<std::size_t, Bytes>) {
    using Buffered = Workspace<Granule<Bytes>, Tracking<Buffer>>;
    SpaceLog log;
    Buffered workspace{"buffered", Tracking<Buffer>{log, Buffer{memory}}};
    std::vector<std::uint64_t> what_happens;
    testing::Player player;
    player.record(what_happens);
    player.add(workspace, log);
    CHECK(player.play({enter, take, take, leave}) == "");
    return what_happens;
  };
  using Small = std::integral_constant<std::size_t, 16>;
  using Large = std::integral_constant<std::size_t, 64>;

  CHECK(!record(Small{}).empty());
  CHECK(record(Small{}) == record(Small{}));
  CHECK(record(Small{}) != record(Large{}));
}

TEST_CASE("A player sees pieces that are not right", "[testing][play][reuse]") {
  SECTION("that overlap") {
    CHECK(has(play_tampered({enter, take, take},
                            [](Hands& hands, auto&) {
                              hands.allocate = [](void* self, std::size_t bytes, std::size_t) {
                                void* const piece = it(self).allocate(bytes);
                                return it(self).report().demand_bytes > 128
                                           ? static_cast<void*>(static_cast<std::byte*>(piece) - 64)
                                           : piece;
                              };
                            }),
              "at command 3, take 100 bytes from workspace 0: "));
  }
  SECTION("that are crooked") {
    CHECK(has(play_tampered({enter, take},
                            [](Hands& hands, auto&) {
                              hands.allocate = [](void* self, std::size_t bytes, std::size_t) {
                                return static_cast<void*>(
                                    static_cast<std::byte*>(it(self).allocate(bytes)) + 1);
                              };
                            }),
              "a piece is not aligned"));
  }
  SECTION("that nobody handed out") {
    CHECK(has(play_tampered({enter, take},
                            [](Hands& hands, auto&) {
                              hands.allocate = [](void* self, std::size_t bytes, std::size_t) {
                                alignas(4096) static std::byte elsewhere[128];
                                static_cast<void>(it(self).allocate(bytes));
                                return static_cast<void*>(elsewhere);
                              };
                            }),
              "outside what the space handed out"));
  }
  SECTION("that are written to by others") {
    CHECK(has(play_tampered({enter, take, take},
                            [](Hands& hands, auto&) {
                              hands.allocate = [](void* self, std::size_t bytes, std::size_t) {
                                auto* const piece =
                                    static_cast<std::byte*>(it(self).allocate(bytes));
                                if (it(self).report().demand_bytes > 128)
                                  *(piece - 128) ^= std::byte{1};
                                return static_cast<void*>(piece);
                              };
                            }),
              "the contents of a live piece changed"));
  }
}

TEST_CASE("A player sees answers that are not right", "[testing][play][reuse]") {
  SECTION("a refusal without a reason") {
    CHECK(has(play_tampered({enter, {.verb = Verb::take, .way = Way::typed_try, .bytes = 1}},
                            [](Hands& hands, auto&) {
                              hands.try_allocate = [](void*, std::size_t,
                                                      std::size_t) noexcept -> void* {
                                return nullptr;
                              };
                            }),
              "try_allocate answers memory: 0, expected 1"));
  }
  SECTION("an error without a reason") {
    CHECK(has(play_tampered({enter, take},
                            [](Hands& hands, auto&) {
                              hands.allocate = [](void*, std::size_t, std::size_t) -> void* {
                                throw OutOfWorkspace("none");
                              };
                            }),
              "take: E01, expected success"));
  }
  SECTION("a give-back that is forgotten") {
    CHECK(has(play_tampered({enter, take, {.verb = Verb::give}, take, {.verb = Verb::give}, take},
                            [](Hands& hands, auto&) {
                              hands.deallocate = [](void*, void*, std::size_t) noexcept {};
                            }),
              "does not continue the position of the block"));
  }
  SECTION("an enter that is forgotten") {
    CHECK(has(play_tampered({enter},
                            [](Hands& hands, auto&) {
                              hands.enter = [](void* self) -> Cycle {
                                it(self).enter().close();
                                return it(self).enter();
                              };
                            }),
              "cycles: 1, expected 0"));
  }
}

TEST_CASE("A player tells one sentence from another", "[testing][play][reuse]") {
  const History two_cycles = {enter, {.verb = Verb::take, .bytes = 5000}, leave, enter, take,
                              leave};
  CHECK(play_tampered(two_cycles, [](auto&, auto&) {}) == "");

  CHECK(has(play_tampered(two_cycles,
                          [](auto&, testing::Sentence& sentence) {
                            sentence.with_headroom = [](std::size_t bytes) { return bytes; };
                          }),
            "expected"));
  CHECK(has(play_tampered(two_cycles,
                          [](auto&, testing::Sentence& sentence) {
                            sentence.next_block = [](CycleUse use) { return use.block; };
                          }),
            "the bytes asked of the space"));
  CHECK(has(
      play_tampered(two_cycles, [](auto&, testing::Sentence& sentence) { sentence.granule = 128; }),
      "expected"));
}

TEST_CASE("A player sees a broken promise", "[testing][play][reuse]") {
  SpaceLog log;
  Workspace<GrowByHalf, Tracking<>> workspace{"half", Tracking<>{log}};
  const Command larger{.verb = Verb::take, .bytes = 1000};

  const std::string violation =
      testing::play({enter, take, leave, enter, larger, leave, {.verb = Verb::repeat}}, workspace,
                    log, {.repeats_for_free = true});

  CHECK(has(violation, "at command 7, repeat the last cycle of workspace 0: "));
  CHECK(has(violation, "a cycle that repeats the one before it asked the space"));
}

TEST_CASE("A player sees a space that is not right", "[testing][play][reuse]") {
  SpaceLog log;
  Workspace<External, NoLearning, StartWith<128>, Tracking<Forgetful>> workspace{
      "forgetful", Tracking<Forgetful>{log}};

  const std::string violation = testing::play({enter, take, take}, workspace, log);

  CHECK(has(violation, "handed out bytes that are out already"));
  Host::deallocate(workspace.space().space().memory, 1U << 20U, 64);
}
