// SPDX-License-Identifier: Apache-2.0
// Samples of ND4J's page on workspaces, in ebb. docs/coming-from-nd4j.md shows each beside its
// original; the numbers are those of the original page.

#include <ebb/adapt/eigen.hpp>
#include <ebb/ebb.hpp>
#include <ebb/manager/array_type.hpp>
#include <ebb/manager/manager.hpp>
#include <ebb/manager/roles.hpp>

#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>
using namespace ebb;

static int heap_calls(AnyWorkspace& workspace) {
  return static_cast<int>(workspace.report().space_calls);
}

static void sample_5() {
  using namespace std::chrono_literals;
  manager().set_auto_trim_window(10'000ms);  // at most one look every ten seconds
  manager().toggle_periodic_trim(true);
  // ... the training loop ...
  manager().toggle_periodic_trim(false);  // the default: nothing runs by itself
}

static void sample_7() {
  Detached<float> copy;
  ArrayView<float> temp;
  {
    auto scope = manager().get_and_activate("MY_WS");
    auto values = make<float>(1000);
    values.view()[0] = 7;
    copy = values.detach();
    temp = std::move(values).keep();
  }
  std::printf("the copy: %.0f\n", static_cast<double>(copy.view()[0]));
  try {
    temp.view("print", "temp")[0] = 1;
  } catch (const StaleArray& error) {
    std::printf("%s\n", error.what());
  }
}

static void sample_9() {
  const ManagerHandle mine = manager().remote();  // of this thread, for others to ask
  {
    auto scope = manager().get_and_activate("MY_WS");
    auto values = make<float>(1000);
  }
  std::thread([&] { mine.request_destroy_all(); }).join();
  std::printf("bytes held after another thread asked: %d\n",
              static_cast<int>(manager().report().block_bytes()));  // done at the next safe point

  std::printf("workspaces of this thread: %d\n", static_cast<int>(manager().names().size()));
  manager().destroy_all();
  std::printf("and after destroy_all: %d\n", static_cast<int>(manager().names().size()));
}

static void sample_10() {
  // Everything by roles on the heap: the same code without workspaces.
  const auto nowhere = Roles<ArrayType>::none();
  auto activations = nowhere.make<float>(ArrayType::activations, 10);
  std::printf("attached: %s\n", activations.is_attached() ? "yes" : "no");

  // A layer that takes what it answers with from its working memory.
  const auto roles = Roles<ArrayType>()
                         .default_workspace("layer memory", {})
                         .with(ArrayType::activations, "all activations", {});
  auto all = roles.enter(ArrayType::activations);
  auto layer = roles.enter(ArrayType::forward_working_memory);
  const auto answer = roles.make<float>(ArrayType::forward_working_memory, 10);
  try {
    roles.validate(ArrayType::activations, answer, "layer 0: activate");
  } catch (const WrongRole& error) {
    std::printf("%s\n", error.what());
  }
}

static void sample_12() {
  const Configuration configuration = Configuration::builder()
                                          .start(StartWith<100 * 1024 * 1024>{})
                                          .allocation(Overallocate<10>{})
                                          .learning(FirstLoop{})
                                          .spill(Reallocate{})
                                          .reset(BlockLeft{})
                                          .build();

  for (int i = 0; i < 3; ++i) {
    auto scope = manager().get_and_activate(configuration, "MY_CYCLIC_WS");
    auto a = make<float>(1000);
    auto b = make<float>(1000);
    map(a, 1000, 1).setConstant(1);
    map(b, 1000, 1).setConstant(2);
    auto sum = evaluate(map(a, 1000, 1) + map(b, 1000, 1));  // in the workspace, no temporary
    std::printf("%.0f, made in %s\n", static_cast<double>(sum.view()[999]),
                sum.workspace_name().c_str());
  }
  std::printf("calls to the heap: %d\n", heap_calls(manager().get("MY_CYCLIC_WS")));
}

int main() {
  sample_5();
  sample_7();
  sample_9();
  sample_10();
  sample_12();
}
