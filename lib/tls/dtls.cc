#include "lib/tls/dtls.h"

#include <algorithm>
#include <cstring>

#include "lib/tls/handshake.h"

namespace pellucid::tls {
namespace {

constexpr std::size_t kHead = 13;          // of a record: type, version, epoch, number, length
constexpr std::size_t kFragmentHead = 12;  // type, length, message number, fragment's offset and length (RFC 6347 4.2.2)
constexpr std::size_t kCookieAt = 2 + 32;  // behind version and random: session id, then the cookie
constexpr std::uint8_t kUnified = 0x20, kUnifiedMask = 0xe0;  // first octets of DTLS 1.3's own records (RFC 9147 4)
constexpr std::uint8_t kCid = 25;                             // records with a connection id (RFC 9146 4)
constexpr std::uint8_t kAck = 26;                             // RFC 9147 7

struct DtlsRecord {
  std::uint8_t type;
  std::uint16_t version;
  std::uint16_t epoch;  // not 0: protected
  Bytes body;
};

bool is_dtls(std::uint16_t version) noexcept {
  return version == 0xfeff || version == 0xfefd || version == 0x0100;  // the last one is what early OpenSSL wrote
}

// Protected records of 1.3 and those with connection ids do not say how long they are: they are taken to be the last.
bool next_record(Cursor& in, DtlsRecord& out) noexcept {
  if (in.left() == 0) return false;
  const std::uint8_t first = in.rest()[0];
  if ((first & kUnifiedMask) == kUnified || first == kCid) {
    out = {static_cast<std::uint8_t>(Content::application_data), 0, 1, {}};
    in.skip(in.left());
    return true;
  }
  out.type = in.u8();
  out.version = in.u16();
  out.epoch = in.u16();
  in.skip(6);  // its number
  out.body = in.take16();
  return in.ok() && is_dtls(out.version) && out.type >= 20 && out.type <= kAck;
}

struct Fragment {
  std::uint8_t type;
  std::uint32_t size;  // of the whole message
  std::uint16_t number;
  std::uint32_t offset;
  Bytes bytes;
};

bool next_fragment(Cursor& in, Fragment& out) noexcept {
  if (in.left() == 0) return false;
  out.type = in.u8();
  out.size = in.u24();
  out.number = in.u16();
  out.offset = in.u24();
  const std::uint32_t length = in.u24();
  out.bytes = in.take(length);
  return in.ok() && out.size <= kMaxMessage && out.offset <= out.size && length <= out.size - out.offset;
}

bool is(std::uint8_t type, Message message) noexcept { return type == static_cast<std::uint8_t>(message); }

// A running feed().
struct Turn {
  Dtls& d;
  Session& s;
  DtlsSide& side;
  Dir dir;
  const DtlsRoom& room;
  Step step = Step::more;

