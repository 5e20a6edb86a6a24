// SPDX-License-Identifier: Apache-2.0
// What does one allocation cost, and what a whole cycle of them?
//
// A cycle takes its pieces and forgets them all. The pieces are not written to while timed: the
// allocation is measured, not the memory.

#include "contenders.hpp"
#include "interleaved.hpp"
#include <ebb/ebb.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using interleaved::Contender;
using interleaved::Pieces;
using Workspace = ebb::Workspace<>;

constexpr std::size_t most_bytes = std::size_t{4} << 20U;

// The two sinks of a cycle: one for the timed runs, one that verifies.
struct Look {
  void operator()(void* piece, std::size_t) const { interleaved::use(piece); }
  void end() const {}
};
struct Verify {
  Pieces pieces;
  std::size_t expected;
  bool is_sound = false;

  void operator()(void* piece, std::size_t bytes) { pieces(piece, bytes); }
  void end() { is_sound = pieces.are_sound(expected); }
};

// What a cycle takes: `count` pieces of 64 bytes, a size known when compiling, ...
struct Same {
  std::size_t count;

  [[nodiscard]] std::size_t size() const { return count; }
  template <class Memory, class Sink>
  [[gnu::always_inline]] void take(Memory&& memory, Sink& sink) const {
    for (std::size_t i = 0; i < count; ++i) sink(memory.template take<64>(), 64);
  }
};
// ... or a list of sizes.
struct Mixed {
  std::vector<std::size_t> sizes;

  [[nodiscard]] std::size_t size() const { return sizes.size(); }
  template <class Memory, class Sink>
  [[gnu::always_inline]] void take(Memory&& memory, Sink& sink) const {
    for (const std::size_t bytes : sizes) sink(memory.take(bytes), bytes);
  }
};

// Anything with `allocate`, by the two names above.
template <class Memory>
struct Takes {
  Memory& memory;

  template <std::size_t Bytes>
  [[gnu::always_inline]] void* take() {
    if constexpr (requires { memory.template allocate<Bytes>(); }) {
      return memory.template allocate<Bytes>();
    } else {
      return memory.allocate(Bytes);
    }
  }
  [[gnu::always_inline]] void* take(std::size_t bytes) { return memory.allocate(bytes); }
};
template <class Memory>
Takes(Memory&) -> Takes<Memory>;

// Every contender: a cycle of some work, in a function of its own.

Bump bump(most_bytes);

template <class Work>
struct HandWritten {
  static constexpr std::size_t alignment = 64;
  const Work& work;

  template <class Sink>
  [[gnu::noinline]] void cycle(Sink& sink) {
    bump.reset();
    work.take(Takes{bump}, sink);
    sink.end();
  }
  template <class Sink>
  std::size_t space_calls(Sink&) const {
    return 0;  // its one buffer is older than any cycle
  }
};

Workspace workspace{"allocations"};

template <class Work>
struct PlainFunction {
  static constexpr std::size_t alignment = 64;
  const Work& work;

  template <class Sink>
  [[gnu::noinline]] void cycle(Sink& sink) {
    const auto cycle = workspace.enter();
    work.take(Takes{workspace}, sink);
    sink.end();
  }
  template <class Sink>
  std::size_t space_calls(Sink& sink) {
    const std::uint64_t before = workspace.report().space_calls;
    cycle(sink);
    return workspace.report().space_calls - before;
  }
};

template <class Work>
class AroundWorkspace {
 public:
  static constexpr std::size_t alignment = 64;

  explicit AroundWorkspace(const Work& work) : work_(work) {}

  template <class Sink>
  [[gnu::noinline]] void cycle(Sink& sink) {
    const auto cycle = workspace_.enter();
    work_.take(Takes{workspace_}, sink);
    sink.end();
  }
  template <class Sink>
  std::size_t space_calls(Sink& sink) {
    const std::uint64_t before = workspace_.report().space_calls;
    cycle(sink);
    return workspace_.report().space_calls - before;
  }

 private:
  Work work_;
  Workspace workspace_{"in a class"};
};

