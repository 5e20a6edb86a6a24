// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Arrays from the workspace that is current on this thread, or from the heap.

#include <ebb/base/origin.hpp>
#include <ebb/workspace/array.hpp>
#include <ebb/workspace/cycle.hpp>

#include <cstddef>
#include <memory>

namespace ebb {

/// Makes an array whose elements are left as the memory is, in the current workspace; on the heap
/// when there is none.
///
/// - Units: `count` in elements
/// - Errors: those of the current workspace's `allocate`; `BadRequest` when the bytes overflow;
///   `SpaceRefused` when the heap refuses
/// - Costs: one look at this thread's scopes, one allocation
template <class T>
[[nodiscard]] Array<T> make_for_overwrite(std::size_t count, const Origin& origin) {
  Core* const workspace = current();
  if (workspace == nullptr) return detail::make_on_heap<T>(count);
  return detail::make_uninitialised<T, CheckedHandles>(*workspace, count, origin);
}
template <class T>
[[nodiscard]] Array<T> make_for_overwrite(std::size_t count, Place place = Place::here()) {
  return make_for_overwrite<T>(count, Origin::here(place));
}

/// Makes an array of zeroed elements in the current workspace; on the heap when there is none.
///
/// - Units: `count` in elements
/// - Errors: those of `make_for_overwrite`
/// - Costs: one look at this thread's scopes, one allocation and the zeroing
template <class T>
[[nodiscard]] Array<T> make(std::size_t count, const Origin& origin) {
  Array<T> array = make_for_overwrite<T>(count, origin);
  std::uninitialized_value_construct_n(array.view().data(), count);
  return array;
}
template <class T>
[[nodiscard]] Array<T> make(std::size_t count, Place place = Place::here()) {
  return make<T>(count, Origin::here(place));
}

}  // namespace ebb
