// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A sentence of policies as a value: read from a file, the environment or a command line.
///
/// | from          | by                                                                            |
/// |---------------|-------------------------------------------------------------------------------|
/// | code          | `Configuration::builder().allocation(Overallocate<10>{}).build()`             |
/// | one string    | `Configuration::from_string("overallocate=10,learning=first-loop")`           |
/// | a variable    | `Configuration::from_environment("EBB_STEP")`                                 |
/// | JSON          | `Configuration::from_json(text)`, `facade/configuration_json.hpp`             |
/// | a command line | `add_options(app, configuration)`, `facade/cli.hpp`                          |
/// | ND4J's fields | `Configuration::nd4j().initialSize(100).policySpill("REALLOCATE")`, `nd4j.hpp` |
///
/// Every form speaks the words of one description (`facade/description.ipp`): the policies' names
/// in lower case with hyphens, numbers behind colons, as in `overallocate:10` and
/// `bounds:1MiB:2MiB`. What no workspace could be made of is a `BadConfiguration` that names key,
/// value and what is allowed. The whole language: `docs/configuration.md`.

#include <ebb/base/config.hpp>
#include <ebb/policy/allocation.hpp>
#include <ebb/policy/bounds.hpp>
#include <ebb/policy/checks.hpp>
#include <ebb/policy/granule.hpp>
#include <ebb/policy/learning.hpp>
#include <ebb/policy/reset.hpp>
#include <ebb/policy/spill.hpp>
#include <ebb/policy/start.hpp>
#include <ebb/space/host.hpp>
#include <ebb/space/huge_pages.hpp>
#include <ebb/space/limited.hpp>
#include <ebb/space/prefault.hpp>
#include <ebb/space/reserved.hpp>

#include <concepts>
#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace ebb {

class Nd4jConfiguration;

/// Where the bytes of a configured workspace live.
enum class SpaceKind : unsigned char {
  host,         ///< `Host`
  prefault,     ///< `Prefault<Host>`
  limited,      ///< `Limited<Host>`
  huge_pages,   ///< `HugePages`
  reserved,     ///< `Reserved`
  mapped_file,  ///< `MappedFile`: that of `Configuration::file`, or one without a name
};

/// The answer to the space slot as a value.
///
/// - For: `Configuration::space`
/// - Units: bytes
/// - Threads: a value; anybody
struct SpaceChoice {
  SpaceKind kind = SpaceKind::host;
  /// Of `limited`, the most that may be out at once; of `reserved`, the address space of a block,
  /// or 0: as much as `Reserved` takes; of `mapped_file`, the least that the file has, or 0.
  std::size_t bytes = 0;

  friend bool operator==(const SpaceChoice&, const SpaceChoice&) = default;
};

/// A sentence of policies whose words are chosen at run time, one field for each slot.
///
/// - For: `AnyWorkspace::make`, the workspace manager, and every other place where a setting may be
///   wrong without the program being so
/// - Units: those of the policies
/// - Errors: `BadConfiguration` from everything that reads or builds one
/// - Threads: a value; anybody
/// - Example: `examples/configured.cpp`
struct Configuration {
  std::string name;  ///< empty: the caller's
  std::variant<Strict, Overallocate<dynamic>> allocation = Overallocate<dynamic>{30};
  std::variant<Empty, StartWith<dynamic>> start;
  std::variant<NoLearning, FirstLoop, OverTime<dynamic>, PeakWithDecay<dynamic>,
               LearnPlans<dynamic>>
      learning = FirstLoop{};
  std::variant<External, Reallocate, Fail> spill = Reallocate{};
  std::variant<BlockLeft> reset;
  std::variant<Unbounded, Bounds<dynamic, dynamic>> bounds;
  Granule<dynamic> granule{64};
  std::variant<Trusting, Generational, Poisoning, Fenced<dynamic>, Quarantined<dynamic>> checks =
      Generational{};
  SpaceChoice space;
  std::string file;  ///< of the space `mapped_file`; empty: one that is gone with the workspace

  class Builder;

  /// Starts from the defaults.
  [[nodiscard]] static Builder builder();

  /// Reads settings in the form `key=value,key=value`; what is not named is the default.
  ///
  /// - Errors: `BadConfiguration` for anything else, and for settings that contradict each other
  /// - Costs: heap calls for the texts
  /// - Example: `examples/configured.cpp`
  [[nodiscard]] static Configuration from_string(std::string_view text);

  /// Reads the settings in an environment variable; where it is not set or empty, the defaults.
  ///
  /// - Errors: those of `from_string`, with the name of the variable
  /// - Costs: those of `from_string`
  [[nodiscard]] static Configuration from_environment(const char* variable);

  /// Reads a JSON object with a member for each setting; what is not named is the default.
  ///
  /// - Errors: `BadConfiguration` for anything else, and for settings that contradict each other
  /// - Costs: a tree of the text on the heap
  /// - Note: where the facade is headers alone, include `facade/configuration_json.hpp`
  [[nodiscard]] static Configuration from_json(std::string_view text);

  /// Starts from ND4J's defaults, to be changed by ND4J's own names and values.
  ///
  /// - Returns: what converts to a `Configuration`; `facade/nd4j.hpp` has it
  [[nodiscard]] static Nd4jConfiguration nd4j();

