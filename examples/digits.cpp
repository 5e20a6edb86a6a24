// SPDX-License-Identifier: Apache-2.0
// Learns to read handwritten digits, three times at once: with every array from the heap, from
// workspaces that move a cursor, and from a workspace that learns a plan. All run the same code on
// the same numbers, a step of one after a step of the other, so what differs in the table at the
// end is the memory alone.
//
//   1. Memory     where arrays come from: the heap, or workspaces
//   2. Contender  a network with its memory, and what was measured
//   3. main       steps in turn, then the checks and the table
//
// The network itself, written once for all, is in digits_network.hpp.

#include "digits_data.hpp"
#include "digits_network.hpp"
#include "digits_screen.hpp"
#include <ebb/adapt/eigen.hpp>
#include <ebb/ebb.hpp>
#include <ebb/json.hpp>

#include <Eigen/Core>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <new>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace {

using digits::Batch;
using digits::classes;
using digits::Digits;
using digits::hidden_units;
using digits::Network;
using digits::pixels;
using Eigen::Index;
using Eigen::MatrixXf;

constexpr int epochs = 30;

// ---- 1. Memory ----------------------------------------------------------------------------------

// Whole cache lines on all sides: sums over differently aligned memory differ in their last bits.
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
        : heap_(heap),
          bytes_(bytes_of(size)),
          data_(static_cast<float*>(std::aligned_alloc(alignment, bytes_))) {
      if (data_ == nullptr) throw std::bad_alloc();
      heap_.took(bytes_);
    }
    Array(Array&& other) noexcept
        : heap_(other.heap_), bytes_(other.bytes_), data_(std::exchange(other.data_, nullptr)) {}
    Array& operator=(Array&&) = delete;
    ~Array() {
      if (data_ == nullptr) return;
      heap_.held_bytes_ -= bytes_;
      std::free(data_);
    }

    friend Eigen::Map<MatrixXf> map(Array& array, std::size_t rows, std::size_t columns) {
      return {array.data_, static_cast<Index>(rows), static_cast<Index>(columns)};
    }

   private:
    Heap& heap_;
    std::size_t bytes_;
    float* data_;

    friend Heap;
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
    Eigen::Map<MatrixXf>(array.data_, expression.rows(), expression.cols()).noalias() = expression;
    return array;
  }

  [[nodiscard]] const Use& use() const { return use_; }
  [[nodiscard]] std::size_t held_bytes() const { return held_bytes_; }

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
template <class StepWorkspace>
class WorkspacesWith {
 public:
  using Array = ebb::Array<float>;

  ebb::Cycle begin_step() { return step_.enter(); }
  Array make(Index size) {
    ++allocations_;
    return step_.template make_for_overwrite<float>(static_cast<std::size_t>(size));
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
    // The model's block stays, so the peaks add up.
    return {.allocations = allocations_,
            .space_calls = step_.space().calls() + model_.space().calls(),
            .peak_bytes = step_.space().peak_bytes() + model_.space().peak_bytes()};
  }
  [[nodiscard]] ebb::Report learnt() const { return step_.report(); }
  [[nodiscard]] std::size_t held_bytes() const {
    return step_.space().outstanding_bytes() + model_.space().outstanding_bytes();
  }

 private:
  StepWorkspace step_{"step"};

  // What the model needs is known: weights and biases of two layers, and a velocity for each.
  static constexpr std::size_t model_bytes =
      2 * (bytes_of(hidden_units * pixels) + bytes_of(hidden_units) +
           bytes_of(classes * hidden_units) + bytes_of(classes));
  ebb::Workspace<ebb::Strict, ebb::StartWith<model_bytes>, ebb::NoLearning, ebb::Fail,
                 ebb::Counted<>>
      model_{"model"};
  ebb::Cycle open_model_ = model_.enter();

  std::size_t allocations_ = 0;
};

// Nobody knows what a step needs before one was seen; the first loop is the lesson. A cursor learns
// how much it needs,
using Workspaces = WorkspacesWith<
    ebb::Workspace<ebb::Overallocate<10>, ebb::FirstLoop, ebb::Reallocate, ebb::Counted<>>>;
