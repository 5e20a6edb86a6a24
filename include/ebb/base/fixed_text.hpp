// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief Text in a fixed buffer, for places where no memory may be asked for: a signal handler.

#include <array>
#include <cstddef>
#include <string_view>

namespace ebb {

/// A text that never grows beyond its buffer: what does not fit is cut off.
///
/// - For: messages of signal handlers and of tools; no function here calls the system
/// - Units: bytes of text, without the null at the end
/// - Threads: as an array
class FixedText {
 public:
  static constexpr std::size_t most_bytes = 1023;

  constexpr FixedText& append(std::string_view text) noexcept {
    for (const char letter : text) push(letter);
    return *this;
  }
  /// A number for people: 1048576 reads `1 048 576`.
  constexpr FixedText& append(unsigned long long number) noexcept {
    std::array<char, 32> digits{};
    std::size_t count = 0;
    do digits[count++] = static_cast<char>('0' + number % 10);
    while ((number /= 10) != 0);
    for (std::size_t left = count; left-- != 0;) {
      push(digits[left]);
      if (left != 0 && left % 3 == 0 && count > 3) push(' ');
    }
    return *this;
  }
  /// A number in one word, as in a line number.
  constexpr FixedText& append_plain(unsigned long long number) noexcept {
    if (number >= 10) append_plain(number / 10);
    push(static_cast<char>('0' + number % 10));
    return *this;
  }

  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text_.data(), size_}; }
  [[nodiscard]] constexpr const char* c_str() const noexcept { return text_.data(); }

 private:
  constexpr void push(char letter) noexcept {
    if (size_ < most_bytes) text_[size_++] = letter;
  }

  std::array<char, most_bytes + 1> text_{};
  std::size_t size_ = 0;
};

}  // namespace ebb
