// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/engine/overflow.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/space/limited.hpp>
#include <ebb/workspace/workspace.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

using namespace ebb;

namespace {

struct Request {
  std::size_t bytes;
  std::size_t alignment;
};

// Sizes and alignments of all kinds, the same in every run.
std::vector<Request> requests(std::size_t count, std::uint64_t seed) {
  std::vector<Request> all;
  for (std::size_t i = 0; i < count; ++i) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    const auto bits = static_cast<std::size_t>(seed >> 33U);
    all.push_back({1 + bits % 20000, std::size_t{1} << (bits % 13)});
  }
  return all;
}

template <class W>
std::vector<void*> take_all(W& workspace, const std::vector<Request>& all) {
  std::vector<void*> pieces;
  for (const Request request : all)
    pieces.push_back(workspace.allocate(request.bytes, request.alignment));
  return pieces;
}

bool is_free(LonePieces& pieces, const void* pointer) {
  return pieces.extract(pointer).begin == nullptr;
}

}  // namespace

// ---- the two lists
// -------------------------------------------------------------------------------

TEST_CASE("A chunk list grows and forgets", "[engine][overflow]") {
  ChunkList chunks;
  std::vector<std::byte> memory(20 * 64);

  for (std::size_t i = 0; i < 20; ++i) {
    REQUIRE(chunks.reserve());
    chunks.push({memory.data() + 64 * i, 64});
  }

  CHECK(chunks.size() == 20);
  CHECK(chunks[7] == Block{memory.data() + 64 * 7, 64});
  CHECK(chunks.contains(memory.data() + 20 * 64 - 1));
  CHECK_FALSE(chunks.contains(memory.data() + 20 * 64));
  chunks.clear();
  CHECK(chunks.size() == 0);
  CHECK_FALSE(chunks.contains(memory.data()));
}

TEST_CASE("A chunk list that the heap refuses to grow is unchanged", "[engine][overflow]") {
  ChunkList chunks;
  std::byte memory[8];
  for (std::byte& byte : memory) {
    REQUIRE(chunks.reserve());
    chunks.push({&byte, 1});
  }

  const HeapRefuses refuses;

  CHECK_FALSE(chunks.reserve());
  CHECK(chunks.size() == 8);
  CHECK(chunks.contains(&memory[7]));
}

TEST_CASE("Lone pieces are found by their address in any order", "[engine][overflow]") {
  LonePieces pieces;
  std::vector<std::byte> memory(1000 * 64);
  const auto at = [&](std::size_t i) { return memory.data() + 64 * i; };
  for (std::size_t i = 0; i < 1000; ++i) {
    REQUIRE(pieces.reserve());
    pieces.insert({at(i), i, 64});
  }
  CHECK(pieces.size() == 1000);

  for (std::size_t i = 0; i < 1000; ++i) {
    const std::size_t which = i * 377 % 1000;  // every number once: 377 and 1000 share no factor
    CHECK(pieces.extract(at(which)).bytes == which);
    CHECK(is_free(pieces, at(which)));
  }
  CHECK(pieces.size() == 0);
}

TEST_CASE("An address within a lone piece is not the piece", "[engine][overflow]") {
  LonePieces pieces;
  std::byte memory[128];
  CHECK(is_free(pieces, memory));
  REQUIRE(pieces.reserve());
  pieces.insert({memory, 128, 64});

  CHECK(is_free(pieces, memory + 64));

  CHECK(pieces.size() == 1);
}

TEST_CASE("Draining lone pieces visits each once", "[engine][overflow]") {
  LonePieces pieces;
  std::vector<std::byte> memory(100);
  for (std::byte& byte : memory) {
    REQUIRE(pieces.reserve());
    pieces.insert({&byte, 1, 1});
  }
  std::vector<const std::byte*> visited;

  pieces.drain([&](const LonePieces::Piece& piece) { visited.push_back(piece.begin); });

  std::sort(visited.begin(), visited.end());
  CHECK(visited.size() == 100);
  CHECK(std::unique(visited.begin(), visited.end()) == visited.end());
  CHECK(pieces.size() == 0);
  CHECK(is_free(pieces, memory.data()));
}

TEST_CASE("Lone pieces that the heap refuses to make room for are unchanged",
          "[engine][overflow]") {
  LonePieces pieces;
  std::byte memory[8];
  for (std::byte& byte : memory) {
    REQUIRE(pieces.reserve());
    pieces.insert({&byte, 1, 1});
  }

  const HeapRefuses refuses;

  CHECK_FALSE(pieces.reserve());
  CHECK(pieces.size() == 8);
  CHECK_FALSE(is_free(pieces, &memory[3]));
}

