// SPDX-License-Identifier: Apache-2.0
// Learns to read handwritten digits, twice at once: with every array from the heap, and with every
// array from workspaces. Both run the same code on the same numbers, a step of one after a step of
// the other, so what differs in the table at the end is the memory alone.
//
//   1. Memory     where arrays come from: the heap, or workspaces
//   2. Network    two dense layers, written once for both
//   3. Contender  a network with its memory and what was measured
//   4. main       steps in turn, then the checks and the table

#include "digits_data.hpp"
#include "digits_screen.hpp"
#include <ebb/adapt/eigen.hpp>
#include <ebb/ebb.hpp>
#include <ebb/json.hpp>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <memory>
#include <new>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace {

using digits::classes;
using digits::Digits;
using digits::pixels;
using Eigen::Index;
using Eigen::MatrixXf;

constexpr Index hidden_units = 128;
constexpr std::size_t batch_size = 64;
constexpr int epochs = 30;
constexpr float learning_rate = 0.1F;
constexpr float momentum = 0.9F;

// ---- 1. Memory
// -----------------------------------------------------------------------------------

// Whole cache lines on both sides: sums over differently aligned memory differ in their last bits.
constexpr std::size_t alignment = 64;

constexpr std::size_t bytes_of(Index floats) {
  return ebb::round_up(static_cast<std::size_t>(floats) * sizeof(float), ebb::Alignment(alignment));
}

/// What a memory was asked for, and what it asked for itself.
struct Use {
  std::size_t allocations = 0;  ///< arrays made
  std::size_t space_calls = 0;  ///< requests that reached the heap
  std::size_t peak_bytes = 0;   ///< the most it held at once
};

/// The usual way: a piece of the heap for each array, freed when the array goes.
class Heap {
 public:
  class Array {
   public:
    Array(Heap& heap, Index size)
        : heap_(heap), bytes_(bytes_of(size)), size_(static_cast<std::size_t>(size)) {
      data_ = static_cast<float*>(std::aligned_alloc(alignment, bytes_));
      if (data_ == nullptr) throw std::bad_alloc();
      heap_.took(bytes_);
    }
    Array(Array&& other) noexcept
        : heap_(other.heap_),
          bytes_(other.bytes_),
          size_(other.size_),
          data_(std::exchange(other.data_, nullptr)) {}
    Array& operator=(Array&&) = delete;
    ~Array() {
      if (data_ == nullptr) return;
      heap_.held_bytes_ -= bytes_;
      std::free(data_);
    }

    std::span<float> view() { return {data_, size_}; }

   private:
    Heap& heap_;
    std::size_t bytes_;
    std::size_t size_;
    float* data_;
  };

  struct Step {
    ~Step() {}  // nothing to do: every array frees itself
  };
  Step begin_step() { return {}; }
  Array make(Index size) { return {*this, size}; }
  Array make_parameters(Index size) { return {*this, size}; }
  template <class Expression>
  Array evaluate(const Eigen::MatrixBase<Expression>& expression) {
    Array array(*this, expression.size());
    map(array, expression.rows(), expression.cols()).noalias() = expression;
    return array;
  }

  [[nodiscard]] const Use& use() const { return use_; }

  friend Eigen::Map<MatrixXf> map(Array& array, Index rows, Index columns) {
    return {array.view().data(), rows, columns};
  }

 private:
  void took(std::size_t bytes) {
    ++use_.allocations;
    ++use_.space_calls;
    held_bytes_ += bytes;
    use_.peak_bytes = std::max(use_.peak_bytes, held_bytes_);
  }

  Use use_;
  std::size_t held_bytes_ = 0;
};

/// With ebb: a workspace for each lifetime. What a step needs goes with the step; the parameters
/// stay as long as the model.
class Workspaces {
 public:
  using Array = ebb::Array<float>;

