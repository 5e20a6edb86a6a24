// SPDX-License-Identifier: Apache-2.0
// Eigen tells of every heap call it makes if it is asked to, by its assertion: the hook of this
// file.
#include <stdexcept>

struct EigenAssertion : std::logic_error {
  using std::logic_error::logic_error;
};
#define EIGEN_RUNTIME_NO_MALLOC
#define eigen_assert(condition)                         \
  do {                                                  \
    if (!(condition)) throw EigenAssertion(#condition); \
  } while (false)

#include "../helpers.hpp"
#include <ebb/adapt/eigen.hpp>
#include <ebb/workspace/workspace.hpp>

#include <Eigen/LU>
#include <catch2/catch.hpp>

#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

using namespace ebb;

namespace {

using Plain = Workspace<StartWith<(1 << 24)>>;

// Whether Eigen called the heap.
template <class Call>
bool eigen_used_the_heap(Call&& call) {
  Eigen::internal::set_is_malloc_allowed(false);
  bool used = false;
  try {
    call();
  } catch (const EigenAssertion&) {
    used = true;
  }
  Eigen::internal::set_is_malloc_allowed(true);
  return used;
}

template <class A>
concept CanBeMapped = requires(A&& array) { ebb::map(std::forward<A>(array), 2, 3); };

template <class T>
void fill_with_numbers(Array<T>& array) {
  T next = 0;
  for (T& element : array.view()) element = next++;
}

}  // namespace

static_assert(CanBeMapped<Array<float>&> && CanBeMapped<const Array<float>&>);
static_assert(CanBeMapped<ArrayView<float>> && CanBeMapped<ArrayView<const float>&>);
static_assert(!CanBeMapped<Array<float>> && !CanBeMapped<const Array<float>>);

TEST_CASE("The hook sees a heap call of Eigen", "[adapt][eigen]") {
  CHECK(
      eigen_used_the_heap([] { static_cast<void>(Eigen::MatrixXd(Eigen::MatrixXd::Ones(9, 9))); }));
  CHECK_FALSE(eigen_used_the_heap([] {}));
}

// ---- map
// -----------------------------------------------------------------------------------------

TEST_CASE("map shares the elements column by column", "[adapt][eigen]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<float>(6);
  fill_with_numbers(array);

  auto matrix = ebb::map(array, 2, 3);

  CHECK(matrix.rows() == 2);
  CHECK(matrix.cols() == 3);
  CHECK(matrix(1, 0) == 1.0F);
  CHECK(matrix(0, 1) == 2.0F);
  matrix(1, 2) = 42.0F;
  CHECK(array.view()[5] == 42.0F);
}

TEST_CASE("map of a row-major order shares the elements row by row", "[adapt][eigen]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<float>(6);
  fill_with_numbers(array);

  const auto matrix = ebb::map<Eigen::RowMajor>(array, 2, 3);

  CHECK(matrix(0, 1) == 1.0F);
  CHECK(matrix(1, 0) == 3.0F);
}

TEST_CASE("map keeps const", "[adapt][eigen]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<double>(6);
  fill_with_numbers(array);
  const ArrayView<double> view = array;
  const ArrayView<const double> constant = array;

  auto of_view = ebb::map(view, 3, 2);
  auto of_constant = ebb::map(constant, 3, 2);
  auto of_const_array = ebb::map(std::as_const(array), 3, 2);

  static_assert(std::same_as<decltype(of_view), Eigen::Map<Eigen::MatrixXd>>);
  static_assert(std::same_as<decltype(of_constant), Eigen::Map<const Eigen::MatrixXd>>);
  static_assert(std::same_as<decltype(of_const_array), Eigen::Map<const Eigen::MatrixXd>>);
  of_view(2, 1) = 9;
  CHECK(of_constant(2, 1) == 9);
  CHECK(of_const_array(2, 1) == 9);
}

TEST_CASE("map works for arrays on the heap and for trusting ones", "[adapt][eigen]") {
  auto on_heap = make<float>(6);
  Workspace<StartWith<4096>, Trusting> trusting;
  auto cycle = trusting.enter();
  auto trusted = trusting.make<float>(6);

  CHECK(ebb::map(on_heap, 6, 1).sum() == 0.0F);
  CHECK(ebb::map(trusted, 1, 6).sum() == 0.0F);
}

TEST_CASE("map of an empty array is an empty matrix", "[adapt][eigen]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<float>(0);

  CHECK(ebb::map(array, 0, 5).size() == 0);
}

TEST_CASE("map of a shape that is not the size is a BadRequest", "[adapt][eigen]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<float>(1200);
  auto empty = workspace.make<float>(0);
  const std::size_t half = std::size_t{1} << 63U;

  CHECK(message_of<BadRequest>([&] { static_cast<void>(ebb::map(array, 30, 50)); }) ==
        "ebb-E06 BadRequest: an array of 1 200 elements was to be mapped as 30 × 50. Rows times "
        "columns must be the number of elements. docs/errors/E06.md");
  CHECK_THROWS_AS(ebb::map(std::as_const(array), 0, 0), BadRequest);
  CHECK_THROWS_AS(ebb::map(array, -30, -40), BadRequest);
  CHECK_THROWS_AS(ebb::map(empty, half, 2), BadRequest);  // a product that wraps to the size
  CHECK_THROWS_AS(ebb::map(empty, half, 0), BadRequest);  // more rows than Eigen counts
  CHECK_THROWS_AS(ebb::map(empty, 0, half), BadRequest);
}

TEST_CASE("map of a stale array is StaleArray and names itself", "[adapt][eigen]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<float>(6);
  cycle.close();

  CHECK(message_of<StaleArray>([&] {
          static_cast<void>(ebb::map(array, 2, 3));
        }).starts_with("ebb-E02 StaleArray: map: array of workspace"));
}

// ---- evaluate
// ------------------------------------------------------------------------------------

TEST_CASE("evaluate puts an expression into the current workspace", "[adapt][eigen][reuse]") {
  const Eigen::MatrixXd a = Eigen::MatrixXd::Random(4, 3);
  const Eigen::MatrixXd b = Eigen::MatrixXd::Random(4, 3);
  Plain workspace;
  auto cycle = workspace.enter();

  Array<double> sum = evaluate(a + b);

  CHECK(sum.is_attached());
  CHECK(sum.size() == 12);
  CHECK(ebb::map(sum, 4, 3) == a + b);
  CHECK(workspace.report().demand_bytes == 128);
}

TEST_CASE("evaluate takes from the heap outside every workspace", "[adapt][eigen]") {
  const Eigen::Vector3f a{1, 2, 3};

  auto twice = evaluate(2 * a);

  CHECK_FALSE(twice.is_attached());
  CHECK(twice.view()[2] == 6.0F);
}

TEST_CASE("evaluate writes column by column unless told otherwise", "[adapt][eigen]") {
  Eigen::Matrix<int, 2, 3, Eigen::RowMajor> a;
  a << 1, 2, 3, 4, 5, 6;
  Plain workspace;
  auto cycle = workspace.enter();

  auto by_columns = evaluate(a);
  auto by_rows = evaluate<Eigen::RowMajor>(a);

  CHECK(by_columns.view()[1] == 4);
  CHECK(by_rows.view()[1] == 2);
  CHECK(ebb::map<Eigen::RowMajor>(by_rows, 2, 3) == ebb::map(by_columns, 2, 3));
}

TEST_CASE("evaluate takes every kind of expression", "[adapt][eigen]") {
  const Eigen::MatrixXd a = Eigen::MatrixXd::Random(5, 5);
  const Eigen::VectorXd v = Eigen::VectorXd::Random(5);
  Plain workspace;
  auto cycle = workspace.enter();
  const auto is = [](Array<double> array, const Eigen::MatrixXd& expected) {
    return ebb::map(array, static_cast<std::size_t>(expected.rows()),
                    static_cast<std::size_t>(expected.cols()))
        .isApprox(expected);
  };

  CHECK(is(evaluate(a), a));
  CHECK(is(evaluate(a.transpose()), a.transpose()));
  CHECK(is(evaluate(a * v), a * v));
  CHECK(is(evaluate(v.transpose() * a), v.transpose() * a));
  CHECK(is(evaluate(v.transpose() * v), v.transpose() * v));
  CHECK(is(evaluate(a.array().square() + 1), (a.array().square() + 1).matrix()));
  CHECK(is(evaluate(a.block(1, 1, 3, 2)), a.block(1, 1, 3, 2)));
  CHECK(is(evaluate(a.colwise().sum()), a.colwise().sum()));
  CHECK(is(evaluate(a.triangularView<Eigen::Upper>()), a.triangularView<Eigen::Upper>()));
  CHECK(is(evaluate(v.asDiagonal()), v.asDiagonal()));
  CHECK(is(evaluate(a.inverse()), a.inverse()));
  CHECK(is(evaluate(a.partialPivLu().solve(v)), a.partialPivLu().solve(v)));
  CHECK(is(evaluate(Eigen::MatrixXd::Identity(3, 4)), Eigen::MatrixXd::Identity(3, 4)));
  CHECK(evaluate((a.array() > 0)).size() == 25);
  CHECK(evaluate(a.cast<std::complex<float>>()).size() == 25);
}

TEST_CASE("evaluate of a matrix in the same workspace leaves that as it is", "[adapt][eigen]") {
  Plain workspace;
  auto cycle = workspace.enter();
  auto array = workspace.make<double>(9);
  fill_with_numbers(array);
  auto matrix = ebb::map(array, 3, 3);
  const Eigen::MatrixXd expected = matrix * matrix;

  auto product = evaluate(matrix * matrix);

  CHECK(ebb::map(product, 3, 3) == expected);
  CHECK(array.view()[8] == 8.0);
}

TEST_CASE("evaluate makes no heap temporary", "[adapt][eigen]") {
  const Eigen::MatrixXd a = Eigen::MatrixXd::Random(40, 30);
  const Eigen::MatrixXd b = Eigen::MatrixXd::Random(30, 20);
  const Eigen::MatrixXd c = Eigen::MatrixXd::Random(40, 20);
  const Eigen::VectorXd v = Eigen::VectorXd::Random(30);
  Plain workspace;
  auto cycle = workspace.enter();

  CHECK_FALSE(eigen_used_the_heap([&] { static_cast<void>(evaluate(a * b)); }));
  CHECK_FALSE(eigen_used_the_heap([&] { static_cast<void>(evaluate<Eigen::RowMajor>(a * b)); }));
  CHECK_FALSE(eigen_used_the_heap([&] { static_cast<void>(evaluate(a.transpose() * c)); }));
  CHECK_FALSE(eigen_used_the_heap([&] { static_cast<void>(evaluate(a * v)); }));
  CHECK_FALSE(eigen_used_the_heap([&] { static_cast<void>(evaluate(v.transpose() * b)); }));
  CHECK_FALSE(eigen_used_the_heap([&] { static_cast<void>(evaluate(v * v.transpose())); }));
  CHECK_FALSE(eigen_used_the_heap([&] { static_cast<void>(evaluate(a + 2 * a)); }));
  CHECK_FALSE(eigen_used_the_heap([&] { static_cast<void>(evaluate(a.array().exp())); }));
  CHECK_FALSE(eigen_used_the_heap(
      [&] { static_cast<void>(evaluate((a.rowwise() + v.transpose()).cwiseMax(0))); }));
}

TEST_CASE("A product inside a larger expression makes a temporary of Eigen unless evaluated first",
          "[adapt][eigen]") {
  const Eigen::MatrixXd a = Eigen::MatrixXd::Random(40, 30);
  const Eigen::MatrixXd b = Eigen::MatrixXd::Random(30, 20);
  Plain workspace;
  auto cycle = workspace.enter();
  Array<double> in_one;
  Array<double> in_two;

  CHECK(eigen_used_the_heap([&] { in_one = evaluate((a * b).cwiseMax(0)); }));
  CHECK_FALSE(eigen_used_the_heap([&] {
    auto product = evaluate(a * b);
    in_two = evaluate(ebb::map(product, 40, 20).cwiseMax(0));
  }));

  in_one = evaluate((a * b).cwiseMax(0));
  CHECK(ebb::map(in_one, 40, 20).isApprox(ebb::map(in_two, 40, 20)));
}

TEST_CASE("The blocks that Eigen packs for a large product are on the heap", "[adapt][eigen]") {
  const Eigen::MatrixXd a = Eigen::MatrixXd::Random(600, 600);
  Plain workspace;
  auto cycle = workspace.enter();

  CHECK(eigen_used_the_heap([&] { static_cast<void>(evaluate(a * a)); }));
}

TEST_CASE("evaluate has the errors of the workspace and leaves it usable",
          "[adapt][eigen][reuse]") {
  const Eigen::MatrixXd a = Eigen::MatrixXd::Random(10, 10);
  Workspace<StartWith<512>, Fail> workspace;
  auto cycle = workspace.enter();

  CHECK_THROWS_AS(evaluate(a), OutOfWorkspace);
  CHECK(workspace.report().demand_bytes == 0);
  CHECK(evaluate(a.col(0)).size() == 10);
}

TEST_CASE("evaluate of more elements than a size counts is a BadRequest", "[adapt][eigen]") {
  const auto huge = std::ptrdiff_t{1} << 33;
  Plain workspace;
  auto cycle = workspace.enter();

  CHECK_THROWS_AS(evaluate(Eigen::MatrixXd::Zero(huge, huge)), BadRequest);
}
