// SPDX-License-Identifier: Apache-2.0
// The standard containers in a cycle: with ebb's allocator, and through std::pmr.
// They live inside the cycle, so they are declared after its token and go before it.

#include <ebb/ebb.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <map>
#include <memory_resource>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
using namespace ebb;

// `ebb::vector` and `ebb::string` are ready; any other container takes `std_allocator` as it would
// take any allocator.
using Counts = std::map<std::string_view, int, std::less<>,
                        std_allocator<std::pair<const std::string_view, int>>>;

int main() {
  Workspace<> memory{"words"};

  for (const std::string_view text :
       {"to be or not to be", "the rest is silence", "to be or not to be"}) {
    auto cycle = memory.enter();

    ebb::vector<std::string_view> words{memory};
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find(' ', at), text.size());
      words.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    Counts counts{memory};
    for (const std::string_view word : words) ++counts[word];

    // std::pmr needs the resource as an object, kept as long as its containers.
    auto resource = cycle.resource();
    std::pmr::string line{&resource};
    for (const auto& [word, count] : counts)
      line.append(word).append("=").append(std::to_string(count)).append(" ");
    line.pop_back();

    std::printf("%s; calls to the heap so far: %d\n", line.c_str(),
                static_cast<int>(memory.report().space_calls));
  }
}
