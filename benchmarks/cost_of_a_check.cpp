// SPDX-License-Identifier: Apache-2.0
// What does each answer to the checks slot cost, per piece and per view?
//
// A learned cycle makes 100 arrays, all alive at once, and gives them back at its end; or it keeps
// them and takes 100 views. The first contender is the default.
//
// What would make the numbers wrong: `Poisoning` is measured without its tool, of which it then
// asks nothing; the tools themselves cost 2 to 30 times.

#include "interleaved.hpp"
#include <ebb/ebb.hpp>

#include <cstddef>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using interleaved::Contender;

constexpr std::size_t pieces = 100;

// Nothing but the side table.
struct SideTable {
  using slot = ebb::ChecksSlot;
  static constexpr bool checks_views() noexcept { return true; }
  static constexpr ebb::Watch watch() noexcept { return {}; }
};

template <class... Policies>
struct Taking {
  using Workspace = ebb::Workspace<Policies...>;
  using Array = ebb::Array<std::byte, typename Workspace::Handles>;

  explicit Taking(std::size_t each) : bytes(each) { arrays.reserve(pieces); }

  template <class Sink>
  void take(Sink& sink) {
    for (std::size_t i = 0; i < pieces; ++i) {
      arrays.push_back(workspace.template make_for_overwrite<std::byte>(bytes));
      sink(arrays.back().view().data(), bytes);
    }
  }
  void give() {
    while (!arrays.empty()) arrays.pop_back();
  }

  Workspace workspace{"taking"};
  std::size_t bytes;
  std::vector<Array> arrays;
};

// One cycle, its arrays given back in the reverse order before it ends.
template <class Work, class Sink>
void run_cycle(Work& work, Sink& sink, bool* are_sound = nullptr) {
  auto cycle = work.workspace.enter();
  work.take(sink);
  if constexpr (std::is_same_v<Sink, interleaved::Pieces>)
    if (are_sound != nullptr) *are_sound = sink.are_sound(pieces);
  work.give();
}

template <class... Policies>
Contender taking(std::string name, std::size_t bytes) {
  const auto work = std::make_shared<Taking<Policies...>>(bytes);
  const auto sink = [](void* pointer, std::size_t) { interleaved::use(pointer); };
  return {.name = std::move(name),
          .run =
              [=](std::size_t cycles) {
                for (std::size_t i = 0; i < cycles; ++i) run_cycle(*work, sink);
              },
          .verify =
              [=] {
                interleaved::Pieces seen{64};
                bool are_sound = false;
                run_cycle(*work, seen, &are_sound);
                return are_sound;
              },
          .count_space_calls =
              [=] {
                const std::size_t before = work->workspace.report().space_calls;
                run_cycle(*work, sink);
                return work->workspace.report().space_calls - before;
              }};
}

template <class Checks>
struct Viewing {
  using Workspace = ebb::Workspace<Checks>;
  using View = ebb::ArrayView<int, typename Workspace::Handles>;

  Viewing() {
    for (std::size_t i = 0; i < pieces; ++i) {
      handles.push_back(workspace.template make<int>(4).keep());
      const std::span<int> span = handles.back().view();
      std::iota(span.begin(), span.end(), static_cast<int>(i));
    }
  }
  [[gnu::noinline]] int sum() const {
    int sum = 0;
    for (const View& handle : handles)
      for (const int value : handle.view()) sum += value;
    return sum;
  }

  Workspace workspace{"viewing"};
  ebb::Cycle cycle = workspace.enter();
  std::vector<View> handles;
};

template <class Checks>
Contender viewing(std::string name) {
  const auto work = std::make_shared<Viewing<Checks>>();
  constexpr int expected = 4 * 99 * 100 / 2 + 100 * 6;
  return {.name = std::move(name),
          .run =
              [=](std::size_t cycles) {
                for (std::size_t i = 0; i < cycles; ++i) {
                  int sum = work->sum();
                  interleaved::use(&sum);
                }
              },
          .verify = [=] { return work->sum() == expected; },
          .count_space_calls = [] { return std::size_t{0}; }};
}

void add_cases() {
  for (const std::size_t bytes : {256UL, 4096UL}) {
    const std::string title = "100 arrays of " + std::to_string(bytes) + " bytes";
    interleaved::add_case(title, [bytes] {
      using namespace ebb;
      return std::vector<Contender>{taking<Generational>("`Generational`", bytes),
                                    taking<Trusting>("`Trusting`", bytes),
                                    taking<SideTable>("a side table alone", bytes),
                                    taking<Poisoning>("`Poisoning`, without a tool", bytes),
                                    taking<Fenced<64>>("`Fenced<64>`", bytes),
                                    taking<Quarantined<2>>("`Quarantined<2>`", bytes)};
    });
    interleaved::add_case(title + ", under a plan", [bytes] {
      using namespace ebb;
      return std::vector<Contender>{taking<Generational, LearnPlan>("`Generational`", bytes),
                                    taking<SideTable, LearnPlan>("a side table alone", bytes),
                                    taking<Fenced<64>, LearnPlan>("`Fenced<64>`", bytes),
                                    taking<Quarantined<2>, LearnPlan>("`Quarantined<2>`", bytes)};
    });
  }
  interleaved::add_case("100 views of 4 elements", [] {
    using namespace ebb;
    return std::vector<Contender>{
        viewing<Generational>("`Generational`"), viewing<Trusting>("`Trusting`"),
        viewing<Poisoning>("`Poisoning`, without a tool"), viewing<Fenced<64>>("`Fenced<64>`"),
        viewing<Quarantined<2>>("`Quarantined<2>`")};
  });
}

}  // namespace

int main(int argc, char** argv) {
  return interleaved::run(argc, argv, "What does a debugging check cost?", add_cases);
}
