// SPDX-License-Identifier: Apache-2.0
// The scopes of a thread, against a vector whose removed entries are marked.
#include "../fixed_seed.hpp"
#include <ebb/engine/stack.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace ebb;

namespace {

struct Entry {
  Core* core;
  bool removed;
};

struct Emptied {
  ~Emptied() {
    detail::ScopeStack& stack = detail::scope_stack_v1;
    while (stack.size() != 0) static_cast<void>(stack.remove(stack.size()));
  }
};

// Never looked into; null is a place outside.
Core* some_core() { return reinterpret_cast<Core*>(*rc::gen::inRange<std::uintptr_t>(0, 4) * 64); }

}  // namespace

TEST_CASE("scopes are kept like the elements of a vector", "[engine][stack][model]") {
  rc::prop("push, remove", [] {
    // The stack of this thread: only that one is freed, at the thread's end.
    detail::ScopeStack& stack = detail::scope_stack_v1;
    const Emptied emptied_at_the_end;
    std::vector<Entry> model;
    const auto commands = *rc::gen::inRange(0, 400);
    const auto most_removed = *rc::gen::inRange(20, 80);  // of a hundred commands
    for (int i = 0; i < commands; ++i) {
      std::vector<std::size_t> open;
      for (std::size_t depth = 1; depth <= model.size(); ++depth)
        if (!model[depth - 1].removed) open.push_back(depth);

      if (open.empty() || *rc::gen::inRange(0, 100) >= most_removed) {
        Core* const core = some_core();
        RC_ASSERT(stack.has_near_room() == (model.size() < detail::ScopeStack::near_entries));
        RC_ASSERT(stack.reserve());
        const bool near = stack.has_near_room() && *rc::gen::arbitrary<bool>();
        const std::size_t depth = near ? stack.push_near(core) : stack.push(core);
        model.push_back({core, false});
        RC_ASSERT(depth == model.size());
      } else {
        const std::size_t depth = open[*rc::gen::inRange<std::size_t>(0, open.size())];
        const bool is_top = depth == model.size();
        Core* const above = stack.remove(depth);
        Core* expected = nullptr;
        if (!is_top && !model[depth].removed) expected = model[depth].core;
        RC_ASSERT((above == expected));
        model[depth - 1].removed = true;
        while (!model.empty() && model.back().removed) model.pop_back();
      }

      RC_ASSERT(stack.size() == model.size());
      RC_ASSERT((stack.current() == (model.empty() ? nullptr : model.back().core)));
      for (std::size_t depth = 1; depth <= model.size(); ++depth)
        RC_ASSERT(
            (stack.at(depth) == (model[depth - 1].removed ? detail::ScopeStack::removed_entry()
                                                          : model[depth - 1].core)));
    }
  });
}