  /// Checks that the settings make a workspace.
  ///
  /// - Errors: `BadConfiguration` with the sentence that the compiler has for the same
  ///   contradiction
  /// - Costs: a few comparisons
  void validate() const;

  /// Says whether every setting is the same; a number that an answer does not use is none.
  friend bool operator==(const Configuration& a, const Configuration& b);

  /// Prints the form that `from_string` reads.
  friend std::ostream& operator<<(std::ostream& out, const Configuration& configuration);
};

/// All settings in the form that `Configuration::from_string` reads; that which is empty is left
/// out.
///
/// - Errors: `std::bad_alloc`
/// - Costs: heap calls for the text
[[nodiscard]] std::string to_string(const Configuration& configuration);

namespace detail {

// An answer with its numbers moved from the type into the object.
template <class Answer>
[[nodiscard]] constexpr Answer at_run_time(Answer answer) {
  return answer;
}
template <template <std::size_t> class Answer, std::size_t Number>
requires std::derived_from<Answer<Number>, Parameter<Number>>
[[nodiscard]] constexpr Answer<dynamic> at_run_time(Answer<Number> answer) {
  return {answer.value()};
}
template <std::size_t Min, std::size_t Max>
[[nodiscard]] constexpr Bounds<dynamic, dynamic> at_run_time(Bounds<Min, Max> answer) {
  return {answer.minimum_bytes(), answer.maximum_bytes()};
}
[[nodiscard]] constexpr SpaceChoice at_run_time(Host) { return {}; }
[[nodiscard]] constexpr SpaceChoice at_run_time(const Prefault<>&) {
  return {.kind = SpaceKind::prefault, .bytes = 0};
}
[[nodiscard]] constexpr SpaceChoice at_run_time(const Limited<>& space) {
  return {.kind = SpaceKind::limited, .bytes = space.limit_bytes()};
}
[[nodiscard]] constexpr SpaceChoice at_run_time(const HugePages&) {
  return {.kind = SpaceKind::huge_pages, .bytes = 0};
}
[[nodiscard]] constexpr SpaceChoice at_run_time(const Reserved& space) {
  const std::size_t bytes = space.reserved_bytes();
  return {.kind = SpaceKind::reserved, .bytes = bytes == Reserved::default_bytes ? 0 : bytes};
}

template <class Answer, class Field>
concept AnswerOf = requires(Field field, const Answer& answer) { field = at_run_time(answer); };

}  // namespace detail

/// Builds a configuration from policies, their numbers in the type or in the object.
///
/// - For: settings that stand in code:
///   `.allocation(Overallocate<10>{}).start(StartWith<dynamic>{n})`
/// - Errors: `BadConfiguration` from `build` alone
/// - Threads: a value; anybody
/// - Example: `examples/configured.cpp`
class Configuration::Builder {
 public:
  Builder& name(std::string name) {
    configuration_.name = std::move(name);
    return *this;
  }
  template <detail::AnswerOf<decltype(Configuration::allocation)> Answer>
  Builder& allocation(const Answer& answer) {
    return set(configuration_.allocation, answer);
  }
  template <detail::AnswerOf<decltype(Configuration::start)> Answer>
  Builder& start(const Answer& answer) {
    return set(configuration_.start, answer);
  }
  template <detail::AnswerOf<decltype(Configuration::learning)> Answer>
  Builder& learning(const Answer& answer) {
    return set(configuration_.learning, answer);
  }
  template <detail::AnswerOf<decltype(Configuration::spill)> Answer>
  Builder& spill(const Answer& answer) {
    return set(configuration_.spill, answer);
  }
  template <detail::AnswerOf<decltype(Configuration::reset)> Answer>
  Builder& reset(const Answer& answer) {
    return set(configuration_.reset, answer);
  }
  template <detail::AnswerOf<decltype(Configuration::bounds)> Answer>
  Builder& bounds(const Answer& answer) {
    return set(configuration_.bounds, answer);
  }
  template <detail::AnswerOf<decltype(Configuration::granule)> Answer>
  Builder& granule(const Answer& answer) {
    return set(configuration_.granule, answer);
  }
  template <detail::AnswerOf<decltype(Configuration::checks)> Answer>
  Builder& checks(const Answer& answer) {
    return set(configuration_.checks, answer);
  }
  template <detail::AnswerOf<decltype(Configuration::space)> Answer>
  Builder& space(const Answer& answer) {
    return set(configuration_.space, answer);
  }
  Builder& file(std::string path) {
    configuration_.file = std::move(path);
    return *this;
  }

  /// The configuration, checked.
  ///
  /// - Errors: those of `Configuration::validate`; the builder is unchanged
  /// - Costs: a copy
  [[nodiscard]] Configuration build() const {
    configuration_.validate();
    return configuration_;
  }

 private:
  template <class Field, class Answer>
  Builder& set(Field& field, const Answer& answer) {
    field = detail::at_run_time(answer);
    return *this;
  }

  Configuration configuration_;
};

inline Configuration::Builder Configuration::builder() { return {}; }

}  // namespace ebb

#ifndef EBB_FACADE_COMPILED
#include <ebb/facade/description.hpp>  // IWYU pragma: export
#endif
