#include "app/cli/table.h"

#include <algorithm>
#include <ctime>

namespace pellucid::app {

std::string grouped(std::uint64_t n) {
  std::string out = std::to_string(n);
  for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, ",");
  return out;
}

std::string scaled(double value, const char* unit) {
  constexpr const char* kSteps[] = {"", "k", "M", "G", "T", "P"};
  std::size_t step = 0;
  while (value >= 1000 && step + 1 < std::size(kSteps)) value /= 1000, ++step;
  char text[64];
  std::snprintf(text, sizeof text, step == 0 ? "%.0f %s%s" : "%.1f %s%s", value, kSteps[step], unit);
  return text;
}

std::string printable(const std::string& text) {
  std::string out;
  for (const char c : text) out += c >= ' ' && c < 0x7f ? c : '?';
  return out;
}

std::string span_of(std::uint64_t s) {
  char text[64];
  const unsigned long days = s / 86'400;
  std::snprintf(text, sizeof text, days == 0 ? "%.0lu%02lu:%02lu:%02lu" : "%lud %02lu:%02lu:%02lu", days, s / 3600 % 24,
                s / 60 % 60, s % 60);
  return text;
}

std::string moment(std::uint64_t seconds) {
  const auto t = static_cast<std::time_t>(seconds);
  std::tm local{};
  char text[64];
  if (seconds == 0 || localtime_r(&t, &local) == nullptr || std::strftime(text, sizeof text, "%F %T", &local) == 0) return "-";
  return text;
}

std::string Table::text() const {
  std::vector<std::size_t> width;
  std::vector<bool> right;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    width.resize(std::max(width.size(), rows_[r].size()));
    right.resize(width.size(), rows_.size() > 1);
    for (std::size_t c = 0; c < rows_[r].size(); ++c) {
      const std::string& cell = rows_[r][c];
      width[c] = std::max(width[c], cell.size());
      const bool number = cell == "-" || cell.find_first_not_of("0123456789,.% ") == std::string::npos;
      if (r > 0 && !number) right[c] = false;
    }
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string pad(width[c] - row[c].size(), ' ');
      line += (c == 0 ? "" : "  ") + (right[c] ? pad + row[c] : row[c] + pad);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace pellucid::app
