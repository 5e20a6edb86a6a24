// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The workspaces of one thread, by name.
///
///     auto cycle = ebb::manager().get_and_activate("step");  // made where it is not known yet
///     auto sums = ebb::make<float>(1000);                    // from "step", which is current
///
/// | call                      | name unknown                  | name known                          |
/// |---------------------------|-------------------------------|-------------------------------------|
/// | `get(name)`               | made, with the default        | that one, however it was made       |
/// | `get(configuration, name)` | made, with the configuration | that one; made differently: `BadConfiguration` |
/// | `destroy(name)`           | nothing                       | it is gone, its cycle too           |
///
/// Nothing here takes a lock, because no other thread has a hand in it: what another thread wants
/// it asks for through a `ManagerHandle`, and the owner does it on its next enter, close or call of
/// `manager()`. All workspaces go with their thread.

#include <ebb/base/config.hpp>
#include <ebb/base/contract.hpp>
#include <ebb/base/error.hpp>
#include <ebb/engine/core.hpp>
#include <ebb/engine/report.hpp>
#include <ebb/engine/stack.hpp>
#include <ebb/facade/any_workspace.hpp>
#include <ebb/facade/configuration.hpp>
#include <ebb/workspace/cycle.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ebb {

class WorkspaceManager;

namespace detail {

// What a manager and its handles share.
struct ManagerLine {
  std::mutex mutex;
  ScopeStack* stack = nullptr;  ///< of the manager's thread; null once that has ended
  std::atomic<bool> wants_destroy_all{false};
};

EBB_SHARED inline constinit thread_local WorkspaceManager* this_manager_v1 = nullptr;
EBB_SHARED inline constinit thread_local bool manager_is_gone_v1 = false;

}  // namespace detail

/// The numbers of all workspaces of a manager, as they are at one moment.
///
/// - For: a look at what a thread holds
/// - Units: those of `Report`
/// - Threads: a value; anybody
struct ManagerReport {
  std::vector<Report> workspaces;  ///< in the order of their names

  /// The bytes of all blocks.
  [[nodiscard]] std::uint64_t block_bytes() const noexcept {
    std::uint64_t bytes = 0;
    for (const Report& workspace : workspaces) bytes += workspace.block_bytes;
    return bytes;
  }
};

/// A report as a table, a line for each workspace.
///
/// - Errors: `std::bad_alloc`
/// - Costs: one string, built a line at a time
[[nodiscard]] inline std::string to_string(const ManagerReport& report) {
  constexpr std::size_t number_width = 16;
  std::size_t name_width = std::string_view("workspace").size();
  for (const Report& workspace : report.workspaces)
    name_width = std::max(name_width, workspace.name.size());
  std::string table;
  const auto label = [&](std::string_view text) {
    table.append(text).append(name_width - text.size(), ' ');
  };
  const auto number = [&](std::string_view text) {
    table.append(text.size() < number_width ? number_width - text.size() : 1, ' ').append(text);
  };
  label("workspace");
  for (const char* const head :
       {"cycles", "block bytes", "largest demand", "spilled bytes", "space calls"})
    number(head);
  for (const Report& workspace : report.workspaces) {
    table.append("\n");
    label(workspace.name);
    for (const std::uint64_t value :
         {workspace.cycles, workspace.block_bytes, workspace.largest_demand_bytes,
          workspace.spilled_bytes, workspace.space_calls})
      number(grouped(value));
  }
  return table.append("\n");
}

/// Prints a report as a table.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                             const ManagerReport& report) {
  const std::string table = to_string(report);
  return out.write(table.data(), static_cast<std::ptrdiff_t>(table.size()));
}

/// Asks the thread of a manager for something, from any thread and at any time.
///
/// - For: a supervisor that wants the memory of its workers back
/// - Costs: a mutex that the owner takes only when its thread ends
/// - Threads: anybody; copies ask the same thread
class ManagerHandle {
 public:
  /// Asks the owner to bring all its workspaces back to their constructed state, as `destroy()` of
  /// each would.
  ///
  /// - Effects: done by the owner on its next enter, close or call of `manager()`; a workspace that
  ///   is open then is destroyed when its cycle ends. Names, configurations and references stay,
  ///   because the owner may be using them
  /// - Returns: false if the thread has ended; then there is nothing to be done
  /// - Costs: a mutex; the owner pays for nothing before it attends
  bool request_destroy_all() const noexcept {
    const std::lock_guard lock(line_->mutex);
    if (line_->stack == nullptr) return false;
    // Read-modify-write here and in `attend`: so either the owner sees this request, or the summons
    // comes after the owner has answered the last one.
    static_cast<void>(line_->wants_destroy_all.exchange(true, std::memory_order_acq_rel));
    line_->stack->summon();
    return true;
  }

