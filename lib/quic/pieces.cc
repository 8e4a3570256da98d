#include "lib/quic/pieces.h"

#include <algorithm>
#include <bit>

namespace pellucid::quic {
namespace {

constexpr unsigned kWord = 64;

std::uint64_t ones(std::uint32_t n) noexcept { return n == kWord ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1; }

// Copies the octets that are not there yet, a word of the map at a time.
void put(Room& r, std::uint32_t at, Bytes data) noexcept {
  while (!data.empty()) {
    const std::uint32_t bit = at % kWord;
    const auto n = static_cast<std::uint32_t>(std::min<std::size_t>(kWord - bit, data.size()));
    std::uint64_t& have = r.have[at / kWord];
    const std::uint64_t wanted = ones(n) << bit;
    if ((have & wanted) == 0) {
      std::memcpy(r.bytes + at, data.data(), n);
    } else {
      for (std::uint32_t i = 0; i < n; ++i) {
        if ((have >> (bit + i) & 1) == 0) r.bytes[at + i] = data[i];
      }
    }
    have |= wanted;
    at += n;
    data = data.subspan(n);
  }
}

std::uint32_t count_ready(const Room& r, std::uint32_t from) noexcept {
  while (from < kMaxAhead) {
    const std::uint32_t bit = from % kWord;
    const auto run = static_cast<std::uint32_t>(std::countr_one(r.have[from / kWord] >> bit));
    from += run;
    if (bit + run < kWord) break;
  }
  return std::min(from, kMaxAhead);
}

}  // namespace

Err add(Rooms& rooms, Stream& s, std::uint64_t offset, Bytes data) noexcept {
  if (offset < s.base) {
    const std::uint64_t old = std::min<std::uint64_t>(s.base - offset, data.size());
    data = data.subspan(static_cast<std::size_t>(old));
    offset = s.base;
  }
  if (data.empty()) return Err::none;
  const std::uint64_t at = offset - s.base;
  if (at >= kMaxAhead || data.size() > kMaxAhead - at) return Err::too_long;
  if (s.room == kNone) {
    s.room = rooms.claim();
    if (s.room == kNone) return Err::full;
    std::memset(rooms[s.room].have, 0, sizeof(Room::have));
    s.ready = s.most = 0;
  }
  Room& r = rooms[s.room];
  put(r, static_cast<std::uint32_t>(at), data);
  s.most = std::max(s.most, static_cast<std::uint32_t>(at + data.size()));
  s.ready = count_ready(r, s.ready);
  return Err::none;
}

Bytes ready(const Rooms& rooms, const Stream& s) noexcept {
  return s.room == kNone ? Bytes{} : Bytes(rooms[s.room].bytes, s.ready);
}

void consume(Rooms& rooms, Stream& s, std::uint32_t octets) noexcept {
  DCHECK(octets <= s.ready);
  if (octets == 0) return;
  s.base += octets;
  if (octets == s.most) return drop(rooms, s);
  // What came ahead moves to the front; the map's bits move by octets that are no multiple of its words, so it is made anew.
  Room& r = rooms[s.room];
  std::memmove(r.bytes, r.bytes + octets, s.most - octets);
  for (std::uint32_t i = 0; i < kMaxAhead / kWord; ++i) {
    const std::uint32_t from = i + octets / kWord;
    const auto word = [&](std::uint32_t w) { return w < kMaxAhead / kWord ? r.have[w] : std::uint64_t{0}; };
    const std::uint32_t by = octets % kWord;
    r.have[i] = by == 0 ? word(from) : word(from) >> by | word(from + 1) << (kWord - by);
  }
  s.most -= octets;
  s.ready = count_ready(r, 0);
}

void drop(Rooms& rooms, Stream& s) noexcept {
  if (s.room != kNone) rooms.drop(s.room);
  s.room = kNone;
  s.ready = s.most = 0;
}

}  // namespace pellucid::quic
