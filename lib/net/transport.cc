// Transport headers: where a flow's ports are, and where its payload begins.
#include <algorithm>

#include "lib/net/walk.h"

namespace pellucid::net {
namespace {

void read_tcp(Walk& w) noexcept {  // RFC 9293 3.1
  if (!w.has(20)) return refuse(w, Layer::tcp, Err::truncated);
  Cursor in = w.header<20>();
  Ports ports;
  ports.src = in.u16();
  ports.dst = in.u16();
  const std::uint32_t seq = in.u32();
  in.skip(4);
  const std::uint8_t offset = in.u8();
  const std::uint8_t flags = in.u8();
  std::uint32_t header = (offset >> 4) * 4u;
  if (header < 20) return refuse(w, Layer::tcp, Err::bad_length);
  const std::uint32_t left = w.end - w.at;
  if (header > left) {
    if (!w.is_short()) return refuse(w, Layer::tcp, Err::bad_length);
    header = left;  // the snap length took options: the flow is known all the same
  }
  if (!make_flow(w, kProtoTcp, ports, Swap::with_addresses, w.at + header)) return;
  w.row.seq = seq;
  w.row.tcp_flags = flags;
}

void read_udp(Walk& w) noexcept {  // RFC 768
  if (!w.has(8)) return refuse(w, Layer::udp, Err::truncated);
  Cursor in = w.header<8>();
  Ports ports;
  ports.src = in.u16();
  ports.dst = in.u16();
  const std::uint16_t length = in.u16();
  if (!bound(w, Layer::udp, 8, length)) return;
  w.at += 8;
  if (w.trail != nullptr) note_udp(w, ports);
  if (may_be_udp_tunnel(ports) && unwrap_udp(w, ports)) return;
  make_flow(w, kProtoUdp, ports, Swap::with_addresses, w.at);
}

void read_icmp(Walk& w, std::uint8_t proto) noexcept {  // RFC 792, RFC 4443 2.1
  Cursor in = w.cursor();
  const std::uint8_t type = in.u8();
  const std::uint8_t code = in.u8();
  in.skip(2);
  if (!in.ok()) return refuse(w, Layer::icmp, Err::truncated);
  const std::uint32_t header = std::min<std::uint32_t>(8, w.end - w.at);
  if (!make_flow(w, proto, {}, Swap::with_addresses, w.at + header)) return;
  w.row.icmp_type = type;
  w.row.icmp_code = code;
}

void read_sctp(Walk& w) noexcept {  // RFC 9260 3.1
  Cursor in = w.cursor();
  Ports ports;
  ports.src = in.u16();
  ports.dst = in.u16();
  in.skip(8);
  if (!in.ok()) return refuse(w, Layer::sctp, Err::truncated);
  make_flow(w, kProtoSctp, ports, Swap::with_addresses, w.at + 12);
}

constexpr Ports halves(std::uint32_t spi) noexcept {
  return {static_cast<std::uint16_t>(spi >> 16), static_cast<std::uint16_t>(spi & 0xffff)};
}

void read_esp(Walk& w) noexcept {  // RFC 4303 2
  Cursor in = w.cursor();
  const std::uint32_t spi = in.u32();
  in.skip(4);
  if (!in.ok()) return refuse(w, Layer::ipsec, Err::truncated);
  note(w, Mark::esp, spi);
  make_flow(w, kProtoEsp, halves(spi), Swap::never, w.at + 8);
}

void read_ah(Walk& w) noexcept {  // RFC 4302 2
  Cursor in = w.cursor();
  in.skip(1);
  const std::size_t words = in.u8();
  in.skip(2);
  const std::uint32_t spi = in.u32();
  if (in.ok()) note(w, Mark::ah, spi);
  if (words < 1) return refuse(w, Layer::ipsec, Err::bad_length);
  in.skip(words * 4);  // the length leaves out two words, which are read
  if (!in.ok()) return refuse(w, Layer::ipsec, Err::truncated);
  make_flow(w, kProtoAh, halves(spi), Swap::never, w.at + static_cast<std::uint32_t>(in.offset()));
}

void read_ip_in_ip(Walk& w, std::uint8_t proto) noexcept {  // RFC 2003, RFC 4213 3, RFC 2473
  const bool inner6 = proto == kProtoIpv6;
  Tunnel t{.type = inner6 && !w.v6 ? Wrap::sixin4 : Wrap::ipip,
           .layer = w.v6 ? Layer::ipv6 : Layer::ipv4,
           .proto = proto,
           .belief = Belief::certain,
           .inside = inner6 ? kTypeIpv6 : kTypeIpv4};
  t.body = w.at;
  if (unwrap(w, t)) return;
  make_flow(w, proto, {}, Swap::with_addresses, w.at);
}

}  // namespace

void read_transport(Walk& w, std::uint8_t proto) noexcept {
  switch (proto) {
    case kProtoTcp:
      return read_tcp(w);
    case kProtoUdp:
      return read_udp(w);
    case kProtoIcmp:
    case kProtoIcmpv6:
      return read_icmp(w, proto);
    case kProtoSctp:
      return read_sctp(w);
    case kProtoEsp:
      return read_esp(w);
    case kProtoAh:
      return read_ah(w);
    case kProtoGre:
      return read_gre(w);
    case kProtoIpv4:
    case kProtoIpv6:
      return read_ip_in_ip(w, proto);
    default:
      make_flow(w, proto, {}, Swap::with_addresses, w.at);
  }
}

}  // namespace pellucid::net
