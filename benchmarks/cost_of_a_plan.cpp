// SPDX-License-Identifier: Apache-2.0
// What does a learned plan cost, and what does it save, on recorded programs?
//
// A cycle plays a trace: one step of a real program. Three cases each: no byte is written (the
// price of taking and giving alone), a byte per page (what page tables and caches see at least),
// every byte of every piece (what a program does). The baseline takes with five instructions and
// gives nothing back; the floor knows all addresses beforehand and keeps no books.

#include "contenders.hpp"
#include "interleaved.hpp"
#include <ebb/ebb.hpp>
#include <ebb/testing/trace.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace {

using ebb::PlanEvent;
using ebb::testing::Touch;
using ebb::testing::Trace;
using interleaved::Contender;

// How much of a piece is written.
template <Touch How>
[[gnu::always_inline]] inline void touch(void* pointer, std::size_t bytes) {
  auto* const piece = static_cast<unsigned char*>(pointer);
  if constexpr (How == Touch::nothing) {
    interleaved::use(piece);
  } else if constexpr (How == Touch::byte_per_page) {
    for (std::size_t i = 0; i < bytes; i += 4096) piece[i] = 1;
    interleaved::use(piece);
  } else {
    std::memset(piece, 1, bytes);
    interleaved::use(piece);
  }
}

// The events of a trace, laid out for a tight loop.
struct Step {
  std::size_t bytes;
  std::uint32_t piece;
  bool is_give;
};
struct Program {
  std::vector<Step> steps;
  std::size_t pieces = 0;
  std::size_t bump_bytes = 0;
  Trace trace;

  explicit Program(Trace recorded) : trace(std::move(recorded)) {
    pieces = trace.bytes.size();
    for (const PlanEvent event : trace.events)
      steps.push_back({trace.bytes[event.piece], event.piece, event.is_give});
    for (const std::size_t bytes : trace.bytes) bump_bytes += (bytes + 63) / 64 * 64;
  }
};

template <Touch How, class Memory>
[[gnu::noinline]] void play(const Program& program, Memory& memory, std::vector<void*>& places) {
  for (const Step& step : program.steps) {
    if (step.is_give) {
      memory.deallocate(places[step.piece], step.bytes);
    } else {
      void* const piece = memory.allocate(step.bytes);
      places[step.piece] = piece;
      touch<How>(piece, step.bytes);
    }
  }
}

// The hand-written arena: forgets gives.
class Forgetful {
 public:
  explicit Forgetful(std::size_t bytes) : bump_(bytes) {}
  [[gnu::always_inline]] void* allocate(std::size_t bytes) { return bump_.allocate(bytes); }
  [[gnu::always_inline]] void deallocate(void*, std::size_t) {}
  void reset() { bump_.reset(); }

 private:
  Bump bump_;
};

class Heap {
 public:
  [[gnu::always_inline]] void* allocate(std::size_t bytes) {
    ++calls_;
    return std::malloc(bytes);
  }
  [[gnu::always_inline]] void deallocate(void* pointer, std::size_t) { std::free(pointer); }
  void reset() { calls_ = 0; }
  [[nodiscard]] std::size_t calls() const { return calls_; }

 private:
  std::size_t calls_ = 0;
};

// Knows each address beforehand: the least any plan could cost.
class KnownOffsets {
 public:
  explicit KnownOffsets(const Program& program) : block_(learn(program)), next_(takes_.data()) {}
  [[gnu::always_inline]] void* allocate(std::size_t) { return *next_++; }
  [[gnu::always_inline]] void deallocate(void*, std::size_t) {}
  void reset() { next_ = takes_.data(); }

 private:
  std::unique_ptr<std::byte, decltype(&std::free)> learn(const Program& program) {
    ebb::Workspace<ebb::LearnPlan> learner{"learner"};
    for (int i = 0; i < 2; ++i) {
      auto cycle = learner.enter();
      static_cast<void>(ebb::testing::play(program.trace, learner, Touch::nothing));
    }
    const ebb::Plan& plan = learner.plan();
    auto* const block = static_cast<std::byte*>(
        std::aligned_alloc(4096, ebb::round_up(plan.bytes(), ebb::Alignment(4096))));
    for (const std::size_t offset : plan.offsets()) takes_.push_back(block + offset);
    return {block, &std::free};
  }

  std::vector<std::byte*> takes_;
  std::unique_ptr<std::byte, decltype(&std::free)> block_;
  std::byte** next_;
};

template <Touch How, class Memory>
Contender resets(const std::string& name, std::shared_ptr<const Program> program,
                 std::shared_ptr<Memory> memory) {
  auto places = std::make_shared<std::vector<void*>>(program->pieces);
  return {name,
          [=](std::size_t cycles) {
            for (std::size_t i = 0; i < cycles; ++i) {
              memory->reset();
              play<How>(*program, *memory, *places);
            }
          },
          [=] {
            memory->reset();
            return !ebb::testing::play(program->trace, *memory, Touch::checked);
          },
          [=]() -> std::size_t {
            memory->reset();
            play<How>(*program, *memory, *places);
            if constexpr (requires { memory->calls(); }) return memory->calls();
            return 0;
          }};
}

