// SPDX-License-Identifier: Apache-2.0
// Where the bytes live: four spaces of the host, in the same program.

#include <ebb/ebb.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
using namespace ebb;

constexpr std::size_t megabyte = 1'000'000;

// Cycles that need more each time, and where the first array of each begins.
template <class W>
void grow(const char* title, W& workspace) {
  const void* first = nullptr;
  bool stayed = true;
  for (const std::size_t megabytes : {1U, 2U, 4U, 8U}) {
    auto cycle = workspace.enter();
    auto array = workspace.template make<char>(megabyte);
    for (std::size_t i = 1; i < megabytes; ++i)
      static_cast<void>(workspace.template make<char>(megabyte).keep());
    if (first == nullptr) first = array.view().data();
    stayed = stayed && first == array.view().data();
  }
  const Report report = workspace.report();
  std::printf("%s: %s, %llu bytes spilled, block of %llu bytes\n", title,
              stayed ? "every cycle at the same address" : "the block has moved",
              static_cast<unsigned long long>(report.spilled_bytes),
              static_cast<unsigned long long>(report.block_bytes));
}

int main() {
  // The heap: a larger block is another block, and until it is there the rest goes to chunks.
  Workspace<Strict> heap{"heap"};
  grow("Host", heap);

  // Address space for a gigabyte, and memory behind as much of it as cycles need.
  Workspace<Strict, Reserved> reserved{"reserved", Reserved{1000 * megabyte}};
  grow("Reserved", reserved);

  // Huge pages are a wish, granted or not when memory is first touched; the space knows.
  Workspace<Strict, HugePages> huge{"huge"};
  grow("HugePages", huge);
  {
    auto cycle = huge.enter();
    auto array = huge.make<char>(7 * megabyte);
    std::printf("HugePages: %zu bytes could lie in huge pages\n", huge.space().wished_bytes());
    std::fprintf(stderr, "HugePages: %zu do (see docs/memory.md)\n", huge.space().granted_bytes());
  }

  // A file: its size is that of the block, and what does not fit the spill policy serves.
  Workspace<MappedFile, NoLearning> file{"file", MappedFile::temporary(4 * megabyte)};
  grow("MappedFile", file);
}