// a plan also where each array goes, so that those share a place that do not live at the same time.
using Planned = WorkspacesWith<ebb::Workspace<ebb::LearnPlan, ebb::Counted<>>>;

// ---- 2. Contender -------------------------------------------------------------------------------

long page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

double median(std::vector<double> numbers) {
  std::ranges::sort(numbers);
  return numbers[numbers.size() / 2];
}

/// What is compared; per step of training, after the first epoch.
struct Figures {
  double test_accuracy;
  double microseconds;  ///< the median
  double allocations;
  double space_calls;
  double page_faults;
  double median_page_faults;
  std::size_t peak_bytes;
  std::size_t held_bytes;  ///< of workspaces, when all was learnt
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

    page_faults_.push_back(static_cast<double>(page_faults() - faults_before));
    microseconds_.push_back(time.count());
    allocations_ += memory_.use().allocations - before.allocations;
    space_calls_ += memory_.use().space_calls - before.space_calls;
    return loss;
  }

  Figures figures(const Digits& test) {
    const auto steps = static_cast<double>(microseconds_.size());
    Index right = 0;
    for_each_batch(test, all_of(test),
                   [&](const Batch& batch) { right += network_.count_right(batch); });
    return {.test_accuracy = static_cast<double>(right) / static_cast<double>(test.size()),
            .microseconds = median(microseconds_),
            .allocations = static_cast<double>(allocations_) / steps,
            .space_calls = static_cast<double>(space_calls_) / steps,
            .page_faults = std::reduce(page_faults_.begin(), page_faults_.end()) / steps,
            .median_page_faults = median(page_faults_),
            .peak_bytes = memory_.use().peak_bytes,
            .held_bytes = memory_.held_bytes()};
  }

  std::vector<float> parameters() { return network_.parameters(); }
  [[nodiscard]] std::size_t counted_steps() const { return microseconds_.size(); }
  [[nodiscard]] const Memory& memory() const { return memory_; }

 private:
  Memory memory_;
  Network<Memory> network_{memory_, 1};
  std::vector<double> microseconds_;
  std::vector<double> page_faults_;
  std::size_t allocations_ = 0;
  std::size_t space_calls_ = 0;
};

// ---- 3. main ------------------------------------------------------------------------------------

void train_in_turn(const Digits& training, Contender<Heap>& heap, Contender<Workspaces>& workspaces,
                   Contender<Planned>& planned) {
  std::mt19937 random(2);
  std::vector<Index> order = all_of(training);
  const digits::Progress progress(epochs);
  int turn = 0;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    for (std::size_t i = order.size() - 1; i > 0; --i)
      std::swap(order[i], order[random() % (i + 1)]);
    double loss = 0;
    for_each_batch(training, order, [&](const Batch& batch) {
      // In turn, too: whoever comes later finds the images in the cache.
      for (int i = 0; i < 3; ++i) {
        const int contender = (turn + i) % 3;
        if (contender == 0) heap.train(batch, epoch > 1);
        if (contender == 1) loss += workspaces.train(batch, epoch > 1);
        if (contender == 2) planned.train(batch, epoch > 1);
      }
      ++turn;
    });
    progress.show(epoch, loss / static_cast<double>(training.size()));
  }
}

std::string fixed(double number, int digits_behind) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits_behind, number);
  return text;
}

void print(const Figures& heap, const Figures& workspaces, const Figures& planned) {
  const auto row = [&](const char* label, double Figures::* figure, int digits_behind) {
    return std::vector{std::string(label), fixed(heap.*figure, digits_behind),
                       fixed(workspaces.*figure, digits_behind),
                       fixed(planned.*figure, digits_behind)};
  };
  digits::print_table(
      {{"handwritten digits, two dense layers", "aligned_alloc", "workspaces", "learned plan"},
       row("test accuracy", &Figures::test_accuracy, 4),
       row("time per step, median, microseconds", &Figures::microseconds, 1),
       row("allocations per step", &Figures::allocations, 1),
       row("calls to the space per step", &Figures::space_calls, 1),
       row("page faults per step", &Figures::page_faults, 3),
       {"peak bytes", ebb::grouped(heap.peak_bytes), ebb::grouped(workspaces.peak_bytes),
        ebb::grouped(planned.peak_bytes)},
       {"bytes held between steps", ebb::grouped(heap.held_bytes),
        ebb::grouped(workspaces.held_bytes), ebb::grouped(planned.held_bytes)}});
}

