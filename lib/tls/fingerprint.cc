#include "lib/tls/fingerprint.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace pellucid::tls {
namespace {

constexpr std::uint16_t kSni = 0x0000;
constexpr std::uint16_t kAlpn = 0x0010;
constexpr std::size_t kMaxCount = 99;    // JA4 writes two digits
constexpr std::size_t kHashDigits = 12;  // of each hash in a JA4

void put_decimal(std::string& out, unsigned v) {
  char text[12];
  out.append(text, std::to_chars(text, text + sizeof text, v).ptr);
}

constexpr std::string_view kHex = "0123456789abcdef";
std::string hex16(std::uint16_t v) {
  std::string out;
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(v >> shift) & 15];
  return out;
}

// Numbers joined by '-', GREASE left out.
void put_numbers(std::string& out, Numbers numbers) {
  bool first = true;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (is_grease(numbers[i])) continue;
    if (!first) out += '-';
    put_decimal(out, numbers[i]);
    first = false;
  }
}

void put_extensions(std::string& out, Bytes raw) {
  bool first = true;
  Extensions list(raw);
  for (Extension e{}; list.next(e);) {
    if (is_grease(e.type)) continue;
    if (!first) out += '-';
    put_decimal(out, e.type);
    first = false;
  }
}

std::string join_hex(const std::vector<std::uint16_t>& numbers) {
  std::string out;
  for (const std::uint16_t n : numbers) {
    if (!out.empty()) out += ',';
    out += hex16(n);
  }
  return out;
}

std::string_view ja4_version(std::uint16_t version) noexcept {
  switch (version) {
    case 0x0304:
      return "13";
    case 0x0303:
      return "12";
    case 0x0302:
      return "11";
    case 0x0301:
      return "10";
    case 0x0300:
      return "s3";
    case 0x0002:
      return "s2";
    case 0xfeff:
      return "d1";
    case 0xfefd:
      return "d2";
    case 0xfefc:
      return "d3";
    default:
      return "00";
  }
}

// The highest number offered, as JA4 has it: drafts count as what they are, numbers without a name.
std::uint16_t highest_version(const ClientHello& hello) noexcept {
  std::uint16_t best = 0;
  for (std::size_t i = 0; i < hello.versions.size(); ++i) {
    if (!is_grease(hello.versions[i])) best = std::max(best, hello.versions[i]);
  }
  return best != 0 ? best : hello.version;
}

std::string count(std::size_t n) {
  const std::size_t shown = std::min(n, kMaxCount);
  return {static_cast<char>('0' + shown / 10), static_cast<char>('0' + shown % 10)};
}

constexpr bool alphanumeric(std::uint8_t c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// First and last character of the first protocol; where one is no letter or digit, of its hexadecimal form.
std::string alpn_mark(const ClientHello& hello) {
  Bytes name;
  if (!Alpns(hello.alpn).next(name) || name.empty()) return "00";
  const std::uint8_t first = name.front();
  if (first > 0x7f) return "99";  // JA4's authors publish this for their own non-ASCII capture, whatever the last octet is
  const std::uint8_t last = name.back();
  if (alphanumeric(first) && alphanumeric(last)) return {static_cast<char>(first), static_cast<char>(last)};
  return {kHex[first >> 4], kHex[last & 15]};
}

std::string short_hash(const std::string& text, const crypto::Digests& digests) {
  if (text.empty()) return std::string(kHashDigits, '0');
  std::uint8_t hash[32];
  digests.sha256(as_bytes(text), hash);
  std::string out;
  for (std::size_t i = 0; i < kHashDigits / 2; ++i) {
    out += kHex[hash[i] >> 4];
    out += kHex[hash[i] & 15];
  }
  return out;
}

}  // namespace

std::string ja3(const ClientHello& hello) {
  if (hello.v2 || hello.malformed) return {};
  std::string out;
  put_decimal(out, hello.version);
  out += ',';
  put_numbers(out, hello.ciphers);
  out += ',';
  put_extensions(out, hello.extensions);
  out += ',';
  put_numbers(out, hello.groups);
  out += ',';
  for (std::size_t i = 0; i < hello.point_formats.size(); ++i) {
    if (i != 0) out += '-';
    put_decimal(out, hello.point_formats[i]);
  }
  return out;
}

std::string ja3s(const ServerHello& hello) {
  if (hello.malformed) return {};
  std::string out;
  put_decimal(out, hello.version);
  out += ',';
  put_decimal(out, hello.cipher);
  out += ',';
  put_extensions(out, hello.extensions);
  return out;
}

Ja4 read_ja4(const ClientHello& hello, Carrier carrier) {
  std::vector<std::uint16_t> ciphers;
  for (std::size_t i = 0; i < hello.ciphers.size(); ++i) {
    if (!is_grease(hello.ciphers[i])) ciphers.push_back(hello.ciphers[i]);
  }
  std::vector<std::uint16_t> extensions;
  std::size_t extension_count = 0;
  Extensions list(hello.extensions);
  for (Extension e{}; list.next(e);) {
    if (is_grease(e.type)) continue;
    ++extension_count;
    if (e.type != kSni && e.type != kAlpn) extensions.push_back(e.type);
  }
  std::vector<std::uint16_t> signatures;
  for (std::size_t i = 0; i < hello.signatures.size(); ++i) {
    if (!is_grease(hello.signatures[i])) signatures.push_back(hello.signatures[i]);
  }
  Ja4 out;
  out.head = static_cast<char>(carrier);
  out.head += ja4_version(highest_version(hello));
  out.head += (hello.has & kHasSni) != 0 ? 'd' : 'i';
  out.head += count(ciphers.size()) + count(extension_count) + alpn_mark(hello);
  std::ranges::sort(ciphers);
  std::ranges::sort(extensions);
  out.ciphers = join_hex(ciphers);
  out.extensions = join_hex(extensions);
  if (!signatures.empty()) out.extensions += '_' + join_hex(signatures);
  return out;
}

std::string write_ja4(const Ja4& parts, const crypto::Digests& digests) {
  return parts.head + '_' + short_hash(parts.ciphers, digests) + '_' + short_hash(parts.extensions, digests);
}

std::string write_ja4_raw(const Ja4& parts) { return parts.head + '_' + parts.ciphers + '_' + parts.extensions; }

}  // namespace pellucid::tls
