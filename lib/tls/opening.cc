#include "lib/tls/opening.h"

#include <algorithm>
#include <cstring>

#include "lib/tls/hello.h"

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
bool tls13(const Opening& o) noexcept { return o.version == 0x0304; }

keys::Session facts_of(const Opening& o) noexcept {
  return {o.suite,         o.version,       o.encrypt_then_mac != 0,
          o.client_random, o.server_random, Bytes(o.session_id, o.session_id_size)};
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
  w.side.refused = 0;
  return true;
}

void ask(Work& w, Part part) noexcept {
  keys::Lease lease;
  const auto side = static_cast<unsigned>(from_client(w) ? keys::Side::client : keys::Side::server);
  if (w.room.keys.lease(facts_of(w.o), part, lease) == Err::none && put_key(w, lease.side[side], stage_of(part))) {
    if (part == Part::handshake && w.o.early_void && from_client(w)) w.side.unsealer.trial = 1;
    return;
  }
  w.side.refused = 1;
}

// The key in force counts no more, and there is no next one: what follows is passed over.
void ask_next(Work& w, Part part) noexcept {
  ask(w, part);
  if (w.side.refused) drop(w.side.unsealer, w.room.bench);
}

void renew(Work& w) noexcept {
  keys::DirectionKeys d;
  std::ranges::copy(w.side.traffic, d.traffic.bytes().begin());
  d.granted = true;
  if (w.o.key_updates < 0xff) ++w.o.key_updates;
  if (w.room.keys.renew(w.o.suite, d) == Err::none && put_key(w, d, Stage::application)) return;
  w.side.refused = 1;
  drop(w.side.unsealer, w.room.bench);
}

// A protected record begins where no key is in force. Before the server has spoken it can only be early data.
void on_locked(Work& w) noexcept {
  if (w.side.refused) return;
  if (w.o.version == 0) {
    w.side.waiting = 1;
  } else if (tls13(w.o)) {
    ask(w, Part::handshake);
  }
}

void refuse(Work& w) noexcept {
  w.side.refused = 1;
  drop(w.side.unsealer, w.room.bench);
  w.room.spools.clear(w.side.parked);
  w.side.parked_done = 0;
}

void park(Work& w, Bytes& bytes) noexcept {
  const bool room = w.side.parked.size + bytes.size() <= kMaxParked;
  if (!room || !w.room.spools.append(w.side.parked, bytes)) refuse(w);
  bytes = {};
}

// The suite is known now. What waited is early data, or came by another queue before the ServerHello.
void end_waiting(Work& w) noexcept {
  w.side.waiting = 0;
  if (!tls13(w.o)) return;
  if (from_client(w)) ask(w, Part::early);
  if (w.side.unsealer.sealing == Sealing::clear) {
    w.side.refused = 0;
    ask(w, Part::handshake);
  }
}

void on_change(Work& w) noexcept {
  if (w.o.version != 0 && !tls13(w.o)) ask_next(w, Part::application);
}

