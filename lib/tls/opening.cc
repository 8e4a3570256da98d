#include "lib/tls/opening.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/tls/progress.h"

namespace pellucid::tls {
namespace {

using keys::Part;

// A running open().
struct Work {
  Opening& o;
  OpeningSide& side;
  Dir dir;
  const OpenRoom& room;
  Out& out;
};

bool from_client(const Work& w) noexcept { return w.dir == w.o.client; }

keys::Hellos hellos_of(const Opening& o, const keys::Asked& asked) noexcept {
  return {
      o.suite,  o.version, o.encrypt_then_mac != 0, o.client_random, o.server_random, Bytes(o.session_id, o.session_id_size),
      o.client, asked};
}

Stage stage_of(Part part) noexcept {
  if (part == Part::early) return Stage::early;
  return part == Part::handshake ? Stage::handshake : Stage::application;
}

// Early data that was refused may still be on its way: it does not open, and has no number (RFC 8446 4.2.10).
void end_early(Work& w) noexcept {
  if (!w.o.early_void || !from_client(w) || w.side.stage != Stage::early) return;
  forget_key(w.side.unsealer, w.room.bench);
  w.side.stage = Stage::clear;
}

bool accepts_early_data(Bytes encrypted_extensions) noexcept {
  Cursor in(encrypted_extensions);
  for (Cursor list(in.take16()); list.left() >= 4;) {
    const std::uint16_t type = list.u16();
    list.skip(list.u16());
    if (type == 42 && list.ok()) return true;
  }
  return false;
}

bool put_key(Work& w, const keys::DirectionKeys& d, Stage stage) noexcept {
  if (!d.granted || set_key(w.side.unsealer, d.use, d.first_block(), w.room.bench) != Err::none) return false;
  std::ranges::copy(d.traffic.bytes(), w.side.traffic);
  w.side.stage = stage;
  w.side.end_at = w.side.at;
  w.side.end_seq = 0;
  w.side.refused = 0;
  return true;
}

keys::Side side_of(const Work& w) noexcept { return from_client(w) ? keys::Side::client : keys::Side::server; }

void take_key(Work& w, Part part, const keys::DirectionKeys& d) noexcept {
  if (!put_key(w, d, stage_of(part))) {
    w.side.refused = 1;
    return;
  }
  if (part != Part::early) w.side.unsealer.muted = 1;
  if (part == Part::handshake && w.o.early_void && from_client(w)) w.side.unsealer.trial = 1;
}

void ask(Work& w, Part part) noexcept {
  keys::DirectionKeys d;
  switch (w.room.keys.lease(w.o.id, hellos_of(w.o, w.room.asked), part, side_of(w), w.room.captured_s, d)) {
    case keys::Answer::granted:
      return take_key(w, part, d);
    case keys::Answer::later:
      w.side.wait = Wait::key;
      w.side.asked = part;
      return;
    case keys::Answer::refused:
      w.side.refused = 1;
      return;
  }
}

// The key in force counts no more, and there is no next one yet.
void ask_next(Work& w, Part part) noexcept {
  forget_key(w.side.unsealer, w.room.bench);
  wipe(w.side.traffic, sizeof w.side.traffic);
  w.side.stage = Stage::clear;
  w.side.unsealer.muted = 1;
  ask(w, part);
}

void refuse(Work& w) noexcept {
  w.side.refused = 1;
  w.side.wait = Wait::none;
  drop(w.side.unsealer, w.room.bench);
  wipe(w.side.traffic, sizeof w.side.traffic);
  w.room.spools.clear(w.side.gather);
  w.room.spools.clear(w.side.parked);
}

void renew(Work& w) noexcept {
  keys::DirectionKeys d;
  std::ranges::copy(w.side.traffic, d.traffic.bytes().begin());
  d.granted = true;
  if (w.o.key_updates < 0xff) ++w.o.key_updates;
  if (w.room.keys.renew(w.o.suite, d) != Err::none || !put_key(w, d, Stage::application)) refuse(w);
}

// Early data comes first where it was offered; where it cannot be opened, or a HelloRetryRequest made it void, it is passed
// over.
void ask_first(Work& w) noexcept {
  const bool early = from_client(w) && w.o.early_offered != 0 && w.o.early_asked == 0 && w.o.retried == 0;
  if (early) {
    w.o.early_asked = 1;
    ask(w, Part::early);
  }
  if (early && !w.side.refused) return;
  w.side.refused = 0;
  if (!skips_early(w.o, w.dir)) ask(w, Part::handshake);
}

// A protected record begins where no key is in force. Before the server has spoken it can only be early data.
void on_locked(Work& w) noexcept {
  if (w.side.refused) return;
  if (!has_hellos(w.o, w.dir)) {
    w.side.wait = Wait::hello;
  } else if (tls13(w.o) && w.side.stage == Stage::clear) {
    ask_first(w);
  }
}

void park(Work& w, Bytes& bytes) noexcept {
  const bool room = w.side.missed == 0 && w.side.parked.size + bytes.size() <= kMaxParked;
  if (!room || !w.room.spools.append(w.side.parked, bytes)) w.side.missed += bytes.size();
  bytes = {};
}

// What was taken out and could not be given on yet: it had its room.
void park_again(Work& w, Bytes rest) noexcept {
  if (!w.room.spools.append(w.side.parked, rest)) w.side.missed += rest.size();
}

// In TLS 1.3 it means nothing. Where the version is not known yet, a second hello may follow, else what is protected.
void on_change(Work& w) noexcept {
  const bool second = !from_client(w) || w.o.retried != 0;
  if (w.o.version == 0 && !second) w.side.wait = Wait::hello;
  if (w.o.version == 0 || tls13(w.o)) return;
  if (!may_change(w.o, w.dir)) {
    w.side.wait = Wait::hello;
    return;
  }
  if (!from_client(w)) w.o.server_changed = 1;
  ask_next(w, Part::application);
}

// The suite is known now. What waited is early data, or came by another queue before the ServerHello.
void end_waiting(Work& w) noexcept {
  w.side.wait = Wait::none;
  if (!tls13(w.o)) return on_change(w);
  ask_first(w);
}

// The secrets of what follows hang on the server's flight, however the two directions were captured.
bool flight_is_over(const Opening& o) noexcept { return settled(o, other(o.client)); }

void end_handshake(Work& w) noexcept {
  if (from_client(w) && !flight_is_over(w.o)) {
    w.side.wait = Wait::flight;
    return;
  }
  ask_next(w, Part::application);
}

void on_message(Work& w) noexcept {
  const auto type = static_cast<Message>(w.out.type);
  const bool first = w.out.stage == Stage::clear || !tls13(w.o);  // hellos; those of a renegotiation are protected
  if (first) note(w.o, w.dir, type, w.out.bytes);
  w.room.keys.message(w.o.id, side_of(w), w.out.type, w.out.bytes);
  if (!tls13(w.o) || w.out.stage == Stage::clear) return;
  if (type == Message::encrypted_extensions && !accepts_early_data(w.out.bytes)) w.o.early_void = 1;
  if (type == Message::end_of_early_data && w.side.stage == Stage::early) return ask_next(w, Part::handshake);
  if (type == Message::finished && w.side.stage == Stage::handshake) return end_handshake(w);
  if (type == Message::key_update && w.side.stage == Stage::application) renew(w);
}

// The first whole message of what was gathered goes to scratch; the rest stays gathered.
bool take_message(Work& w) noexcept {
  Spools& spools = w.room.spools;
  Spool& gather = w.side.gather;
  if (gather.size < kMessageHead) return false;
  const std::size_t n = spools.gather(gather, w.room.scratch);
  Cursor head(w.room.scratch.first(kMessageHead));
  w.out.type = head.u8();
  const std::uint32_t size = head.u24();
  if (size > kMaxMessageKept - kMessageHead) {
    refuse(w);
    return false;
  }
  if (n < kMessageHead + size) return false;
  spools.clear(gather);
  const Bytes rest = w.room.scratch.subspan(kMessageHead + size, n - kMessageHead - size);
  if (!rest.empty() && !spools.append(gather, rest)) return false;
  w.out.bytes = w.room.scratch.subspan(kMessageHead, size);
  w.out.stage = w.side.stage;
  return true;
}

void gather(Work& w, Bytes piece) noexcept {
  if (!w.room.spools.append(w.side.gather, piece)) refuse(w);
}

// Between two records that opened there is what was lost; what of it was framing, their numbers tell.
std::uint64_t missed_before(OpeningSide& side, const Unsealed& record) noexcept {
  const Unsealer& u = side.unsealer;
  const std::uint64_t begin = side.at - record.wire, gap = begin - std::min(begin, side.end_at);
  const std::uint64_t skipped = u.seq - 1 - std::min(u.seq - 1, side.end_seq);
  const std::uint64_t framing = skipped * (kRecordHead + overhead(u));
  side.end_at = side.at;
  side.end_seq = u.seq;
  return skipped == 0 ? 0 : gap - std::min(gap, framing);
}

OpenEvent on_record(Work& w, const Unsealed& record) noexcept {
  w.out.stage = w.side.stage;
  w.out.missed = missed_before(w.side, record);
  w.out.bytes = record.text;
  switch (static_cast<Content>(record.type)) {
    case Content::application_data:
      return record.text.empty() ? OpenEvent::more : OpenEvent::text;
    case Content::alert:
      return record.text.size() == 2 ? OpenEvent::alert : OpenEvent::more;
    case Content::handshake:
      gather(w, record.text);
      return OpenEvent::more;
    case Content::change_cipher_spec:
    case Content::heartbeat:
      return OpenEvent::more;
  }
  return OpenEvent::more;
}

// Until something is to be told, or the bytes are taken. What comes in one segment may hold a hello and what follows it.
OpenEvent take(Work& w, Bytes& bytes) noexcept {
  while (!bytes.empty()) {
    if (w.side.wait != Wait::none) {
      park(w, bytes);
      return OpenEvent::more;
    }
    Unsealed record;
    OpenEvent event = OpenEvent::more;
    const std::size_t before = bytes.size();
    const UnsealEvent what = unseal(w.side.unsealer, bytes, w.room.bench, record);
    w.side.at += before - bytes.size();
    switch (what) {
      case UnsealEvent::more:
        break;
      case UnsealEvent::record:
        event = on_record(w, record);
        if (event == OpenEvent::more) put_away(w.side.unsealer, w.room.bench);
        break;
      case UnsealEvent::plain:
        gather(w, record.text);
        break;
      case UnsealEvent::change:
        on_change(w);
        break;
      case UnsealEvent::locked:
        on_locked(w);
        break;
      case UnsealEvent::bad:
        return OpenEvent::bad;
      case UnsealEvent::over:
        return OpenEvent::over;
    }
    if (event != OpenEvent::more) return event;
    if (take_message(w)) {
      on_message(w);
      return OpenEvent::message;
    }
  }
  return OpenEvent::more;
}

// Data of one direction answers that of the other: neither is given out before what came earlier.
void keep_order(Work& w) noexcept {
  const Wait ahead = w.o.side[index(other(w.dir))].wait;
  const bool behind = ahead == Wait::key || ahead == Wait::flight;
  if (w.side.wait == Wait::other && !behind) w.side.wait = Wait::none;
  if (w.side.wait == Wait::none && behind && w.side.stage == Stage::application) w.side.wait = Wait::other;
}

}  // namespace

void reset(Opening& o, keys::SessionId id) noexcept {
  std::memset(static_cast<void*>(&o), 0, sizeof o);
  o.id = id;
  for (OpeningSide& side : o.side) {
    reset(side.unsealer);
    side.gather = side.parked = Spool{};
  }
}

OpenEvent open(Opening& o, Dir dir, Bytes& bytes, const OpenRoom& room, Out& out) noexcept {
  DCHECK(room.scratch.size() >= kMaxMessageKept && room.parking.size() >= kMaxParked);
  Work w{o, o.side[index(dir)], dir, room, out};
  put_away(w.side.unsealer, room.bench);
  if (take_message(w)) {
    on_message(w);
    return OpenEvent::message;
  }
  end_early(w);
  if (w.side.wait == Wait::hello && (tls13(o) ? has_hellos(o, dir) : may_change(o, dir))) end_waiting(w);
  if (w.side.wait == Wait::flight && flight_is_over(o)) {
    w.side.wait = Wait::none;
    ask_next(w, Part::application);
  }
  keep_order(w);
  if (w.side.parked.size != 0 && w.side.wait == Wait::none) {
    const std::size_t n = room.spools.gather(w.side.parked, room.parking);
    room.spools.clear(w.side.parked);
    Bytes parked = Bytes(room.parking).first(n);
    const OpenEvent event = take(w, parked);
    if (!parked.empty()) park_again(w, parked);
    if (event != OpenEvent::more) return event;
  }
  if (w.side.missed != 0 && w.side.wait == Wait::none) {  // what did not wait was lost
    const auto missed = static_cast<std::uint32_t>(std::min<std::uint64_t>(std::exchange(w.side.missed, 0), 0xffff'ffff));
    lose(o, dir, missed, room);
  }
  return take(w, bytes);
}

void answer(Opening& o, Part part, keys::Side from, const keys::DirectionKeys* keys, const OpenRoom& room) noexcept {
  const Dir dir = from == keys::Side::client ? o.client : other(o.client);
  Out out{};
  Work w{o, o.side[index(dir)], dir, room, out};
  if (w.side.wait != Wait::key || w.side.asked != part) return;
  w.side.wait = Wait::none;
  if (keys != nullptr) return take_key(w, part, *keys);
  if (part != Part::early) return refuse(w);
  if (!skips_early(w.o, w.dir)) ask(w, Part::handshake);
}

void lose(Opening& o, Dir dir, std::uint32_t missed, const OpenRoom& room) noexcept {
  OpeningSide& side = o.side[index(dir)];
  note_lost(o, dir);
  if (side.wait != Wait::none) {  // what is parked does not go on where it ends
    side.missed += missed;
    return;
  }
  room.spools.clear(side.gather);
  side.at += missed;
  lose(side.unsealer, missed, room.bench);
}

void refuse(Opening& o, Dir dir, const OpenRoom& room) noexcept {
  Out out{};
  Work w{o, o.side[index(dir)], dir, room, out};
  refuse(w);
}

void drop(Opening& o, const OpenRoom& room) noexcept {
  for (const Dir dir : {Dir::up, Dir::down}) refuse(o, dir, room);
}

bool settled(const Opening& o, Dir dir) noexcept {
  const OpeningSide& side = o.side[index(dir)];
  return side.refused || side.stage == Stage::application || side.unsealer.sealing == Sealing::over;
}

}  // namespace pellucid::tls
