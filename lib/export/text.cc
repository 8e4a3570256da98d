#include "lib/export/text.h"

#include <charconv>

namespace pellucid::exporter {
namespace {

void write_padded(std::string& out, std::uint64_t value, unsigned width) noexcept {
  char digits[20];
  unsigned n = 0;
  do {
    digits[n++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  for (unsigned i = n; i < width; ++i) out += '0';
  while (n > 0) out += digits[--n];
}

void write_number(std::string& out, unsigned value, int base) noexcept {
  char digits[12];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

struct Gap {
  unsigned at, length;
};
// The longest run of zero groups, the first of equals; a single zero group is no gap (RFC 5952 4.2.2, 4.2.3).
Gap longest_gap(const std::uint16_t (&group)[8]) noexcept {
  Gap best{8, 1};
  for (unsigned i = 0; i < 8; ++i) {
    unsigned n = 0;
    while (i + n < 8 && group[i + n] == 0) ++n;
    if (n > best.length) best = {i, n};
    i += n;
  }
  return best;
}

void write_v6(std::string& out, Bytes a) noexcept {
  std::uint16_t group[8];
  for (unsigned i = 0; i < 8; ++i) group[i] = static_cast<std::uint16_t>(a[2 * i] << 8 | a[2 * i + 1]);
  const Gap gap = longest_gap(group);
  for (unsigned i = 0; i < 8;) {
    if (i == gap.at) {
      out += "::";
      i += gap.length;
      continue;
    }
    if (i != 0 && i != gap.at + gap.length) out += ':';
    write_number(out, group[i], 16);
    ++i;
  }
}

}  // namespace

// Days are counted in eras of 400 years that begin on the first of March, so that the leap day ends a year.
Date date_of(std::int64_t days) noexcept {
  constexpr std::int64_t kEra = 146'097;
  const std::int64_t z = days + 719'468;  // from 0000-03-01
  const std::int64_t era = (z >= 0 ? z : z - (kEra - 1)) / kEra;
  const std::int64_t in_era = z - era * kEra;
  const std::int64_t year = (in_era - in_era / 1460 + in_era / 36'524 - in_era / 146'096) / 365;
  const std::int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
  const std::int64_t march = (5 * in_year + 2) / 153;  // month, March is 0
  const auto day = static_cast<unsigned>(in_year - (153 * march + 2) / 5 + 1);
  const auto month = static_cast<unsigned>(march < 10 ? march + 3 : march - 9);
  return {year + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

void write_time(std::string& out, std::uint64_t ns) noexcept {
  const std::uint64_t seconds = ns / 1'000'000'000;
  const Date date = date_of(static_cast<std::int64_t>(seconds / 86'400));
  const std::uint64_t second = seconds % 86'400;
  write_padded(out, static_cast<std::uint64_t>(date.year), 4);
  out += '-';
  write_padded(out, date.month, 2);
  out += '-';
  write_padded(out, date.day, 2);
  out += 'T';
  write_padded(out, second / 3600, 2);
  out += ':';
  write_padded(out, second / 60 % 60, 2);
  out += ':';
  write_padded(out, second % 60, 2);
  out += '.';
  write_padded(out, ns / 1000 % 1'000'000, 6);
  out += "+0000";
}

void write_address(std::string& out, Bytes a) noexcept {
  if (a.size() == 16) return write_v6(out, a);
  if (a.size() != 4) return;
  for (unsigned i = 0; i < 4; ++i) {
    if (i != 0) out += '.';
    write_number(out, a[i], 10);
  }
}

void write_hex(std::string& out, Bytes bytes) noexcept {
  constexpr char kHex[] = "0123456789abcdef";
  for (const std::uint8_t b : bytes) {
    out += kHex[b >> 4];
    out += kHex[b & 15];
  }
}

void write_base64(std::string& out, Bytes bytes) noexcept {
  constexpr char kSet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t v = static_cast<std::uint32_t>(bytes[i]) << 16;
    if (n > 1) v |= static_cast<std::uint32_t>(bytes[i + 1]) << 8;
    if (n > 2) v |= bytes[i + 2];
    out += kSet[v >> 18];
    out += kSet[v >> 12 & 63];
    out += n > 1 ? kSet[v >> 6 & 63] : '=';
    out += n > 2 ? kSet[v & 63] : '=';
  }
}

void write_proto(std::string& out, std::uint8_t proto) noexcept {
  switch (proto) {
    case kIcmp:
      out += "ICMP";
      return;
    case kTcp:
      out += "TCP";
      return;
    case kUdp:
      out += "UDP";
      return;
    case kGre:
      out += "GRE";
      return;
    case kEsp:
      out += "ESP";
      return;
    case kAh:
      out += "AH";
      return;
    case kIcmp6:
      out += "IPv6-ICMP";
      return;
    case kSctp:
      out += "SCTP";
      return;
    default:
      write_padded(out, proto, 3);
  }
}

}  // namespace pellucid::exporter
