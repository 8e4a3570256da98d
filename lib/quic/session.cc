#include "lib/quic/session.h"

#include <algorithm>
#include <cstring>

#include "lib/quic/google.h"

namespace pellucid::quic {
namespace {

constexpr std::size_t kMessageHead = 4;

void keep(Id& id, Bytes octets) noexcept {
  id.size = static_cast<std::uint8_t>(std::min(octets.size(), kMaxId));
  std::copy_n(octets.begin(), id.size, id.octets);
}

bool same(const Id& id, Bytes octets) noexcept { return std::ranges::equal(id.view(), octets); }

void note_ids(Session& s, Dir dir, const Packet& p) noexcept {
  if (p.type == Type::retry) return;  // the server may call itself otherwise then
  keep(s.id[index(dir)], p.scid);
  s.has_ids = static_cast<std::uint8_t>(s.has_ids | 1u << index(dir));
}

enum class Made : std::uint8_t { yes, shed, refused };

Made make_keys(Session& s, const Version& v, Bytes id, End sender, Tools& tools, Keys& out) noexcept {
  if (s.derivations >= kMaxDerivations) return Made::refused;
  if (tools.derivations_left == 0) return Made::shed;
  --tools.derivations_left;
  ++s.derivations;
  derive(tools.hasher, v, id, sender, out);
  return Made::yes;
}

Fate fate_of(Session& s, Made made) noexcept {
  s.flags |= kQuicIncomplete;
  return made == Made::shed ? Fate::shed : Fate::refused;
}

// The handshake begins anew, under keys of another id.
void restart(Session& s, Bytes id, Rooms& rooms) noexcept {
  keep(s.origin, id);
  for (Side& side : s.side) {
    side.version = 0;
    side.expected = 0;
    drop(rooms, side.stream);
    side.stream = kNoStream;
  }
}

// Puts a packet's pieces of the handshake where they belong.
Fate read_frames(Session& s, Dir dir, const Version& v, Bytes payload, Tools& tools) noexcept {
  Frames frames(payload, v.frame);
  Fate fate = Fate::opened;
  for (Crypto piece; frames.next(piece);) {
    if (add(tools.rooms, s.side[index(dir)].stream, piece.offset, piece.data) == Err::none) continue;
    s.flags |= kQuicIncomplete;
    fate = Fate::refused;
  }
  if (frames.closed()) s.flags |= kQuicClosed;
  if (frames.err() == Err::none) return fate;
  s.flags |= kQuicMalformed;
  return Fate::malformed;
}

Fate take_opened(Session& s, Dir dir, const Version& v, const Packet& p, const Plain& plain, Tools& tools) noexcept {
  Side& side = s.side[index(dir)];
  side.expected = std::max(side.expected, plain.number + 1);
  if (s.first == 0) s.first = v.number;
  if (v.number != s.first) s.flags |= kQuicUpgraded;
  s.version = v.number;
  note_ids(s, dir, p);
  return read_frames(s, dir, v, plain.payload, tools);
}

// Keys for a client's packet that those of the session do not open: it is the first one, or what it goes to has changed (a
// Retry that was missed, a connection after another one between the same ports).
Fate take_anew(Session& s, Dir dir, const Version& v, const Packet& p, Tools& tools) noexcept {
  Keys keys;
  const Made made = make_keys(s, v, p.dcid, End::client, tools, keys);
  if (made != Made::yes) return fate_of(s, made);
  const Result<Plain> plain = open(tools.aes, keys, p, 0, tools.scratch);
  if (!plain) return s.client_known == 0 ? Fate::no_key : Fate::bad_tag;
  if (!same(s.origin, p.dcid)) restart(s, p.dcid, tools.rooms);
  s.client = dir;
  s.client_known = 1;
  s.side[index(dir)].keys = keys;
  s.side[index(dir)].version = v.number;
  return take_opened(s, dir, v, p, *plain, tools);
}

Fate take_initial(Session& s, Dir dir, const Packet& p, Tools& tools) noexcept {
  const Version& v = *find_version(p.version);
  if (s.initials >= kMaxInitials) return fate_of(s, Made::refused);
  ++s.initials;
  Side& side = s.side[index(dir)];
  const bool from_client = s.client_known != 0 && s.client == dir;
  if (s.client_known == 0) return take_anew(s, dir, v, p, tools);
  if (side.version != p.version) {
    const Made made = make_keys(s, v, s.origin.view(), from_client ? End::client : End::server, tools, side.keys);
    if (made != Made::yes) return fate_of(s, made);
    side.version = p.version;
  }
  const Result<Plain> plain = open(tools.aes, side.keys, p, side.expected, tools.scratch);
  if (plain) return take_opened(s, dir, v, p, *plain, tools);
  if (from_client && !same(s.origin, p.dcid)) return take_anew(s, dir, v, p, tools);
  s.flags |= kQuicIncomplete;
  return Fate::bad_tag;
}

// RFC 9000 17.2.5.2: a client heeds one Retry, and none once the server has said more.
Fate take_retry(Session& s, Dir dir, const Packet& p, Tools& tools) noexcept {
  const Version& v = *find_version(p.version);
  const bool to_client = s.client_known != 0 && s.client != dir;
  if (!to_client || s.side[index(dir)].expected != 0) return Fate::no_key;
  if ((s.flags & kQuicRetry) != 0) return Fate::refused;
  if (v.retry != nullptr && !is_answered(tools.aes, v, p, s.origin.view())) return Fate::bad_tag;
  s.flags |= kQuicRetry;
  restart(s, p.scid, tools.rooms);
  return Fate::retry;
}

}  // namespace

void reset(Session& s) noexcept {
  std::memset(static_cast<void*>(&s), 0, sizeof s);
  for (Side& side : s.side) side.stream = kNoStream;
}

Fate take(Session& s, Dir dir, Bytes datagram, Tools& tools, Bytes& rest) noexcept {
  rest = {};
  const Result<Packet> packet = read_packet(datagram);
  if (!packet) return Fate::malformed;
  const Packet& p = *packet;
  rest = datagram.subspan(p.whole.size());
  if (s.version == 0 && p.version != 0) s.version = p.version;
  switch (p.type) {
    case Type::initial:
      return take_initial(s, dir, p, tools);
    case Type::retry:
      return take_retry(s, dir, p, tools);
    case Type::negotiation:
      s.flags |= kQuicNegotiated;
      return Fate::negotiation;
    case Type::early:
      s.flags |= kQuicEarlyData;
      return Fate::sealed;
    case Type::handshake:
    case Type::ending:
      s.sealed = static_cast<std::uint8_t>(s.sealed | 1u << index(dir));
      return Fate::sealed;
    case Type::unread:
      break;
  }
  return Fate::unread;
}

Bytes message(const Session& s, Dir dir, const Rooms& rooms) noexcept {
  const Bytes all = ready(rooms, s.side[index(dir)].stream);
  if (const std::size_t google = size_of_hello(all); google != 0) return google <= all.size() ? all.first(google) : Bytes{};
  Cursor in(all);
  in.skip(1);
  const std::uint32_t size = in.u24();
  return in.ok() && size <= in.left() ? all.first(kMessageHead + size) : Bytes{};
}

void pass(Session& s, Dir dir, std::size_t octets, Rooms& rooms) noexcept {
  consume(rooms, s.side[index(dir)].stream, static_cast<std::uint32_t>(octets));
}

void drop(Session& s, Rooms& rooms) noexcept {
  for (Side& side : s.side) drop(rooms, side.stream);
}

}  // namespace pellucid::quic
