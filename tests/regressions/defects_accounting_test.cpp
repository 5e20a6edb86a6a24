// SPDX-License-Identifier: Apache-2.0
// Defects P44 to P52 of the model: what is counted, what is cleared, and who gets it back when.
#include <ebb/ebb.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <memory_resource>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>

using namespace ebb;

namespace {

// A resource that knows what is out, and notices what comes back twice or with other numbers.
class Books : public std::pmr::memory_resource {
 public:
  [[nodiscard]] std::size_t outstanding() const {
    const std::scoped_lock lock(mutex_);
    return out_.size();
  }
  [[nodiscard]] std::size_t mistakes() const {
    const std::scoped_lock lock(mutex_);
    return mistakes_;
  }
  [[nodiscard]] std::size_t granted() const {
    const std::scoped_lock lock(mutex_);
    return granted_;
  }

 private:
  using Numbers = std::pair<std::size_t, std::size_t>;

  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    void* const pointer = std::pmr::new_delete_resource()->allocate(bytes, alignment);
    const std::scoped_lock lock(mutex_);
    out_[pointer] = {bytes, alignment};
    ++granted_;
    return pointer;
  }
  void do_deallocate(void* pointer, std::size_t bytes, std::size_t alignment) override {
    const std::scoped_lock lock(mutex_);
    const auto piece = out_.find(pointer);
    if (piece == out_.end() || piece->second != Numbers{bytes, alignment}) {
      ++mistakes_;
      return;
    }
    out_.erase(piece);
    std::pmr::new_delete_resource()->deallocate(pointer, bytes, alignment);
  }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  mutable std::mutex mutex_;
  std::map<void*, Numbers> out_;
  std::size_t mistakes_ = 0;
  std::size_t granted_ = 0;
};

bool all_are(std::span<const std::byte> bytes, std::byte value) {
  return std::ranges::all_of(bytes, [value](std::byte byte) { return byte == value; });
}

}  // namespace

TEST_CASE("A learned cycle asks nobody for anything", "[regressions][P44][reuse]") {
  Books books;
  Workspace<MemoryResource> workspace{"warm", MemoryResource{&books}};
  const auto run = [&] {
    auto cycle = workspace.enter();
    for (int i = 0; i < 100; ++i) static_cast<void>(workspace.allocate(100));
  };
  run();
  const std::size_t granted = books.granted();

  for (int loop = 0; loop < 100; ++loop) run();

  CHECK(books.granted() == granted);
  CHECK(workspace.report().space_calls == granted);
}

TEST_CASE("Memory is zeroed where that was asked for and nowhere else",
          "[regressions][P45][reuse]") {
  constexpr std::byte pattern{0xAB};
  alignas(64) std::array<std::byte, 1024> memory;
  memory.fill(pattern);
  Workspace<Buffer> workspace{"buffer", Buffer{memory}};
  const std::span<const std::byte> bytes = memory;

  auto cycle = workspace.enter();
  static_cast<void>(workspace.make_for_overwrite<char>(100).keep());
  CHECK(all_are(bytes, pattern));

  static_cast<void>(workspace.make<char>(100).keep());
  CHECK(all_are(bytes.first(128), pattern));
  CHECK(all_are(bytes.subspan(128, 100), std::byte{0}));
  CHECK(all_are(bytes.subspan(228), pattern));

  memory.fill(pattern);
  cycle.close();
  auto next = workspace.enter();
  CHECK(all_are(bytes, pattern));
}

TEST_CASE("A refused request counts nothing", "[regressions][P46][reuse]") {
  Workspace<StartWith<1024>, NoLearning, Fail> workspace;
  auto cycle = workspace.enter();
  static_cast<void>(workspace.allocate(512));
  const auto before = workspace.report();

  CHECK_THROWS_AS(workspace.allocate(80'000'000), OutOfWorkspace);
  CHECK(workspace.try_allocate(80'000'000) == nullptr);

  const auto after = workspace.report();
  CHECK(after.spilled_bytes == 0);
  CHECK(after.spilled_requests == 0);
  CHECK(after.oversize_bytes == 0);
  CHECK(after.demand_bytes == before.demand_bytes);
  CHECK(after.space_calls == before.space_calls);
}