 private:
  friend class WorkspaceManager;
  explicit ManagerHandle(std::shared_ptr<detail::ManagerLine> line) noexcept
      : line_(std::move(line)) {}

  std::shared_ptr<detail::ManagerLine> line_;
};

/// The workspaces of one thread, by name; `ebb::manager()` answers that of the calling thread.
///
/// - For: programs that name their workspaces at run time, or far from where they are used
/// - Errors: as the functions say; the manager is unchanged
/// - Costs: a search by name for each call; a reference kept, `AnyWorkspace& w = manager().get(…)`,
///   is as fast as any workspace
/// - Keeps: a reference to a workspace, until that is destroyed or the thread ends
/// - Threads: its own; the workspaces too are used on no other
/// - Example: `examples/named_workspaces.cpp`
class WorkspaceManager {
 public:
  /// The name where none is given.
  static constexpr std::string_view default_name = "DefaultWorkspace";

  using TrimClock = std::chrono::steady_clock::time_point (*)() noexcept;

  WorkspaceManager(const WorkspaceManager&) = delete;
  WorkspaceManager& operator=(const WorkspaceManager&) = delete;

  /// Gives the handles no thread to ask, and all workspaces back; open cycles are closed.
  ~WorkspaceManager() {
    {
      const std::lock_guard lock(line_->mutex);
      line_->stack = nullptr;
    }
    detail::scope_stack_v1.set_attendant(nullptr, nullptr);
    detail::this_manager_v1 = nullptr;
    detail::manager_is_gone_v1 = true;
  }

  /// The workspace of a name; where there is none, it is made with the default configuration.
  ///
  /// - Errors: those of `AnyWorkspace::make`; the manager is unchanged
  /// - Costs: a search by name, without a copy of it
  /// - Keeps: all references
  AnyWorkspace& get(std::string_view name = default_name) {
    const auto found = managed_.find(name);
    if (found != managed_.end()) [[likely]]
      return found->second.workspace;
    return add(default_configuration_, name);
  }

  /// The workspace of a name; where there is none, it is made with this configuration.
  ///
  /// - Errors: `BadConfiguration` if there is one that was made with another; those of
  ///   `AnyWorkspace::make`; the manager is unchanged
  /// - Costs: a search by name, a comparison of configurations
  /// - Keeps: all references
  /// - Note: the name in the configuration is not looked at
  AnyWorkspace& get(const Configuration& configuration, std::string_view name = default_name) {
    const auto found = managed_.find(name);
    if (found == managed_.end()) return add(configuration, name);
    AnyWorkspace& workspace = found->second.workspace;
    if (!is_same(workspace.configuration(), configuration))
      raise_other_configuration(name, workspace.configuration(), configuration);
    return workspace;
  }

  /// Enters the workspace of a name, which is made like that of `get(name)`.
  ///
  /// - Errors: those of `get(name)` and of `enter`; nothing is open that was not
  /// - Costs: those of `get(name)` and of `enter`
  /// - Keeps: what `enter` keeps
  [[nodiscard]] Cycle get_and_activate(std::string_view name = default_name) {
    return get(name).enter();
  }

  /// Enters the workspace of a name, which is made like that of `get(configuration, name)`.
  ///
  /// - Errors: those of `get(configuration, name)` and of `enter`; nothing is open that was not
  /// - Costs: those of `get(configuration, name)` and of `enter`
  /// - Keeps: what `enter` keeps
  [[nodiscard]] Cycle get_and_activate(const Configuration& configuration,
                                       std::string_view name = default_name) {
    return get(configuration, name).enter();
  }

  /// What a name alone is made with: the defaults of ebb, until something else is set.
  [[nodiscard]] const Configuration& default_configuration() const noexcept {
    return default_configuration_;
  }

  /// Sets what a name alone is made with from now on; workspaces that are there stay as they are.
  ///
  /// - Errors: `BadConfiguration` if its values contradict each other; nothing has changed
  /// - Costs: a copy
  void set_default_configuration(Configuration configuration) {
    configuration.validate();
    default_configuration_ = std::move(configuration);
  }

  /// Says whether there is a workspace of this name.
  [[nodiscard]] bool exists(std::string_view name) const { return managed_.contains(name); }

  /// Says whether there is a workspace of this name whose cycle is open.
  [[nodiscard]] bool is_active(std::string_view name) const {
    const auto found = managed_.find(name);
    return found != managed_.end() && found->second.workspace.is_open();
  }