// ---- chunks
// --------------------------------------------------------------------------------------

TEST_CASE("The first overflow closes the block for the rest of the cycle", "[engine][overflow]") {
  Workspace<StartWith<4096>> workspace;
  auto cycle = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(64));
  void* const spilled = workspace.allocate(8192);

  workspace.deallocate(spilled, 8192);
  void* const small = workspace.allocate(64);

  CHECK(small == spilled);
  CHECK(small != first + 64);
}

TEST_CASE("A request that does not fit is served from a chunk of at least its size",
          "[engine][overflow][reuse]") {
  Workspace<Counted<>> workspace;
  auto cycle = workspace.enter();

  std::byte* const piece = bytes_at(workspace.allocate(1000000));
  std::fill_n(piece, 1000000, std::byte{1});

  CHECK(workspace.space().calls() == 1);
  CHECK(workspace.report().spilled_requests == 1);
  CHECK(workspace.report().oversize_bytes == 0);
}

TEST_CASE("A chunk continues the position of the block", "[engine][overflow][reuse]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto all = requests(60, seed);
    Workspace<StartWith<4096>> workspace;
    const auto distances = [&] {
      auto cycle = workspace.enter();
      const std::uintptr_t begin = address_of(workspace.allocate(64));
      std::vector<std::uintptr_t> modulo;
      for (void* const piece : take_all(workspace, all))
        modulo.push_back((address_of(piece) - begin) % Host::max_alignment);
      return modulo;
    };

    const auto spilling = distances();
    const auto learnt = distances();

    CHECK(spilling == learnt);
    CHECK(workspace.report().largest_demand_bytes == workspace.report().last_demand_bytes);
  }
}

TEST_CASE("A second identical cycle makes no space call", "[engine][overflow][reuse]") {
  for (std::uint64_t seed = 100; seed <= 120; ++seed) {
    const auto all = requests(1 + seed % 80, seed);
    Workspace<Strict, Counted<>> workspace;
    const auto run = [&] {
      auto cycle = workspace.enter();
      const auto pieces = take_all(workspace, all);
      for (std::size_t i = pieces.size(); i > 1; i -= 1 + i % 2)  // leaves holes
        workspace.deallocate(pieces[i - 1], all[i - 1].bytes);
      take_all(workspace, all);
    };
    run();
    const std::size_t calls = workspace.space().calls();

    run();
    run();

    CHECK(workspace.space().calls() == calls);
    CHECK(workspace.report().block_bytes == workspace.report().last_demand_bytes);
  }
}

TEST_CASE("Chunks grow so that each doubling of the demand asks the space once",
          "[engine][overflow][reuse]") {
  Workspace<Counted<>> workspace;
  std::size_t demand = 0;
  {
    auto cycle = workspace.enter();
    for (int i = 0; i < 20000; ++i) static_cast<void>(workspace.allocate(512));
    demand = workspace.report().demand_bytes;
  }

  const std::size_t first_chunk = 64 * 1024;
  const auto doublings = static_cast<std::size_t>(std::bit_width(demand / first_chunk));
  CHECK(workspace.space().calls() <= doublings + 1 + 1);  // the first chunk, and the new block
  CHECK(workspace.report().block_bytes >= demand);
}

TEST_CASE("A larger cycle asks the space once for each doubling and once for the new block",
          "[engine][overflow][reuse]") {
  Workspace<Strict, Counted<>> workspace;
  const auto run = [&](std::size_t count) {
    auto cycle = workspace.enter();
    for (std::size_t i = 0; i < count; ++i) static_cast<void>(workspace.allocate(4096));
  };
  run(100);
  const std::size_t calls = workspace.space().calls();

  run(799);

  CHECK(workspace.space().calls() <= calls + 3 + 1);
}

TEST_CASE("A chunk never starts where another piece ends", "[engine][overflow][reuse]") {
  const auto memory = std::make_unique<Arena::Memory>();
  Workspace<StartWith<4096>, Arena> workspace{"step", Arena{*memory}};
  auto cycle = workspace.enter();
  std::byte* const last_of_block = bytes_at(workspace.allocate(4096));

  std::byte* const first_of_chunk = bytes_at(workspace.allocate(64));
  CHECK(first_of_chunk >= last_of_block + 4096 + 64);
  workspace.deallocate(first_of_chunk, 64);
  workspace.deallocate(last_of_block, 4096);

  CHECK(workspace.allocate(64) == first_of_chunk);
}

