// Text: how times, addresses, hexadecimal and identifiers look in records; everything is appended to a string. Plain
// functions, any thread.
#pragma once
#include <string>

#include "lib/crypto/hash.h"
#include "lib/export/record.h"

namespace pellucid::exporter {

// The day of a civil calendar, from days since 1970-01-01 (proleptic Gregorian).
struct Date {
  std::int64_t year;
  unsigned month;  // 1 to 12
  unsigned day;    // 1 to 31
};
Date date_of(std::int64_t days) noexcept;

void write_time(std::string& out, std::uint64_t ns) noexcept;  // 2026-11-22T13:01:01.123456+0000
void write_address(std::string& out, Bytes address) noexcept;  // 4 or 16 octets (RFC 5952); else nothing
void write_hex(std::string& out, Bytes bytes) noexcept;        // 0a1b…
void write_base64(std::string& out, Bytes bytes) noexcept;     // RFC 4648 4, padded

// The octets of an address as Head, Outer and Key hold it.
inline Bytes address_of(const std::uint8_t (&a)[16], std::uint8_t family) noexcept { return {a, family == 6 ? 16u : 4u}; }

enum Proto : std::uint8_t { kIcmp = 1, kTcp = 6, kUdp = 17, kGre = 47, kEsp = 50, kAh = 51, kIcmp6 = 58, kSctp = 132 };
void write_proto(std::string& out, std::uint8_t proto) noexcept;  // TCP; three digits where EVE knows no name
constexpr bool has_ports(std::uint8_t proto) noexcept { return proto == kTcp || proto == kUdp || proto == kSctp; }
constexpr bool is_icmp(std::uint8_t proto) noexcept { return proto == kIcmp || proto == kIcmp6; }

// Community ID, version 1, seed 0.
void write_community_id(std::string& out, const crypto::Digests& digests, const Head& head) noexcept;

}  // namespace pellucid::exporter
