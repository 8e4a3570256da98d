#include "lib/quic/header.h"

#include "lib/quic/google.h"
#include "lib/quic/varint.h"

namespace pellucid::quic {
namespace {

constexpr std::uint8_t kLong = 0x80, kFixed = 0x40;
constexpr std::size_t kMinSample = 20;  // octets behind the packet number's first that header protection needs (RFC 9001 5.4.2)

Type type_of(std::uint8_t first, Kind kind) noexcept {
  constexpr Type kTypes[] = {Type::initial, Type::early, Type::handshake, Type::retry};
  const unsigned bits = first >> 4 & 3;
  return kTypes[kind == Kind::v2 ? (bits + 3) & 3 : bits];  // RFC 9369 3.2
}

// What follows the ids of a packet that has a length.
Err read_protected(Cursor& in, Bytes datagram, Packet& p) noexcept {
  if (p.type == Type::initial) p.token = take_varint(in);
  const std::uint64_t size = read_varint(in);
  p.number_at = in.offset();
  if (!in.ok()) return Err::truncated;
  if (size > in.left()) return Err::truncated;
  if (size < kMinSample) return Err::bad_length;
  p.whole = datagram.first(p.number_at + static_cast<std::size_t>(size));
  return Err::none;
}

Err read_retry(Cursor& in, Bytes datagram, const Version& v, Packet& p) noexcept {
  p.whole = datagram;
  if (v.retry == nullptr) return Err::none;  // older drafts repeat the id here, and protect nothing
  if (in.left() <= kRetryTag) return Err::truncated;
  p.token = in.take(in.left() - kRetryTag);
  return Err::none;
}

}  // namespace

Result<Packet> read_packet(Bytes datagram) noexcept {
  Packet p{};
  p.whole = datagram;
  Cursor in(datagram);
  const std::uint8_t first = in.u8();
  if (!in.ok()) return Err::truncated;
  if ((first & kLong) == 0) {
    p.type = Type::ending;
    return (first & kFixed) != 0 ? Result<Packet>(p) : Err::not_mine;
  }
  p.version = in.u32();
  p.dcid = in.take8();
  p.scid = in.take8();
  if (!in.ok()) return Err::truncated;
  if (p.version == 0) {
    p.type = Type::negotiation;
    p.versions = in.rest().first(in.left() & ~std::size_t{3});
    return p.versions.empty() ? Err::truncated : Result<Packet>(p);
  }
  const Version* const v = find_version(p.version);
  if (v == nullptr) {
    p.type = Type::unread;
    return p;
  }
  if (p.dcid.size() > kMaxId || p.scid.size() > kMaxId) return Err::bad_length;
  p.type = type_of(first, v->kind);
  const Err err = p.type == Type::retry ? read_retry(in, datagram, *v, p) : read_protected(in, datagram, p);
  return err == Err::none ? Result<Packet>(p) : err;
}

Probe probe_long(Bytes datagram) noexcept {
  if (is_google(datagram)) return Probe::yes;
  if ((datagram[0] & kLong) == 0) return Probe::no;
  const Result<Packet> p = read_packet(datagram);
  if (!p) return Probe::no;
  switch (p->type) {
    case Type::negotiation: {  // many things begin with four zeros: at least one version must be known
      if (p->dcid.size() > kMaxId || p->scid.size() > kMaxId) return Probe::no;
      Cursor in(p->versions);
      while (in.left() != 0) {
        const std::uint32_t v = in.u32();
        if (v != 0 && (kind_of(v) != Kind::other)) return Probe::yes;
      }
      return Probe::no;
    }
    case Type::unread:
      return is_grease(p->version) && p->dcid.size() >= 8 && datagram.size() >= 1200 ? Probe::yes : Probe::no;
    default:
      return Probe::yes;
  }
}

}  // namespace pellucid::quic
