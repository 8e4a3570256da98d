#include "lib/net/datagram.h"

#include <algorithm>

#include "lib/base/cursor.h"

namespace pellucid::net {
namespace {

void put16(MutBytes out, std::size_t at, std::uint32_t value) noexcept {
  out[at] = static_cast<std::uint8_t>(value >> 8 & 0xff);
  out[at + 1] = static_cast<std::uint8_t>(value & 0xff);
}

std::uint32_t checksum(Bytes header) noexcept {  // RFC 1071
  Cursor in(header);
  std::uint32_t sum = 0;
  while (in.left() >= 2) sum += in.u16();
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

void mend_ipv4(MutBytes header, std::size_t whole) noexcept {
  put16(header, 2, static_cast<std::uint32_t>(whole));
  put16(header, 6, Cursor(header.subspan(6)).u16() & 0xc000u);  // "do not fragment" stays, offset and "more" go
  put16(header, 10, 0);
  put16(header, 10, checksum(header));
}

void mend_ipv6(MutBytes headers, std::size_t whole, std::uint8_t next) noexcept {
  put16(headers, 4, static_cast<std::uint32_t>(whole - 40));
  std::size_t last = 6;  // where the type of the header is that was the fragment header
  for (std::size_t at = 40; at + 8 <= headers.size(); at += 8 + std::size_t{headers[at + 1]} * 8) last = at;
  headers[last] = next;
}

// An octet range of `d` is there and differs from what the fragment says of it (RFC 5722).
bool differs(const Piece& p, const Fragment& f, const Spools& spools, MutBytes scratch) noexcept {
  const auto f_end = f.offset + static_cast<std::uint32_t>(f.data.size());
  const std::uint32_t from = std::max(p.offset, f.offset);
  const std::uint32_t to = std::min(p.end(), f_end);
  if (from >= to) return false;
  spools.gather(p.bytes, scratch.first(to - p.offset));
  return std::memcmp(scratch.data() + (from - p.offset), f.data.data() + (from - f.offset), to - from) != 0;
}

Err contradicts(const Datagram& d, const Fragment& f) noexcept {
  const auto end = f.offset + static_cast<std::uint32_t>(f.data.size());
  if (d.total != kNone && (end > d.total || (f.last && end != d.total))) return Err::bad_length;
  if (f.last && d.pieces > 0 && d.piece[d.pieces - 1].end() > end) return Err::bad_length;
  return Err::none;
}

// Keeps one stretch: at the end of the piece before it, or as a piece of its own.
void keep(Datagram& d, std::uint32_t offset, Bytes bytes, Spools& spools) noexcept {
  unsigned at = d.pieces;
  while (at > 0 && d.piece[at - 1].offset > offset) --at;
  const bool follows = at > 0 && d.piece[at - 1].end() == offset;
  if (!follows) {
    std::memmove(&d.piece[at + 1], &d.piece[at], (d.pieces - at) * sizeof(Piece));
    d.piece[at].offset = offset;
    d.piece[at].bytes = Spool{};
    ++d.pieces;
    ++at;
  }
  CHECK(spools.append_promised(d.piece[at - 1].bytes, bytes));
  d.size += static_cast<std::uint32_t>(bytes.size());
}

void read_place4(Bytes header, std::uint8_t proto, Fragment& out) noexcept {  // RFC 791 3.1
  Cursor in(header);
  in.skip(4);
  out.origin.port_b = in.u16();
  const std::uint16_t place = in.u16();
  in.skip(4);
  std::memcpy(out.origin.a, in.take(4).data(), 4);
  std::memcpy(out.origin.b, in.take(4).data(), 4);
  out.origin.proto = proto;
  out.origin.family = 4;
  out.offset = (place & 0x1fffu) * 8;
  out.last = (place & 0x2000) == 0;
}

void read_place6(Bytes headers, Fragment& out) noexcept {  // RFC 8200 4.5
  Cursor fixed(headers);
  fixed.skip(8);
  std::memcpy(out.origin.a, fixed.take(16).data(), 16);
  std::memcpy(out.origin.b, fixed.take(16).data(), 16);
  Cursor in(headers.last(8));
  in.skip(2);
  const std::uint16_t place = in.u16();
  out.origin.port_a = in.u16();
  out.origin.port_b = in.u16();
  out.origin.family = 6;
  out.offset = place & 0xfff8u;
  out.last = (place & 1) == 0;
}

}  // namespace

Err read_fragment(const Row& row, Fragment& out) noexcept {
  const bool v6 = (row.flags & kRowV6) != 0;
  CHECK(row.payload >= row.l3 + (v6 ? 48 : 20) && row.payload + row.payload_len <= row.len);
  const Bytes headers = row.bytes().subspan(row.l3, row.payload - row.l3);
  std::memset(&out.origin, 0, sizeof out.origin);
  out.origin.space = row.hash;
  out.next = row.proto;
  if (v6) {
    read_place6(headers, out);
  } else {
    read_place4(headers, row.proto, out);
  }
  Cursor length(headers.subspan(v6 ? 4 : 2));
  const std::size_t announced = length.u16() + (v6 ? std::size_t{40} : 0);
  out.data = row.payload_bytes();
  out.prefix = row.bytes().first(row.payload - (v6 ? 8u : 0u));
  if (announced != headers.size() + out.data.size()) return Err::truncated;  // a piece of a piece is worth nothing
  if (out.data.empty() || (!out.last && out.data.size() % 8 != 0)) return Err::bad_length;
  if (out.offset + out.data.size() > Frags::kMaxBytes || out.prefix.size() > Frags::kMaxPrefix) return Err::too_long;
  return Err::none;
}

void begin(Datagram& d, const Fragment& f, std::uint32_t tick) noexcept {
  d.origin = f.origin;
  d.older = d.newer = d.chained = kNone;
  d.tick = tick;
  d.total = kNone;
  d.size = d.frames = d.wire_len = 0;
  d.prefix = Spool{};
  d.l3 = 0;
  d.next = 0;
  d.pieces = 0;
}

Err find_gaps(const Datagram& d, const Fragment& f, const Spools& spools, MutBytes scratch, Gaps& out) noexcept {
  if (const Err err = contradicts(d, f); err != Err::none) return err;
  const auto end = f.offset + static_cast<std::uint32_t>(f.data.size());
  std::uint32_t at = f.offset;
  out.count = 0;
  out.chunks = f.offset == 0 && d.prefix.size == 0 ? 1 : 0;
  const auto add = [&out](std::uint32_t from, std::uint32_t to) noexcept {
    out.gap[out.count].offset = from;
    out.gap[out.count++].end = to;
    out.chunks += (to - from + Spools::kChunk - 1) / Spools::kChunk;
  };
  bool joins = false;  // a later gap begins where a piece ends; only the first may need a piece of its own
  for (unsigned i = 0; i < d.pieces && d.piece[i].offset < end; ++i) {
    const Piece& p = d.piece[i];
    if (p.offset <= f.offset && p.end() >= f.offset) joins = true;
    if (p.end() <= at) continue;
    if (d.origin.family == 6 && differs(p, f, spools, scratch)) return Err::bad_value;
    if (p.offset > at) add(at, p.offset);
    at = p.end();
  }
  if (at < end) add(at, end);
  return out.count > 0 && !joins && d.pieces == Frags::kMaxPieces ? Err::full : Err::none;
}

void store(Datagram& d, const Fragment& f, const Row& row, const Gaps& gaps, Spools& spools) noexcept {
  for (unsigned i = 0; i < gaps.count; ++i) {
    const auto& gap = gaps.gap[i];
    keep(d, gap.offset, f.data.subspan(gap.offset - f.offset, gap.end - gap.offset), spools);
  }
  if (f.last) d.total = f.offset + static_cast<std::uint32_t>(f.data.size());
  if (f.offset == 0 && d.prefix.size == 0) {
    CHECK(spools.append_promised(d.prefix, f.prefix));
    d.l3 = row.l3;
    d.next = f.next;
    d.link = row.link;
  }
  d.frames += row.frames;
  d.wire_len += row.wire_len;
}

void wipe(Datagram& d, Spools& spools) noexcept {
  for (unsigned i = 0; i < d.pieces; ++i) spools.clear(d.piece[i].bytes);
  spools.clear(d.prefix);
  d.pieces = 0;
}

std::size_t joined_size(const Datagram& d) noexcept {
  const std::size_t headers = d.prefix.size - d.l3;
  const std::size_t counted = (d.origin.family == 6 ? headers - 40 : headers) + d.total;
  return counted > Frags::kMaxBytes ? 0 : std::size_t{d.prefix.size} + d.total;
}

void join(const Datagram& d, const Spools& spools, MutBytes out) noexcept {
  CHECK(d.whole() && out.size() == joined_size(d));
  spools.gather(d.prefix, out);
  for (unsigned i = 0; i < d.pieces; ++i) spools.gather(d.piece[i].bytes, out.subspan(d.prefix.size + d.piece[i].offset));
  const MutBytes headers = out.first(d.prefix.size).subspan(d.l3);
  if (d.origin.family == 6) {
    mend_ipv6(headers, out.size() - d.l3, d.next);
  } else {
    mend_ipv4(headers, out.size() - d.l3);
  }
}

}  // namespace pellucid::net
