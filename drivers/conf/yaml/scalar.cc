#include "drivers/conf/yaml/scalar.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace pellucid::yaml {
namespace {

template <std::size_t kN>
bool one_of(std::string_view text, const std::array<std::string_view, kN>& words) noexcept {
  return std::find(words.begin(), words.end(), text) != words.end();
}
constexpr std::array<std::string_view, 5> kNothing{"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 6> kTruths{"true", "True", "TRUE", "false", "False", "FALSE"};

// Whole numbers that fit 64 bits with a sign; others are numbers like any fraction.
bool is_integer(std::string_view text, int base) noexcept {
  if (text.empty() || text[0] == '-') return false;
  std::int64_t v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v, base);
  return error == std::errc{} && end == text.data() + text.size();
}

bool is_number(std::string_view text) noexcept {
  if (text.empty() || (text[0] != '.' && (text[0] < '0' || text[0] > '9'))) return false;  // no inf, no nan
  double v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Tree::Kind kind_of_plain(std::string_view text) noexcept {
  if (one_of(text, kNothing)) return Tree::Kind::nothing;
  if (one_of(text, kTruths)) return Tree::Kind::boolean;
  if (text.starts_with("0x") && is_integer(text.substr(2), 16)) return Tree::Kind::integer;
  if (text.starts_with("0o") && is_integer(text.substr(2), 8)) return Tree::Kind::integer;
  const std::string_view unsigned_text = text[0] == '-' || text[0] == '+' ? text.substr(1) : text;
  if (is_integer(unsigned_text, 10)) return Tree::Kind::integer;
  return is_number(unsigned_text) ? Tree::Kind::number : Tree::Kind::text;
}

}  // namespace pellucid::yaml