  ebb::Cycle begin_step() { return step_.enter(); }
  Array make(Index size) {
    ++allocations_;
    return step_.make_for_overwrite<float>(static_cast<std::size_t>(size));
  }
  Array make_parameters(Index size) {
    ++allocations_;
    return model_.make_for_overwrite<float>(static_cast<std::size_t>(size));
  }
  template <class Expression>
  Array evaluate(const Eigen::MatrixBase<Expression>& expression) {
    ++allocations_;
    return ebb::evaluate(expression);  // into the current workspace, which is the step's
  }

  [[nodiscard]] Use use() const {
    return {.allocations = allocations_,
            .space_calls = step_.space().calls() + model_.space().calls(),
            .peak_bytes = step_.space().peak_bytes() + model_.space().peak_bytes()};
  }
  [[nodiscard]] std::vector<ebb::Report> reports() const {
    return {step_.report(), model_.report()};
  }

 private:
  // Nobody knows what a step needs before one was seen; the first loop is the lesson.
  ebb::Workspace<ebb::Overallocate<10>, ebb::FirstLoop, ebb::Reallocate, ebb::Counted<>> step_{
      "step"};

  // What the model needs is known: weights and biases of two layers, and a velocity for each.
  static constexpr std::size_t model_bytes =
      2 * (bytes_of(hidden_units * pixels) + bytes_of(hidden_units) +
           bytes_of(classes * hidden_units) + bytes_of(classes));
  ebb::Workspace<ebb::StartWith<model_bytes>, ebb::NoLearning, ebb::Fail, ebb::Counted<>> model_{
      "model"};
  ebb::Cycle open_model_ = model_.enter();

  std::size_t allocations_ = 0;
};

// ---- 2. Network
// ----------------------------------------------------------------------------------

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

std::vector<Index> all_of(const Digits& digits) {
  std::vector<Index> numbers(digits.size());
  std::iota(numbers.begin(), numbers.end(), Index{0});
  return numbers;
}

template <class Work>
void for_each_batch(const Digits& from, std::span<const Index> order, Work work) {
  for (std::size_t at = 0; at < order.size(); at += batch_size)
    work(Batch(from, order.subspan(at, std::min(batch_size, order.size() - at))));
}

/// A number and the velocity with which it descends: stochastic gradient descent with momentum.
template <class Memory>
class Parameters {
 public:
  Parameters(Memory& memory, Index rows, Index columns)
      : rows_(rows),
        columns_(columns),
        values_(memory.make_parameters(rows * columns)),
        velocity_(memory.make_parameters(rows * columns)) {
    values().setZero();
    map(velocity_, rows, columns).setZero();
  }

  auto values() { return map(values_, rows_, columns_); }

  void descend(const In& gradient) {
    auto velocity = map(velocity_, rows_, columns_);
    velocity = momentum * velocity - learning_rate * gradient;
    values() += velocity;
  }

 private:
  Index rows_;
  Index columns_;
  typename Memory::Array values_;
  typename Memory::Array velocity_;
};

