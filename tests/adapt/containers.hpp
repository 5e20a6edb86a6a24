// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The standard containers by short names, and one history that all of them go through.

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <forward_list>
#include <functional>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

template <class A, class T>
using Rebound = typename std::allocator_traits<A>::template rebind_alloc<T>;

struct Vector {
  template <class A>
  using of = std::vector<int, Rebound<A, int>>;
};
struct Deque {
  template <class A>
  using of = std::deque<int, Rebound<A, int>>;
};
struct List {
  template <class A>
  using of = std::list<int, Rebound<A, int>>;
};
struct ForwardList {
  template <class A>
  using of = std::forward_list<int, Rebound<A, int>>;
};
struct Map {
  template <class A>
  using of = std::map<int, int, std::less<>, Rebound<A, std::pair<const int, int>>>;
};
struct Set {
  template <class A>
  using of = std::set<int, std::less<>, Rebound<A, int>>;
};
struct UnorderedMap {
  template <class A>
  using of = std::unordered_map<int, int, std::hash<int>, std::equal_to<>,
                                Rebound<A, std::pair<const int, int>>>;
};
struct BasicString {
  template <class A>
  using of = std::basic_string<char16_t, std::char_traits<char16_t>, Rebound<A, char16_t>>;
};

/// Puts in the numbers from 0 to 499, one by one.
template <class C>
void put_numbers(C& container) {
  for (int i = 0; i < 500; ++i) {
    if constexpr (
        requires { container.emplace(i, i * 2); } && requires { typename C::mapped_type; }) {
      container.emplace(i, i * 2);
    } else if constexpr (requires { typename C::key_type; }) {
      container.insert(i);
    } else if constexpr (requires { container.push_front(i); }) {
      container.push_front(i);
    } else {
      container.push_back(static_cast<typename C::value_type>(i));
    }
  }
}

template <class C>
[[nodiscard]] std::size_t number_of(const C& container) {
  return static_cast<std::size_t>(std::distance(container.begin(), container.end()));
}

/// Fills, copies, moves, swaps, erases and compares a container with one of the standard allocator.
template <class Kind, class A>
void use_container(const A& allocator) {
  using Container = typename Kind::template of<A>;
  using Reference = typename Kind::template of<std::allocator<int>>;
  const auto equal = [](const Container& mine, const Reference& reference) {
    return number_of(mine) == number_of(reference) &&
           std::is_permutation(mine.begin(), mine.end(), reference.begin());
  };
  Reference reference;
  put_numbers(reference);

  Container container{typename Container::allocator_type(allocator)};
  put_numbers(container);
  CHECK(equal(container, reference));

  Container copy(container, container.get_allocator());
  CHECK(copy == container);
  Container moved = std::move(copy);
  CHECK(equal(moved, reference));
  Container other{typename Container::allocator_type(allocator)};
  other.swap(moved);
  CHECK(number_of(moved) == 0);
  CHECK(equal(other, reference));

  other.clear();
  CHECK(number_of(other) == 0);
  put_numbers(other);
  CHECK(equal(other, reference));
  container = other;
  CHECK(equal(container, reference));
  container = std::move(other);
  CHECK(equal(container, reference));
}