  void tell(Bytes bytes) noexcept {
    const Step now = feed(s, dir, bytes, room.session);
    if (now != Step::more) step = now;
  }
  // As TLS would have sent it; what is protected has no body for us.
  void tell_record(Content type, Bytes body) noexcept {
    for (;;) {
      const Bytes part = body.first(std::min<std::size_t>(body.size(), kMaxFragment));
      const std::uint8_t head[kRecordHead] = {static_cast<std::uint8_t>(type), 3, 3,
                                              static_cast<std::uint8_t>(part.size() >> 8),
                                              static_cast<std::uint8_t>(part.size())};
      tell(head);
      tell(part);
      body = body.subspan(part.size());
      if (body.empty()) return;
    }
  }
  void tell_message_head(std::uint8_t type, std::size_t size) noexcept {
    const std::uint8_t head[kMessageHead] = {type, static_cast<std::uint8_t>(size >> 16), static_cast<std::uint8_t>(size >> 8),
                                             static_cast<std::uint8_t>(size)};
    tell_record(Content::handshake, head);
  }
};

void tell_client_hello(Turn& t, Bytes body) noexcept {
  Cursor in(body);
  in.skip(kCookieAt);
  in.take8();
  const std::size_t before = body.size() - in.left();
  in.take8();
  const std::size_t behind = body.size() - in.left();
  const bool fits = in.ok();
  t.tell_message_head(t.side.type, fits ? body.size() - (behind - before) : body.size());
  t.tell_record(Content::handshake, fits ? body.first(before) : body);
  if (fits) t.tell_record(Content::handshake, body.subspan(behind));
}

void take_bytes(Turn& t, Bytes bytes) noexcept {
  DtlsSide& side = t.side;
  const bool first = side.have == 0;
  side.have += static_cast<std::uint32_t>(bytes.size());
  const bool whole = side.have == side.size;
  if (is(side.type, Message::client_hello)) {
    if (first && whole) return tell_client_hello(t, bytes);
    if (side.size > kMaxHello || !t.room.session.spools.append(side.hello, bytes)) t.s.flags |= kTlsIncomplete;
    if (!whole) return;
    const MutBytes scratch = t.room.session.scratch;
    const std::size_t n = t.room.session.spools.gather(side.hello, scratch);
    t.room.session.spools.clear(side.hello);
    if (n == side.size) tell_client_hello(t, scratch.first(n));
    return;
  }
  if (first) t.tell_message_head(side.type, side.size);
  if (!bytes.empty()) t.tell_record(Content::handshake, bytes);
}

// What comes before its turn, head and all, so that it is read again as it came.
void keep_late(Turn& t, const Fragment& f) noexcept {
  const auto three = [](std::uint8_t* to, std::size_t n) {
    to[0] = static_cast<std::uint8_t>(n >> 16);
    to[1] = static_cast<std::uint8_t>(n >> 8);
    to[2] = static_cast<std::uint8_t>(n);
  };
  std::uint8_t head[kFragmentHead];
  head[0] = f.type;
  three(head + 1, f.size);
  head[4] = static_cast<std::uint8_t>(f.number >> 8);
  head[5] = static_cast<std::uint8_t>(f.number);
  three(head + 6, f.offset);
  three(head + 9, f.bytes.size());
  Spools& spools = t.room.session.spools;
  const bool fits = t.side.late.size + sizeof head + f.bytes.size() <= kMaxLate;
  if (!fits || !spools.append(t.side.late, head)) {
    t.s.flags |= kTlsIncomplete;
  } else if (!spools.append(t.side.late, f.bytes)) {
    spools.clear(t.side.late);  // a head without its bytes would be taken for what follows
    t.s.flags |= kTlsIncomplete;
  }
}

// Hellos begin a handshake anew: after a HelloVerifyRequest some servers count from 0 again, some clients leave numbers out.
bool begins_anew(const Turn& t, const Fragment& f) noexcept {
  if (f.offset != 0 || f.number == t.side.number) return false;
  if (is(f.type, Message::server_hello)) return t.s.server_read == 0;
  return is(f.type, Message::client_hello) && f.number > t.side.number;
}

// Whether the fragment goes on from where the direction is, so that what has waited may go on too.
bool take_fragment(Turn& t, const Fragment& f) noexcept {
  DtlsSide& side = t.side;
  if (side.begun == 0 || begins_anew(t, f)) {
    t.room.session.spools.clear(side.hello);
    side.number = f.number;
    side.have = 0;
    side.begun = 1;
  }
  const std::uint32_t end = f.offset + static_cast<std::uint32_t>(f.bytes.size());
  if (f.number < side.number) return false;  // sent again
  if (f.number > side.number || f.offset > side.have) {
    keep_late(t, f);
    return false;
  }
  if (side.have == 0) {
    side.type = f.type;
    side.size = f.size;
  }
  if (f.type != side.type || f.size != side.size || (end <= side.have && f.size != 0)) return false;
  take_bytes(t, f.bytes.subspan(side.have - f.offset));
  if (side.have < side.size) return true;
  side.have = 0;
  ++side.number;
  return true;
}

// Every pass takes at least one fragment out, so that they come to an end.
void take_late(Turn& t) noexcept {
  Spools& spools = t.room.session.spools;
  for (bool again = true; again && t.side.late.size != 0 && t.s.over == 0;) {
    again = false;
    const std::size_t n = spools.gather(t.side.late, t.room.late);
    spools.clear(t.side.late);
    Cursor in(Bytes(t.room.late).first(n));
    for (Fragment f; next_fragment(in, f);) again |= take_fragment(t, f);
  }
}

void take_handshake(Turn& t, Bytes body) noexcept {
  Cursor in(body);
  bool on = false;
  for (Fragment f; t.s.over == 0 && next_fragment(in, f);) on |= take_fragment(t, f);
  if (!in.ok()) t.s.flags |= kTlsMalformed;
  if (on) take_late(t);
}

void take_record(Turn& t, const DtlsRecord& r) noexcept {
  if (r.version != 0) t.d.version = r.version;
  if (r.epoch != 0) return t.tell_record(Content::application_data, {});
  switch (static_cast<Content>(r.type)) {
    case Content::handshake:
      return take_handshake(t, r.body);
    case Content::alert:
      return t.tell_record(Content::alert, r.body.first(std::min<std::size_t>(r.body.size(), 2)));
    case Content::change_cipher_spec: {
      constexpr std::uint8_t kOne[] = {1};
      return t.tell_record(Content::change_cipher_spec, kOne);
    }
    case Content::application_data:
    case Content::heartbeat:
      return;
  }
}

}  // namespace

Probe probe_dtls(Bytes datagram) noexcept {
  Cursor in(datagram);
  DtlsRecord r{};
  if (datagram.size() < kHead || !next_record(in, r) || r.version == 0) return Probe::no;
  if (r.epoch == 0 && static_cast<Content>(r.type) == Content::handshake) {
    Cursor body(r.body);
    Fragment f{};
    return next_fragment(body, f) && find_message(f.type) != nullptr ? Probe::yes : Probe::no;
  }
  while (next_record(in, r)) {
  }
  return in.ok() && in.left() == 0 ? Probe::yes : Probe::no;
}

void reset(Dtls& d) noexcept {
  d.version = 0;
  for (DtlsSide& side : d.side) side = {Spool{}, Spool{}, 0, 0, 0, 0, 0};
}

Step feed(Dtls& d, Session& s, Dir dir, Bytes datagram, const DtlsRoom& room) noexcept {
  DCHECK(room.late.size() >= kMaxLate);
  Turn t{d, s, d.side[index(dir)], dir, room};
  Cursor in(datagram);
  for (DtlsRecord r{}; s.over == 0 && next_record(in, r);) take_record(t, r);
  return t.step;
}

void drop(Dtls& d, Spools& spools) noexcept {
  for (DtlsSide& side : d.side) {
    spools.clear(side.late);
    spools.clear(side.hello);
  }
}

}  // namespace pellucid::tls
