// SPDX-License-Identifier: Apache-2.0
// What does it cost that the sentence of a workspace is a value?
//
// The loop of cost_of_one_allocation.cpp, on a workspace whose type is known, on the same one as
// `Core&`, and on one made from a configuration. The pieces are not written to while timed.

#include "interleaved.hpp"
#include <ebb/ebb.hpp>
#include <ebb/facade/any_workspace.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using interleaved::Contender;
using interleaved::Pieces;

constexpr std::size_t alignment = 64;

// Who serves a cycle. `core` says as what it is seen.
struct Known {
  ebb::Workspace<> workspace{"known"};
  [[nodiscard]] ebb::Workspace<>& seen() { return workspace; }
};
struct AsCore {
  ebb::Workspace<> workspace{"as core"};
  [[nodiscard]] ebb::Core& seen() { return workspace; }
};
struct Configured {
  ebb::AnyWorkspace workspace = ebb::AnyWorkspace::make("configured", ebb::Configuration{});
  [[nodiscard]] ebb::AnyWorkspace& seen() { return workspace; }
};
struct ConfiguredAsCore {
  ebb::AnyWorkspace workspace = ebb::AnyWorkspace::make("as core", ebb::Configuration{});
  [[nodiscard]] ebb::Core& seen() { return workspace.core(); }
};

// What a cycle takes.
struct OfKnownSize {
  std::size_t count;

  [[nodiscard]] std::size_t size() const { return count; }
  [[gnu::noinline]] void operator()(auto& workspace, auto& sink) const {
    for (std::size_t i = 0; i < count; ++i) sink(workspace.template allocate<64>(), 64);
  }
};
struct OfRunTimeSize {
  std::vector<std::size_t> sizes;

  [[nodiscard]] std::size_t size() const { return sizes.size(); }
  [[gnu::noinline]] void operator()(auto& workspace, auto& sink) const {
    for (const std::size_t bytes : sizes) sink(workspace.allocate(bytes), bytes);
  }
};

template <class Memory>
Contender contender(std::string name, const auto& work) {
  const auto memory = std::make_shared<Memory>();
  const auto look = [](void* piece, std::size_t) { interleaved::use(piece); };
  return {.name = std::move(name),
          .run =
              [memory, look, &work](std::size_t cycles) {
                for (std::size_t i = 0; i < cycles; ++i) {
                  const auto cycle = memory->workspace.enter();
                  work(memory->seen(), look);
                }
              },
          .verify =
              [memory, &work] {
                Pieces pieces(alignment);
                const auto cycle = memory->workspace.enter();
                work(memory->seen(), pieces);
                return pieces.are_sound(work.size());
              },
          .count_space_calls =
              [memory, look, &work] {
                const std::uint64_t before = memory->workspace.report().space_calls;
                {
                  const auto cycle = memory->workspace.enter();
                  work(memory->seen(), look);
                }
                return memory->workspace.report().space_calls - before;
              }};
}

std::vector<Contender> contenders(const auto& work) {
  return {contender<Known>("workspace of a known type", work),
          contender<AsCore>("the same as `Core&`", work),
          contender<Configured>("`AnyWorkspace`", work),
          contender<ConfiguredAsCore>("the same as `Core&`, `any.core()`", work)};
}

void add_cases() {
  static const OfKnownSize same[] = {{1}, {16}, {256}, {4096}};
  for (const OfKnownSize& work : same)
    interleaved::add_case("a cycle of " + std::to_string(work.count) + " × 64 bytes",
                          [&work] { return contenders(work); });
  static const OfRunTimeSize mixed{interleaved::mixed_sizes()};
  interleaved::add_case("a cycle of 1000 mixed sizes, 1 byte to 4 KiB",
                        [] { return contenders(mixed); });
}

}  // namespace

int main(int argc, char** argv) {
  return interleaved::run(argc, argv, "What does it cost to be chosen at run time?", add_cases);
}
