// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Eigen both ways: an array as a matrix, and an expression as an array.
///
/// | from          | to                 | by                          | elements are      |
/// |---------------|--------------------|-----------------------------|-------------------|
/// | an array      | `Eigen::Map`       | `map(array, rows, columns)` | shared, checked   |
/// | an expression | `Array<Scalar>`    | `evaluate(expression)`      | written once      |
///
/// Both are column-major; `map<Eigen::RowMajor>` and `evaluate<Eigen::RowMajor>` are not.

#include <ebb/base/arithmetic.hpp>
#include <ebb/base/contract.hpp>
#include <ebb/base/error.hpp>
#include <ebb/workspace/array.hpp>
#include <ebb/workspace/current.hpp>

#include <Eigen/Core>

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace ebb {

namespace detail {

template <int Order, class T>
[[nodiscard]] auto mapped(std::span<T> elements, std::size_t rows, std::size_t columns) {
  using Matrix = Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, Eigen::Dynamic, Order>;
  using Map = Eigen::Map<std::conditional_t<std::is_const_v<T>, const Matrix, Matrix>>;
  if (checked_multiply(rows, columns) != elements.size() || !std::in_range<Eigen::Index>(rows) ||
      !std::in_range<Eigen::Index>(columns)) [[unlikely]]
    raise(BadRequest("an array of " + grouped(elements.size()) + " elements was to be mapped as " +
                     grouped(rows) + " × " + grouped(columns) +
                     ". Rows times columns must be the number of elements."));
  return Map(elements.data(), static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
}

// A vector has the only order that it can have: that of its elements.
template <class Derived, int Order>
using EvaluatedMatrix =
    Eigen::Matrix<typename Derived::Scalar, Derived::RowsAtCompileTime, Derived::ColsAtCompileTime,
                  Derived::ColsAtCompileTime == 1   ? int{Eigen::ColMajor}
                  : Derived::RowsAtCompileTime == 1 ? int{Eigen::RowMajor}
                                                    : Order>;

}  // namespace detail

/// The elements of an array as a matrix, checked once.
///
/// - Units: `rows` and `columns` in elements, of any integer type
/// - Errors: `StaleArray` if the cycle is over; `BadRequest` if `rows × columns` is not the number
///   of elements; nothing has changed
/// - Costs: one load and two compares; nothing is copied
/// - Note: like a span, the map must not outlive the array
template <int Order = Eigen::ColMajor, class T, class Traits>
[[nodiscard]] auto map(Array<T, Traits>& array, std::integral auto rows,
                       std::integral auto columns) {
  return detail::mapped<Order>(array.view("map"), static_cast<std::size_t>(rows),
                               static_cast<std::size_t>(columns));
}
template <int Order = Eigen::ColMajor, class T, class Traits>
[[nodiscard]] auto map(const Array<T, Traits>& array, std::integral auto rows,
                       std::integral auto columns) {
  return detail::mapped<Order>(array.view("map"), static_cast<std::size_t>(rows),
                               static_cast<std::size_t>(columns));
}
template <int Order = Eigen::ColMajor, class T, class Traits>
[[nodiscard]] auto map(ArrayView<T, Traits> view, std::integral auto rows,
                       std::integral auto columns) {
  return detail::mapped<Order>(view.view("map"), static_cast<std::size_t>(rows),
                               static_cast<std::size_t>(columns));
}
/// A map of a temporary array would be stale at once.
template <int Order = Eigen::ColMajor, class T, class Traits>
void map(const Array<T, Traits>&&, std::integral auto, std::integral auto) = delete;

/// Puts the value of an Eigen expression into an array of the current workspace, or on the heap
/// when there is none.
///
/// - Errors: those of `make_for_overwrite`
/// - Costs: one allocation, and the expression evaluated straight into it. A product at the top, as
///   `a * b`, makes no temporary; one inside a larger expression, as `(a * b).cwiseMax(0)`, makes
///   Eigen's own on the heap: evaluate it by itself first
/// - Note: to multiply large matrices Eigen packs blocks of them, beyond
///   `EIGEN_STACK_ALLOCATION_LIMIT` (128 KiB) on the heap
template <int Order = Eigen::ColMajor, class Derived>
[[nodiscard]] Array<typename Derived::Scalar> evaluate(
    const Eigen::EigenBase<Derived>& expression) {
  const Eigen::Index rows = expression.rows();
  const Eigen::Index columns = expression.cols();
  const auto count =
      checked_multiply(static_cast<std::size_t>(rows), static_cast<std::size_t>(columns));
  auto array = make_for_overwrite<typename Derived::Scalar>(count.value_or(max_bytes));
  Eigen::Map<detail::EvaluatedMatrix<Derived, Order>> value(array.view().data(), rows, columns);
  // The memory is new, so no operand can be in it.
  if constexpr (std::is_base_of_v<Eigen::DenseBase<Derived>, Derived>) {
    value.noalias() = expression.derived().matrix();
  } else {
    value = expression.derived();
  }
  return array;
}

}  // namespace ebb