/// `output = weights * input + biases`, a digit to a column.
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
    output.noalias() = weights_.values() * input;
    output.colwise() += biases_.values().col(0);
  }

  void learn(const In& input, const In& output_gradient) {
    auto weight_gradient = memory_.evaluate(output_gradient * input.transpose());
    auto bias_gradient = memory_.evaluate(output_gradient.rowwise().sum());
    weights_.descend(map(weight_gradient, output_gradient.rows(), input.rows()));
    biases_.descend(map(bias_gradient, output_gradient.rows(), 1));
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
    const Index count = batch.size();
    auto input_array = memory_.make(pixels * count);
    auto hidden_array = memory_.make(hidden_units * count);
    auto output_array = memory_.make(classes * count);
    auto input = map(input_array, pixels, count);
    auto hidden = map(hidden_array, hidden_units, count);
    auto output = map(output_array, classes, count);
    predict(batch, input, hidden, output);

    // The gradient of softmax with cross-entropy: what was predicted minus what was right.
    auto output_gradient_array = memory_.make(classes * count);
    auto output_gradient = map(output_gradient_array, classes, count);
    output_gradient = output / static_cast<float>(count);
    double loss = 0;
    for (Index i = 0; i < count; ++i) {
      output_gradient(batch.label(i), i) -= 1 / static_cast<float>(count);
      loss -= std::log(static_cast<double>(output(batch.label(i), i)));
    }

    auto hidden_gradient_array =
        memory_.evaluate(output_layer_.weights().transpose() * output_gradient);
    auto hidden_gradient = map(hidden_gradient_array, hidden_units, count);
    hidden_gradient.array() *= (hidden.array() > 0).cast<float>();

    output_layer_.learn(hidden, output_gradient);
    hidden_layer_.learn(input, hidden_gradient);
    return loss;
  }

  /// How many digits of the batch are read right.
  Index count_right(const Batch& batch) {
    const auto step = memory_.begin_step();
    const Index count = batch.size();
    auto input_array = memory_.make(pixels * count);
    auto hidden_array = memory_.make(hidden_units * count);
    auto output_array = memory_.make(classes * count);
    auto output = map(output_array, classes, count);
    predict(batch, map(input_array, pixels, count), map(hidden_array, hidden_units, count), output);

    Index right = 0;
    for (Index i = 0; i < count; ++i) {
      Index answer = 0;
      output.col(i).maxCoeff(&answer);
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

// ---- 3. Contender
// --------------------------------------------------------------------------------

long page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

/// What is compared; per step of training, after the first epoch.
struct Figures {
  double test_accuracy;
  double microseconds;  ///< the median
  double allocations;
  double space_calls;
  double page_faults;
  std::size_t peak_bytes;
};

/// A network, its memory, and what was measured of the two.
template <class Memory>
class Contender {
 public:
  /// Trains one step, and measures it if it counts.
  ///
  /// - Returns: the sum of the losses of the batch
  double train(const Batch& batch, bool counts) {
    const Use before = memory_.use();
    const long faults_before = page_faults();
    const auto start = std::chrono::steady_clock::now();
    const double loss = network_.train(batch);
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
    if (!counts) return loss;

    page_faults_ += page_faults() - faults_before;
    microseconds_.push_back(time.count());
    allocations_ += memory_.use().allocations - before.allocations;
    space_calls_ += memory_.use().space_calls - before.space_calls;
    return loss;
  }

  Figures figures(const Digits& test) {
    std::ranges::sort(microseconds_);
    const auto steps = static_cast<double>(microseconds_.size());
    Index right = 0;
    for_each_batch(test, all_of(test),
                   [&](const Batch& batch) { right += network_.count_right(batch); });
    return {.test_accuracy = static_cast<double>(right) / static_cast<double>(test.size()),
            .microseconds = microseconds_[microseconds_.size() / 2],
            .allocations = static_cast<double>(allocations_) / steps,
            .space_calls = static_cast<double>(space_calls_) / steps,
            .page_faults = static_cast<double>(page_faults_) / steps,
            .peak_bytes = memory_.use().peak_bytes};
  }

  std::vector<float> parameters() { return network_.parameters(); }
  [[nodiscard]] const Memory& memory() const { return memory_; }

 private:
  Memory memory_;
  Network<Memory> network_{memory_, 1};
  std::vector<double> microseconds_;
  long page_faults_ = 0;
  std::size_t allocations_ = 0;
  std::size_t space_calls_ = 0;
};

// ---- 4. main
// -------------------------------------------------------------------------------------

void train_in_turn(const Digits& training, Contender<Heap>& heap,
                   Contender<Workspaces>& workspaces) {
  std::mt19937 random(2);
  std::vector<Index> order = all_of(training);
  const digits::Progress progress(epochs);
  bool heap_first = true;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    for (std::size_t i = order.size() - 1; i > 0; --i)
      std::swap(order[i], order[random() % (i + 1)]);
    double loss = 0;
    for_each_batch(training, order, [&](const Batch& batch) {
      // In turn, too: whoever comes second finds the images in the cache.
      if (heap_first) heap.train(batch, epoch > 1);
      loss += workspaces.train(batch, epoch > 1);
      if (!heap_first) heap.train(batch, epoch > 1);
      heap_first = !heap_first;
    });
    progress.show(epoch, loss / static_cast<double>(training.size()));
  }
}

std::string fixed(double number, int digits_behind) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits_behind, number);
  return text;
}

