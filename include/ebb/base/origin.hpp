// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Where a piece of memory was made, as the debugging checks remember it.
///
///     auto activations = workspace.make<float>(1000, ebb::named("activations"));
///
/// What takes memory from a workspace has an origin as its last parameter, whose default is the
/// line of the call; only `construct` and a `Core` have none. Without debugging checks it is an
/// empty type, and nothing is left of it.

#include <ebb/base/fixed_text.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace ebb {

/// A line of a program.
///
/// - For: default arguments: `Place place = Place::here()` is the line of the call
/// - Threads: a value; anybody
struct Place {
  const char* file = nullptr;  ///< null: not known
  std::uint32_t line = 0;

  [[nodiscard]] static constexpr Place here(const char* file = __builtin_FILE(),
                                            std::uint32_t line = __builtin_LINE()) noexcept {
    return {file, line};
  }
  friend bool operator==(const Place&, const Place&) noexcept = default;
};

/// What took a piece.
enum class Taker : unsigned char {
  unknown,    ///< `allocate` through a `Core`
  raw,        ///< `allocate` of a workspace: nobody has to give it back
  array,      ///< an `Array`, which gives it back
  container,  ///< an adapter, whose container gives it back
};

/// Where a piece was made, by what, and its name.
///
/// - For: the side table of the debugging checks; never part of a handle
/// - Threads: a value; anybody
struct Origin {
  Place place{};
  const char* name = nullptr;  ///< null: none. It must live as long as the program, as a literal
  Taker taker = Taker::unknown;
  bool is_of_cycle = false;  ///< the place is that of `enter`, because nothing closer is known

  [[nodiscard]] static constexpr Origin here(Place place = Place::here()) noexcept {
    return {.place = place};
  }
  friend bool operator==(const Origin&, const Origin&) noexcept = default;
};

/// Gives a name to what is made on this line.
///
/// - For: the last argument of `make`, `allocate` and so on
/// - Expects: a name that lives as long as the program, such as a literal
/// - Costs: nothing where the workspace has no debugging checks
[[nodiscard]] constexpr Origin named(const char* name, Place place = Place::here()) noexcept {
  return {.place = place, .name = name};
}

namespace detail {

// What a workspace without debugging checks takes for an origin.
struct NoOrigin {
  constexpr NoOrigin() noexcept = default;
  constexpr NoOrigin(const Origin&) noexcept {}  // NOLINT: takes the place of an origin
  [[nodiscard]] static constexpr NoOrigin here() noexcept { return {}; }
};

constexpr Origin of_array(Origin origin) noexcept {
  origin.taker = Taker::array;
  return origin;
}
constexpr Origin of_array(NoOrigin) noexcept { return {.taker = Taker::array}; }

/// Appends `array "activations", made at main.cpp:12`.
constexpr void describe(const Origin& origin, FixedText& text) noexcept {
  text.append(origin.taker == Taker::array       ? "array"
              : origin.taker == Taker::container ? "container"
                                                 : "piece");
  if (origin.name != nullptr) text.append(" \"").append(std::string_view(origin.name)).append("\"");
  if (origin.place.file == nullptr) return;
  text.append(origin.is_of_cycle ? ", made in the cycle entered at " : ", made at ");
  text.append(std::string_view(origin.place.file)).append(":").append_plain(origin.place.line);
}

}  // namespace detail

/// An origin for people: `array "activations", made at main.cpp:12`.
///
/// - Errors: `std::bad_alloc`
/// - Costs: one string
[[nodiscard]] inline std::string to_string(const Origin& origin) {
  FixedText text;
  detail::describe(origin, text);
  return std::string(text.view());
}

}  // namespace ebb