  /// Says whether the cycle of any of them is open.
  [[nodiscard]] bool any_active() const noexcept {
    return std::any_of(managed_.begin(), managed_.end(),
                       [](const auto& entry) { return entry.second.workspace.is_open(); });
  }

  /// The names of all workspaces, sorted.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    names.reserve(managed_.size());
    for (const auto& entry : managed_) names.push_back(entry.first);
    std::sort(names.begin(), names.end());
    return names;
  }

  /// Destroys the workspace of a name; its cycle is closed if it is open.
  ///
  /// - Returns: false if there is none
  /// - Errors: `WrongThread` if another thread has it open; nothing has changed
  /// - Costs: a search by name, one release for each block, chunk and lone piece
  /// - Keeps: no reference to it; its handles are stale, its tokens close nothing
  bool destroy(std::string_view name) {
    const auto found = managed_.find(name);
    if (found == managed_.end()) return false;
    // Out of the map first: the hook of an open cycle is told of its end, and may call the manager.
    Taken taken{managed_, managed_.extract(found)};
    taken.node.mapped().workspace.destroy();
    taken.node = {};
    return true;
  }

  /// Destroys all workspaces of this thread.
  ///
  /// - Errors: `WrongThread` if another thread has one open; that one and some others are there
  /// - Costs: those of `destroy` for each
  /// - Keeps: what `destroy` keeps
  void destroy_all() {
    while (!managed_.empty()) destroy(managed_.begin()->first);
  }

  /// The numbers of all workspaces.
  ///
  /// - Errors: `std::bad_alloc`; nothing has changed
  /// - Costs: a copy of them
  [[nodiscard]] ManagerReport report() const {
    ManagerReport report;
    report.workspaces.reserve(managed_.size());
    for (const auto& entry : managed_) report.workspaces.push_back(entry.second.workspace.report());
    std::sort(report.workspaces.begin(), report.workspaces.end(),
              [](const Report& a, const Report& b) { return a.name < b.name; });
    return report;
  }

  /// A handle through which other threads ask this one.
  ///
  /// - Costs: a reference count
  [[nodiscard]] ManagerHandle remote() const noexcept { return ManagerHandle(line_); }

  /// \name Trimming: memory of workspaces that are not used
  /// \{

  /// Gives the blocks of all closed workspaces back; the next enter of one takes its block anew.
  ///
  /// - Returns: the bytes given back
  /// - Costs: one release for each block
  /// - Keeps: what was learnt, so a workspace comes back with the size it had
  std::size_t trim() noexcept {
    return trim_where([](const Managed&) { return true; });
  }

  /// From now on, the end of a cycle trims the workspaces that were closed for a whole window, at
  /// most once in each.
  ///
  /// - Units: milliseconds; none or fewer switch it off
  /// - Costs: while it is on, every close on this thread takes its slow path and reads the clock
  /// - Keeps: what `trim` keeps
  /// - Note: only the end of a cycle trims; a thread that rests keeps what it has
  void set_auto_trim_window(std::chrono::milliseconds window) noexcept {
    if (window.count() > 0) window_ = window;
    toggle_periodic_trim(window.count() > 0);
  }

  /// Switches the trim window on, with the length that was set last or five seconds, or off.
  ///
  /// - Costs: those of `set_auto_trim_window`
  void toggle_periodic_trim(bool on) noexcept {
    is_trimming_ = on;
    if (!on) return;
    trim_where([](const Managed&) { return false; });
    detail::scope_stack_v1.summon_at_close();
  }

  /// Sets the clock of the window, for tests; null for `std::chrono::steady_clock`. The window
  /// begins anew.
  void set_trim_clock(TrimClock now) noexcept {
    now_ = now != nullptr ? now : &std::chrono::steady_clock::now;
    toggle_periodic_trim(is_trimming_);
  }

  /// \}

 private:
  friend WorkspaceManager& manager();

  static constexpr std::uint64_t in_use = ~std::uint64_t{0};  // of a workspace: no generation

  struct Managed {
    AnyWorkspace workspace;
    bool is_doomed = false;             ///< a request came while it was open
    std::uint64_t used_until = in_use;  ///< its generation at the last trim, if it was closed then
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept {
      return std::hash<std::string_view>{}(name);
    }
  };

  using Map = std::unordered_map<std::string, Managed, Hash, std::equal_to<>>;

  // An entry that is put back if it cannot be destroyed.
  struct Taken {
    Map& map;
    Map::node_type node;
    ~Taken() {
      if (!node.empty()) map.insert(std::move(node));
    }
  };

  WorkspaceManager() : line_(std::make_shared<detail::ManagerLine>()) {
    detail::ScopeStack& stack = detail::scope_stack_v1;
    // Before this object is there, so after it is gone: open cycles are closed on a whole stack.
    stack.free_at_thread_exit();
    line_->stack = &stack;
    stack.set_attendant(&attend, this);
    detail::this_manager_v1 = this;
  }

  // One for all shared libraries of a process, hence visible.
  EBB_COLD EBB_SHARED static WorkspaceManager& of_this_thread() {
    if (detail::manager_is_gone_v1)
      detail::raise(WrongThread(
          "the manager of this thread is gone: the thread is ending, and its workspaces were given "
          "back. Use them before what is `thread_local` is destroyed."));
    static thread_local WorkspaceManager mine;
    detail::ScopeStack& stack = detail::scope_stack_v1;
    if (stack.is_summoned()) stack.attend(false);
    return mine;
  }

  EBB_COLD AnyWorkspace& add(const Configuration& configuration, std::string_view name) {
    Managed managed{.workspace = AnyWorkspace::make(name, configuration)};
    return managed_.emplace(std::string(name), std::move(managed)).first->second.workspace;
  }

  [[nodiscard]] static bool is_same(const Configuration& made_with, const Configuration& asked) {
    if (made_with.name == asked.name) return made_with == asked;
    Configuration renamed = asked;
    renamed.name = made_with.name;
    return made_with == renamed;
  }

  [[noreturn]] EBB_COLD static void raise_other_configuration(std::string_view name,
                                                              Configuration made_with,
                                                              Configuration asked) {
    made_with.name.clear();
    asked.name.clear();
    detail::raise(BadConfiguration('"' + std::string(name) + "\" was made with `" +
                                   to_string(made_with) + "` and is asked for with `" +
                                   to_string(asked) +
                                   "`. Ask by its name alone, or destroy it first."));
  }

  // What an enter, a close or `manager()` does when it was summoned.
  static void attend(void* self, bool cycle_has_ended) noexcept {
    static_cast<WorkspaceManager*>(self)->attend(cycle_has_ended);
  }
  void attend(bool cycle_has_ended) noexcept {
    if (line_->wants_destroy_all.exchange(false, std::memory_order_acq_rel)) {
      for (auto& entry : managed_) entry.second.is_doomed = true;
      has_doomed_ = true;
    }
    if (has_doomed_) destroy_doomed();
    if (is_trimming_ && cycle_has_ended && now_() - last_trim_ >= window_)
      trim_where([](const Managed& managed) {
        return managed.workspace.generation() == managed.used_until;
      });
    // What is still open is waited for, at the closes alone.
    if (has_doomed_ || is_trimming_) detail::scope_stack_v1.summon_at_close();
  }

  void destroy_doomed() noexcept {
    has_doomed_ = false;
    for (auto& [name, managed] : managed_) {
      if (!managed.is_doomed) continue;
      managed.is_doomed = managed.workspace.is_open();
      has_doomed_ = has_doomed_ || managed.is_doomed;
      if (!managed.is_doomed) managed.workspace.destroy();
    }
  }

  template <class Predicate>
  std::size_t trim_where(Predicate&& predicate) noexcept {
    std::size_t bytes = 0;
    for (auto& [name, managed] : managed_) {
      const bool is_open = managed.workspace.is_open();
      if (!is_open && predicate(managed)) bytes += managed.workspace.core().trim();
      managed.used_until = is_open ? in_use : managed.workspace.generation();
    }
    last_trim_ = now_();
    return bytes;
  }

  Map managed_;
  Configuration default_configuration_;
  std::shared_ptr<detail::ManagerLine> line_;
  bool has_doomed_ = false;
  bool is_trimming_ = false;
  std::chrono::milliseconds window_{5000};
  TrimClock now_ = &std::chrono::steady_clock::now;
  std::chrono::steady_clock::time_point last_trim_;
};

/// The workspaces of the calling thread.
///
/// - Errors: `WrongThread` once the workspaces of an ending thread are gone: in destructors of what
///   is `thread_local` and was made before the first call. `std::bad_alloc` at the first call
/// - Costs: two comparisons; what another thread has asked for is done here too
/// - Threads: each has its own
/// - Example: `examples/named_workspaces.cpp`
[[nodiscard]] inline WorkspaceManager& manager() {
  WorkspaceManager* const mine = detail::this_manager_v1;
  if (mine == nullptr || detail::scope_stack_v1.is_summoned()) [[unlikely]]
    return WorkspaceManager::of_this_thread();
  return *mine;
}

}  // namespace ebb