void print(const Figures& heap, const Figures& workspaces) {
  const auto row = [&](const char* label, double Figures::* figure, int digits_behind) {
    return std::vector{std::string(label), fixed(heap.*figure, digits_behind),
                       fixed(workspaces.*figure, digits_behind)};
  };
  digits::print_table(
      {{"handwritten digits, two dense layers", "aligned_alloc", "workspaces"},
       row("test accuracy", &Figures::test_accuracy, 4),
       row("time per step, median, microseconds", &Figures::microseconds, 1),
       row("allocations per step", &Figures::allocations, 1),
       row("calls to the space per step", &Figures::space_calls, 1),
       row("page faults per step", &Figures::page_faults, 3),
       {"peak bytes", ebb::grouped(heap.peak_bytes), ebb::grouped(workspaces.peak_bytes)}});
}

nlohmann::json to_json(const Figures& figures) {
  return {{"test_accuracy", figures.test_accuracy},
          {"microseconds_per_step", figures.microseconds},
          {"allocations_per_step", figures.allocations},
          {"space_calls_per_step", figures.space_calls},
          {"page_faults_per_step", figures.page_faults},
          {"peak_bytes", figures.peak_bytes}};
}

int run(const digits::Options& options) {
  const digits::Split digits = digits::read(options.data);
  std::ofstream json_file;
  if (!options.json.empty()) {
    json_file.open(options.json);
    if (!json_file) throw digits::BadInput(options.json + ": cannot be written");
  }
  std::printf("Learning from %zu handwritten digits, then reading %zu others.\n",
              digits.training.size(), digits.test.size());

  Contender<Heap> heap;
  Contender<Workspaces> workspaces;
  train_in_turn(digits.training, heap, workspaces);
  const Figures of_heap = heap.figures(digits.test);
  const Figures of_workspaces = workspaces.figures(digits.test);
  print(of_heap, of_workspaces);

  std::printf("\nWhat was learnt:\n");
  nlohmann::json reports;
  for (const ebb::Report& report : workspaces.memory().reports()) {
    std::printf("%s", ebb::to_string(report).c_str());
    reports.push_back(ebb::to_json(report));
  }

  const std::vector<float> left = heap.parameters();
  const std::vector<float> right = workspaces.parameters();
  const std::pair<const char*, bool> checks[] = {
      {"both networks are equal to the last bit",
       std::memcmp(left.data(), right.data(), left.size() * sizeof(float)) == 0},
      {"both read the test equally well", of_heap.test_accuracy == of_workspaces.test_accuracy},
      {"at least 95 of 100 digits are read right", of_workspaces.test_accuracy >= 0.95},
      {"after learning, no step calls the space", of_workspaces.space_calls == 0},
  };
  bool all_hold = true;
  std::printf("\n");
  for (const auto& [claim, holds] : checks) {
    std::printf("%s %s\n", holds ? "ok    " : "FAILED", claim);
    all_hold = all_hold && holds;
  }

  if (json_file.is_open()) {
    const nlohmann::json json = {{"aligned_alloc", to_json(of_heap)},
                                 {"workspaces", to_json(of_workspaces)},
                                 {"learnt", reports},
                                 {"all_checks_hold", all_hold}};
    json_file << json.dump(2) << "\n";
    if (!json_file.flush()) throw digits::BadInput(options.json + ": cannot be written");
  }
  return all_hold ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const digits::Options options = digits::read_options(count, arguments);
    if (!options.help) return run(options);
    std::printf("%s", digits::usage.data());
    return EXIT_SUCCESS;
  } catch (const digits::BadInput& error) {
    std::fprintf(stderr, "digits: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "digits: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
