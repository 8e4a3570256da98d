#include "lib/export/json.h"

#include <array>
#include <cstring>

namespace pellucid::exporter {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// What each first octet asks for. Plain octets are copied in runs; the others are looked at one by one.
enum Octet : std::uint8_t { plain, escape, two, three, four, bad };
constexpr std::array<Octet, 256> octets() noexcept {
  std::array<Octet, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) {
      table[c] = escape;
    } else if (c < 0x80) {
      table[c] = plain;
    } else if (c >= 0xc2 && c <= 0xdf) {  // C0 and C1 would be overlong
      table[c] = two;
    } else if (c >= 0xe0 && c <= 0xef) {
      table[c] = three;
    } else if (c >= 0xf0 && c <= 0xf4) {  // F5 and above would pass U+10FFFF
      table[c] = four;
    } else {
      table[c] = bad;
    }
  }
  return table;
}
constexpr std::array<Octet, 256> kOctets = octets();

struct Range {
  std::uint8_t low, high;
};
// The second octet is narrower after some first ones: no overlongs, no surrogates, nothing above U+10FFFF.
constexpr Range second(std::uint8_t first) noexcept {
  switch (first) {
    case 0xe0:
      return {0xa0, 0xbf};
    case 0xed:
      return {0x80, 0x9f};
    case 0xf0:
      return {0x90, 0xbf};
    case 0xf4:
      return {0x80, 0x8f};
    default:
      return {0x80, 0xbf};
  }
}

struct Sequence {
  std::size_t octets;  // how many belong together, at least 1
  bool good;
};
Sequence read_sequence(std::string_view s, std::size_t at, Octet kind) noexcept {
  if (kind == bad) return {1, false};
  const std::size_t want = kind == two ? 2 : kind == three ? 3 : 4;
  const Range r = second(static_cast<std::uint8_t>(s[at]));
  for (std::size_t i = 1; i < want; ++i) {
    if (at + i >= s.size()) return {i, false};
    const auto c = static_cast<std::uint8_t>(s[at + i]);
    const Range allowed = i == 1 ? r : Range{0x80, 0xbf};
    if (c < allowed.low || c > allowed.high) return {i, false};
  }
  return {want, true};
}

// Where the next octet stands that is not plain. Eight at a time: a byte of `odd` has its high bit set where the octet is
// above 7e, below 20, a quote or a backslash (a borrow may set one more, so that the table has the last word).
std::size_t skip_plain(std::string_view s, std::size_t at) noexcept {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  for (; at + 8 <= s.size(); at += 8) {
    std::uint64_t x;
    std::memcpy(&x, s.data() + at, sizeof x);
    const std::uint64_t low = x - kOnes * 0x20;
    const std::uint64_t quote = (x ^ kOnes * '"') - kOnes;
    const std::uint64_t slash = (x ^ kOnes * '\\') - kOnes;
    const std::uint64_t odd = x | (x + kOnes) | low | quote | slash;
    if ((odd & kOnes * 0x80) != 0) break;
  }
  while (at < s.size() && kOctets[static_cast<std::uint8_t>(s[at])] == plain) ++at;
  return at;
}

void write_u(std::string& out, std::uint8_t c) noexcept {
  const char text[] = {'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]};
  out.append(text, sizeof text);
}

void write_escape(std::string& out, char c) noexcept {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    default:
      write_u(out, static_cast<std::uint8_t>(c));
  }
}

}  // namespace

void write_escaped(std::string& out, std::string_view s) noexcept {
  std::size_t run = 0;  // where the octets begin that can be copied as they are
  std::size_t at = 0;
  while ((at = skip_plain(s, at)) < s.size()) {
    const Octet kind = kOctets[static_cast<std::uint8_t>(s[at])];
    const Sequence q = kind == escape ? Sequence{1, true} : read_sequence(s, at, kind);
    const bool c1 = kind == two && q.good && s[at] == '\xc2' && static_cast<std::uint8_t>(s[at + 1]) < 0xa0;
    if (kind != escape && q.good && !c1) {
      at += q.octets;
      continue;
    }
    out.append(s, run, at - run);
    if (kind == escape) {
      write_escape(out, s[at]);
    } else if (c1) {
      write_u(out, static_cast<std::uint8_t>(s[at + 1]));
    } else {
      out += kReplacement;
    }
    at += q.octets;
    run = at;
  }
  out.append(s, run, s.size() - run);
}

}  // namespace pellucid::exporter
