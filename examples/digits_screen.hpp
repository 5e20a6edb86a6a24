// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief What the digits example reads from its command line and shows on the screen.

#include "digits_data.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace digits {

struct Options {
  std::string data = EBB_EXAMPLE_DATA "/digits.csv.gz";
  std::string json;
  bool help = false;
};

inline constexpr std::string_view usage =
    "usage: digits [--data FILE] [--json FILE] [--help]\n"
    "\n"
    "Trains a small network on handwritten digits twice at once, step by step in turn: with every\n"
    "array from the heap, and with every array from workspaces. Prints one table of both.\n"
    "\n"
    "  --data FILE  the digits; if left out, those that came with this example\n"
    "  --json FILE  writes the figures as JSON, too\n"
    "\n"
    "Ends with 0 if all checks hold, 1 if one fails, 2 if the arguments or the data are wrong.\n";

/// Reads the command line.
///
/// - Errors: `BadInput`
inline Options read_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = arguments[i];
    std::string* value = word == "--data"   ? &options.data
                         : word == "--json" ? &options.json
                                            : nullptr;
    if (word == "--help") {
      options.help = true;
    } else if (value == nullptr) {
      throw BadInput("unknown argument \"" + std::string(word) + "\"; try --help");
    } else if (++i == count || *arguments[i] == '\0') {
      throw BadInput(std::string(word) + " needs a file's name; try --help");
    } else {
      *value = arguments[i];
    }
  }
  return options;
}

/// How far the work is: a bar on a terminal, now and then a line elsewhere.
class Progress {
 public:
  explicit Progress(int epochs) : epochs_(epochs) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() {
    if (is_terminal_) std::printf("\r\033[K");  // the bar makes room for the table
  }

  void show(int epoch, double loss) const {
    if (is_terminal_) {
      constexpr int width = 40;
      const auto done = static_cast<std::size_t>(width * epoch / epochs_);
      const std::string bar = std::string(done, '#') + std::string(width - done, '.');
      std::printf("\r[%s] epoch %d of %d, loss %.4f\033[K", bar.c_str(), epoch, epochs_, loss);
    } else if (epoch % 10 == 0) {
      std::printf("epoch %d of %d, loss %.4f\n", epoch, epochs_, loss);
    }
    std::fflush(stdout);
  }

 private:
  int epochs_;
  bool is_terminal_ = isatty(STDOUT_FILENO) != 0;
};

/// Prints a table that Markdown reads as one, too: the first column to the left, the others to the
/// right.
inline void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const auto width = static_cast<int>(widths[i]);
      std::printf("| %*s ", i == 0 ? -width : width, row[i].c_str());
    }
    std::printf("|\n");
    if (&row != &rows.front()) continue;
    for (std::size_t i = 0; i < widths.size(); ++i)
      std::printf("|%s%s", std::string(widths[i] + 1, '-').c_str(), i == 0 ? "-" : ":");
    std::printf("|\n");
  }
}

}  // namespace digits