TEST_CASE("Neighbouring chunks do not give back across their seam", "[engine][overflow][reuse]") {
  const auto memory = std::make_unique<Arena::Memory>();
  Workspace<Arena> workspace{"step", Arena{*memory}};
  auto cycle = workspace.enter();
  std::byte* const fills_first = bytes_at(workspace.allocate(64 * 1024));
  std::byte* const first_of_second = bytes_at(workspace.allocate(64));
  CHECK(first_of_second >= fills_first + 64 * 1024 + 64);

  workspace.deallocate(first_of_second, 64);
  workspace.deallocate(fills_first, 64 * 1024);

  CHECK(workspace.allocate(64) == first_of_second);
  CHECK(workspace.report().demand_bytes == 64 * 1024 + 64);
}

TEST_CASE("A refused chunk is asked for again with what is needed alone",
          "[engine][overflow][reuse]") {
  Watched::Log log;
  Workspace<Watched> workspace{"step", Watched{log}};
  log.most_bytes = 8192;
  auto cycle = workspace.enter();

  void* const piece = workspace.allocate(1000);

  CHECK(piece != nullptr);
  CHECK(log.asked.size() == 2);
  CHECK(log.asked[1].bytes == 4096 + 1024);
  CHECK(workspace.report().space_refusals == 1);
}

TEST_CASE("A refused overflow is SpaceRefused and changes nothing", "[engine][overflow][reuse]") {
  Watched::Log log;
  Workspace<StartWith<4096>, Watched> workspace{"step", Watched{log}};
  auto cycle = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(64));
  log.refuses = true;

  CHECK(
      message_of<SpaceRefused>([&] { static_cast<void>(workspace.allocate(8192)); }) ==
      "ebb-E05 SpaceRefused: the space of \"step\" refused 8 256 bytes; the block has 4 096. Give "
      "the space more, ask for less, or give back earlier. docs/errors/E05.md");
  CHECK(workspace.try_allocate(8192) == nullptr);
  CHECK(workspace.report().spilled_requests == 0);
  // Twice each: for a chunk with room for more, then for what is needed alone.
  CHECK(workspace.report().space_refusals == 4);

  CHECK(workspace.allocate(64) == first + 64);
}

TEST_CASE("An overflow is refused when the heap has no room for its entry", "[engine][overflow]") {
  Workspace<StartWith<4096>, Counted<>> reallocate;
  Workspace<StartWith<4096>, External, Counted<>> external;
  auto first = reallocate.enter();
  auto second = external.enter();
  const std::size_t calls = reallocate.space().calls() + external.space().calls();
  {
    const HeapRefuses refuses;
    CHECK(reallocate.try_allocate(8192) == nullptr);
    CHECK(external.try_allocate(8192) == nullptr);
  }

  CHECK(reallocate.space().calls() + external.space().calls() == calls);
  CHECK(reallocate.try_allocate(8192) != nullptr);
  CHECK(external.try_allocate(8192) != nullptr);
}

TEST_CASE("try_expand works within a chunk and never opens another", "[engine][overflow][reuse]") {
  Workspace<Counted<>> workspace;
  auto cycle = workspace.enter();
  std::byte* const piece = bytes_at(workspace.allocate(64));

  CHECK(workspace.try_expand(piece, 64, 1024));
  CHECK_FALSE(workspace.try_expand(piece, 1024, 1024 * 1024));

  CHECK(workspace.space().calls() == 1);
  CHECK(workspace.allocate(64) == piece + 1024);
}

// ---- pieces alone
// --------------------------------------------------------------------------------

TEST_CASE("Under External a request that does not fit goes out alone and the block stays open",
          "[engine][overflow][reuse]") {
  Watched::Log log;
  Workspace<StartWith<4096>, External, Watched> workspace{"step", Watched{log}};
  auto cycle = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(64));

  static_cast<void>(workspace.allocate(8192));

  CHECK(workspace.allocate(64) == first + 64);
  CHECK(log.asked.size() == 2);
  CHECK(log.asked[1].bytes == 8192 + 64);  // one granule more, so that no cursor stands at its end
  CHECK(workspace.report().oversize_bytes == 8192);
}

