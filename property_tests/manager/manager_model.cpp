// SPDX-License-Identifier: Apache-2.0
// The calls of a manager in any order, against a map of what each workspace should be.
#include "../fixed_seed.hpp"
#include <ebb/manager/manager.hpp>
#include <ebb/workspace/current.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace ebb;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds window{100};
constexpr std::size_t block_bytes = 4096;

std::chrono::steady_clock::time_point now;
std::chrono::steady_clock::time_point test_clock() noexcept { return now; }

// Three configurations whose blocks are taken at the first enter.
Configuration configuration(int number) {
  Configuration made;
  made.start = StartWith<dynamic>{block_bytes};
  made.allocation = Overallocate<dynamic>{static_cast<std::size_t>(number)};
  return made;
}

struct Model {
  struct Workspace {
    int configuration = 0;
    const AnyWorkspace* address = nullptr;
    std::uint64_t cycles = 0;
    std::uint64_t destroys = 0;
    bool has_block = false;
    bool is_doomed = false;
    bool was_used = true;  // since the last trim, or open at that
  };
  struct Token {
    Cycle cycle;
    std::string name;
    std::uint64_t life;  // of the workspace that it opened
  };

  std::map<std::string, Workspace> workspaces;
  int default_configuration = 0;
  std::vector<Token> tokens;
  std::map<std::string, std::uint64_t>
      lives;  // how often a name was made anew or brought to naught
  bool is_requested = false;
  bool is_trimming = false;
  std::chrono::steady_clock::time_point last_trim;

  [[nodiscard]] bool is_live(const Token& token) const {
    return workspaces.contains(token.name) && lives.at(token.name) == token.life;
  }
  [[nodiscard]] bool is_open(const std::string& name) const {
    return std::any_of(tokens.begin(), tokens.end(),
                       [&](const Token& token) { return token.name == name && is_live(token); });
  }
  // The workspace of the last token that still counts.
  [[nodiscard]] const AnyWorkspace* current() const {
    for (auto token = tokens.rbegin(); token != tokens.rend(); ++token)
      if (is_live(*token)) return workspaces.at(token->name).address;
    return nullptr;
  }

  // What every enter, close and call of `manager()` begins or ends with.
  void attend() {
    for (auto& [name, workspace] : workspaces)
      workspace.is_doomed = workspace.is_doomed || is_requested;
    is_requested = false;
    for (auto& [name, workspace] : workspaces) {
      if (!workspace.is_doomed || is_open(name)) continue;
      workspace.is_doomed = workspace.has_block = false;
      ++workspace.destroys;
    }
  }
  void begin_window() {
    last_trim = now;
    for (auto& [name, workspace] : workspaces) workspace.was_used = is_open(name);
  }
  void trim(bool unused_alone) {
    for (auto& [name, workspace] : workspaces)
      if (!is_open(name) && !(unused_alone && workspace.was_used)) workspace.has_block = false;
    begin_window();
  }
  void end_of_a_cycle() {
    if (is_trimming && now - last_trim >= window) trim(true);
  }
  void forget(const std::string& name) {
    if (is_open(name)) ++lives[name];
    workspaces.erase(name);
    ++lives[name];
  }
};

class History {
 public:
  History() { reset(); }
  ~History() {
    model_.tokens.clear();
    reset();
  }
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  void step() {
    // A request is asked for without a call of `manager()`, which would carry it out.
    if (*rc::gen::inRange(0, 12) == 0) {
      static_cast<void>(handle_.request_destroy_all());
      model_.is_requested = true;
      return;
    }
    const std::string name = *rc::gen::elementOf(std::vector<std::string>{"a", "b", "c", "d"});
    const int number = *rc::gen::inRange(0, 3);
    switch (*rc::gen::inRange(0, 16)) {
      case 0:
        get(name);
        break;
      case 1:
        get_with(number, name);
        break;
      case 2:
      case 3:
      case 4:
        activate(name);
        break;
      case 5:
        activate_with(number, name);
        break;
      case 6:
      case 7:
      case 8:
      case 9:
        close();
        break;
      case 10:
        set_default(number);
        break;
      case 11:
        destroy(name);
        break;
      case 12:
        reenter_a_kept_reference();
        break;
      case 13:
        trim();
        break;
      case 14:
        toggle(*rc::gen::arbitrary<bool>());
        break;
      default:
        now += milliseconds(*rc::gen::inRange(1, 150));
    }
    check();
  }

 private:
  void reset() {
    manager().destroy_all();
    manager().toggle_periodic_trim(false);
    manager().set_auto_trim_window(window);
    manager().toggle_periodic_trim(false);
    manager().set_trim_clock(test_clock);
    manager().set_default_configuration(configuration(0));
  }

  WorkspaceManager& call() {
    model_.attend();
    return manager();
  }

