// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <workload.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

using advice::Workload;
using ebb::testing::Trace;

namespace {

// A piece that lives throughout, and two that do not live at the same time.
Trace small_trace() {
  return ebb::testing::parse_trace("+ 0 1000\n+ 1 640\n- 1\n+ 1 640\n- 1\n- 0\n");
}

std::vector<std::size_t> first_sizes(const Workload& workload) {
  std::vector<std::size_t> sizes;
  for (std::size_t cycle = 0; cycle < workload.cycles(); ++cycle)
    sizes.push_back(workload.cycle(cycle).bytes[0]);
  return sizes;
}

}  // namespace

TEST_CASE("a repeated workload plays one trace", "[advice][reuse]") {
  const Workload workload = advice::repeated("even", small_trace(), 3);

  CHECK(workload.cycles() == 3);
  CHECK(workload.traces.size() == 1);
  CHECK(first_sizes(workload) == std::vector<std::size_t>{1000, 1000, 1000});
}

TEST_CASE("a workload knows what is taken, what lives at once and what a block needs",
          "[advice][reuse]") {
  const Workload workload = advice::repeated("even", small_trace(), 3);

  CHECK(workload.taken_bytes() == 3 * (1024 + 640 + 640));
  CHECK(workload.live_bytes() == 1024 + 640);
  CHECK(workload.demand_bytes() == 1024 + 640);  // what lies on top is used again
}

TEST_CASE("live bytes are an average over the cycles, the demand is the largest",
          "[advice][reuse]") {
  const Workload workload = advice::alternating("two", small_trace(), 4, 200);

  CHECK(workload.live_bytes() == (1664.0 + 2048 + 1280) / 2);
  CHECK(workload.demand_bytes() == 2048 + 1280);
}

TEST_CASE("a scaled trace keeps its events and never has a piece of no bytes", "[advice][reuse]") {
  const Trace scaled = advice::scaled(small_trace(), 0);

  CHECK(scaled.events == small_trace().events);
  CHECK(
      std::all_of(scaled.bytes.begin(), scaled.bytes.end(), [](auto bytes) { return bytes == 1; }));
  CHECK(advice::scaled(small_trace(), 250).bytes[0] == 2500);
}

TEST_CASE("varying cycles stay within their bounds, use most of them and repeat",
          "[advice][reuse]") {
  const Workload workload = advice::varying("varying", small_trace(), 200, 50);
  const std::vector<std::size_t> sizes = first_sizes(workload);

  const auto [least, most] = std::minmax_element(sizes.begin(), sizes.end());
  CHECK(*least >= 500);
  CHECK(*least < 550);
  CHECK(*most <= 1500);
  CHECK(*most > 1450);
  CHECK(first_sizes(advice::varying("varying", small_trace(), 200, 50)) == sizes);
}

TEST_CASE("growing cycles begin at the trace, end at the last size and never shrink",
          "[advice][reuse]") {
  const std::vector<std::size_t> sizes =
      first_sizes(advice::growing("growing", small_trace(), 11, 200));

  CHECK(sizes.front() == 1000);
  CHECK(sizes[5] == 1500);
  CHECK(sizes.back() == 2000);
  CHECK(std::is_sorted(sizes.begin(), sizes.end()));
}

TEST_CASE("a bursting workload has one large cycle, in the middle", "[advice][reuse]") {
  CHECK(first_sizes(advice::bursting("burst", small_trace(), 5, 800)) ==
        std::vector<std::size_t>{1000, 1000, 8000, 1000, 1000});
}

TEST_CASE("an alternating workload has two sizes by turns", "[advice][reuse]") {
  const Workload workload = advice::alternating("two", small_trace(), 4, 300);

  CHECK(first_sizes(workload) == std::vector<std::size_t>{1000, 3000, 1000, 3000});
  CHECK(workload.traces.size() == 2);
}