TEST_CASE("A piece alone goes back to the space when it is given back",
          "[engine][overflow][reuse]") {
  Watched::Log log;
  Workspace<StartWith<4096>, External, Watched> workspace{"step", Watched{log}};
  auto cycle = workspace.enter();
  void* const over_aligned = workspace.allocate(8192, 1024);
  void* const plain = workspace.allocate(8192);
  CHECK(log.out.size() == 3);
  CHECK(is_aligned(over_aligned, Alignment(1024)));

  workspace.deallocate(over_aligned, 8192);

  CHECK(log.out.size() == 2);
  CHECK(log.out.back().pointer == plain);
  CHECK(log.mistakes == 0);
}

TEST_CASE("Pieces alone go back to the space at the end of the cycle",
          "[engine][overflow][reuse]") {
  Watched::Log log;
  Workspace<StartWith<4096>, External, Watched> workspace{"step", Watched{log}};
  {
    auto cycle = workspace.enter();
    for (int i = 0; i < 100; ++i) static_cast<void>(workspace.allocate(5000));
    CHECK(log.out.size() == 101);
  }

  CHECK(log.out.size() == 1);
  CHECK(log.mistakes == 0);
}

TEST_CASE("Under External every overflow of every cycle asks the space once",
          "[engine][overflow][reuse]") {
  Workspace<StartWith<4096>, External, Counted<>> workspace;
  for (int i = 0; i < 3; ++i) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(4096));
    static_cast<void>(workspace.allocate(4096));
  }

  // The lesson of the first cycle is the block for both; its calls: first block, overflow, block.
  CHECK(workspace.space().calls() == 3);
  {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(1000000));
    static_cast<void>(workspace.allocate(1000000));
  }
  CHECK(workspace.space().calls() == 5);
  CHECK(workspace.report().block_bytes < 1000000);
}

TEST_CASE("Under External a cycle without a block uses chunks", "[engine][overflow][reuse]") {
  Workspace<External, Counted<>> workspace;
  auto cycle = workspace.enter();

  for (int i = 0; i < 100; ++i) static_cast<void>(workspace.allocate(64));

  CHECK(workspace.space().calls() == 1);
  CHECK(workspace.report().oversize_bytes == 0);
  CHECK(workspace.report().demand_bytes == 100 * 64);
}

TEST_CASE("Under External the demand is the block and the most that was alone at once",
          "[engine][overflow][reuse]") {
  Workspace<StartWith<4096>, External, NoLearning> workspace;
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(4096));
  void* const first = workspace.allocate(1000);
  workspace.deallocate(first, 1000);
  static_cast<void>(workspace.allocate(2000));

  CHECK(workspace.report().demand_bytes == 4096 + 2048);
  CHECK(workspace.report().oversize_bytes == 1024 + 2048);
}

TEST_CASE("A refused piece alone changes nothing", "[engine][overflow][reuse]") {
  Watched::Log log;
  Workspace<StartWith<4096>, External, Watched> workspace{"step", Watched{log}};
  auto cycle = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(64));
  log.refuses = true;

  CHECK_THROWS_AS(workspace.allocate(8192), SpaceRefused);

  CHECK(workspace.allocate(64) == first + 64);
  CHECK(workspace.report().demand_bytes == 128);
  CHECK(workspace.report().spilled_bytes == 0);
}

// ---- Fail
// ----------------------------------------------------------------------------------------

TEST_CASE("Fail refuses and changes nothing", "[engine][overflow][reuse]") {
  Workspace<StartWith<4096>, Fail, Counted<>> workspace{"activations"};
  auto cycle = workspace.enter();
  std::byte* const first = bytes_at(workspace.allocate(1000));

  CHECK(message_of<OutOfWorkspace>([&] { static_cast<void>(workspace.allocate(8000)); }) ==
        "ebb-E01 OutOfWorkspace: \"activations\" had 3 072 of 4 096 bytes left and was asked for "
        "8 000 (the spill policy refuses). Use Reallocate or External, or a first size of at least "
        "9 024 bytes. docs/errors/E01.md");
  CHECK(workspace.try_allocate(8000) == nullptr);

  CHECK(workspace.space().calls() == 1);
  CHECK(workspace.report().spilled_requests == 0);
  CHECK(workspace.report().spilled_bytes == 0);
  CHECK(workspace.report().demand_bytes == 1024);
  CHECK(workspace.allocate(3072) == first + 1024);
}
