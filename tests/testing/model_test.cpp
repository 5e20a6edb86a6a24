// SPDX-License-Identifier: Apache-2.0
#include <ebb/testing/model.hpp>
#include <ebb/testing/tracking_space.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <string>
#include <vector>

using namespace ebb;
using testing::WorkspaceModel;

namespace {

/// A model of a sentence, and what it asked of its space.
struct Asked {
  explicit Asked(testing::Sentence sentence, testing::Promises promises = {})
      : model(std::move(sentence), promises) {}

  WorkspaceModel model;
  std::vector<std::size_t> bytes;
  bool grants = true;

  WorkspaceModel::Ask ask() {
    return [this](std::size_t asked, std::size_t) {
      bytes.push_back(asked);
      return grants;
    };
  }
  void enter() { static_cast<void>(model.enter(ask())); }
  std::string take(std::size_t wanted, std::size_t alignment = 1) {
    return std::string(model.take(wanted, alignment, ask()));
  }
  void leave() { model.leave(false, ask()); }
};

template <class... Policies>
testing::Sentence sentence() {
  return testing::sentence_of<Workspace<Policies...>>(Host{});
}

}  // namespace

TEST_CASE("A model learns from its first cycle", "[testing][model]") {
  Asked asked(sentence<Overallocate<50>, FirstLoop>());

  asked.enter();
  asked.take(100);
  asked.take(100);
  asked.model.give(1);
  asked.leave();

  // A chunk of 64 KiB with one largest alignment in front, then the block: 256 and a half more.
  CHECK(asked.bytes == std::vector<std::size_t>{65536 + 4096, 384});
  CHECK(asked.model.report().block_bytes == 384);
  CHECK(asked.model.report().last_demand_bytes == 256);
  CHECK(asked.model.report().live_peak_bytes == 256);
  CHECK(asked.model.report().spilled_requests == 1);
  CHECK(asked.model.report().spilled_bytes == 256);
  CHECK(asked.model.report().generation == 1);
}

TEST_CASE("A model has pieces go out alone where the policy does not grow", "[testing][model]") {
  Asked asked(sentence<NoLearning, External, StartWith<128>>());

  asked.enter();
  asked.take(100);
  asked.take(100);

  CHECK(asked.bytes == std::vector<std::size_t>{128, 128 + 64});
  CHECK(asked.model.pieces()[1].memory == WorkspaceModel::alone);
  CHECK(asked.model.report().demand_bytes == 256);
  CHECK(asked.model.report().oversize_bytes == 128);
  CHECK(asked.model.ranges() == 2);
}

TEST_CASE("A model says which error a command raises", "[testing][model]") {
  Asked asked(sentence<NoLearning, Fail, StartWith<128>, Bounds<0, 1000>>());

  CHECK(asked.take(1) == "E03");
  CHECK(asked.model.reserve(1001) == "E06");
  asked.grants = false;
  CHECK(asked.model.enter(asked.ask()) == "E05");
  CHECK(!asked.model.is_open());
  asked.grants = true;
  asked.enter();
  CHECK(asked.take(129) == "E01");
  CHECK(asked.take(1025) == "E06");
  CHECK(asked.take(1, 3) == "E06");
  CHECK(asked.take(1, 8192) == "E06");
  asked.model.give_foreign();
  CHECK(asked.model.expects_violation());
  CHECK(asked.take(1) == "E06");
  CHECK(asked.take(1).empty());
}

TEST_CASE("A hole is not used again", "[testing][model]") {
  Asked asked(sentence<StartWith<1024>>());
  asked.enter();
  asked.take(64);
  asked.take(64);

  asked.model.give(0);
  asked.model.give(0);
  asked.take(64);

  CHECK(asked.model.pieces()[0].position == 64);
  CHECK(asked.model.report().demand_bytes == 128);
  CHECK(!asked.model.expand(0, 1000));
  CHECK(asked.model.expand(0, 960));
  CHECK(asked.model.report().demand_bytes == 1024);
}

TEST_CASE("A promise that is broken is named", "[testing][model]") {
  // The block never grows, so every larger cycle asks again.
  Asked asked(sentence<FirstLoop, External>(), {.repeats_for_free = true});
  const auto cycle = [&](std::size_t bytes) {
    asked.enter();
    asked.take(bytes);
    asked.leave();
  };

  cycle(64);
  cycle(64);
  CHECK(asked.model.broken_law().empty());
  cycle(1000);
  cycle(1000);

  CHECK(asked.model.broken_law() ==
        "a cycle that repeats the one before it asked the space 1 times");
}
