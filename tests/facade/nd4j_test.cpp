// SPDX-License-Identifier: Apache-2.0
#include "../helpers.hpp"
#include <ebb/facade/any_workspace.hpp>
#include <ebb/facade/nd4j.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

using namespace ebb;

namespace {

using Sizes = std::vector<std::size_t>;

// The block after each cycle, which takes its demand in pieces of at most a kilobyte: one request
// above the maximum is no cycle of ebb.
Sizes blocks_after(const Configuration& configuration, std::initializer_list<std::size_t> demands) {
  AnyWorkspace workspace = AnyWorkspace::make("nd4j", configuration);
  Sizes sizes;
  for (std::size_t left : demands) {
    {
      auto cycle = workspace.enter();
      for (; left > 1024; left -= 1024) static_cast<void>(workspace.allocate(1024));
      if (left != 0) static_cast<void>(workspace.allocate(left));
    }
    sizes.push_back(workspace.report().block_bytes);
  }
  return sizes;
}

std::size_t first_block(const Configuration& configuration) {
  AnyWorkspace workspace = AnyWorkspace::make("nd4j", configuration);
  auto cycle = workspace.enter();
  return workspace.report().block_bytes;
}

std::string refusal(const std::string& json) {
  return message_of<BadConfiguration>([&] { (void)Configuration::nd4j().json(json).build(); });
}

}  // namespace

TEST_CASE("ND4J's configuration starts from ND4J's defaults", "[facade][nd4j]") {
  const Configuration defaults = Configuration::nd4j();

  CHECK(defaults == Configuration::builder().spill(External{}).build());
  CHECK(Configuration::nd4j()
            .json(R"({"policyAllocation": "OVERALLOCATE", "policySpill": "EXTERNAL",
                "policyMirroring": "FULL", "policyLearning": "FIRST_LOOP",
                "policyReset": "BLOCK_LEFT", "policyLocation": "RAM", "tempFilePath": null,
                "initialSize": 0, "minSize": 0, "maxSize": 0, "overallocationLimit": 0.3,
                "cyclesBeforeInitialization": 0, "stepsNumber": 2})")
            .build() == defaults);
  CHECK(Configuration::nd4j().stepsNumber(5).build() == defaults);  // P17: dead in ND4J too
}

TEST_CASE("ND4J's first sizes are reproduced, rounded up to the granule", "[facade][nd4j][reuse]") {
  const auto nd4j = [] { return Configuration::nd4j(); };
  constexpr std::size_t mebibyte = 1 << 20;
  // ND4J:                                                                         its size
  CHECK(first_block(nd4j().initialSize(100)) == 192);                                        // 130
  CHECK(first_block(nd4j().initialSize(100).maxSize(110)) == 128);                           // 110
  CHECK(first_block(nd4j().initialSize(100).maxSize(50).policyAllocation("STRICT")) == 64);  // 50
  CHECK(first_block(nd4j().initialSize(100).overallocationLimit(0.0)) == 128);               // 100
  CHECK(first_block(nd4j().initialSize(100).minSize(500)) == 192);                           // 130
  CHECK(first_block(nd4j().initialSize(1024).overallocationLimit(1.0).maxSize(10 * mebibyte)) ==
        2048);
  CHECK(first_block(nd4j().initialSize(81920).overallocationLimit(0.1)) == 90112);
  CHECK(first_block(nd4j().initialSize(20 * mebibyte).overallocationLimit(0.1)) ==
        23068672);  // a multiple of 64
  CHECK(first_block(nd4j().initialSize(10 * mebibyte).overallocationLimit(0.05)) == 11010048);
  CHECK(first_block(nd4j().initialSize(1000000).overallocationLimit(0.05)) == 1050048);  // 1050000
  CHECK(first_block(nd4j().initialSize(10000000).overallocationLimit(3.0)) == 40000000);
  // Too large to be touched in a test: 1 450 411 622, rounded.
  const Configuration large = nd4j().initialSize(1115701248);
  CHECK(std::get<StartWith<dynamic>>(large.start).first_block() == 1450411648);
}

TEST_CASE("A block that ND4J would learn gets its head-room at every growth",
          "[facade][nd4j][reuse]") {
  // P4, P8. ND4J: 1058, 1058, 2000, 4000, 4000.
  CHECK(blocks_after(Configuration::nd4j().overallocationLimit(0.05).policySpill("REALLOCATE"),
                     {1000, 1000, 2000, 4000, 100}) == Sizes{1088, 1088, 2176, 4288, 4288});
}

TEST_CASE("A number of cycles to watch is a lower limit", "[facade][nd4j][reuse]") {
  const Nd4jConfiguration over_time = Configuration::nd4j()
                                          .overallocationLimit(0.02)
                                          .policyLearning("OVER_TIME")
                                          .policySpill("REALLOCATE");
  auto four = over_time;
  four.cyclesBeforeInitialization(4);

  // ND4J: 0, 0, 0, 3068, 4000, 8000.
  CHECK(blocks_after(four, {1000, 3000, 2000, 500, 4000, 8000}) ==
        Sizes{0, 0, 0, 3072, 4160, 8192});
  // P13: an idle cycle at that moment puts the lesson off. ND4J: 0 for ever.
  CHECK(blocks_after(four, {0, 0, 0, 0, 1000}) == Sizes{0, 0, 0, 0, 1088});
  // P12: no number is one cycle. ND4J: 0 for ever.
  CHECK(blocks_after(over_time, {1000, 100}) == Sizes{1088, 1088});
}

