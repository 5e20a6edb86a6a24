// SPDX-License-Identifier: Apache-2.0
#include <ebb/space/buffer.hpp>
#include <ebb/space/counted.hpp>
#include <ebb/space/failing.hpp>
#include <ebb/space/host.hpp>
#include <ebb/space/huge_pages.hpp>
#include <ebb/space/limited.hpp>
#include <ebb/space/mapped_file.hpp>
#include <ebb/space/prefault.hpp>
#include <ebb/space/reserved.hpp>
#include <ebb/space/retrying.hpp>
#include <ebb/testing/laws/space.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <array>
#include <bit>
#include <cstddef>
#include <span>
#include <vector>

using namespace ebb;

namespace {

using Memory = std::span<std::byte>;

bool give_up(std::size_t, std::size_t) noexcept { return false; }

constexpr std::size_t budget_bytes = 20000;

/// Makes a space, from the inside out; `Failing` refuses the call of this number.
template <class S>
struct Make;
template <>
struct Make<Host> {
  static Host from(Memory, std::size_t) { return {}; }
};
template <>
struct Make<Buffer> {
  static Buffer from(Memory memory, std::size_t) { return Buffer{memory}; }
};
template <>
struct Make<HugePages> {
  static HugePages from(Memory, std::size_t) { return {}; }
};
template <>
struct Make<Reserved> {
  static Reserved from(Memory, std::size_t) { return Reserved{20000}; }
};
template <>
struct Make<MappedFile> {
  static MappedFile from(Memory, std::size_t) { return MappedFile::temporary(20000); }
};
template <class S>
struct Make<Limited<S>> {
  static Limited<S> from(Memory memory, std::size_t call) {
    return {Make<S>::from(memory, call), budget_bytes};
  }
};
template <class S>
struct Make<Counted<S>> {
  static Counted<S> from(Memory memory, std::size_t call) {
    return Counted<S>{Make<S>::from(memory, call)};
  }
};
template <class S>
struct Make<Failing<S>> {
  static Failing<S> from(Memory memory, std::size_t call) {
    return {Make<S>::from(memory, call), call};
  }
};
template <class S>
struct Make<Retrying<S>> {
  static Retrying<S> from(Memory memory, std::size_t call) {
    return {Make<S>::from(memory, call), give_up};
  }
};
template <class S>
struct Make<Prefault<S>> {
  static Prefault<S> from(Memory memory, std::size_t call) {
    return Prefault<S>{Make<S>::from(memory, call)};
  }
};

std::vector<testing::SpaceRequest> some_requests(std::size_t max_alignment) {
  const auto requests = *rc::gen::resize(
      12, rc::gen::container<std::vector<std::pair<std::size_t, int>>>(
              rc::gen::pair(rc::gen::inRange<std::size_t>(0, 9000),
                            rc::gen::inRange(0, std::countr_zero(max_alignment) + 1))));
  std::vector<testing::SpaceRequest> result;
  for (const auto& [bytes, power] : requests) result.push_back({bytes, std::size_t{1} << power});
  return result;
}

using LimitedBuffer = Limited<Buffer>;
using CountedLimitedHost = Counted<Limited<Host>>;
using LimitedCountedHost = Limited<Counted<Host>>;
using RetryingFailingCountedHost = Retrying<Failing<Counted<Host>>>;
using PrefaultCountedLimitedBuffer = Prefault<Counted<Limited<Buffer>>>;
using FailingPrefaultRetryingBuffer = Failing<Prefault<Retrying<Buffer>>>;
using CountedCountedHost = Counted<Counted<Host>>;
using LimitedReserved = Limited<Reserved>;
using PrefaultCountedFailingReserved = Prefault<Counted<Failing<Reserved>>>;
using RetryingLimitedMappedFile = Retrying<Limited<MappedFile>>;

}  // namespace

