// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The handwritten digits of `data/digits.csv.gz`, a column each.

#include <Eigen/Core>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace digits {

/// Wrong arguments or a damaged file: what the caller has to put right.
struct BadInput : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr Eigen::Index pixels = 64;  ///< 8 rows of 8 grey levels
inline constexpr Eigen::Index classes = 10;

/// Images, a column each, with grey levels from 0 to 1; and which digit each of them shows.
struct Digits {
  Eigen::MatrixXf images;
  std::vector<Eigen::Index> labels;

  [[nodiscard]] std::size_t size() const { return labels.size(); }
};

/// What is learnt from, and what is only looked at when learning is over.
struct Split {
  Digits training;
  Digits test;
};

namespace detail {

// The text of a file that gzip made, or of one that it did not.
inline std::string unpacked(const std::string& path) {
  const auto close = [](gzFile file) { gzclose(file); };
  const std::unique_ptr<gzFile_s, decltype(close)> file(gzopen(path.c_str(), "rb"), close);
  if (!file) throw BadInput(path + ": cannot be opened");

  std::string text;
  std::vector<char> part(1U << 16U);
  int got = 0;
  while ((got = gzread(file.get(), part.data(), static_cast<unsigned>(part.size()))) > 0)
    text.append(part.data(), static_cast<std::size_t>(got));
  // A file cut short ends like a whole one, but for this code.
  int code = Z_OK;
  const std::string message = gzerror(file.get(), &code);  // begins with the path
  if (got < 0 || code != Z_OK) throw BadInput(message + "; the file cannot be read");
  return text;
}

// One line: a number for each pixel, 0 to 16, and the class.
inline void read_line(std::string_view line, std::vector<int>& numbers, const std::string& where) {
  for (Eigen::Index column = 0; column <= pixels; ++column) {
    const int limit = column == pixels ? static_cast<int>(classes) - 1 : 16;
    const std::size_t comma = line.find(',');
    const std::string_view field = line.substr(0, comma);
    int number = -1;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
    if (error != std::errc{} || end != field.data() + field.size() || number < 0 || number > limit)
      throw BadInput(where + ": field " + std::to_string(column + 1) + " is \"" +
                     std::string(field) + "\" instead of a number from 0 to " +
                     std::to_string(limit));
    if ((comma == std::string_view::npos) != (column == pixels))
      throw BadInput(where + ": the line does not have " + std::to_string(pixels + 1) + " fields");
    numbers.push_back(number);
    line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
  }
}

}  // namespace detail

/// Reads the digits; every fifth is kept for the test.
///
/// - Errors: `BadInput`, with the line at fault
inline Split read(const std::string& path) {
  const std::string text = detail::unpacked(path);
  std::vector<int> numbers;
  Eigen::Index count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    detail::read_line(std::string_view(text).substr(at, end - at), numbers,
                      path + ": line " + std::to_string(count + 1));
    at = end + 1;
  }
  // Fewer would leave a part empty, or too little to learn from.
  if (count < 1000)
    throw BadInput(path + ": " + std::to_string(count) + " digits are too few; 1000 are needed");

  const Eigen::Map<const Eigen::MatrixXi> all(numbers.data(), pixels + 1, count);
  const Eigen::Index tests = (count + 4) / 5;
  Split split;
  split.training.images.resize(pixels, count - tests);
  split.test.images.resize(pixels, tests);
  for (Eigen::Index i = 0; i < count; ++i) {
    Digits& part = i % 5 == 0 ? split.test : split.training;
    part.images.col(static_cast<Eigen::Index>(part.size())) =
        all.col(i).head(pixels).cast<float>() / 16.0F;
    part.labels.push_back(all(pixels, i));
  }
  return split;
}

}  // namespace digits
