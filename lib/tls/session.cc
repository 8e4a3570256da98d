#include "lib/tls/session.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "lib/tls/handshake.h"

namespace pellucid::tls {
namespace {

constexpr std::uint8_t kFatal = 2;
constexpr std::uint8_t kCloseNotify = 0;
constexpr std::uint16_t kAlertSize = 2;
constexpr std::uint16_t kMinV2Record = 9;  // the fixed part of an SSLv2 ClientHello

// A running feed(): where it is, and what it will answer.
struct Turn {
  Session& s;
  Side& side;
  Dir dir;
  Room& room;
  Step step = Step::more;

  bool over() const noexcept { return step == Step::done || step == Step::failed; }
};

bool from_server(const Session& s, Dir dir) noexcept { return s.client_known && s.client != dir; }
bool any_hello(const Session& s) noexcept { return s.hello_read || s.server_read; }

// The two directions may come by different queues, so that an answer is seen before what it answers.
bool silent(const Session& s, const Side& side) noexcept { return !side.spoke && !s.awaited; }

// Whether all that travels in the clear has passed. Asked after each record header, after alerts and after losses.
bool clear_part_over(const Session& s) noexcept {
  if (!any_hello(s)) return false;
  const Side& client = s.side[index(s.client)];
  const Side& server = s.side[index(other(s.client))];
  if (s.server_read && s.version == 0x0002) return true;
  if (s.server_read && is_tls13(s.version)) {
    return client.shielded || (server.shielded && (silent(s, client) || client.phase == Phase::seeking));
  }
  if (client.phase != Phase::open && server.phase != Phase::open) return true;
  if (!client.spoke) return silent(s, client) && server.phase == Phase::sealed;
  return silent(s, server) && client.phase == Phase::sealed && client.shielded;
}

Step finish(Session& s, Step how) noexcept {
  s.over = 1;
  if (!s.side[0].spoke || !s.side[1].spoke) s.flags |= kTlsOneSided;
  return how;
}

void fail(Turn& t) noexcept {
  t.s.flags |= kTlsMalformed;
  t.step = Step::failed;
}

// A direction whose handshake cannot be followed any more; what it still sends counts as protected.
void seal(Turn& t) noexcept {
  t.room.spools.clear(t.side.gather);
  t.side.phase = Phase::sealed;
}

void on_change_cipher_spec(Turn& t) noexcept {
  Session& s = t.s;
  if (s.server_read && is_tls13(s.version)) return;  // RFC 8446 D.4: it means nothing
  // Not yet known which version it is: after a retry, or before early data, the octet is TLS 1.3's.
  if (!s.server_read && (s.flags & (kTlsHrr | kTlsEarlyOffered)) != 0) return;
  if (s.server_read && from_server(s, t.dir) && !s.full && (s.flags & kTlsIncomplete) == 0) s.flags |= kTlsResumed;
  seal(t);
}

void on_application_data(Turn& t) noexcept {
  Session& s = t.s;
  if (!s.server_read && !from_server(s, t.dir) && t.side.phase == Phase::open && (s.flags & kTlsEarlyOffered) != 0) {
    s.flags |= kTlsEarlyData;
    return;
  }
  t.side.shielded = 1;
  if (t.side.phase == Phase::open && !(s.server_read && is_tls13(s.version))) {
    s.flags |= kTlsIncomplete;  // the ChangeCipherSpec before it was not seen
    seal(t);
  }
}

void on_record_head(Turn& t, RecordHead head) noexcept {
  t.side.type = head.type;
  t.side.left = head.length;
  t.side.small_have = 0;
  switch (head.type) {
    case Content::change_cipher_spec:
      on_change_cipher_spec(t);
      break;
    case Content::application_data:
      on_application_data(t);
      break;
    case Content::alert:
      if (t.side.phase == Phase::sealed || head.length != kAlertSize) t.s.flags |= kTlsEncryptedAlert;
      break;
    case Content::handshake:
    case Content::heartbeat:
      break;
  }
}

void on_alert(Turn& t, Bytes piece) noexcept {
  Side& side = t.side;
  for (const std::uint8_t b : piece) {
    if (side.small_have < kAlertSize) side.small[side.small_have++] = b;
  }
  if (side.small_have < kAlertSize || side.left != 0) return;
  t.s.alert_level[index(t.dir)] = side.small[0];
  t.s.alert[index(t.dir)] = side.small[1];
  if (side.small[0] == kFatal || side.small[1] == kCloseNotify) t.step = any_hello(t.s) ? Step::done : Step::failed;
}

// The body of a message is complete: in place, or gathered from the spool.
void finish_message(Turn& t, Bytes in_place) noexcept {
  Side& side = t.side;
  Bytes body = in_place;
  if (side.gather.size != 0) body = t.room.scratch.first(t.room.spools.gather(side.gather, t.room.scratch));
  side.msg_have = 0;
  const bool had_hello = t.s.hello_read != 0;
  const Arrived arrived{t.dir, body, t.room};
  if (side.v2) {
    side.v2 = 0;
    read_v2_message(t.s, arrived);
    if (!any_hello(t.s)) fail(t);
  } else if (const MessageRow* row = find_message(side.msg_head[0]); row != nullptr && side.msg_size <= row->most) {
    row->read(t.s, arrived);
  }
  t.room.spools.clear(side.gather);
  if (!had_hello && t.s.hello_read && !t.over()) t.step = Step::hello;
}

void start_message(Turn& t) noexcept {
  Side& side = t.side;
  Cursor head(side.msg_head);
  const MessageRow* row = find_message(head.u8());
  side.msg_size = side.msg_left = head.u24();
  if (row == nullptr || side.msg_size > kMaxMessage) {
    t.s.flags |= kTlsIncomplete;
    side.msg_have = 0;
    if (!any_hello(t.s)) return fail(t);
    return seal(t);  // protected, and the ChangeCipherSpec before it was missed
  }
  if (side.msg_size > row->most) t.s.flags |= kTlsIncomplete;
  side.msg_want = side.msg_size > row->most ? 0 : std::min(side.msg_size, row->want);
  if (side.msg_left == 0) finish_message(t, {});
}

// Takes what belongs to the message that has begun; gives how many octets that was.
std::size_t take_body(Turn& t, Bytes piece) noexcept {
  Side& side = t.side;
  const std::size_t n = std::min<std::size_t>(piece.size(), side.msg_left);
  const bool whole = n == side.msg_size;
  if (!whole && side.gather.size < side.msg_want) {
    const Bytes part = piece.first(std::min<std::size_t>(n, side.msg_want - side.gather.size));
    if (!t.room.spools.append(side.gather, part)) {
      t.room.spools.clear(side.gather);
      t.s.flags |= kTlsIncomplete;
      side.msg_want = 0;
      side.msg_head[0] = static_cast<std::uint8_t>(Message::hello_request);  // what is left of it is passed over
      side.v2 = 0;
    }
  }
  side.msg_left -= static_cast<std::uint32_t>(n);
  if (side.msg_left == 0) finish_message(t, whole ? piece.first(side.msg_want) : Bytes{});
  return n;
}

void on_handshake(Turn& t, Bytes piece) noexcept {
  Side& side = t.side;
  while (!piece.empty() && side.phase == Phase::open && !t.over()) {
    if (side.msg_have < kMessageHead) {
      side.msg_head[side.msg_have++] = piece[0];
      piece = piece.subspan(1);
      if (side.msg_have == kMessageHead) start_message(t);
    } else {
      piece = piece.subspan(take_body(t, piece));
    }
  }
}

void on_piece(Turn& t, Bytes piece) noexcept {
  t.side.left = static_cast<std::uint16_t>(t.side.left - piece.size());
  if (t.side.phase != Phase::open) return;
  if (t.side.type == Content::handshake) on_handshake(t, piece);
  if (t.side.type == Content::alert && (t.side.small_have + piece.size() + t.side.left) == kAlertSize) on_alert(t, piece);
}

void start_v2_record(Turn& t, std::uint16_t length) noexcept {
  Side& side = t.side;
  if (length < kMinV2Record) return fail(t);
  side.type = Content::handshake;
  side.v2 = 1;
  side.left = length;
  side.msg_have = kMessageHead;
  side.msg_size = side.msg_left = side.msg_want = length;
  if (length > kMaxHello) side.msg_want = 0;
}

// Collects a record's header, which may come in pieces; gives how many octets it took.
std::size_t take_head(Turn& t, Bytes piece) noexcept {
  Side& side = t.side;
  const std::uint8_t first = side.head_have > 0 ? side.head[0] : piece[0];
  const bool v2 = !side.framed && (first & 0x80) != 0;
  const std::size_t n = std::min<std::size_t>(piece.size(), (v2 ? kV2Head : kRecordHead) - side.head_have);
  std::copy_n(piece.begin(), n, side.head + side.head_have);
  side.head_have = static_cast<std::uint8_t>(side.head_have + n);
  if (v2) {
    if (side.head_have < kV2Head) return n;
    side.head_have = 0;
    side.framed = 1;
    start_v2_record(t, v2_length(side.head[0], side.head[1]));
    return n;
  }
  const Result<RecordHead> head = read_record_head(Bytes(side.head).first(side.head_have));
  if (head.err() == Err::more) return n;
  side.head_have = 0;
  if (head) {
    side.framed = 1;
    on_record_head(t, *head);
  } else if (side.phase == Phase::sealed) {
    side.deaf = 1;
  } else {
    fail(t);
  }
  return n;
}

// After a loss: does a segment begin with a record whose first octets fit? The rest of a message cut by the gap does not.
bool is_record_start(Bytes bytes) noexcept {
  const Result<RecordHead> head = read_record_head(bytes);
  if (!head) return false;
  if (head->type == Content::change_cipher_spec) return head->length == 1;
  if (head->type != Content::handshake) return head->length >= kAlertSize;
  Cursor in(bytes.subspan(kRecordHead));
  const std::uint8_t type = in.u8();
  const std::uint32_t size = in.u24();
  return in.ok() && find_message(type) != nullptr && size <= kMaxCertificates;
}

void seek(Turn& t, Bytes bytes) noexcept {
  Side& side = t.side;
  if (!is_record_start(bytes)) return;
  side.phase = Phase::open;
  side.framed = 1;
  side.head_have = side.msg_have = side.v2 = 0;
  side.left = 0;
}

std::array<Spool*, 8> spools_of(Session& s) noexcept {
  return {&s.side[0].gather, &s.side[1].gather, &s.client_hello,        &s.server_hello,
          &s.hello_retry,    &s.certificates,   &s.client_certificates, &s.encrypted_extensions};
}

}  // namespace

void reset(Session& s) noexcept {
  std::memset(static_cast<void*>(&s), 0, sizeof s);
  for (Spool* spool : spools_of(s)) *spool = Spool{};
}

Step feed(Session& s, Dir dir, Bytes in_order, Room& room) noexcept {
  DCHECK(room.scratch.size() >= kScratch);
  if (s.over || in_order.empty()) return Step::more;
  Turn t{s, s.side[index(dir)], dir, room};
  t.side.spoke = 1;
  if (t.side.phase == Phase::seeking) seek(t, in_order);
  if (clear_part_over(s)) t.step = Step::done;
  while (!in_order.empty() && !t.over() && !t.side.deaf && t.side.phase != Phase::seeking) {
    if (t.side.left == 0) {
      in_order = in_order.subspan(take_head(t, in_order));
    } else {
      const Bytes piece = in_order.first(std::min<std::size_t>(in_order.size(), t.side.left));
      on_piece(t, piece);
      in_order = in_order.subspan(piece.size());
    }
    if (!t.over() && clear_part_over(s)) t.step = Step::done;
  }
  return t.over() ? finish(s, t.step) : t.step;
}

void lost(Session& s, Dir dir, Spools& spools) noexcept {
  Side& side = s.side[index(dir)];
  if (s.over) return;
  side.spoke = 1;
  if (side.phase == Phase::sealed) {  // nothing but protected records can be missing
    side.deaf = side.shielded = 1;
    return;
  }
  spools.clear(side.gather);
  side.phase = Phase::seeking;
  s.flags |= kTlsIncomplete;
}

void drop(Session& s, Spools& spools) noexcept {
  for (Spool* spool : spools_of(s)) spools.clear(*spool);
}

}  // namespace pellucid::tls
