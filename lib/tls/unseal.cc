#include "lib/tls/unseal.h"

#include <algorithm>
#include <cstring>

#include "lib/tls/unsealing.h"

namespace pellucid::tls {
namespace {

using crypto::Kind;
using crypto::Piece;
using crypto::Status;

constexpr std::size_t kMaxInner = (1u << 14) + 1;  // of TLS 1.3: content and its type (RFC 8446 5.4)

// In TLS 1.0 a record's first block goes over the last one of the record before (RFC 2246 6.2.3.2).
bool chained(const Unsealer& u) noexcept {
  return u.version == crypto::Version::tls10 && crypto::shape(u.cipher).kind == Kind::cbc;
}
}  // namespace

// … so what passes is remembered, as far as a block.
void remember(Unsealer& u, Bytes passed) noexcept {
  if (u.sealing == Sealing::clear || !chained(u)) return;
  const std::size_t block = crypto::shape(u.cipher).block;
  const std::size_t n = std::min(block, passed.size());
  std::memmove(u.nonce, u.nonce + n, block - n);
  std::memcpy(u.nonce + block - n, passed.data() + passed.size() - n, n);
}

crypto::Record record_of(const Unsealer& u) noexcept {
  crypto::Record r;
  r.seq = u.seq;
  r.version = static_cast<std::uint16_t>(u.head[1] << 8 | u.head[2]);
  r.length = u.length;
  r.type = u.head[0];
  std::memcpy(r.nonce, u.nonce, sizeof r.nonce);
  return r;
}

namespace {

void free_room(Unsealer& u, const UnsealBench& bench) noexcept {
  if (u.room == kNone) return;
  wipe(bench.rooms[u.room].bytes, std::min<std::size_t>(u.have, kMaxSealed));
  bench.rooms.drop(u.room);
  u.room = kNone;
}

}  // namespace

void end_record(Unsealer& u, const UnsealBench& bench) noexcept {
  free_room(u, bench);
  u.head_have = 0;
  u.have = u.length = 0;
  u.begun = u.passed = u.counted = u.shown = 0;
}

UnsealEvent give_up(Unsealer& u, const UnsealBench& bench) noexcept {
  end_record(u, bench);
  u.sealing = Sealing::over;
  return UnsealEvent::over;
}

namespace {

// RFC 8446 5.4: the type is the last octet that is not zero; a record without one is refused.
bool strip_padding(Bytes& text, std::uint8_t& type) noexcept {
  if (text.size() > kMaxInner) return false;
  std::size_t n = text.size();
  while (n > 0 && text[n - 1] == 0) --n;
  if (n == 0) return false;
  type = text[n - 1];
  text = text.first(n - 1);
  return true;
}

UnsealEvent refuse(Unsealing& w) noexcept {
  Unsealer& u = w.u;
  ++w.bench.stats.bad;
  end_record(u, w.bench);
  if (u.trial) return UnsealEvent::bad;
  ++u.seq;
  return ++u.bad_tags >= kMaxBadTags ? give_up(u, w.bench) : UnsealEvent::bad;
}

}  // namespace

// The record is open and whole; its text stands in scratch or in its room.
UnsealEvent accept(Unsealing& w, Bytes text) noexcept {
  Unsealer& u = w.u;
  w.out.type = u.head[0];
  if (tls13(u) && !strip_padding(text, w.out.type)) return refuse(w);
  w.out.text = text;
  w.out.wire = static_cast<std::uint16_t>(kRecordHead + u.length);
  w.bench.stats.bytes += text.size();
  w.bench.stats.sealed += w.out.wire;
  ++w.bench.stats.opened;
  u.usual = w.out.wire;
  u.astray = 0;
  u.bad_tags = u.trial = 0;
  ++u.seq;
  return UnsealEvent::record;
}

Piece open_piece(Unsealing& w, const crypto::Record& record, Bytes body) noexcept {
  const std::size_t before = own_nonce(w.u), behind = tag_size(w.u);
  Piece piece{w.u.slot, &record,        body.subspan(before, body.size() - before - behind), w.bench.scratch.data(), nullptr,
              0,        Status::waiting};
  if (crypto::shape(w.u.cipher).kind == Kind::aead) piece.tag = body.data() + body.size() - behind;
  w.bench.engine.open({&piece, 1});
  return piece;
}

namespace {

// A body that is there as a whole. Gives the event; the plaintext is in scratch.
UnsealEvent open_whole(Unsealing& w, Bytes body) noexcept {
  Unsealer& u = w.u;
  const std::size_t before = own_nonce(u), behind = tag_size(u);
  if (body.size() < before + behind) return refuse(w);
  std::memcpy(u.nonce, body.data(), before);
  const crypto::Record record = record_of(u);
  const Piece piece = open_piece(w, record, body);
  remember(u, body);
  if (piece.status == Status::opened) return accept(w, w.bench.scratch.first(piece.size));
  wipe(w.bench.scratch.data(), body.size());
  return refuse(w);
}

// What came of a record that goes on: the engine has it as soon as its nonce is there. Octets are kept in the room as plaintext
// that nobody may read yet, or, for ciphers that come whole, as ciphertext.
void take_piece(Unsealing& w, Bytes piece) noexcept {
  Unsealer& u = w.u;
  const std::size_t before = own_nonce(u), text_end = u.length - std::min<std::size_t>(u.length, tag_size(u));
  std::uint8_t* const room = w.bench.rooms[u.room].bytes;
  while (!piece.empty()) {
    std::size_t n = piece.size();
    if (!crypto::in_pieces(u.cipher)) {
      std::memcpy(room + u.have, piece.data(), n);
    } else if (u.have < before) {
      n = std::min(n, before - u.have);
      std::memcpy(u.nonce + u.have, piece.data(), n);
    } else if (u.have < text_end) {
      n = std::min(n, text_end - u.have);
      const crypto::Record record = record_of(u);
      Piece p{u.slot, u.begun ? nullptr : &record, piece.first(n), room + (u.have - before), nullptr, 0, Status::waiting};
      w.bench.engine.open({&p, 1});
      u.begun = 1;
    } else {
      std::memcpy(u.tag + (u.have - text_end), piece.data(), n);
    }
    u.have = static_cast<std::uint16_t>(u.have + n);
    piece = piece.subspan(n);
  }
}

UnsealEvent finish_pieces(Unsealing& w) noexcept {
  Unsealer& u = w.u;
  std::uint8_t* const room = w.bench.rooms[u.room].bytes;
  if (!crypto::in_pieces(u.cipher)) return open_whole(w, {room, u.length});
  const crypto::Record record = record_of(u);
  Piece p{u.slot, u.begun ? nullptr : &record, {}, room, u.tag, 0, Status::waiting};
  w.bench.engine.open({&p, 1});
  const std::size_t size = u.length - own_nonce(u) - tag_size(u);
  if (p.status != Status::opened) return refuse(w);
  const UnsealEvent event = accept(w, {room, size});
  u.shown = event == UnsealEvent::record;
  return event;
}

// A piece of a record that is not opened; of a handshake in the clear it is given out.
UnsealEvent pass_over(Unsealing& w, Bytes piece) noexcept {
  Unsealer& u = w.u;
  const bool handshake = u.head[0] == static_cast<std::uint8_t>(Content::handshake);
  const bool plain = handshake && !u.muted && (u.sealing == Sealing::clear || tls13(u));
  w.out = {u.head[0], piece};
  if (u.counted) remember(u, piece);
  u.have = static_cast<std::uint16_t>(u.have + piece.size());
  if (u.have == u.length) {
    u.seq += u.counted;
    end_record(u, w.bench);
  }
  return plain ? UnsealEvent::plain : UnsealEvent::more;
}

UnsealEvent take_body(Unsealing& w) noexcept {
  Unsealer& u = w.u;
  const std::size_t left = static_cast<std::size_t>(u.length) - u.have;
  const Bytes piece = w.bytes.first(std::min(left, w.bytes.size()));
  w.bytes = w.bytes.subspan(piece.size());
  if (u.passed) return pass_over(w, piece);
  UnsealEvent event = UnsealEvent::more;
  if (u.have == 0 && piece.size() == u.length) {
    event = open_whole(w, piece);
  } else {
    if (u.room == kNone && (u.room = w.bench.rooms.claim()) == kNone) {
      ++w.bench.stats.unread;
      u.passed = 1;
      return pass_over(w, piece);
    }
    take_piece(w, piece);
    if (u.have < u.length) return UnsealEvent::more;
    event = finish_pieces(w);
  }
  if (event == UnsealEvent::record && u.shown == 0) end_record(u, w.bench);
  return event;
}

// A header is there. What is not protected is passed over.
UnsealEvent begin_record(Unsealing& w) noexcept {
  Unsealer& u = w.u;
  const Result<RecordHead> head = read_record_head(u.head);
  if (!head) return give_up(u, w.bench);
  u.length = head->length;
  u.have = 0;
  u.passed = 1;
  if (u.sealing == Sealing::clear) {
    if (head->type == Content::change_cipher_spec) return UnsealEvent::change;
    return head->type == Content::application_data ? UnsealEvent::locked : UnsealEvent::more;
  }
  if (tls13(u) && head->type != Content::application_data) return UnsealEvent::more;  // D.4: a ChangeCipherSpec means nothing
  if (!tls13(u) && head->type == Content::change_cipher_spec) return UnsealEvent::change;  // a renegotiation's
  if (u.length == 0 || u.length < own_nonce(u) + tag_size(u) || u.length > kMaxSealed) return give_up(u, w.bench);
  u.passed = 0;
  u.counted = 1;
  return UnsealEvent::more;
}

UnsealEvent take_head(Unsealing& w) noexcept {
  Unsealer& u = w.u;
  const std::size_t n = std::min<std::size_t>(w.bytes.size(), kRecordHead - u.head_have);
  std::memcpy(u.head + u.head_have, w.bytes.data(), n);
  u.head_have = static_cast<std::uint8_t>(u.head_have + n);
  w.bytes = w.bytes.subspan(n);
  if (u.head_have < kRecordHead) return UnsealEvent::more;
  const UnsealEvent event = begin_record(w);
  if (event != UnsealEvent::over && u.length == 0) end_record(u, w.bench);
  return event;
}

UnsealEvent step(Unsealing& w) noexcept {
  Unsealer& u = w.u;
  if (u.skip != 0) {
    const std::size_t n = std::min<std::size_t>(u.skip, w.bytes.size());
    remember(u, w.bytes.first(n));
    w.bytes = w.bytes.subspan(n);
    u.skip -= static_cast<std::uint32_t>(n);
    return UnsealEvent::more;
  }
  if (u.sealing == Sealing::seeking) {
    const std::size_t before = w.bytes.size();
    const UnsealEvent event = seek(w);
    if (u.sealing == Sealing::seeking) u.astray += before - w.bytes.size();
    return event;
  }
  return u.head_have < kRecordHead ? take_head(w) : take_body(w);
}

}  // namespace

void reset(Unsealer& u) noexcept {
  std::memset(static_cast<void*>(&u), 0, sizeof u);
  u.slot = crypto::Slot{};
  u.room = kNone;
}

Err set_key(Unsealer& u, const crypto::KeyUse& use, Bytes block, const UnsealBench& bench) noexcept {
  bench.engine.drop(u.slot);
  u.slot = crypto::Slot{};
  const Result<crypto::Slot> slot = bench.engine.claim(use);
  if (!slot) {
    u.sealing = Sealing::clear;
    return slot.err();
  }
  u.slot = *slot;
  u.cipher = use.cipher;
  u.version = use.version;
  u.seq = 0;
  u.bad_tags = u.trial = 0;
  u.sealing = Sealing::sealed;
  if (chained(u)) std::memcpy(u.nonce, block.data(), std::min<std::size_t>(block.size(), sizeof u.nonce));
  // A record whose header was told of as locked, and of which nothing more was taken, is the first under this key.
  const bool waits =
      u.head_have == kRecordHead && u.have == 0 && u.head[0] == static_cast<std::uint8_t>(Content::application_data);
  if (waits && u.length >= own_nonce(u) + tag_size(u) && u.length <= kMaxSealed) {
    u.passed = 0;
    u.counted = 1;
  }
  return Err::none;
}

void forget_key(Unsealer& u, const UnsealBench& bench) noexcept {
  bench.engine.drop(u.slot);
  u.slot = crypto::Slot{};
  if (u.sealing != Sealing::over) u.sealing = Sealing::clear;
  u.passed = 1;
  u.counted = 0;
}

void put_away(Unsealer& u, const UnsealBench& bench) noexcept {
  if (u.shown != 0) end_record(u, bench);
}

UnsealEvent unseal(Unsealer& u, Bytes& bytes, const UnsealBench& bench, Unsealed& out) noexcept {
  DCHECK(bench.scratch.size() >= kMaxSealed);
  put_away(u, bench);
  Unsealing w{u, bytes, bench, out};
  while (!bytes.empty() && u.sealing != Sealing::over) {
    const UnsealEvent event = step(w);
    if (event != UnsealEvent::more) return event;
  }
  if (u.sealing == Sealing::over) bytes = {};
  return UnsealEvent::more;
}

// Within one record, what follows it is known to begin behind it. Beyond, headers are among what is missing.
void lose(Unsealer& u, std::uint32_t missed, const UnsealBench& bench) noexcept {
  if (u.sealing == Sealing::over) return;
  put_away(u, bench);
  if (u.sealing == Sealing::clear) {
    give_up(u, bench);  // the handshake cannot be followed
    return;
  }
  u.astray += missed;
  const std::uint32_t skipped = std::min(u.skip, missed);  // of a record that a loss has touched already
  u.skip -= skipped;
  missed -= skipped;
  if (missed == 0) return;
  if (u.sealing == Sealing::seeking) {
    u.gap += missed / kRecordHead;
    end_record(u, bench);
    return;
  }
  const bool inside = u.head_have == kRecordHead;
  const std::uint32_t left = inside ? static_cast<std::uint32_t>(u.length - u.have) : 0;
  const bool counted = u.counted != 0;
  end_record(u, bench);
  if (counted) {
    ++u.seq;
    ++bench.stats.lost;
  }
  if (inside && missed <= left) {
    u.skip = left - missed;
    return;
  }
  u.sealing = Sealing::seeking;
  const std::size_t least = kRecordHead + own_nonce(u) + tag_size(u) + 1;
  u.gap = (missed - left) / least + 1;
}

void drop(Unsealer& u, const UnsealBench& bench) noexcept {
  free_room(u, bench);
  bench.engine.drop(u.slot);
  u.slot = crypto::Slot{};
  u.sealing = Sealing::over;
}

}  // namespace pellucid::tls
