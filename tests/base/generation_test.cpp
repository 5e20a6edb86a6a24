// SPDX-License-Identifier: Apache-2.0
#include "../endings.hpp"
#include <ebb/base/alignment.hpp>
#include <ebb/base/generation.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <set>
#include <string>
#include <sys/resource.h>

using namespace ebb;

static_assert(alignof(EpochCell) == 128 && sizeof(EpochCell) == 128);
static_assert(epoch_state(next_epoch(0)) == EpochState::open);
static_assert(epoch_state(closed_epoch(next_epoch(0))) == EpochState::closed);
static_assert(epoch_state(destroyed_epoch(next_epoch(0))) == EpochState::destroyed);
static_assert(next_epoch(closed_epoch(8)) == closed_epoch(next_epoch(8)));

TEST_CASE("A fresh cell is closed at generation 0", "[base][generation]") {
  detail::EpochSlab slab;

  EpochCell* const cell = slab.issue(nullptr, "step");

  REQUIRE(cell != nullptr);
  const EpochNumber number = cell->number.load();
  CHECK(epoch_state(number) == EpochState::closed);
  CHECK(cell->generation(number) == 0);
  CHECK(cell->owner_name() == "step");
}

TEST_CASE("A cell shows one number and no other", "[base][generation]") {
  detail::EpochSlab slab;
  EpochCell* const cell = slab.issue(nullptr, "step");
  const EpochNumber open = next_epoch(cell->first.load());

  cell->number.store(open);

  CHECK(cell->shows(open));
  CHECK_FALSE(cell->shows(closed_epoch(open)));
  CHECK_FALSE(cell->shows(next_epoch(open)));
  CHECK_FALSE(cell->shows(0));
  CHECK(cell->generation(open) == 1);
}

TEST_CASE("A cell is issued again with a higher number than it ever showed", "[base][generation]") {
  detail::EpochSlab slab;
  EpochCell* const cell = slab.issue(nullptr, "first owner");
  const EpochNumber last = destroyed_epoch(next_epoch(next_epoch(cell->first.load())));
  cell->number.store(last);
  cell->stale_handles.store(3);
  slab.retire(cell);

  EpochCell* const again = slab.issue(nullptr, "second owner");

  CHECK(again == cell);
  CHECK(again->first.load() > last);
  CHECK(again->number.load() > last);
  CHECK(again->generation(again->number.load()) == 0);
  CHECK(again->stale_handles.load() == 0);
  CHECK(again->owner_name() == "second owner");
}

TEST_CASE("A retired cell keeps its number and name until it is issued again",
          "[base][generation]") {
  detail::EpochSlab slab;
  EpochCell* const cell = slab.issue(nullptr, "gone");
  const EpochNumber number = cell->number.load();

  slab.retire(cell);

  CHECK(cell->number.load() == number);
  CHECK(cell->owner_name() == "gone");
  CHECK(cell->core.load() == nullptr);
}

TEST_CASE("Every owner that listens is asked for attention until its cell is retired",
          "[base][generation]") {
  detail::EpochSlab slab;
  constexpr std::uintptr_t bit = EpochCell::attention_bit;
  std::atomic<std::uintptr_t> words[3]{0, 64, 64 | bit};
  EpochCell* cells[4];
  for (EpochCell*& cell : cells) cell = slab.issue(nullptr, "step");
  for (int i = 0; i < 3; ++i) slab.listen(cells[i], &words[i]);

  slab.ask_for_attention();
  CHECK(words[0] == bit);
  CHECK(words[1] == (64 | bit));
  CHECK(words[2] == (64 | bit));

  for (auto& word : words) word = 0;
  slab.retire(cells[1]);
  CHECK(slab.issue(nullptr, "next") == cells[1]);
  slab.ask_for_attention();
  CHECK(words[0] == bit);
  CHECK(words[1] == 0);
  CHECK(words[2] == bit);
}

TEST_CASE("A cell keeps the first 40 bytes of a name", "[base][generation]") {
  detail::EpochSlab slab;
  const std::string forty = "0123456789012345678901234567890123456789";

  EpochCell* const cell = slab.issue(nullptr, forty + "x");
  CHECK(cell->owner_name() == forty);

  cell->set_owner_name("");
  CHECK(cell->owner_name().empty());
}

TEST_CASE("The slab issues more cells than one mapping holds and none twice",
          "[base][generation]") {
  detail::EpochSlab slab;
  std::set<EpochCell*> cells;

  for (int i = 0; i < 2000; ++i) {
    EpochCell* const cell = slab.issue(nullptr, "many");
    REQUIRE(cell != nullptr);
    CHECK(is_aligned(cell, Alignment(128)));
    cells.insert(cell);
  }

  CHECK(cells.size() == 2000);
}

TEST_CASE("A slab that no page can be had for issues no cell", "[base][generation]") {
  const Ending ending = ending_of([] {
    const rlimit nothing_more{1, 1};
    ::setrlimit(RLIMIT_AS, &nothing_more);
    detail::EpochSlab slab;
    std::fputs(slab.issue(nullptr, "step") == nullptr ? "none" : "one", stderr);
  });

  CHECK(ending.text == "none");
}
