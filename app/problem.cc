#include "app/problem.h"

#include <charconv>

namespace pellucid::app {

namespace {

// Takes `:NUMBER` off the end. A file's name may hold colons, so the line is read from behind.
bool take_number(std::string_view& text, unsigned& number) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + colon + 1, end, number);
  if (error != std::errc() || at != end) return false;
  text = text.substr(0, colon);
  return true;
}

}  // namespace

Problem split_problem(std::string_view text) {
  Problem p;
  if (const std::size_t cut = text.find("; "); cut != std::string_view::npos) {
    p.remedy = text.substr(cut + 2);
    text = text.substr(0, cut);
  }
  if (const std::size_t words = text.find(": "); words != std::string_view::npos) {
    std::string_view place = text.substr(0, words);
    text = text.substr(words + 2);
    const std::string_view whole = place;
    if (!take_number(place, p.column) || !take_number(place, p.line)) {
      place = whole;
      p.line = p.column = 0;
    }
    p.file = place;
  }
  p.reason = text;
  return p;
}

}  // namespace pellucid::app
