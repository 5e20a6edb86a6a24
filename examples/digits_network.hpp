// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Two dense layers that learn to read digits, whatever memory their arrays come from.
///
/// | a `Memory` has             | which gives                                                 |
/// |----------------------------|-------------------------------------------------------------|
/// | `begin_step()`             | a token: what is made while it lives is gone when it goes   |
/// | `make(size)`               | an array of floats for this step                            |
/// | `evaluate(expression)`     | an array for this step that holds an expression of Eigen    |
/// | `make_parameters(size)`    | an array of floats that lives as long as the memory         |
/// | `map(array, rows, columns)`| the array as a matrix for Eigen                             |

#include "digits_data.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <random>
#include <span>
#include <utility>
#include <vector>

namespace digits {

using Eigen::Index;
using Eigen::MatrixXf;

inline constexpr Index hidden_units = 128;
inline constexpr std::size_t batch_size = 64;
inline constexpr float learning_rate = 0.1F;
inline constexpr float momentum = 0.9F;

using In = Eigen::Ref<const MatrixXf>;
using Out = Eigen::Ref<MatrixXf>;

/// Some of the digits, by their numbers.
class Batch {
 public:
  Batch(const Digits& from, std::span<const Index> chosen) : from_(from), chosen_(chosen) {}

  [[nodiscard]] Index size() const { return static_cast<Index>(chosen_.size()); }
  [[nodiscard]] auto image(Index i) const { return from_.images.col(number(i)); }
  [[nodiscard]] Index label(Index i) const {
    return from_.labels[static_cast<std::size_t>(number(i))];
  }

 private:
  [[nodiscard]] Index number(Index i) const { return chosen_[static_cast<std::size_t>(i)]; }

  const Digits& from_;
  std::span<const Index> chosen_;
};

/// The numbers of all digits, in order.
inline std::vector<Index> all_of(const Digits& digits) {
  std::vector<Index> numbers(digits.size());
  std::iota(numbers.begin(), numbers.end(), Index{0});
  return numbers;
}

/// Does the work with one batch after another.
template <class Work>
void for_each_batch(const Digits& from, std::span<const Index> order, Work work) {
  for (std::size_t at = 0; at < order.size(); at += batch_size)
    work(Batch(from, order.subspan(at, std::min(batch_size, order.size() - at))));
}

/// An array that is read as a matrix.
template <class Memory>
class Matrix {
 public:
  Matrix(typename Memory::Array array, Index rows, Index columns)
      : array_(std::move(array)),
        rows_(static_cast<std::size_t>(rows)),
        columns_(static_cast<std::size_t>(columns)) {}

  /// The elements for Eigen. From a workspace, it is checked here that they still are there.
  auto values() { return map(array_, rows_, columns_); }

 private:
  typename Memory::Array array_;
  std::size_t rows_;
  std::size_t columns_;
};

/// Numbers that descend along their gradient, with momentum.
template <class Memory>
class Parameters {
 public:
  Parameters(Memory& memory, Index rows, Index columns)
      : numbers_(memory.make_parameters(rows * columns), rows, columns),
        velocity_(memory.make_parameters(rows * columns), rows, columns) {
    numbers_.values().setZero();
    velocity_.values().setZero();
  }

  auto values() { return numbers_.values(); }

  void descend(const In& gradient) {
    auto velocity = velocity_.values();
    velocity = momentum * velocity - learning_rate * gradient;
    numbers_.values() += velocity;
  }

 private:
  Matrix<Memory> numbers_;
  Matrix<Memory> velocity_;
};

/// A dense layer: `output = weights * input + biases`, a digit to a column.
template <class Memory>
class Dense {
 public:
  Dense(Memory& memory, Index inputs, Index outputs, std::mt19937& random)
      : memory_(memory), weights_(memory, outputs, inputs), biases_(memory, outputs, 1) {
    // Uniform within the bounds of Glorot and Bengio, so that signals keep their size.
    const float bound = std::sqrt(6.0F / static_cast<float>(inputs + outputs));
    const auto range = static_cast<float>(std::mt19937::max());
    for (float& weight : weights_.values().reshaped())
      weight = bound * (2 * static_cast<float>(random()) / range - 1);
  }

  auto weights() { return weights_.values(); }
  auto biases() { return biases_.values(); }

