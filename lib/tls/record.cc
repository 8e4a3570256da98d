#include "lib/tls/record.h"

#include <array>

namespace pellucid::tls {
namespace {

constexpr std::size_t kHelloStart = 6;  // message type, 24-bit length, version: what probe() judges a hello by
constexpr std::uint8_t kClientHello = 1;
constexpr std::uint8_t kServerHello = 2;
constexpr std::uint32_t kMinClientHello =
    39;  // version, random, empty session id, one suite (2 + 2), then compression may lack
constexpr std::uint32_t kMinServerHello = 36;  // version, random, suite: drafts of TLS 1.3 had no session id

// A version as hellos carry it: 3.x, or a draft's own number (RFC 8446 before its final form: 7f; experiments: 7e, fb).
constexpr bool hello_version(std::uint8_t major, std::uint8_t minor) noexcept {
  return (major == 3 && minor <= 4) || major == 0x7f || major == 0x7e || major == 0xfb;
}

// Judges as much of a hello's first octets as is there.
Probe judge_hello(Bytes start) noexcept {
  Cursor in(start);
  const std::uint8_t type = in.u8();
  const std::uint32_t length = in.u24();
  if (start.size() >= 1 && type != kClientHello && type != kServerHello) return Probe::no;
  if (start.size() >= 2 && start[1] > 1) return Probe::no;
  if (start.size() >= 4) {
    if (length > kMaxClientHello) return Probe::no;
    if (length < (type == kClientHello ? kMinClientHello : kMinServerHello)) return Probe::no;
  }
  if (start.size() < kHelloStart) return Probe::unsure;
  const std::uint8_t major = in.u8();
  return hello_version(major, in.u8()) ? Probe::yes : Probe::no;
}

// Hellos may be cut into records of one octet each, so their first octets are collected over records.
Probe probe_handshake(Bytes first) noexcept {
  std::array<std::uint8_t, kHelloStart> start{};
  std::size_t have = 0;
  Cursor in(first);
  while (have < kHelloStart && in.left() > 0) {
    const Result<RecordHead> head = read_record_head(in.rest());
    if (head.err() == Err::more) return judge_hello(Bytes(start).first(have)) == Probe::no ? Probe::no : Probe::unsure;
    if (!head || head->type != Content::handshake || head->length == 0) return Probe::no;
    in.skip(kRecordHead);
    for (std::size_t left = head->length; left > 0 && in.left() > 0 && have < kHelloStart; --left) start[have++] = in.u8();
  }
  return judge_hello(Bytes(start).first(have));
}

// An alert in the clear: two octets, warning or fatal, a description that RFC 8446 6 or its ancestors list.
Probe probe_alert(Bytes first) noexcept {
  Cursor in(first);
  in.skip(3);
  if (first.size() < kRecordHead + 2) return Probe::unsure;
  const std::uint16_t length = in.u16();
  const std::uint8_t level = in.u8();
  const std::uint8_t description = in.u8();
  if (length != 2 || (level != 1 && level != 2) || description > 121) return Probe::no;
  if (in.left() >= kRecordHead && !read_record_head(in.rest())) return Probe::no;
  return Probe::yes;
}

// RFC 5246 E.2 and the SSLv2 draft: every length in the hello must agree with the record's.
Probe probe_v2(Bytes first) noexcept {
  constexpr std::size_t kV2Fixed = 9;  // type, version, three lengths
  if (first.size() >= 3 && first[2] != kClientHello) return Probe::no;
  if (first.size() >= 4 && first[3] != 0 && first[3] != 3) return Probe::no;
  if (first.size() < kV2Head + kV2Fixed) return Probe::unsure;
  const std::uint16_t length = v2_length(first[0], first[1]);
  Cursor in(first.subspan(kV2Head + 1));
  const std::uint16_t version = in.u16();
  const std::uint16_t suites = in.u16();
  const std::uint16_t session = in.u16();
  const std::uint16_t challenge = in.u16();
  if (version != 0x0002 && (version < 0x0300 || version > 0x0304)) return Probe::no;
  if (suites == 0 || suites % 3 != 0 || (session != 0 && session != 16 && session != 32)) return Probe::no;
  if (challenge < 16 || challenge > 32) return Probe::no;
  return length == kV2Fixed + suites + session + challenge ? Probe::yes : Probe::no;
}

}  // namespace

Result<RecordHead> read_record_head(Bytes bytes) noexcept {
  if (bytes.size() >= 1 && (bytes[0] < 20 || bytes[0] > 24)) return Err::not_mine;
  if (bytes.size() >= 2 && bytes[1] != 3) return Err::not_mine;
  if (bytes.size() >= 3 && bytes[2] > 4) return Err::not_mine;
  if (bytes.size() < kRecordHead) return Err::more;
  Cursor in(bytes);
  const RecordHead head{static_cast<Content>(in.u8()), in.u16(), in.u16()};
  if (head.length > kMaxRecord) return Err::too_long;
  return head;
}

Probe probe(Bytes first) noexcept {
  if (first.empty()) return Probe::unsure;
  if ((first[0] & 0x80) != 0) return probe_v2(first);
  const Result<RecordHead> head = read_record_head(first);
  if (!head && head.err() != Err::more) return Probe::no;
  if (first[0] == static_cast<std::uint8_t>(Content::handshake)) return probe_handshake(first);
  if (first[0] == static_cast<std::uint8_t>(Content::alert)) return probe_alert(first);
  return Probe::no;
}

}  // namespace pellucid::tls
