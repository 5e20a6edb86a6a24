// SPDX-License-Identifier: Apache-2.0
// What a cycle holds outside its block, against containers of the standard library.
#include "../fixed_seed.hpp"
#include <ebb/engine/overflow.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

using namespace ebb;

namespace {

// Few addresses, so that pieces are found, missed and taken again; some share all but high bits.
std::byte* some_address() {
  const auto low = *rc::gen::inRange<std::uintptr_t>(1, 40);
  const auto high = *rc::gen::inRange<std::uintptr_t>(0, 3);
  return reinterpret_cast<std::byte*>((high << 40U) + low * 64);
}

}  // namespace

TEST_CASE("lone pieces are found like the keys of a map", "[engine][overflow][model]") {
  rc::prop("insert, extract, drain", [] {
    LonePieces pieces;
    std::map<std::byte*, LonePieces::Piece> model;
    const auto commands = *rc::gen::inRange(0, 300);
    for (int i = 0; i < commands; ++i) {
      std::byte* const address = some_address();
      const int command = *rc::gen::inRange(0, 100);
      if (command < 55) {
        if (model.contains(address)) continue;
        const LonePieces::Piece piece{address, 64 + static_cast<std::size_t>(i), 64};
        RC_ASSERT(pieces.reserve());
        pieces.insert(piece);
        model[address] = piece;
      } else if (command < 98) {
        const LonePieces::Piece found = pieces.extract(address);
        const auto expected = model.find(address);
        RC_ASSERT((found.begin != nullptr) == (expected != model.end()));
        if (expected == model.end()) continue;
        RC_ASSERT(found.begin == address);
        RC_ASSERT(found.bytes == expected->second.bytes);
        RC_ASSERT(found.alignment == expected->second.alignment);
        model.erase(expected);
      } else {
        std::map<std::byte*, LonePieces::Piece> drained;
        pieces.drain([&](const LonePieces::Piece& piece) { drained[piece.begin] = piece; });
        RC_ASSERT(drained.size() == model.size());
        for (const auto& [begin, piece] : model) RC_ASSERT(drained[begin].bytes == piece.bytes);
        model.clear();
      }
      RC_ASSERT(pieces.size() == model.size());
    }
  });
}

TEST_CASE("chunks are kept like the elements of a vector", "[engine][overflow][model]") {
  rc::prop("push, contains, clear", [] {
    ChunkList chunks;
    std::vector<Block> model;
    const auto commands = *rc::gen::inRange(0, 100);
    for (int i = 0; i < commands; ++i) {
      if (*rc::gen::inRange(0, 40) == 39) {
        chunks.clear();
        model.clear();
      } else {
        const Block chunk{some_address(), *rc::gen::inRange<std::size_t>(1, 200)};
        RC_ASSERT(chunks.reserve());
        chunks.push(chunk);
        model.push_back(chunk);
      }
      RC_ASSERT(chunks.size() == model.size());
      bool contained = false;
      std::byte* const somewhere = some_address() + *rc::gen::inRange<std::size_t>(0, 64);
      for (std::size_t at = 0; at < model.size(); ++at) {
        RC_ASSERT(chunks[at] == model[at]);
        contained = contained ||
                    (somewhere >= model[at].begin && somewhere < model[at].begin + model[at].bytes);
      }
      RC_ASSERT(chunks.contains(somewhere) == contained);
    }
  });
}