template <Touch How, class Workspace>
Contender enters(const std::string& name, std::shared_ptr<const Program> program) {
  auto workspace = std::make_shared<Workspace>("benchmark");
  auto places = std::make_shared<std::vector<void*>>(program->pieces);
  return {name,
          [=](std::size_t cycles) {
            for (std::size_t i = 0; i < cycles; ++i) {
              auto cycle = workspace->enter();
              play<How>(*program, *workspace, *places);
            }
          },
          [=] {
            auto cycle = workspace->enter();
            return !ebb::testing::play(program->trace, *workspace, Touch::checked);
          },
          [=] {
            const auto before = workspace->report().space_calls;
            auto cycle = workspace->enter();
            play<How>(*program, *workspace, *places);
            return workspace->report().space_calls - before;
          }};
}

template <Touch How>
void add_trace(const char* file, const char* how) {
  interleaved::add_case(std::string(file) + ", " + how, [=] {
    auto program = std::make_shared<const Program>(
        ebb::testing::read_trace(std::string(EBB_TRACES "/") + file + ".txt"));
    return std::vector<Contender>{
        resets<How>("hand-written bump", program, std::make_shared<Forgetful>(program->bump_bytes)),
        resets<How>("known addresses", program, std::make_shared<KnownOffsets>(*program)),
        enters<How, ebb::Workspace<ebb::LearnPlan>>("ebb, learned plan", program),
        enters<How, ebb::Workspace<>>("ebb, cursor", program),
        resets<How>("malloc and free", program, std::make_shared<Heap>()),
    };
  });
}

// 100 cycles, one of them with something that the plan does not know.
enum class Odd : unsigned char { none, one_take_more, one_take_larger };

template <Touch How>
void add_odd(const char* file, const char* how) {
  interleaved::add_case(std::string(file) + ", 100 cycles, " + how, [=] {
    auto program = std::make_shared<const Program>(
        ebb::testing::read_trace(std::string(EBB_TRACES "/") + file + ".txt"));
    const auto contender = [&](const char* name, Odd odd) {
      auto workspace = std::make_shared<ebb::Workspace<ebb::LearnPlan>>("benchmark");
      auto places = std::make_shared<std::vector<void*>>(program->pieces);
      auto larger = std::make_shared<std::size_t>(0);
      const auto hundred = [=] {
        for (int i = 0; i < 100; ++i) {
          auto cycle = workspace->enter();
          if (i == 50 && odd == Odd::one_take_more) interleaved::use(workspace->allocate(64));
          if (i == 50 && odd == Odd::one_take_larger) {
            // Larger every time, or it would be odd once only.
            Program odd_program = *program;
            odd_program.steps[0].bytes += * larger += 64;
            play<How>(odd_program, *workspace, *places);
          } else {
            play<How>(*program, *workspace, *places);
          }
        }
      };
      return Contender{name,
                       [=](std::size_t cycles) {
                         for (std::size_t i = 0; i < cycles; ++i) hundred();
                       },
                       [=] {
                         auto cycle = workspace->enter();
                         return !ebb::testing::play(program->trace, *workspace, Touch::checked);
                       },
                       [=] {
                         const auto before = workspace->report().space_calls;
                         hundred();
                         return workspace->report().space_calls - before;
                       }};
    };
    return std::vector<Contender>{contender("100 even cycles", Odd::none),
                                  contender("one take more in one", Odd::one_take_more),
                                  contender("one take larger in one", Odd::one_take_larger)};
  });
}

void add_cases() {
  const std::vector<const char*> files =
      interleaved::detail::smoke ? std::vector{"mlp", "resnet18_infer"}
                                 // the others have hundreds of megabytes to verify
                                 : std::vector{"mlp", "resnet18", "resnet18_infer", "gpt", "lstm"};
  for (const char* const file : files) {
    add_trace<Touch::nothing>(file, "no byte written");
    add_trace<Touch::byte_per_page>(file, "a byte per page");
    add_trace<Touch::every_byte>(file, "every byte");
  }
  add_odd<Touch::nothing>("mlp", "no byte written");
  add_odd<Touch::every_byte>("mlp", "every byte");
  if (interleaved::detail::smoke) return;
  add_odd<Touch::nothing>("resnet18", "no byte written");
  add_odd<Touch::byte_per_page>("resnet18", "a byte per page");
}

}  // namespace

int main(int argc, char** argv) {
  return interleaved::run(argc, argv, "What does a learned plan cost, and what does it save?",
                          &add_cases);
}
