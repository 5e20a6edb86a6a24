// SPDX-License-Identifier: Apache-2.0
// What does it cost to enter a workspace by its name, and through a reference that was kept?
//
// Every cycle takes one piece of 64 bytes, so that there is something to forget. The first
// contender of the first table finds its workspace in a map of its own, by the same name; that of
// the second has nothing to find. The manager has eight workspaces, and so has the map.

#include "contenders.hpp"
#include "interleaved.hpp"
#include <ebb/ebb.hpp>
#include <ebb/manager/manager.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

using interleaved::Contender;
using interleaved::contender_of_cycles;

constexpr std::size_t workspaces = 8;

// Names as long as those of networks; the longest that needs no heap has 15 characters.
std::string name_of(std::size_t number) { return "activations " + std::to_string(number); }

// One cycle each: takes a piece and hands it to `look`.

struct InAMap {
  static constexpr const char* name = "a look-up in an `unordered_map`, enter and leave";
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, std::unique_ptr<ebb::Workspace<>>, Hash, std::equal_to<>> map;
  std::string wanted = name_of(3);

  InAMap() {
    for (std::size_t i = 0; i < workspaces; ++i)
      map.emplace(name_of(i), std::make_unique<ebb::Workspace<>>(name_of(i)));
  }
  void cycle(auto&& look) {
    ebb::Workspace<>& workspace = *map.find(std::string_view(wanted))->second;
    const auto cycle = workspace.enter();
    look(workspace.allocate<64>());
  }
  [[nodiscard]] std::size_t space_calls() const {
    return map.find(wanted)->second->report().space_calls;
  }
};

// The manager's workspaces of these names, which several contenders share.
struct Managed {
  std::string wanted = name_of(3);
  ebb::AnyWorkspace* workspace = nullptr;

  Managed() {
    for (std::size_t i = 0; i < workspaces; ++i) ebb::manager().get(name_of(i));
    workspace = &ebb::manager().get(wanted);
  }
  ~Managed() { ebb::manager().destroy_all(); }
  Managed(const Managed&) = delete;
  Managed& operator=(const Managed&) = delete;

  [[nodiscard]] std::size_t space_calls() const { return workspace->report().space_calls; }
};
struct ByName : Managed {
  static constexpr const char* name = "`get_and_activate(name)`";

  void cycle(auto&& look) {
    const auto cycle = ebb::manager().get_and_activate(wanted);
    look(workspace->allocate<64>());
  }
};
struct ByConfiguration : Managed {
  static constexpr const char* name = "`get_and_activate(configuration, name)`";
  ebb::Configuration configuration;

  void cycle(auto&& look) {
    const auto cycle = ebb::manager().get_and_activate(configuration, wanted);
    look(workspace->allocate<64>());
  }
};
struct Kept : Managed {
  static constexpr const char* name = "a reference kept from the manager";

  void cycle(auto&& look) {
    const auto cycle = workspace->enter();
    look(workspace->allocate<64>());
  }
};

struct Static {
  static constexpr const char* name = "`Workspace<>`, enter and leave";
  ebb::Workspace<> workspace{"cycle"};

  void cycle(auto&& look) {
    const auto cycle = workspace.enter();
    look(workspace.allocate<64>());
  }
  [[nodiscard]] std::size_t space_calls() const { return workspace.report().space_calls; }
};
// By reference too, as it is used in a loop.
struct Any {
  static constexpr const char* name = "a reference to an `AnyWorkspace` of one's own";
  ebb::AnyWorkspace own = ebb::AnyWorkspace::make("cycle", {});
  ebb::AnyWorkspace* workspace = &own;

  void cycle(auto&& look) {
    const auto cycle = workspace->enter();
    look(workspace->allocate<64>());
  }
  [[nodiscard]] std::size_t space_calls() const { return own.report().space_calls; }
};

struct WithAWindow : Managed {
  static constexpr const char* name = "a kept reference, while a trim window is set";

  WithAWindow() { ebb::manager().set_auto_trim_window(std::chrono::hours(1)); }
  ~WithAWindow() { ebb::manager().toggle_periodic_trim(false); }

  void cycle(auto&& look) {
    const auto cycle = workspace->enter();
    look(workspace->allocate<64>());
  }
};

void add_cases() {
  interleaved::add_case("a cycle with one piece, of a workspace that is known by its name", [] {
    return std::vector<Contender>{contender_of_cycles<InAMap>(), contender_of_cycles<ByName>(),
                                  contender_of_cycles<ByConfiguration>()};
  });
  interleaved::add_case("a cycle with one piece, of a workspace that is at hand", [] {
    return std::vector<Contender>{contender_of_cycles<Static>(), contender_of_cycles<Any>(),
                                  contender_of_cycles<Kept>()};
  });
  // By itself: a window is one of the whole thread.
  interleaved::add_case("the same, with a trim window",
                        [] { return std::vector<Contender>{contender_of_cycles<WithAWindow>()}; });
}

}  // namespace

int main(int argc, char** argv) {
  return interleaved::run(argc, argv, "What does a workspace by its name cost?", add_cases);
}