template <class Work>
struct Erased : PlainFunction<Work> {
  template <class Sink>
  [[gnu::noinline]] void cycle(Sink& sink) {
    const auto cycle = workspace.enter();
    take(workspace, sink);
  }
  template <class Sink>
  [[gnu::noinline]] void take(ebb::Core& core, Sink& sink) {
    this->work.take(Takes{core}, sink);
    sink.end();
  }
};

template <class Work>
struct FromBurst : PlainFunction<Work> {
  template <class Sink>
  [[gnu::noinline]] void cycle(Sink& sink) {
    const auto cycle = workspace.enter();
    ebb::Burst burst{workspace, 64 * this->work.size()};
    this->work.take(Takes{burst}, sink);
    sink.end();
  }
};

template <class Work>
struct Monotonic {
  static constexpr std::size_t alignment = 64;
  const Work& work;
  SizedMonotonic memory{most_bytes};

  template <class Sink>
  [[gnu::noinline]] void cycle(Sink& sink) {
    work.take(Takes{memory}, sink);
    sink.end();
    memory.reset();
  }
  template <class Sink>
  std::size_t space_calls(Sink& sink) {
    const std::size_t before = memory.space_calls();
    cycle(sink);
    return memory.space_calls() - before;
  }
};

template <class Work>
class Malloc {
 public:
  static constexpr std::size_t alignment = 16;

  explicit Malloc(const Work& work) : work_(work), pieces_(work.size()) {}

  // The pieces have to be kept, to be freed: that is part of what `malloc` costs.
  template <bool Counts>
  struct Heap {
    Malloc& self;
    void** next;

    template <std::size_t Bytes>
    void* take() {
      return take(Bytes);
    }
    void* take(std::size_t bytes) {
      if constexpr (Counts) ++self.calls_;
      return *next++ = std::malloc(bytes);
    }
  };

  template <class Sink, bool Counts = false>
  [[gnu::noinline]] void cycle(Sink& sink) {
    work_.take(Heap<Counts>{*this, pieces_.data()}, sink);
    sink.end();
    for (void* const piece : pieces_) std::free(piece);
  }
  template <class Sink>
  std::size_t space_calls(Sink& sink) {
    calls_ = 0;
    cycle<Sink, true>(sink);
    return calls_;
  }

 private:
  const Work& work_;
  std::vector<void*> pieces_;
  std::size_t calls_ = 0;
};

template <template <class> class Memory, class Work>
Contender contender(std::string name, const Work& work) {
  const auto memory = std::shared_ptr<Memory<Work>>(new Memory<Work>{work});
  return {.name = std::move(name),
          .run =
              [memory](std::size_t cycles) {
                Look look;
                for (std::size_t i = 0; i < cycles; ++i) memory->cycle(look);
              },
          .verify =
              [memory, &work] {
                Verify verify{.pieces = Pieces(Memory<Work>::alignment), .expected = work.size()};
                memory->cycle(verify);
                return verify.is_sound;
              },
          .count_space_calls =
              [memory] {
                Look look;
                return memory->space_calls(look);
              }};
}

template <class Work>
std::vector<Contender> contenders(const Work& work) {
  std::vector<Contender> all;
  all.push_back(contender<HandWritten>("hand-written bump loop", work));
  all.push_back(contender<PlainFunction>("workspace, plain function", work));
  all.push_back(contender<AroundWorkspace>("workspace in a class", work));
  all.push_back(contender<Erased>("workspace as `Core&`", work));
  if constexpr (std::same_as<Work, Same>)
    all.push_back(contender<FromBurst>("workspace, `Burst`", work));
  all.push_back(contender<Monotonic>("`monotonic_buffer_resource`, sized", work));
  all.push_back(contender<Malloc>("`malloc` and `free`", work));
  return all;
}

void add_cases() {
  static const Same same[] = {{1}, {16}, {256}, {4096}};
  for (const Same& work : same)
    interleaved::add_case("a cycle of " + std::to_string(work.count) + " × 64 bytes",
                          [&work] { return contenders(work); });
  static const Mixed mixed{interleaved::mixed_sizes()};
  interleaved::add_case("a cycle of 1000 mixed sizes, 1 byte to 4 KiB",
                        [] { return contenders(mixed); });
}

}  // namespace

int main(int argc, char** argv) {
  return interleaved::run(argc, argv, "What does one allocation cost?", add_cases);
}
