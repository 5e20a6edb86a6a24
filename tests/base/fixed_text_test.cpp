// SPDX-License-Identifier: Apache-2.0
#include <ebb/base/fixed_text.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <string>
#include <string_view>

using namespace ebb;

TEST_CASE("FixedText puts words and numbers one behind the other", "[base][text]") {
  FixedText text;

  text.append("in cycle ").append_plain(12345).append(": ").append(1234567U).append(" bytes");

  CHECK(text.view() == "in cycle 12345: 1 234 567 bytes");
  CHECK(std::string_view(text.c_str()) == text.view());
}

TEST_CASE("FixedText groups as people do", "[base][text]") {
  const auto grouped = [](unsigned long long number) {
    return std::string(FixedText().append(number).view());
  };

  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1 000");
  CHECK(grouped(1048576) == "1 048 576");
  CHECK(grouped(~0ULL) == "18 446 744 073 709 551 615");
}

TEST_CASE("FixedText cuts off what does not fit", "[base][text]") {
  FixedText text;

  for (std::size_t i = 0; i < FixedText::most_bytes; ++i) text.append("x");
  text.append("y").append_plain(1);

  CHECK(text.view() == std::string(FixedText::most_bytes, 'x'));
  CHECK(text.c_str()[FixedText::most_bytes] == '\0');
}
