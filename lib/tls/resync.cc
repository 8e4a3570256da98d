#include <algorithm>
#include <cstring>

#include "lib/tls/unsealing.h"

namespace pellucid::tls {
namespace {

using crypto::Piece;
using crypto::Status;

// Does a protected record of this session begin here, as far as five octets tell?
bool may_begin(const Unsealer& u) noexcept {
  constexpr std::uint8_t kMinor[] = {1, 2, 3, 3};
  const std::size_t length = static_cast<std::size_t>(u.head[3]) << 8 | u.head[4];
  const bool type = tls13(u) ? u.head[0] == 23 : u.head[0] >= 21 && u.head[0] <= 23;
  const bool version = u.head[1] == 3 && u.head[2] == kMinor[static_cast<unsigned>(u.version)];
  return type && version && length > own_nonce(u) + tag_size(u) && length <= kMaxSealed;
}

constexpr std::uint64_t kUsual = 16'406;  // octets of a record of a bulk transfer: 2^14 of text, header, tag and type

// The n-th guess at how many records were missed: the first ones in turn, then those around what the lost octets would hold of
// records such as the last one.
std::uint64_t guess(const Unsealer& u, unsigned n) noexcept {
  if (n < kMaxGuesses) return n;
  const std::uint64_t likely = u.astray / (u.usual == 0 ? kUsual : u.usual), step = (n - kMaxGuesses + 1) / 2;
  if ((n & 1) == 0) return likely + step;
  return likely > step ? likely - step : 0;
}

// A candidate's body is there: which number opens it?
UnsealEvent try_numbers(Unsealing& w, Bytes body) noexcept {
  Unsealer& u = w.u;
  const std::uint64_t first = u.seq;
  const std::size_t before = own_nonce(u);
  if (before != 0) std::memcpy(u.nonce, body.data(), before);
  for (unsigned n = 0; n < kMaxGuesses + kMaxFarGuesses; ++n) {
    const std::uint64_t i = guess(u, n);
    if (i > u.gap || (n >= kMaxGuesses && i < kMaxGuesses)) continue;
    u.seq = first + i;
    const crypto::Record record = record_of(u);
    const Piece piece = open_piece(w, record, body);
    if (piece.status != Status::opened) continue;
    remember(u, body);
    w.bench.stats.lost += i;
    u.sealing = Sealing::sealed;
    u.gap = u.strays = 0;
    const UnsealEvent event = accept(w, w.bench.scratch.first(piece.size));
    if (event == UnsealEvent::record) end_record(u, w.bench);
    return event;
  }
  wipe(w.bench.scratch.data(), body.size());
  remember(u, u.head);
  remember(u, body);
  u.seq = first;
  end_record(u, w.bench);
  return ++u.strays >= kMaxStrays ? give_up(u, w.bench) : UnsealEvent::more;
}

}  // namespace

UnsealEvent seek(Unsealing& w) noexcept {
  Unsealer& u = w.u;
  while (u.head_have < kRecordHead && !w.bytes.empty()) {
    u.head[u.head_have++] = w.bytes[0];
    w.bytes = w.bytes.subspan(1);
    if (u.head_have < kRecordHead || may_begin(u)) continue;
    remember(u, Bytes(u.head, 1));
    std::memmove(u.head, u.head + 1, kRecordHead - 1);
    --u.head_have;
  }
  if (u.head_have < kRecordHead) return UnsealEvent::more;
  u.length = static_cast<std::uint16_t>(u.head[3] << 8 | u.head[4]);
  const Bytes piece = w.bytes.first(std::min<std::size_t>(w.bytes.size(), u.length - u.have));
  if (u.have == 0 && piece.size() == u.length) {
    w.bytes = w.bytes.subspan(piece.size());
    return try_numbers(w, piece);
  }
  if (u.room == kNone && (u.room = w.bench.rooms.claim()) == kNone) return give_up(u, w.bench);
  std::memcpy(w.bench.rooms[u.room].bytes + u.have, piece.data(), piece.size());
  u.have = static_cast<std::uint16_t>(u.have + piece.size());
  w.bytes = w.bytes.subspan(piece.size());
  return u.have == u.length ? try_numbers(w, {w.bench.rooms[u.room].bytes, u.length}) : UnsealEvent::more;
}

}  // namespace pellucid::tls