  void apply(const In& input, Out output) {
    output.noalias() = weights() * input;
    output.colwise() += biases().col(0);
  }

  void learn(const In& input, const In& output_gradient) {
    Matrix<Memory> for_weights(memory_.evaluate(output_gradient * input.transpose()),
                               output_gradient.rows(), input.rows());
    Matrix<Memory> for_biases(memory_.evaluate(output_gradient.rowwise().sum()),
                              output_gradient.rows(), 1);
    weights_.descend(for_weights.values());
    biases_.descend(for_biases.values());
  }

 private:
  Memory& memory_;
  Parameters<Memory> weights_;
  Parameters<Memory> biases_;
};

/// 64 pixels, a hidden layer with `max(0, x)`, 10 classes with softmax and cross-entropy.
template <class Memory>
class Network {
 public:
  Network(Memory& memory, unsigned seed)
      : memory_(memory),
        random_(seed),
        hidden_layer_(memory, pixels, hidden_units, random_),
        output_layer_(memory, hidden_units, classes, random_) {}

  /// One step of gradient descent. Every array in it comes and goes with the step.
  ///
  /// - Returns: the sum of the losses of the batch
  double train(const Batch& batch) {
    const auto step = memory_.begin_step();
    Matrix<Memory> input_matrix = matrix(pixels, batch.size());
    Matrix<Memory> hidden_matrix = matrix(hidden_units, batch.size());
    Matrix<Memory> output_matrix = matrix(classes, batch.size());
    auto input = input_matrix.values();
    auto hidden = hidden_matrix.values();
    auto output = output_matrix.values();
    predict(batch, input, hidden, output);

    double loss = 0;
    for (Index i = 0; i < batch.size(); ++i)
      loss -= std::log(static_cast<double>(output(batch.label(i), i)));

    // Of softmax with cross-entropy, the gradient is what was predicted minus what is right.
    output /= static_cast<float>(batch.size());
    for (Index i = 0; i < batch.size(); ++i)
      output(batch.label(i), i) -= 1 / static_cast<float>(batch.size());

    Matrix<Memory> hidden_gradient_matrix(
        memory_.evaluate(output_layer_.weights().transpose() * output), hidden_units, batch.size());
    auto hidden_gradient = hidden_gradient_matrix.values();
    // A unit that was cut off at 0 has no gradient. By a product, because a branch would be
    // mispredicted every other time.
    hidden_gradient.array() *= hidden.array().sign();

    output_layer_.learn(hidden, output);
    hidden_layer_.learn(input, hidden_gradient);
    return loss;
  }

  /// How many digits of the batch are read right.
  Index count_right(const Batch& batch) {
    const auto step = memory_.begin_step();
    Matrix<Memory> input = matrix(pixels, batch.size());
    Matrix<Memory> hidden = matrix(hidden_units, batch.size());
    Matrix<Memory> output = matrix(classes, batch.size());
    predict(batch, input.values(), hidden.values(), output.values());

    Index right = 0;
    for (Index i = 0; i < batch.size(); ++i) {
      Index answer = 0;
      output.values().col(i).maxCoeff(&answer);
      right += answer == batch.label(i);
    }
    return right;
  }

  /// A copy of what was learnt.
  std::vector<float> parameters() {
    std::vector<float> all;
    for (auto part : {hidden_layer_.weights(), hidden_layer_.biases(), output_layer_.weights(),
                      output_layer_.biases()})
      all.insert(all.end(), part.data(), part.data() + part.size());
    return all;
  }

 private:
  Matrix<Memory> matrix(Index rows, Index columns) {
    return {memory_.make(rows * columns), rows, columns};
  }

  void predict(const Batch& batch, Out input, Out hidden, Out output) {
    for (Index i = 0; i < batch.size(); ++i) input.col(i) = batch.image(i);
    hidden_layer_.apply(input, hidden);
    hidden = hidden.cwiseMax(0);
    output_layer_.apply(hidden, output);
    for (auto scores : output.colwise()) {
      scores.array() = (scores.array() - scores.maxCoeff()).exp();
      scores /= scores.sum();
    }
  }

  Memory& memory_;
  std::mt19937 random_;
  Dense<Memory> hidden_layer_;
  Dense<Memory> output_layer_;
};

}  // namespace digits
