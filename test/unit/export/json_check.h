// A slow second opinion on JSON text, for fuzz targets: decodes by the bit patterns of RFC 3629 and walks RFC 8259's grammar.
#pragma once
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/check.h"

namespace pellucid::fuzz {

inline constexpr std::uint32_t kReplaced = 0xfffd;

// Code points of any octets; broken ones as one U+FFFD for each maximal part (Unicode 15, 3.9).
inline std::vector<std::uint32_t> decode(std::string_view s) {
  const auto at = [&](std::size_t i) { return i < s.size() ? static_cast<std::uint8_t>(s[i]) : 0u; };
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < s.size();) {
    const std::uint32_t c = at(i);
    const std::size_t more = c < 0x80 ? 0 : c < 0xc0 ? 9 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : c < 0xf8 ? 3 : 9;
    std::uint32_t v = more == 0 ? c : more == 9 ? kReplaced : c & (0x3fu >> more);
    std::size_t used = 1;
    bool good = more != 9;
    for (std::size_t k = 1; good && k <= more; ++k) {
      const std::uint32_t next = v << 6 | (at(i + k) & 0x3f);
      // What every completion of this prefix would be worth at least and at most.
      const std::size_t shift = 6 * (more - k);
      const std::uint32_t low = next << shift, high = low | ((1u << shift) - 1);
      constexpr std::uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
      const bool possible = high >= kLeast[more] && low <= 0x10ffff && !(low >= 0xd800 && high <= 0xdfff);
      good = (at(i + k) & 0xc0) == 0x80 && possible;
      if (good) {
        v = next;
        ++used;
      }
    }
    // C0, C1 and F5 to F7 begin nothing, whatever follows.
    out.push_back(good && used == more + 1 ? v : kReplaced);
    i += used;
  }
  return out;
}

// The code points that the inside of a JSON string stands for. CHECKs that it is one.
inline std::vector<std::uint32_t> unescape(std::string_view inside) {
  std::vector<std::uint32_t> out;
  const std::vector<std::uint32_t> in = decode(inside);
  for (std::size_t i = 0; i < in.size(); ++i) {
    CHECK(in[i] >= 0x20 && in[i] != '"' && in[i] != 0x7f && !(in[i] >= 0x80 && in[i] < 0xa0));
    if (in[i] != '\\') {
      out.push_back(in[i]);
      continue;
    }
    CHECK(++i < in.size());
    constexpr std::string_view kNames = "\"\\/bfnrt", kValues = "\"\\/\b\f\n\r\t";
    if (const std::size_t k = in[i] < 0x80 ? kNames.find(static_cast<char>(in[i])) : std::string_view::npos;
        k != std::string_view::npos) {
      out.push_back(static_cast<std::uint8_t>(kValues[k]));
      continue;
    }
    CHECK(in[i] == 'u' && i + 4 < in.size());
    std::uint32_t v = 0;
    for (unsigned k = 0; k < 4; ++k) {
      const std::uint32_t d = in[++i];
      CHECK((d >= '0' && d <= '9') || (d >= 'a' && d <= 'f'));
      v = v << 4 | (d <= '9' ? d - '0' : d - 'a' + 10);
    }
    out.push_back(v);
  }
  return out;
}

// One JSON value that begins at `at`; gives where it ends. CHECKs that it is one.
inline std::size_t walk(std::string_view s, std::size_t at, unsigned depth = 0) {
  CHECK(at < s.size() && depth < 16);
  if (s[at] == '"') {
    std::size_t end = at + 1;
    while (end < s.size() && s[end] != '"') end += s[end] == '\\' ? 2 : 1;
    CHECK(end < s.size());
    static_cast<void>(unescape(s.substr(at + 1, end - at - 1)));
    return end + 1;
  }
  if (s[at] == '{' || s[at] == '[') {
    const bool object = s[at] == '{';
    const char close = object ? '}' : ']';
    if (at + 1 < s.size() && s[at + 1] == close) return at + 2;
    do {
      ++at;
      if (object) {
        CHECK(at < s.size() && s[at] == '"');
        at = walk(s, at, depth + 1);
        CHECK(at < s.size() && s[at++] == ':');
      }
      at = walk(s, at, depth + 1);
      CHECK(at < s.size());
    } while (s[at] == ',');
    CHECK(s[at] == close);
    return at + 1;
  }
  for (const std::string_view literal : {"true", "false"}) {
    if (s.substr(at).starts_with(literal)) return at + literal.size();
  }
  const std::size_t end = std::min(s.find_first_not_of("0123456789", at), s.size());
  CHECK(end > at && (end == at + 1 || s[at] != '0'));
  return end;
}

}  // namespace pellucid::fuzz