TEMPLATE_TEST_CASE("every space keeps the space laws", "[space]", Host, Buffer, Limited<>,
                   Counted<>, Failing<>, Retrying<>, Prefault<>, LimitedBuffer, CountedLimitedHost,
                   LimitedCountedHost, RetryingFailingCountedHost, PrefaultCountedLimitedBuffer,
                   FailingPrefaultRetryingBuffer, CountedCountedHost, HugePages, Reserved,
                   MappedFile, LimitedReserved, PrefaultCountedFailingReserved,
                   RetryingLimitedMappedFile) {
  using Laws = testing::SpaceLaws<TestType>;
  std::vector<std::byte> storage(30000);
  // The memory begins anywhere, and no law may depend on where.
  const auto some_memory = [&storage] {
    return Memory{storage}.subspan(*rc::gen::inRange<std::size_t>(0, 200));
  };
  const auto some_space = [&some_memory](std::size_t failing_call) {
    return Make<TestType>::from(some_memory(), failing_call);
  };

  rc::prop("aligned", [&] {
    const auto requests = some_requests(TestType::max_alignment);
    auto space = some_space(*rc::gen::inRange<std::size_t>(0, 12));
    RC_ASSERT(Laws::aligned(space, requests));
  });
  rc::prop("disjoint", [&] {
    const auto requests = some_requests(TestType::max_alignment);
    auto space = some_space(*rc::gen::inRange<std::size_t>(0, 12));
    RC_ASSERT(Laws::disjoint(space, requests));
  });
  rc::prop("writable", [&] {
    const auto requests = some_requests(TestType::max_alignment);
    auto space = some_space(*rc::gen::inRange<std::size_t>(0, 12));
    RC_ASSERT(Laws::writable(space, requests));
  });
  rc::prop("refuses", [&] {
    const auto requests = some_requests(TestType::max_alignment);
    auto space = some_space(0);
    RC_ASSERT(Laws::refuses(space, requests));
  });
  rc::prop("whole", [&] {
    if constexpr (OneBlockSpace<TestType>) {
      auto space = some_space(0);
      RC_ASSERT(space.one_block_bytes() > 0);
      RC_ASSERT(Laws::whole(space));
    }
  });
  rc::prop("in place, apart, unchanged, shrinks", [&] {
    if constexpr (ResizableSpace<TestType>) {
      const auto requests = some_requests(TestType::max_alignment);
      auto space = some_space(*rc::gen::inRange<std::size_t>(0, 12));
      RC_ASSERT(Laws::in_place(space, requests));
      RC_ASSERT(Laws::apart(space, requests));
      RC_ASSERT(Laws::unchanged(space, requests));
      RC_ASSERT(Laws::shrinks(space, requests));
    }
  });
  rc::prop("sound", [&] {
    if constexpr (LosableSpace<TestType>) {
      const auto requests = some_requests(TestType::max_alignment);
      auto space = some_space(0);
      RC_ASSERT(Laws::sound(space, requests));
    }
  });
  rc::prop("all of them one after the other", [&] {
    const auto requests = some_requests(TestType::max_alignment);
    auto space = some_space(0);
    const testing::Verdict verdict = Laws::holds_for(space, requests);
    RC_LOG() << verdict.broken_law;
    RC_ASSERT(verdict.holds());
  });
}

TEST_CASE("What goes out through Counted comes back", "[space][counted]") {
  rc::prop("outstanding", [] {
    const auto requests = some_requests(Host::max_alignment);
    Counted<Limited<Failing<>>> space{
        Limited{Failing{Host{}, *rc::gen::inRange<std::size_t>(0, 12)}, budget_bytes}};

    RC_ASSERT(testing::SpaceLaws<decltype(space)>::writable(space, requests));

    RC_ASSERT(space.calls() == requests.size());
    RC_ASSERT(space.releases() + space.refusals() == space.calls());
    RC_ASSERT(space.outstanding_bytes() == 0);
    RC_ASSERT(space.space().outstanding_bytes() == 0);
    RC_ASSERT(space.peak_bytes() <= budget_bytes);
  });
}
