// SPDX-License-Identifier: Apache-2.0
// What does a standard container cost that is built anew in each cycle?
//
// A cycle makes an empty container, fills it one by one, and destroys it: growing, node by node,
// and giving back are all in it.

#include "contenders.hpp"
#include "interleaved.hpp"
#include <ebb/ebb.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <memory_resource>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using interleaved::Contender;
using Workspace = ebb::Workspace<>;

constexpr std::size_t most_bytes = std::size_t{8} << 20U;

// The containers: how to name one with an allocator, how to add the `i`th element, and what the sum
// of all is made of.
struct Vector {
  static constexpr const char* name = "vector<int>";
  template <class A>
  using type = std::vector<int, typename std::allocator_traits<A>::template rebind_alloc<int>>;
  static void add(auto& container, int i) { container.push_back(i); }
  static int value(int element) { return element; }
};
struct List {
  static constexpr const char* name = "list<int>";
  template <class A>
  using type = std::list<int, typename std::allocator_traits<A>::template rebind_alloc<int>>;
  static void add(auto& container, int i) { container.push_back(i); }
  static int value(int element) { return element; }
};
struct Map {
  static constexpr const char* name = "unordered_map<int, int>";
  using Pair = std::pair<const int, int>;
  template <class A>
  using type = std::unordered_map<int, int, std::hash<int>, std::equal_to<>,
                                  typename std::allocator_traits<A>::template rebind_alloc<Pair>>;
  static void add(auto& container, int i) { container.emplace(i * 7919, i); }
  static int value(const Pair& element) { return element.second; }
};

// Builds a container, hands it to `look`, and destroys it. With all that it calls inlined: else the
// compiler's mood decides which contender's container is kept in memory, and that more than the
// allocations.
template <class Kind, class Allocator, class Look>
[[gnu::noinline, gnu::flatten]] void build(const Allocator& allocator, int count, Look& look) {
  typename Kind::template type<Allocator> container(allocator);
  for (int i = 0; i < count; ++i) Kind::add(container, i);
  look(container);
}

// Every contender: one cycle of memory round some work with an allocator.

struct HandWritten {
  static constexpr const char* name = "hand-written bump adapter";
  Bump bump{most_bytes};

  void cycle(auto&& work) {
    bump.reset();
    work(BumpAllocator<int>(bump));
  }
  std::size_t space_calls(auto&&) const { return 0; }  // its one buffer is older than any cycle
};
struct Forgetful : HandWritten {
  static constexpr const char* name = "the same, giving nothing back";

  void cycle(auto&& work) {
    bump.reset();
    work(BumpAllocator<int, true>(bump));
  }
};

struct OnWorkspace {
  Workspace workspace{"container"};

  std::size_t space_calls(auto&& one_cycle) const {
    const std::uint64_t before = workspace.report().space_calls;
    one_cycle();
    return workspace.report().space_calls - before;
  }
};
struct Adapter : OnWorkspace {
  static constexpr const char* name = "`ebb::std_allocator`";

  void cycle(auto&& work) {
    const auto cycle = workspace.enter();
    work(ebb::std_allocator<int>(workspace));
  }
};
struct Resource : OnWorkspace {
  static constexpr const char* name = "`cycle.resource()`";

  void cycle(auto&& work) {
    const auto cycle = workspace.enter();
    auto resource = cycle.resource();
    work(std::pmr::polymorphic_allocator<int>(&resource));
  }
};

struct Monotonic {
  static constexpr const char* name = "`monotonic_buffer_resource`, sized";
  SizedMonotonic memory{most_bytes};

  void cycle(auto&& work) {
    work(std::pmr::polymorphic_allocator<int>(&memory.resource()));
    memory.reset();
  }
  std::size_t space_calls(auto&& one_cycle) const {
    const std::size_t before = memory.space_calls();
    one_cycle();
    return memory.space_calls() - before;
  }
};

// `std::allocator`; when counted, one that does the same and counts.
struct Heap {
  static constexpr const char* name = "`std::allocator`";
  static inline std::size_t calls = 0;
  bool counts = false;

  template <class T>
  struct Counting : std::allocator<T> {
    template <class U>
    struct rebind {
      using other = Counting<U>;
    };
    Counting() = default;
    template <class U>
    Counting(const Counting<U>&) noexcept {}  // NOLINT
    T* allocate(std::size_t count) {
      ++calls;
      return std::allocator<T>::allocate(count);
    }
  };

  void cycle(auto&& work) {
    if (counts)
      work(Counting<int>());
    else
      work(std::allocator<int>());
  }
  std::size_t space_calls(auto&& one_cycle) {
    calls = 0;
    counts = true;
    one_cycle();
    counts = false;
    return calls;
  }
};

template <class Kind, class Memory>
Contender contender(int count) {
  const auto memory = std::make_shared<Memory>();
  const auto cycle = [memory, count](auto look) {
    memory->cycle([&](const auto& allocator) { build<Kind>(allocator, count, look); });
  };
  const auto look_at_it = [](auto& container) { interleaved::use(&container); };
  return {.name = Memory::name,
          .run =
              [=](std::size_t cycles) {
                for (std::size_t i = 0; i < cycles; ++i) cycle(look_at_it);
              },
          .verify =
              [=] {
                std::int64_t sum = 0;
                cycle([&](auto& container) {
                  for (const auto& element : container) sum += Kind::value(element);
                });
                return sum == std::int64_t{count} * (count - 1) / 2;
              },
          .count_space_calls = [=] { return memory->space_calls([&] { cycle(look_at_it); }); }};
}

template <class Kind>
void add_cases_of() {
  for (const int count : {100, 1000, 10000})
    interleaved::add_case(std::string("`") + Kind::name + "` of " + std::to_string(count), [count] {
      return std::vector<Contender>{
          contender<Kind, HandWritten>(count), contender<Kind, Forgetful>(count),
          contender<Kind, Adapter>(count),     contender<Kind, Resource>(count),
          contender<Kind, Monotonic>(count),   contender<Kind, Heap>(count)};
    });
}

void add_cases() {
  add_cases_of<Vector>();
  add_cases_of<List>();
  add_cases_of<Map>();
}

}  // namespace

int main(int argc, char** argv) {
  return interleaved::run(argc, argv, "What does a container cost?", add_cases);
}