nlohmann::json to_json(const Figures& figures) {
  return {{"test_accuracy", figures.test_accuracy},
          {"microseconds_per_step", figures.microseconds},
          {"allocations_per_step", figures.allocations},
          {"space_calls_per_step", figures.space_calls},
          {"page_faults_per_step", figures.page_faults},
          {"median_page_faults", figures.median_page_faults},
          {"peak_bytes", figures.peak_bytes},
          {"held_bytes", figures.held_bytes}};
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
  Contender<Planned> planned;
  train_in_turn(digits.training, heap, workspaces, planned);
  const ebb::Report learnt = workspaces.memory().learnt();
  const ebb::PlanReport plan = planned.memory().learnt().plan;
  const Figures of_heap = heap.figures(digits.test);
  const Figures of_workspaces = workspaces.figures(digits.test);
  const Figures of_planned = planned.figures(digits.test);

  std::printf("Per step after the first epoch, %zu steps of each, in turn:\n\n",
              heap.counted_steps());
  print(of_heap, of_workspaces, of_planned);
  std::printf(
      "\nThe peak of workspaces is in the first step, the lesson. What the cursor has learnt\n"
      "(demand: the block that a step needs):\n\n%s\n",
      ebb::to_string(learnt).c_str());
  std::printf(
      "The plan of a step needs %s bytes; %s are alive at once, so no plan could need fewer.\n"
      "A cursor that only rises needs %s, one that uses again what lies on top %s.\n"
      "%llu steps followed the plan, %llu left it.\n\n",
      ebb::grouped(plan.bytes).c_str(), ebb::grouped(plan.live_bytes).c_str(),
      ebb::grouped(plan.bump_bytes).c_str(), ebb::grouped(learnt.largest_demand_bytes).c_str(),
      static_cast<unsigned long long>(plan.followed_cycles),
      static_cast<unsigned long long>(plan.diverged_cycles));

  const std::vector<float> left = heap.parameters();
  const auto equals_left = [&](const std::vector<float>& right) {
    return std::memcmp(left.data(), right.data(), left.size() * sizeof(float)) == 0;
  };
  const std::pair<const char*, bool> checks[] = {
      {"the networks are equal to the last bit",
       equals_left(workspaces.parameters()) && equals_left(planned.parameters())},
      {"they read the test equally well", of_heap.test_accuracy == of_workspaces.test_accuracy &&
                                              of_heap.test_accuracy == of_planned.test_accuracy},
      {"at least 95 of 100 digits are read right", of_workspaces.test_accuracy >= 0.95},
      {"after learning, workspaces call the space in no step",
       of_workspaces.space_calls + of_planned.space_calls == 0},
      // The median: a system short of memory, or a sanitizer, may fault a page in between.
      {"nor do they fault a page",
       of_workspaces.median_page_faults + of_planned.median_page_faults == 0},
      {"every step but the first followed the plan", plan.diverged_cycles == 0},
  };
  bool all_hold = true;
  for (const auto& [claim, holds] : checks) {
    std::printf("%s %s\n", holds ? "ok    " : "FAILED", claim);
    all_hold = all_hold && holds;
  }

  if (json_file.is_open()) {
    const nlohmann::json json = {{"aligned_alloc", to_json(of_heap)},
                                 {"workspaces", to_json(of_workspaces)},
                                 {"learned_plan", to_json(of_planned)},
                                 {"learnt", ebb::to_json(learnt)},
                                 {"plan", ebb::to_json(planned.memory().learnt())["plan"]},
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