TEST_CASE("What is taken while a workspace is switched off is counted and goes back at the close",
          "[regressions][P47][reuse]") {
  Workspace<StartWith<4096>, NoLearning, Counted<>> workspace;
  workspace.set_enabled(false);

  {
    auto cycle = workspace.enter();
    for (int i = 0; i < 5; ++i) static_cast<void>(workspace.allocate(100));
    CHECK(workspace.report().spilled_requests == 5);
    CHECK(workspace.report().spilled_bytes == 5 * 128);
  }

  CHECK(workspace.space().outstanding_bytes() == 0);
  CHECK(workspace.report().spilled_requests == 5);
}

TEST_CASE("Every byte served outside the block is counted", "[regressions][P48][reuse]") {
  Workspace<StartWith<1024>, NoLearning, External> alone;
  Workspace<StartWith<1024>, NoLearning, Reallocate> chunks;
  const auto run = [](auto& workspace) {
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(1024));
    for (int i = 0; i < 3; ++i) static_cast<void>(workspace.allocate(1000));
  };

  run(alone);
  run(chunks);

  CHECK(alone.report().spilled_bytes == 3 * 1024);
  CHECK(alone.report().oversize_bytes == 3 * 1024);
  CHECK(alone.report().spilled_requests == 3);
  CHECK(chunks.report().spilled_bytes == 3 * 1024);
  CHECK(chunks.report().oversize_bytes == 0);
}

TEST_CASE("The space has out exactly the block after every exchange", "[regressions][P49]") {
  Workspace<Overallocate<10>, FirstLoop, Reallocate, Counted<>> workspace;
  bool exact = true;

  for (std::size_t bytes = 1000; bytes < 1'000'000; bytes += bytes / 4) {
    {
      auto cycle = workspace.enter();
      static_cast<void>(workspace.allocate(bytes));
      static_cast<void>(workspace.allocate(bytes / 3));
    }
    exact = exact && workspace.space().outstanding_bytes() == workspace.report().block_bytes;
  }
  workspace.destroy();

  CHECK(exact);
  CHECK(workspace.space().outstanding_bytes() == 0);
}

TEST_CASE("A workspace gives everything back when it goes", "[regressions][P50][reuse]") {
  Books books;
  {
    Workspace<External, StartWith<1024>, MemoryResource> workspace{"scoped",
                                                                   MemoryResource{&books}};
    auto cycle = workspace.enter();
    for (int i = 0; i < 10; ++i) static_cast<void>(workspace.allocate(1000));
    CHECK(books.outstanding() > 1);
  }

  CHECK(books.outstanding() == 0);
}

TEST_CASE("An array that went out alone goes back when it goes and not later",
          "[regressions][P50][reuse]") {
  Books books;
  Workspace<External, StartWith<1024>, NoLearning, MemoryResource> workspace{
      "prompt", MemoryResource{&books}};
  auto cycle = workspace.enter();

  {
    auto array = workspace.make<float>(1000);
    CHECK(books.outstanding() == 2);
  }

  CHECK(books.outstanding() == 1);
}

TEST_CASE("A thread that ends leaves no memory of its workspaces behind",
          "[regressions][P50][threads][reuse]") {
  Books books;

  std::thread([&] {
    Workspace<MemoryResource> workspace{"thread", MemoryResource{&books}};
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(1'000'000));
  }).join();

  CHECK(books.granted() >= 1);
  CHECK(books.outstanding() == 0);
}

TEST_CASE("Each piece goes back to its space once and with the numbers it was asked with",
          "[regressions][P52][reuse]") {
  Books books;
  {
    Workspace<External, StartWith<1024>, NoLearning, MemoryResource> alone{"alone",
                                                                           MemoryResource{&books}};
    Workspace<Reallocate, MemoryResource> chunks{"chunks", MemoryResource{&books}};
    for (std::size_t loop = 1; loop <= 5; ++loop) {
      auto of_alone = alone.enter();
      auto of_chunks = chunks.enter();
      auto given_back = alone.make<float>(500);
      for (std::size_t i = 0; i < 20; ++i) {
        static_cast<void>(alone.allocate(300 * loop, 256));
        static_cast<void>(chunks.allocate(9000 * loop));
      }
    }
  }

  CHECK(books.granted() > 100);
  CHECK(books.mistakes() == 0);
  CHECK(books.outstanding() == 0);
}
