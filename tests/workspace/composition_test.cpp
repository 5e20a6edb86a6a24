// SPDX-License-Identifier: Apache-2.0
#include <ebb/space/counted.hpp>
#include <ebb/workspace/composition.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <concepts>
#include <cstddef>

using namespace ebb;

// Two spellings of a sentence are one type.
static_assert(std::same_as<Workspace<Overallocate<10>, External, Host>,
                           Workspace<Host, External, Overallocate<10>>>);
static_assert(std::same_as<Workspace<StartWith<64>, Fail>, Workspace<Fail, StartWith<64>>>);
static_assert(!std::same_as<Workspace<Overallocate<10>>, Workspace<Overallocate<11>>>);
static_assert(!std::same_as<Workspace<External>, Workspace<Reallocate>>);

// What is not named has its default.
static_assert(
    std::same_as<Workspace<>, Workspace<Overallocate<30>, Empty, FirstLoop, Reallocate, BlockLeft,
                                        Unbounded, Granule<64>, Generational, Host>>);
static_assert(std::same_as<Workspace<>::Policies::Allocation, Overallocate<30>>);
static_assert(std::same_as<Workspace<>::Policies::Start, Empty>);
static_assert(std::same_as<Workspace<>::Policies::Learning, FirstLoop>);
static_assert(std::same_as<Workspace<>::Policies::Spill, Reallocate>);
static_assert(std::same_as<Workspace<>::Policies::Reset, BlockLeft>);
static_assert(std::same_as<Workspace<>::Policies::Bounds, Unbounded>);
static_assert(std::same_as<Workspace<>::Policies::Granule, Granule<64>>);
static_assert(std::same_as<Workspace<>::Policies::Checks, Generational>);
static_assert(std::same_as<Workspace<>::Policies::Space, Host>);

// Every slot takes an answer, wherever it stands.
using Spoken = Workspace<Counted<>, Trusting, Granule<128>, Bounds<64, 4096>, BlockLeft, External,
                         OverTime<4>, StartWith<128>, Strict>;
static_assert(std::same_as<Spoken::Policies::Allocation, Strict>);
static_assert(std::same_as<Spoken::Policies::Start, StartWith<128>>);
static_assert(std::same_as<Spoken::Policies::Learning, OverTime<4>>);
static_assert(std::same_as<Spoken::Policies::Spill, External>);
static_assert(std::same_as<Spoken::Policies::Bounds, Bounds<64, 4096>>);
static_assert(std::same_as<Spoken::Policies::Granule, Granule<128>>);
static_assert(std::same_as<Spoken::Policies::Checks, Trusting>);
static_assert(std::same_as<Spoken::Policies::Space, Counted<>>);

static_assert(OneAnswerPerSlot<> && OneAnswerPerSlot<External, Strict, Host>);
static_assert(!OneAnswerPerSlot<External, Fail>);
static_assert(!OneAnswerPerSlot<Overallocate<10>, Host, Overallocate<10>>);

// Policies whose numbers are in the type cost no bytes.
static_assert(sizeof(Workspace<Overallocate<10>, StartWith<4096>, Bounds<0, 65536>>) ==
              sizeof(Workspace<>));

TEST_CASE("Two spellings of a sentence are one object at run time too",
          "[workspace][composition][reuse]") {
  Workspace<External, StartWith<4096>> workspace;
  Workspace<StartWith<4096>, External>& other_spelling = workspace;

  auto cycle = other_spelling.enter();

  CHECK(workspace.is_open());
  CHECK(workspace.report().block_bytes == 4096);
}
