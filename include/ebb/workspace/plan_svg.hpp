// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief A picture of a plan: time across, addresses up, a rectangle for each piece.
///
/// Pieces are coloured by size, a step for each factor of four. Beneath lies the curve of the bytes
/// alive; the dashed line is its peak, the least that any plan could need.

#include <ebb/base/error.hpp>
#include <ebb/engine/plan.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

namespace ebb {

/// Draws a plan as SVG.
///
/// - Units: a step of time is an event; the height is the bytes of the plan
/// - Errors: `std::bad_alloc`
/// - Costs: a line of text for each piece and each event
[[nodiscard]] inline std::string svg(const Plan& plan) {
  constexpr double width = 960;
  constexpr double height = 480;
  constexpr double curve_height = 120;
  constexpr double left = 90;
  constexpr double top = 50;
  constexpr double gap = 46;
  // From light to dark, after Cynthia Brewer's sequential YlGnBu scheme.
  constexpr std::array<const char*, 8> colours = {"#ffffd9", "#edf8b1", "#c7e9b4", "#7fcdbb",
                                                  "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84"};
  const auto text = [](double number) {
    std::string digits = std::to_string(number);
    return digits.substr(0, digits.find('.') + 3);
  };
  const auto mib = [&](std::size_t bytes) {
    return text(static_cast<double>(bytes) / (1024.0 * 1024.0)) + " MiB";
  };
  const double events = static_cast<double>(std::max<std::size_t>(plan.events().size(), 1));
  const double bytes = static_cast<double>(std::max<std::size_t>(plan.bytes(), 1));
  const auto x = [&](double event) { return left + width * event / events; };
  const double bottom = top + height;

  std::size_t smallest = max_bytes;
  for (const Lifetime& piece : plan.pieces()) smallest = std::min(smallest, piece.bytes);
  const auto size_class = [&](std::size_t size) {
    const auto steps = static_cast<std::size_t>(std::bit_width(size / smallest) - 1) / 2;
    return std::min(steps, colours.size() - 1);
  };

  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + text(left + width + 30) +
                    "\" height=\"" + text(bottom + gap + curve_height + 60) +
                    "\" font-family=\"sans-serif\" font-size=\"13\">\n"
                    "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  const auto label = [&](double at_x, double at_y, const std::string& words,
                         const char* anchor = "start") {
    out += "<text x=\"" + text(at_x) + "\" y=\"" + text(at_y) + "\" text-anchor=\"" + anchor +
           "\">" + words + "</text>\n";
  };
  label(left, 24,
        std::to_string(plan.pieces().size()) + " pieces; plan " + mib(plan.bytes()) +
            ", live peak " + mib(plan.live_bytes()) + ", a bump needs " + mib(plan.bump_bytes()));
  label(left - 6, top + 10, mib(plan.bytes()), "end");
  label(left - 6, bottom, "0", "end");
  label(left, bottom + 18, "event 0");
  label(left + width, bottom + 18, "event " + std::to_string(plan.events().size()), "end");

  for (std::size_t i = 0; i < plan.pieces().size(); ++i) {
    const Lifetime& piece = plan.pieces()[i];
    const double piece_height = height * static_cast<double>(piece.bytes) / bytes;
    const double piece_end = height * static_cast<double>(plan.offsets()[i] + piece.bytes) / bytes;
    out += "<rect x=\"" + text(x(piece.birth)) + "\" y=\"" + text(bottom - piece_end) +
           "\" width=\"" + text(width * (piece.death - piece.birth) / events) + "\" height=\"" +
           text(std::max(piece_height, 0.3)) + "\" fill=\"" + colours[size_class(piece.bytes)] +
           "\" stroke=\"#333\" stroke-width=\"0.2\"><title>piece " + std::to_string(i) + ": " +
           grouped(piece.bytes) + " bytes at " + grouped(plan.offsets()[i]) + ", events " +
           std::to_string(piece.birth) + " to " + std::to_string(piece.death) + "</title></rect>\n";
  }
  out += "<rect x=\"" + text(left) + "\" y=\"" + text(top) + "\" width=\"" + text(width) +
         "\" height=\"" + text(height) + "\" fill=\"none\" stroke=\"#333\"/>\n";

  // The bytes alive, on the scale of the plan.
  const double base = bottom + gap + curve_height;
  const auto level = [&](std::size_t live) {
    return base - curve_height * static_cast<double>(live) / bytes;
  };
  std::size_t live = 0;
  std::size_t event_number = 0;
  out += "<path fill=\"#c6dbef\" stroke=\"#2171b5\" d=\"M" + text(left) + " " + text(base);
  for (const PlanEvent event : plan.events()) {
    const std::size_t size = plan.pieces()[event.piece].bytes;
    live = event.is_give ? live - size : live + size;
    out += " H" + text(x(static_cast<double>(event_number++))) + " V" + text(level(live));
  }
  out += " H" + text(left + width) + " V" + text(base) + " Z\"/>\n";
  out += "<path stroke=\"#cb181d\" stroke-dasharray=\"6 4\" d=\"M" + text(left) + " " +
         text(level(plan.live_bytes())) + " h" + text(width) + "\"/>\n";
  label(left - 6, level(plan.live_bytes()) + 4, "live peak", "end");
  label(left - 6, base, "0", "end");

  for (std::size_t i = 0; i < colours.size(); ++i) {
    const double at = left + 120.0 * static_cast<double>(i);
    out += "<rect x=\"" + text(at) + "\" y=\"" + text(base + 18) +
           "\" width=\"14\" height=\"14\" stroke=\"#333\" fill=\"" + colours[i] + "\"/>\n";
    const std::size_t from = plan.pieces().empty() ? 0 : smallest << (2 * i);
    label(at + 20, base + 30, "≥ " + grouped(from) + " B");
  }
  return out + "</svg>\n";
}

}  // namespace ebb
