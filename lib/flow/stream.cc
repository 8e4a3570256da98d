#include "lib/flow/stream.h"

#include <algorithm>

namespace pellucid::flow {

namespace {

// How far `to` lies ahead of `from`, modulo 2^32; negative if it lies behind (RFC 9293 3.4).
std::int32_t ahead(std::uint32_t from, std::uint32_t to) noexcept { return static_cast<std::int32_t>(to - from); }

}  // namespace

std::uint32_t Streams::claim() noexcept {
  const std::uint32_t stream = streams_.claim();
  if (stream == kNone) return kNone;
  for (Half& h : streams_[stream].half) {
    std::memset(&h, 0, sizeof h);
    h.first = h.last = kNone;
  }
  return stream;
}

void Streams::drop(std::uint32_t stream) noexcept {
  for (Half& h : streams_[stream].half) {
    stats_.wiped_bytes += h.held_bytes;
    while (h.first != kNone) drop_first(h);
  }
  streams_.drop(stream);
}

void Streams::begin(std::uint32_t stream, Dir dir, std::uint32_t next_seq) noexcept {
  Half& h = half(stream, dir);
  if (h.state == HalfState::moving) return;
  h.state = HalfState::begun;
  h.next = next_seq;
}

Bytes Streams::push(std::uint32_t stream, Dir dir, std::uint32_t seq, Bytes payload) noexcept {
  DCHECK(payload.size() <= kMaxPayload);
  if (payload.empty()) return {};
  Half& h = half(stream, dir);
  if (h.state == HalfState::idle) h.next = seq;
  h.state = HalfState::moving;
  stats_.pushed_bytes += payload.size();
  const std::int32_t distance = ahead(h.next, seq);
  if (distance > kMaxAhead || distance < -kMaxAhead) {
    refuse_far(h, seq, payload.size());
    return {};
  }
  h.far = 0;
  const std::uint64_t old_before = stats_.old_bytes, differing_before = stats_.differing;
  std::uint32_t from = seq;
  const Bytes wanted = h.passing ? pass_over(h, from, payload) : payload;
  const Bytes now = wanted.empty() ? Bytes{} : place(stream, h, from, wanted);
  const std::uint64_t old = stats_.old_bytes - old_before;
  if (old == payload.size()) {
    ++stats_.retransmitted;
  } else {
    ++(distance > 0 ? stats_.out_of_order : stats_.in_order);
    if (old != 0) ++stats_.overlapping;
  }
  if (stats_.differing != differing_before) stats_.differing = differing_before + 1;  // one segment, however many copies
  return now;
}

Bytes Streams::place(std::uint32_t stream, Half& h, std::uint32_t seq, Bytes payload) noexcept {
  const std::int32_t distance = ahead(h.next, seq);
  if (distance > 0) {
    hold(stream, h, seq, payload);
    return {};
  }
  const std::size_t old = std::min(payload.size(), static_cast<std::size_t>(-distance));
  stats_.old_bytes += old;
  return old == payload.size() ? Bytes{} : take(stream, h, payload.subspan(old));
}

void Streams::pass(std::uint32_t stream, Dir dir, std::uint32_t bytes) noexcept {
  DCHECK(bytes > 0 && bytes <= kMaxPass);
  Half& h = half(stream, dir);
  h.passing = true;
  h.pass_to = h.next + bytes;
  while (h.first != kNone && ahead(pool_[h.first].seq, h.pass_to) > 0) {  // what was held there waited for nothing
    const Segment& s = pool_[h.first];
    h.next = ahead(s.end_seq(), h.pass_to) > 0 ? s.end_seq() : h.pass_to;
    h.refused = false;
    forget_read(h, stats_.passed_bytes);
  }
}

// The front of a segment that lies in what is passed over, and what is older; gives the rest.
Bytes Streams::pass_over(Half& h, std::uint32_t& seq, Bytes payload) noexcept {
  const auto old = static_cast<std::size_t>(std::max(0, ahead(seq, h.next)));
  const std::size_t late = std::min(old, payload.size());
  stats_.old_bytes += late;
  seq += static_cast<std::uint32_t>(late);
  payload = payload.subspan(late);
  const auto left = static_cast<std::size_t>(std::max(0, ahead(seq, h.pass_to)));
  const std::size_t n = std::min(left, payload.size());
  if (n == 0) return payload;
  seq += static_cast<std::uint32_t>(n);
  h.next = seq;
  h.refused = false;
  stats_.passed_bytes += n;
  return payload.subspan(n);
}

Bytes Streams::next(std::uint32_t stream, Dir dir) noexcept {
  Half& h = half(stream, dir);
  if (h.first == kNone || pool_[h.first].seq != h.next) return {};
  const Segment& s = pool_[h.first];
  h.next = s.end_seq();
  h.refused = false;
  stats_.delivered_bytes += s.size;
  drop_first(h);  // its bytes stay as they are until a later push claims the segment again
  return {s.bytes + s.begin, s.size};
}

bool Streams::gapped(std::uint32_t stream, Dir dir) const noexcept {
  const Half& h = half(stream, dir);
  return h.first != kNone && pool_[h.first].seq != h.next;
}

std::uint32_t Streams::skip(std::uint32_t stream, Dir dir) noexcept {
  Half& h = half(stream, dir);
  std::uint32_t to = h.first != kNone ? pool_[h.first].seq : h.next;
  if (h.refused && (h.first == kNone || ahead(h.refused_seq, to) > 0)) to = h.refused_seq;
  h.refused = false;
  const std::uint32_t missed = to - h.next;
  if (missed == 0) return 0;
  h.next = to;
  ++stats_.gaps;
  stats_.missed_bytes += missed;
  return missed;
}

// In order. Where held segments lie within the payload, it is read as a whole if all copies are equal; if not, up to the
// first one that differs, and the rest fills what lies between those that are held.
Bytes Streams::take(std::uint32_t stream, Half& h, Bytes payload) noexcept {
  const std::size_t n = undisputed(h, payload);
  h.next += static_cast<std::uint32_t>(n);
  h.refused = false;
  stats_.delivered_bytes += n;
  forget_read(h, stats_.old_bytes);
  if (n < payload.size()) hold(stream, h, h.next, payload.subspan(n));
  return payload.first(n);
}

std::size_t Streams::undisputed(const Half& h, Bytes payload) noexcept {
  for (std::uint32_t at = h.first; at != kNone; at = pool_[at].next) {
    const Segment& s = pool_[at];
    const auto from = static_cast<std::size_t>(s.seq - h.next);
    if (from >= payload.size()) break;
    const std::size_t n = std::min<std::size_t>(s.size, payload.size() - from);
    if (std::memcmp(payload.data() + from, s.bytes + s.begin, n) != 0) return from;
  }
  return payload.size();
}

// Held copies of bytes before `next`: they were just read from the wire, or passed over.
void Streams::forget_read(Half& h, std::uint64_t& fate) noexcept {
  while (h.first != kNone && ahead(h.next, pool_[h.first].seq) < 0) {
    Segment& s = pool_[h.first];
    const std::uint32_t n = std::min(s.size, h.next - s.seq);
    s.seq += n;
    s.begin += n;
    s.size -= n;
    h.held_bytes -= n;
    stats_.held_bytes -= n;
    fate += n;
    if (s.size == 0) drop_first(h);
  }
}

// Keeps what no held segment covers yet.
void Streams::hold(std::uint32_t stream, Half& h, std::uint32_t seq, Bytes payload) noexcept {
  std::uint32_t before = kNone, at = h.first;
  if (h.last != kNone && ahead(pool_[h.last].end_seq(), seq) >= 0) {  // most often it goes to the end
    before = h.last;
    at = kNone;
  }
  while (!payload.empty()) {
    while (at != kNone && ahead(pool_[at].end_seq(), seq) >= 0) {
      before = at;
      at = pool_[at].next;
    }
    std::size_t n = payload.size();
    if (at != kNone) n = std::min(n, static_cast<std::size_t>(std::max(0, ahead(seq, pool_[at].seq))));
    if (n == 0) {
      n = again(pool_[at], seq, payload);
    } else {
      n = store(stream, h, before, seq, payload.first(n));
      if (n == 0) {
        refuse(h, seq, payload.size());
        return;
      }
    }
    seq += static_cast<std::uint32_t>(n);
    payload = payload.subspan(n);
  }
}

// The front of the payload is held already; gives how much of it.
std::size_t Streams::again(const Segment& held, std::uint32_t seq, Bytes payload) noexcept {
  const std::uint32_t from = seq - held.seq;
  const std::size_t n = std::min<std::size_t>(payload.size(), held.size - from);
  if (std::memcmp(held.bytes + held.begin + from, payload.data(), n) != 0) ++stats_.differing;
  stats_.old_bytes += n;
  return n;
}

// Copies the front of `bytes` behind the segment `before`: into what is left of that one where it goes on there, else into
// a new one, which becomes `before`. Gives how much, 0 when a bound is met.
std::size_t Streams::store(std::uint32_t stream, Half& h, std::uint32_t& before, std::uint32_t seq, Bytes bytes) noexcept {
  const std::size_t allowed = std::min<std::size_t>(bytes.size(), kMaxHeldBytes - held_bytes(stream));
  if (allowed == 0) return 0;
  const bool goes_on =
      before != kNone && pool_[before].end_seq() == seq && pool_[before].begin + pool_[before].size < kSegmentBytes;
  if (!goes_on) {
    const std::uint32_t added = add_segment(stream, h, before);
    if (added == kNone) return 0;
    before = added;
    pool_[added].seq = seq;
  }
  Segment& s = pool_[before];
  const std::size_t n = std::min<std::size_t>(allowed, kSegmentBytes - s.begin - s.size);
  std::memcpy(s.bytes + s.begin + s.size, bytes.data(), n);
  s.size += static_cast<std::uint32_t>(n);
  h.held_bytes += static_cast<std::uint32_t>(n);
  stats_.held_bytes += n;
  return n;
}

std::uint32_t Streams::add_segment(std::uint32_t stream, Half& h, std::uint32_t before) noexcept {
  const Stream& both = streams_[stream];
  if (both.half[0].held_segments + both.half[1].held_segments >= static_cast<int>(kMaxHeldSegments)) return kNone;
  const std::uint32_t at = pool_.claim();
  if (at == kNone) return kNone;
  std::uint32_t& link = before == kNone ? h.first : pool_[before].next;
  Segment& s = pool_[at];
  s.next = link;
  s.begin = s.size = 0;
  link = at;
  if (s.next == kNone) h.last = at;
  ++h.held_segments;
  return at;
}

void Streams::drop_first(Half& h) noexcept {
  const std::uint32_t at = h.first;
  const Segment& s = pool_[at];
  h.held_bytes -= s.size;
  stats_.held_bytes -= s.size;
  --h.held_segments;
  h.first = s.next;
  if (h.first == kNone) h.last = kNone;
  pool_.drop(at);
}

void Streams::refuse(Half& h, std::uint32_t seq, std::size_t size) noexcept {
  ++stats_.refused;
  stats_.refused_bytes += size;
  if (h.refused) return;
  h.refused = true;
  h.refused_seq = seq;
}

// A capture that lost more than the plausible window goes on there for good; garbage does not.
void Streams::refuse_far(Half& h, std::uint32_t seq, std::size_t size) noexcept {
  ++stats_.far;
  stats_.refused_bytes += size;
  h.far = h.far != 0 && seq == h.far_seq ? static_cast<std::uint8_t>(std::min(h.far + 1, int{kConfirmFar})) : std::uint8_t{1};
  h.far_seq = seq + static_cast<std::uint32_t>(size);
  if (h.far < kConfirmFar || ahead(h.next, seq) < 0 || h.refused) return;
  h.refused = true;
  h.refused_seq = seq;
}

}  // namespace pellucid::flow