TEST_CASE("A block that ND4J would freeze below the maximum reaches it", "[facade][nd4j][reuse]") {
  // P9. ND4J: 1008, 2000, 2000, 2000.
  CHECK(blocks_after(Configuration::nd4j().policyAllocation("STRICT").maxSize(4096).policySpill(
                         "REALLOCATE"),
                     {1000, 2000, 5000, 3000}) == Sizes{1024, 2048, 4096, 4096});
}

TEST_CASE("A first size is ND4J's lesson", "[facade][nd4j][reuse]") {
  const auto first = [] {
    return Configuration::nd4j().initialSize(1000).policyAllocation("STRICT");
  };

  CHECK(blocks_after(first(), {3000, 3000}) == Sizes{1024, 1024});
  CHECK(blocks_after(first().policySpill("REALLOCATE"), {3000, 500}) == Sizes{3008, 3008});
  CHECK(blocks_after(first().policySpill("REALLOCATE").policyLearning("NONE"), {3000, 3000}) ==
        Sizes{1024, 1024});
  CHECK(blocks_after(first()
                         .policySpill("REALLOCATE")
                         .policyLearning("OVER_TIME")
                         .cyclesBeforeInitialization(3),
                     {2000, 2000}) == Sizes{2048, 2048});
  CHECK(blocks_after(first().policySpill("FAIL"), {1000, 500}) == Sizes{1024, 1024});
}

TEST_CASE("ND4J's smallest size counts for what is learnt", "[facade][nd4j][reuse]") {
  CHECK(blocks_after(Configuration::nd4j().minSize(4000), {1000, 100}) == Sizes{4032, 4032});
}

TEST_CASE("ND4J's memory-mapped workspace is one in a mapped file", "[facade][nd4j][reuse]") {
  const Folder folder;
  const std::string path = folder.file();
  const auto mapped = [] {
    return Configuration::nd4j().policyLocation("MMAP").policyLearning("NONE");
  };

  CHECK(mapped().initialSize(10000).maxSize(5000).build() ==
        Configuration::from_string("learning=no-learning,spill=external,mapped-file=10000"));
  // P55: the whole file is of use; ND4J rounds it up to 16 KiB and uses 10 000 bytes.
  CHECK(first_block(mapped().initialSize(10000).tempFilePath(path)) == 12288);
  // P54: a file that exists has its size. ND4J: 0, and everything spills.
  CHECK(first_block(mapped().tempFilePath(path)) == 12288);
  // P53: what is beyond the file spills. ND4J: the process dies.
  CHECK(blocks_after(mapped().tempFilePath(path), {20000, 100}) == Sizes{12288, 12288});
}

TEST_CASE("What ND4J says and ebb does not have is an error that names field and value",
          "[facade][nd4j]") {
  CHECK(refusal(R"({"policyReset": "ENDOFBUFFER_REACHED"})") ==
        "ebb-E09 BadConfiguration: \"policyReset\" cannot be \"ENDOFBUFFER_REACHED\": that is a "
        "ring, and rings are not part of this version. It can be BLOCK_LEFT. docs/errors/E09.md");
  CHECK(contains(refusal(R"({"policyLocation": "MMAP", "initialSize": 4096})"),
                 "`MappedFile` with a learning policy"));  // an error in ND4J too
  CHECK(contains(refusal(R"({"policyLocation": "MMAP", "policyLearning": "NONE"})"),
                 "its size must be said"));
  CHECK(contains(refusal(R"({"tempFilePath": "/tmp/x"})"), "keeps nothing in a file"));
  CHECK(contains(refusal(R"({"policySpill": "FAIL"})"), "refuses the very cycle"));  // P14
  CHECK(contains(refusal(R"({"minSize": 200, "maxSize": 100})"), "above `maxSize`, 100"));
  CHECK(contains(refusal(R"({"overallocationLimit": 0.125})"), "whole percents"));
  CHECK(contains(refusal(R"({"overallocationLimit": -0.1})"), "\"overallocationLimit\" cannot be"));
  CHECK(contains(refusal(R"({"overallocationLimit": 1e300})"), "cannot be"));
  CHECK(contains(refusal(R"({"initialSize": 18446744073709551615})"), "more than 2^64"));
}

TEST_CASE("A wrong value of ND4J's fields is an error that names what is allowed",
          "[facade][nd4j]") {
  CHECK(contains(refusal(R"({"policyReuse": "BLOCK_LEFT"})"),
                 "ND4J has no field \"policyReuse\". Use initialSize, minSize"));
  CHECK(contains(refusal(R"({"policySpill": "external"})"),
                 "\"policySpill\" cannot be \"external\": it can be EXTERNAL, REALLOCATE or FAIL"));
  for (const char* value : {"-1", "1.5", "\"ten\"", "true", "null", "[1]", "\"-1\""})
    CHECK(contains(refusal(R"({"initialSize": )" + std::string(value) + "}"),
                   "\"initialSize\" cannot be"));
  CHECK(contains(refusal(R"({"tempFilePath": 5})"), "another type"));
  CHECK(contains(refusal(R"({"maxSize": 1, "maxSize": 2})"), "stands twice"));
  CHECK(contains(refusal("[]"), "no object"));
  CHECK(message_of<BadConfiguration>([] { (void)Configuration::nd4j().policyLearning("LATER"); }) ==
        "ebb-E09 BadConfiguration: \"policyLearning\" cannot be \"LATER\": it can be NONE, "
        "FIRST_LOOP or OVER_TIME. docs/errors/E09.md");

  Nd4jConfiguration unchanged = Configuration::nd4j();
  CHECK_THROWS_AS(unchanged.json(R"({"initialSize": 5, "maxSize": "x"})"), BadConfiguration);
  CHECK(unchanged.build() == Configuration::nd4j().build());
}
