// SPDX-License-Identifier: Apache-2.0
// Two mistakes that no handle can see, found by a word in the sentence: a write behind the end of
// an array, and arrays that are held when their cycle ends. Without `Fenced` the names cost
// nothing.

#include <ebb/ebb.hpp>

#include <cstdio>
#include <string>
#include <vector>
using namespace ebb;

int main() {
  Workspace<FirstLoop, Reallocate, Fenced<64>> memory{"step"};
  {
    auto cycle = memory.enter();
    auto weights = memory.make<char>(10, named("weights"));
    char* const raw = weights.view().data();
    raw[10] = 1;   // one too far
    weights = {};  // given back: here it is seen, and the next take throws it
    try {
      auto next = memory.make<char>(1);
      return 1;  // not reached
    } catch (const FenceBroken& error) {
      const std::string message = error.what();
      std::printf("%s\n", message.substr(0, message.find(", made at")).c_str());
    }
  }
  std::vector<Array<float>> history;
  for (int step = 0; step < 6; ++step) {
    auto cycle = memory.enter();
    history.clear();
    for (int i = 0; i <= step; ++i) history.push_back(memory.make<float>(100, named("history")));
  }
  for (const PlaceReport& place : memory.report().escapes)
    std::printf("held when its cycle ended: %s, %d bytes\n", place.origin.name,
                static_cast<int>(place.bytes));
  for (const PlaceReport& place : memory.report().growing)
    std::printf("asks for more and more: %s\n", place.origin.name);
}
