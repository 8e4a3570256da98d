// Table: rows of words in columns as wide as they need to be, for people. And how people read numbers. Any thread.
#pragma once
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace pellucid::app {

std::string grouped(std::uint64_t n);            // 1234567 → 1,234,567
std::string scaled(double n, const char* unit);  // 12.3 MB; 4.5 kpps
inline std::string scaled(std::uint64_t bytes) { return scaled(static_cast<double>(bytes), "B"); }
std::string printable(const std::string& text);  // what the wire holds must not steer the terminal
std::string span_of(std::uint64_t seconds);      // 1d 01:01:01
std::string moment(std::uint64_t seconds);       // local time

class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const noexcept { return rows_.size() == 1; }
  std::string text() const;  // numbers stand to the right

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace pellucid::app
