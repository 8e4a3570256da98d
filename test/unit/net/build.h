// Packets for tests, built from the inside out, with lengths and checksums right:
//   ethernet(vlan(7, ip4({}, tcp({.sport = 40000, .dport = 443}, as_octets("hello")))))
// A Segment is what an IP header carries, a Part what an ethertype announces, Octets a whole frame or a payload.
#pragma once
#include <arpa/inet.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/net/row.h"

namespace pellucid::build {

using Octets = std::vector<std::uint8_t>;
struct Segment {
  std::uint8_t proto;
  Octets bytes;
};
struct Part {
  std::uint16_t type;
  Octets bytes;
};

inline Octets as_octets(std::string_view text) { return {text.begin(), text.end()}; }
inline void put8(Octets& out, std::size_t v) { out.push_back(static_cast<std::uint8_t>(v & 0xff)); }
inline void put16(Octets& out, std::size_t v) {
  put8(out, v >> 8);
  put8(out, v);
}
inline void put24(Octets& out, std::size_t v) {
  put8(out, v >> 16);
  put16(out, v);
}
inline void put32(Octets& out, std::size_t v) {
  put16(out, v >> 16);
  put16(out, v);
}
inline void put(Octets& out, const Octets& more) { out.insert(out.end(), more.begin(), more.end()); }
inline void set16(Octets& out, std::size_t at, std::size_t v) {
  out.at(at) = static_cast<std::uint8_t>(v >> 8 & 0xff);
  out.at(at + 1) = static_cast<std::uint8_t>(v & 0xff);
}

inline std::uint16_t checksum(const Octets& bytes) {  // RFC 1071
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) sum += static_cast<std::uint32_t>(bytes[i]) << (i % 2 == 0 ? 8 : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

inline Octets address(const std::string& text) {
  Octets out(text.find(':') != std::string::npos ? 16 : 4);
  inet_pton(out.size() == 16 ? AF_INET6 : AF_INET, text.c_str(), out.data());
  return out;
}

// ---- segments
struct Tcp {
  std::uint16_t sport = 40000;
  std::uint16_t dport = 443;
  std::uint32_t seq = 1;
  std::uint32_t ack = 0;
  std::uint8_t flags = 16;
  Octets options = {};  // a multiple of four
};
inline Segment tcp(const Tcp& h, const Octets& payload = {}) {
  Octets out;
  put16(out, h.sport);
  put16(out, h.dport);
  put32(out, h.seq);
  put32(out, h.ack);
  put8(out, (5 + h.options.size() / 4) << 4);
  put8(out, h.flags);
  put16(out, 0xffff);
  put32(out, 0);  // checksum (made by the IP header around it), urgent pointer
  put(out, h.options);
  put(out, payload);
  return {6, out};
}

struct Udp {
  std::uint16_t sport = 40000;
  std::uint16_t dport = 53;
};
inline Segment udp(const Udp& h, const Octets& payload = {}) {
  Octets out;
  put16(out, h.sport);
  put16(out, h.dport);
  put16(out, 8 + payload.size());
  put16(out, 0);
  put(out, payload);
  return {17, out};
}

inline Segment icmp(std::uint8_t type, std::uint8_t code, const Octets& payload = {}, std::uint8_t proto = 1) {
  Octets out{type, code, 0, 0, 0, 1, 0, 1};
  put(out, payload);
  return {proto, out};
}
inline Segment icmp6(std::uint8_t type, std::uint8_t code, const Octets& payload = {}) { return icmp(type, code, payload, 58); }

inline Segment sctp(std::uint16_t sport, std::uint16_t dport, const Octets& payload = {}) {
  Octets out;
  put16(out, sport);
  put16(out, dport);
  put32(out, 0x11223344);
  put32(out, 0);
  put(out, payload);
  return {132, out};
}
inline Segment esp(std::uint32_t spi, const Octets& sealed = Octets(24)) {
  Octets out;
  put32(out, spi);
  put32(out, 1);
  put(out, sealed);
  return {50, out};
}
inline Segment ah(std::uint32_t spi, const Segment& inner) {
  Octets out{inner.proto, 4, 0, 0};
  put32(out, spi);
  put32(out, 1);
  put(out, Octets(12));
  put(out, inner.bytes);
  return {51, out};
}
inline Segment ip_in_ip(const Part& inner) { return {static_cast<std::uint8_t>(inner.type == 0x86dd ? 41 : 4), inner.bytes}; }
inline Segment gre(const Part& inner) {
  Octets out;
  put16(out, 0);
  put16(out, inner.type);
  put(out, inner.bytes);
  return {47, out};
}
inline Segment gre_with_key(std::uint32_t key, const Part& inner) {
  Octets out;
  put16(out, 0x2000);
  put16(out, inner.type);
  put32(out, key);
  put(out, inner.bytes);
  return {47, out};
}
// An IPv6 extension header (0 hop-by-hop, 43 routing, 60 destination …) of 8 * (1 + more) octets before a segment.
inline Segment extension(std::uint8_t type, const Segment& inner, std::uint8_t more = 0) {
  Octets out{inner.proto, more};
  put(out, Octets(6 + std::size_t{8} * more));
  put(out, inner.bytes);
  return {type, out};
}
// An IPv6 fragment header before a stretch of a datagram's data.
inline Segment fragment6(std::uint32_t id, std::size_t offset, bool more, const Segment& stretch) {
  Octets out{stretch.proto, 0};
  put16(out, offset | (more ? 1u : 0u));
  put32(out, id);
  put(out, stretch.bytes);
  return {44, out};
}

// ---- IP
inline Segment with_checksum(const Octets& src, const Octets& dst, Segment s) {
  const std::size_t at = s.proto == 6 ? 16 : s.proto == 17 ? 6 : 2;
  const bool has = s.proto == 6 || s.proto == 17 || s.proto == 1 || s.proto == 58;
  if (!has || s.bytes.size() < at + 2) return s;
  Octets covered;
  if (s.proto != 1) {
    put(covered, src);
    put(covered, dst);
    put32(covered, s.bytes.size());
    put32(covered, s.proto);
  }
  put(covered, s.bytes);
  set16(s.bytes, at, checksum(covered));
  return s;
}

struct Ip4 {
  std::string src = "192.0.2.1";
  std::string dst = "198.51.100.2";
  std::uint16_t id = 1;
  std::uint16_t place = 0;  // flags and fragment offset (in units of 8 octets), as on the wire
  Octets options = {};      // a multiple of four
};
inline Part ip4(const Ip4& h, const Segment& inner) {
  const Octets src = address(h.src);
  const Octets dst = address(h.dst);
  const Octets body = (h.place & 0x3fff) == 0 ? with_checksum(src, dst, inner).bytes : inner.bytes;
  Octets out;
  put8(out, 0x45 + h.options.size() / 4);
  put8(out, 0);
  put16(out, 20 + h.options.size() + body.size());
  put16(out, h.id);
  put16(out, h.place);
  put8(out, 64);
  put8(out, inner.proto);
  put16(out, 0);
  put(out, src);
  put(out, dst);
  put(out, h.options);
  set16(out, 10, checksum(out));
  put(out, body);
  return {0x0800, out};
}

struct Ip6 {
  std::string src = "2001:db8::1";
  std::string dst = "2001:db8::2";
};
inline Part ip6(const Ip6& h, const Segment& inner) {
  const Octets src = address(h.src);
  const Octets dst = address(h.dst);
  const Octets body = with_checksum(src, dst, inner).bytes;
  Octets out;
  put32(out, 0x6000'0000);
  put16(out, body.size());
  put8(out, inner.proto);
  put8(out, 64);
  put(out, src);
  put(out, dst);
  put(out, body);
  return {0x86dd, out};
}

// ---- what stands before IP
inline Octets ethernet(const Part& inner) {
  Octets out{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
  put16(out, inner.type);
  put(out, inner.bytes);
  return out;
}
inline Part bridged(const Octets& frame) { return {0x6558, frame}; }
inline Part vlan(std::uint16_t id, const Part& inner, std::uint16_t type = 0x8100) {
  Octets out;
  put16(out, id);
  put16(out, inner.type);
  put(out, inner.bytes);
  return {type, out};
}
inline Part mpls(const std::vector<std::uint32_t>& labels, const Octets& inner) {
  Octets out;
  for (std::size_t i = 0; i < labels.size(); ++i) put32(out, labels[i] << 12 | (i + 1 == labels.size() ? 0x100u : 0u) | 64);
  put(out, inner);
  return {0x8847, out};
}
inline Part pppoe(std::uint16_t session, const Part& inner) {
  Octets out{0x11, 0};
  put16(out, session);
  put16(out, inner.bytes.size() + 2);
  put16(out, inner.type == 0x86dd ? 0x57 : 0x21);
  put(out, inner.bytes);
  return {0x8864, out};
}

// ---- what UDP carries
inline Octets vxlan(std::uint32_t vni, const Octets& frame, std::uint8_t flags = 8) {
  Octets out{flags, 0, 0, 0};
  put24(out, vni);
  put8(out, 0);
  put(out, frame);
  return out;
}
inline Octets geneve(std::uint32_t vni, const Part& inner, const Octets& options = {}) {
  Octets out;
  put8(out, options.size() / 4);
  put8(out, 0);
  put16(out, inner.type);
  put24(out, vni);
  put8(out, 0);
  put(out, options);
  put(out, inner.bytes);
  return out;
}
inline Octets gtpu(std::uint32_t teid, const Part& inner, std::uint8_t message = 255) {
  Octets out{0x30, message};
  put16(out, inner.bytes.size());
  put32(out, teid);
  put(out, inner.bytes);
  return out;
}

// A row as a source would fill it; `frame` has to outlive it.
inline net::Row row_of(const Octets& frame, net::Link link = net::Link::ethernet) {
  net::Row row{};
  row.frame = frame.data();
  row.len = row.wire_len = static_cast<std::uint32_t>(frame.size());
  row.frames = 1;
  row.link = link;
  return row;
}

}  // namespace pellucid::build
