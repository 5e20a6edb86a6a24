// SPDX-License-Identifier: Apache-2.0
// What does it cost that a handle is checked?
//
// A cycle walks over 100 arrays of ints, takes a view of each, and adds its elements up. The
// first contender keeps plain pointers.

#include "interleaved.hpp"
#include <ebb/ebb.hpp>

#include <cstddef>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

using interleaved::Contender;

constexpr std::size_t arrays = 100;

// Every contender: handles made in a cycle that stays open, and the sum over them.

template <class Checks>
struct Arrays {
  using Workspace = ebb::Workspace<Checks>;
  using View = ebb::ArrayView<int, typename Workspace::Handles>;

  explicit Arrays(std::size_t elements) {
    for (std::size_t i = 0; i < arrays; ++i) {
      handles.push_back(workspace.template make<int>(elements).keep());
      const std::span<int> span = handles.back().view();
      std::iota(span.begin(), span.end(), static_cast<int>(i));
    }
  }

  Workspace workspace{"views"};
  ebb::Cycle cycle = workspace.enter();
  std::vector<View> handles;
};

struct Pointers : Arrays<ebb::Trusting> {
  static constexpr const char* name = "pointers and sizes";
  std::vector<std::span<int>> spans;

  explicit Pointers(std::size_t elements) : Arrays(elements) {
    for (const auto& handle : handles) spans.push_back(handle.view());
  }
  [[gnu::noinline]] int sum() const {
    int sum = 0;
    for (const std::span<int> span : spans)
      for (const int value : span) sum += value;
    return sum;
  }
};
struct TrustingViews : Arrays<ebb::Trusting> {
  static constexpr const char* name = "handles, `Trusting`";
  using Arrays::Arrays;

  [[gnu::noinline]] int sum() const {
    int sum = 0;
    for (const auto& handle : handles)
      for (const int value : handle.view()) sum += value;
    return sum;
  }
};
struct CheckedViews : Arrays<ebb::Generational> {
  static constexpr const char* name = "handles, `Generational`: checked once a view";
  using Arrays::Arrays;

  [[gnu::noinline]] int sum() const {
    int sum = 0;
    for (const auto& handle : handles)
      for (const int value : handle.view()) sum += value;
    return sum;
  }
};
struct CheckedElements : Arrays<ebb::Generational> {
  static constexpr const char* name = "the same, a view for every element";
  using Arrays::Arrays;

  [[gnu::noinline]] int sum() const {
    int sum = 0;
    for (const auto& handle : handles)
      for (std::size_t i = 0; i < handle.size(); ++i) sum += handle.view()[i];
    return sum;
  }
};

template <class Handles>
Contender contender(std::size_t elements, int expected) {
  const auto handles = std::make_shared<Handles>(elements);
  return {.name = Handles::name,
          .run =
              [=](std::size_t cycles) {
                for (std::size_t i = 0; i < cycles; ++i) {
                  int sum = handles->sum();
                  interleaved::use(&sum);
                }
              },
          .verify = [=] { return handles->sum() == expected; },
          .count_space_calls =
              [=] {
                const std::size_t before = handles->workspace.report().space_calls;
                int sum = handles->sum();
                interleaved::use(&sum);
                return handles->workspace.report().space_calls - before;
              }};
}

void add_cases() {
  for (const std::size_t elements : {4UL, 64UL, 1024UL})
    interleaved::add_case("100 arrays of " + std::to_string(elements), [elements] {
      int expected = 0;
      for (std::size_t i = 0; i < arrays; ++i)
        for (std::size_t j = 0; j < elements; ++j) expected += static_cast<int>(i + j);
      return std::vector<Contender>{contender<Pointers>(elements, expected),
                                    contender<TrustingViews>(elements, expected),
                                    contender<CheckedViews>(elements, expected),
                                    contender<CheckedElements>(elements, expected)};
    });
}

}  // namespace

int main(int argc, char** argv) {
  return interleaved::run(argc, argv, "What does a checked view cost?", add_cases);
}