  void add(const std::string& name, int number, const AnyWorkspace& made) {
    Model::Workspace& workspace = model_.workspaces[name];
    if (workspace.address == nullptr) {
      workspace.configuration = number;
      workspace.address = &made;
    }
    RC_ASSERT(workspace.address == &made);
  }
  // An enter and what it leaves in the model; the manager has attended when it was called.
  void entered(const std::string& name, Cycle cycle) {
    Model::Workspace& workspace = model_.workspaces.at(name);
    if (!model_.is_open(name)) ++workspace.cycles;
    workspace.has_block = workspace.was_used = true;
    model_.tokens.push_back({std::move(cycle), name, model_.lives[name]});
  }

  void get(const std::string& name) { add(name, model_.default_configuration, call().get(name)); }
  bool refuses(int number, const std::string& name) {
    const auto found = model_.workspaces.find(name);
    return found != model_.workspaces.end() && found->second.configuration != number;
  }
  void get_with(int number, const std::string& name) {
    if (refuses(number, name)) {
      RC_ASSERT_THROWS_AS(call().get(configuration(number), name), BadConfiguration);
    } else {
      add(name, number, call().get(configuration(number), name));
    }
  }
  void activate(const std::string& name) {
    Cycle cycle = call().get_and_activate(name);
    add(name, model_.default_configuration, manager().get(name));
    entered(name, std::move(cycle));
  }
  void activate_with(int number, const std::string& name) {
    if (refuses(number, name)) {
      RC_ASSERT_THROWS_AS(static_cast<void>(call().get_and_activate(configuration(number), name)),
                          BadConfiguration);
      return;
    }
    Cycle cycle = call().get_and_activate(configuration(number), name);
    add(name, number, manager().get(name));
    entered(name, std::move(cycle));
  }
  void reenter_a_kept_reference() {
    if (model_.workspaces.empty()) return;
    const auto& [name, workspace] = *model_.workspaces.begin();
    // No call of `manager()`: the enter itself attends.
    model_.attend();
    entered(name, const_cast<AnyWorkspace*>(workspace.address)->enter());
  }
  void close() {
    if (model_.tokens.empty()) return;
    const auto at = *rc::gen::inRange<std::size_t>(0, model_.tokens.size());
    const auto token = model_.tokens.begin() + static_cast<std::ptrdiff_t>(at);
    const std::string name = token->name;
    const bool is_live = model_.is_live(*token);
    token->cycle.close();
    // Tokens are not assignable: what is left moves into a new vector.
    std::vector<Model::Token> left;
    for (Model::Token& other : model_.tokens)
      if (&other != &*token) left.push_back(std::move(other));
    model_.tokens.swap(left);
    if (!is_live) return;
    const bool has_ended = !model_.is_open(name);
    model_.attend();
    if (has_ended) model_.end_of_a_cycle();
  }
  void set_default(int number) {
    call().set_default_configuration(configuration(number));
    model_.default_configuration = number;
  }
  void destroy(const std::string& name) {
    const bool is_there = model_.workspaces.contains(name);
    RC_ASSERT(call().destroy(name) == is_there);
    if (is_there) model_.forget(name);
  }
  void trim() {
    call().trim();
    model_.trim(false);
  }
  void toggle(bool on) {
    call().toggle_periodic_trim(on);
    model_.is_trimming = on;
    if (on) model_.begin_window();
  }

  void check() {
    // Before anything calls `manager()`: what was asked for is done by then and not earlier.
    RC_ASSERT(current() == (model_.current() != nullptr ? &model_.current()->core() : nullptr));
    for (const auto& [name, workspace] : model_.workspaces) {
      const Report report = workspace.address->report();
      RC_ASSERT(workspace.address->is_open() == model_.is_open(name));
      RC_ASSERT((report.block_bytes != 0) == workspace.has_block);
      RC_ASSERT(report.generation == workspace.cycles + workspace.destroys);
      RC_ASSERT(workspace.address->configuration() == configuration(workspace.configuration));
    }
    if (model_.is_requested) return;
    std::vector<std::string> names;
    for (const auto& [name, workspace] : model_.workspaces) names.push_back(name);
    RC_ASSERT(manager().names() == names);
    RC_ASSERT(manager().report().workspaces.size() == names.size());
    bool any_active = false;
    for (const char* const name : {"a", "b", "c", "d"}) {
      RC_ASSERT(manager().exists(name) == model_.workspaces.contains(name));
      RC_ASSERT(manager().is_active(name) == model_.is_open(name));
      any_active = any_active || model_.is_open(name);
    }
    RC_ASSERT(manager().any_active() == any_active);
    RC_ASSERT(manager().default_configuration() == configuration(model_.default_configuration));
  }

  ManagerHandle handle_ = manager().remote();
  Model model_;
};

}  // namespace

TEST_CASE("a manager answers like a map of workspaces", "[manager][model][reuse]") {
  rc::prop("get, activate, close, destroy, request, trim, wait", [] {
    History history;
    const auto steps = *rc::gen::inRange(0, 120);
    for (int i = 0; i < steps; ++i) history.step();
  });
}