void on_message(Work& w) noexcept {
  const auto type = static_cast<Message>(w.out.type);
  if (!tls13(w.o)) {
    if (type == Message::client_hello) note_client_hello(w.o, w.dir, w.out.bytes);
    if (type == Message::server_hello) note_server_hello(w.o, w.out.bytes);
    return;
  }
  if (type == Message::encrypted_extensions && !accepts_early_data(w.out.bytes)) w.o.early_void = 1;
  if (type == Message::end_of_early_data && w.side.stage == Stage::early) return ask_next(w, Part::handshake);
  if (type == Message::finished && w.side.stage == Stage::handshake) return ask_next(w, Part::application);
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
    spools.clear(gather);
    w.side.refused = 1;
    drop(w.side.unsealer, w.room.bench);
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

OpenEvent on_record(Work& w, const Unsealed& record) noexcept {
  w.out.stage = w.side.stage;
  w.out.bytes = record.text;
  switch (static_cast<Content>(record.type)) {
    case Content::application_data:
      return record.text.empty() ? OpenEvent::more : OpenEvent::text;
    case Content::alert:
      return record.text.size() == 2 ? OpenEvent::alert : OpenEvent::more;
    case Content::handshake:
      if (!w.room.spools.append(w.side.gather, record.text)) {
        w.side.refused = 1;
        drop(w.side.unsealer, w.room.bench);
      }
      return OpenEvent::more;
    case Content::change_cipher_spec:
    case Content::heartbeat:
      return OpenEvent::more;
  }
  return OpenEvent::more;
}

// Until something is to be told, or the bytes are taken.
OpenEvent take(Work& w, Bytes& bytes) noexcept {
  while (!bytes.empty()) {
    if (w.side.waiting) {
      park(w, bytes);
      return OpenEvent::more;
    }
    Unsealed record;
    OpenEvent event = OpenEvent::more;
    switch (unseal(w.side.unsealer, bytes, w.room.bench, record)) {
      case UnsealEvent::more:
        break;
      case UnsealEvent::record:
        event = on_record(w, record);
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

}  // namespace

void reset(Opening& o) noexcept {
  std::memset(static_cast<void*>(&o), 0, sizeof o);
  for (OpeningSide& side : o.side) {
    reset(side.unsealer);
    side.gather = side.parked = Spool{};
  }
}

void note_client_hello(Opening& o, Dir from, Bytes body) noexcept {
  const Result<ClientHello> hello = read_client_hello(body);
  if (!hello || hello->random.size() != sizeof o.client_random) return;
  o.client = from;
  if (o.side[index(from)].stage == Stage::early) o.early_void = 1;  // a second one: a HelloRetryRequest came between
  std::ranges::copy(hello->random, o.client_random);
}

void note_server_hello(Opening& o, Bytes body) noexcept {
  const Result<ServerHello> hello = read_server_hello(body);
  if (!hello || hello->retry || hello->random.size() != sizeof o.server_random) return;
  std::ranges::copy(hello->random, o.server_random);
  o.session_id_size = static_cast<std::uint8_t>(std::min(hello->session_id.size(), sizeof o.session_id));
  std::copy_n(hello->session_id.begin(), o.session_id_size, o.session_id);
  o.suite = hello->cipher;
  o.version = hello->real_version();
  o.encrypt_then_mac = (hello->has & kHasEncryptThenMac) != 0;
  for (OpeningSide& side : o.side) side.refused = 0;
}

OpenEvent open(Opening& o, Dir dir, Bytes& bytes, const OpenRoom& room, Out& out) noexcept {
  DCHECK(room.scratch.size() >= kMaxMessageKept && room.parking.size() >= kMaxParked);
  Work w{o, o.side[index(dir)], dir, room, out};
  if (take_message(w)) {
    on_message(w);
    return OpenEvent::message;
  }
  end_early(w);
  if (w.side.waiting && o.version != 0) end_waiting(w);
  if (w.side.parked.size != 0 && !w.side.waiting) {
    const std::size_t n = room.spools.gather(w.side.parked, room.parking);
    Bytes parked = Bytes(room.parking).first(n).subspan(w.side.parked_done);
    const OpenEvent event = take(w, parked);
    w.side.parked_done = static_cast<std::uint32_t>(n - parked.size());
    if (event != OpenEvent::more) return event;
    room.spools.clear(w.side.parked);
    w.side.parked_done = 0;
  }
  return take(w, bytes);
}

void lose(Opening& o, Dir dir, std::uint32_t missed, const OpenRoom& room) noexcept {
  OpeningSide& side = o.side[index(dir)];
  lose(side.unsealer, missed, room.bench);
  room.spools.clear(side.gather);
}

void drop(Opening& o, const OpenRoom& room) noexcept {
  for (OpeningSide& side : o.side) {
    drop(side.unsealer, room.bench);
    room.spools.clear(side.gather);
    room.spools.clear(side.parked);
    wipe(side.traffic, sizeof side.traffic);
  }
}

}  // namespace pellucid::tls
