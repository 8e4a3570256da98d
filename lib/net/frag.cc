#include "lib/net/frag.h"

#include "lib/net/datagram.h"

namespace pellucid::net {
namespace {

constexpr std::uint32_t kBuckets = 2048;
constexpr unsigned kMaxChain = 16;  // datagrams in one bucket: who forges collisions evicts them, but does not slow us down
constexpr std::size_t kArena =
    std::size_t{kBurst} * (Frags::kMaxPrefix + Frags::kMaxBytes);  // each row of a burst may complete one

std::uint32_t bucket_of(const Key& origin) noexcept {
  std::uint64_t words[sizeof(Key) / 8];
  std::memcpy(words, &origin, sizeof words);
  std::uint64_t h = 0;
  for (const std::uint64_t word : words) {
    h = (h ^ word) * 0x9e37'79b9'7f4a'7c15;  // 2^64 over the golden ratio
    h ^= h >> 32;
  }
  return static_cast<std::uint32_t>(h % kBuckets);
}

// Fragments may come from several readers of the clock, so that a later one bears an earlier time.
bool late(const Datagram& d, std::uint32_t tick) noexcept {
  return static_cast<std::int32_t>(tick - d.tick) > static_cast<std::int32_t>(Frags::kTimeoutTicks);
}

}  // namespace

struct Frags::State {
  State() : datagrams(kMaxDatagrams), spools(kMaxChunks), arena(kArena), scratch(kMaxBytes) {
    for (std::uint32_t& head : bucket) head = kNone;
  }

  std::uint32_t find(const Key& origin, std::uint32_t tick) noexcept;
  std::uint32_t claim(const Fragment& f, std::uint32_t tick) noexcept;
  void drop(std::uint32_t i, std::uint64_t& counter) noexcept;
  bool make_room(std::uint32_t chunks, std::uint32_t spared) noexcept;
  bool hold(std::uint32_t i, const Fragment& f, const Row& row) noexcept;
  bool finish(std::uint32_t i, Row& row) noexcept;

  Slab<Datagram> datagrams;
  Spools spools;
  LineArray<std::uint8_t> arena;  // datagrams handed out since the last recycle()
  std::size_t arena_used = 0;
  LineArray<std::uint8_t> scratch;
  Gaps gaps;
  std::uint32_t bucket[kBuckets];
  std::uint32_t oldest = kNone;
  std::uint32_t newest = kNone;
  std::uint64_t pending = 0;
  FragStats stats{};
};

std::uint32_t Frags::State::find(const Key& origin, std::uint32_t tick) noexcept {
  std::uint32_t i = bucket[bucket_of(origin)];
  while (i != kNone && datagrams[i].origin != origin) i = datagrams[i].chained;
  if (i == kNone || !late(datagrams[i], tick)) return i;
  drop(i, stats.timed_out);  // expire() had not come to it yet; identifications are used again
  return kNone;
}

std::uint32_t Frags::State::claim(const Fragment& f, std::uint32_t tick) noexcept {
  if (datagrams.live() == kMaxDatagrams) drop(oldest, stats.evicted);
  std::uint32_t& head = bucket[bucket_of(f.origin)];
  unsigned length = 0;
  std::uint32_t last = head;
  for (std::uint32_t i = head; i != kNone; i = datagrams[i].chained) {
    ++length;
    last = i;
  }
  if (length == kMaxChain) drop(last, stats.evicted);
  const std::uint32_t i = datagrams.claim_promised();
  CHECK(i != kNone);
  Datagram& d = datagrams[i];
  begin(d, f, tick);
  d.chained = head;
  head = i;
  d.older = newest;
  if (newest != kNone) {
    datagrams[newest].newer = i;
  } else {
    oldest = i;
  }
  newest = i;
  return i;
}

void Frags::State::drop(std::uint32_t i, std::uint64_t& counter) noexcept {
  Datagram& d = datagrams[i];
  counter += d.frames;
  pending -= d.frames;
  (d.older != kNone ? datagrams[d.older].newer : oldest) = d.newer;
  (d.newer != kNone ? datagrams[d.newer].older : newest) = d.older;
  std::uint32_t* link = &bucket[bucket_of(d.origin)];
  while (*link != i) link = &datagrams[*link].chained;
  *link = d.chained;
  wipe(d, spools);
  datagrams.drop(i);
}

// Evicts the oldest datagrams until so many chunks are free; false if even that is not enough.
bool Frags::State::make_room(std::uint32_t chunks, std::uint32_t spared) noexcept {
  while (kMaxChunks - spools.live_chunks() < chunks) {
    const std::uint32_t victim = oldest == spared ? datagrams[spared].newer : oldest;
    if (victim == kNone) return false;
    drop(victim, stats.evicted);
  }
  return true;
}

// False: refused; the datagram may be gone.
bool Frags::State::hold(std::uint32_t i, const Fragment& f, const Row& row) noexcept {
  Datagram& d = datagrams[i];
  Err err = d.frames + row.frames > 0xffff ? Err::too_long : find_gaps(d, f, spools, {scratch.at, kMaxBytes}, gaps);
  if (err == Err::none && !make_room(gaps.chunks, i)) err = Err::full;
  if (err == Err::none) {
    store(d, f, row, gaps, spools);
    stats.held += row.frames;
    pending += row.frames;
    return true;
  }
  stats.refused += row.frames;
  if (err == Err::bad_value || d.frames == 0) drop(i, stats.refused_after_held);
  return false;
}

bool Frags::State::finish(std::uint32_t i, Row& row) noexcept {
  const Datagram& d = datagrams[i];
  const std::size_t size = joined_size(d);
  if (size == 0 || size > kArena - arena_used) {
    drop(i, size == 0 ? stats.refused_after_held : stats.evicted);
    return false;
  }
  std::uint8_t* const frame = arena.at + arena_used;
  join(d, spools, {frame, size});
  arena_used += size;
  row.frame = frame;
  row.len = static_cast<std::uint32_t>(size);
  row.wire_len = d.wire_len;
  row.frames = static_cast<std::uint16_t>(d.frames);
  row.link = d.link;
  row.l3 = d.l3;
  row.flags = kRowReassembled;
  ++stats.datagrams;
  drop(i, stats.joined);
  return true;
}

Frags::Frags() : state_(std::make_unique<State>()) {}
Frags::~Frags() = default;

bool Frags::add(Row& row, std::uint32_t tick) noexcept {
  CHECK(row.fate == Fate::fragment);
  State& s = *state_;
  Fragment f;
  if (read_fragment(row, f) != Err::none) {
    s.stats.refused += row.frames;
    return false;
  }
  std::uint32_t i = s.find(f.origin, tick);
  if (i == kNone) i = s.claim(f, tick);
  return s.hold(i, f, row) && s.datagrams[i].whole() && s.finish(i, row);
}

bool Frags::meeting(const Row& row, Key& key) noexcept {
  Fragment f;
  if (read_fragment(row, f) != Err::none) return false;
  key = f.origin;
  key.port_a = key.port_b = 0;
  return true;
}

void Frags::recycle() noexcept { state_->arena_used = 0; }

void Frags::expire(std::uint32_t tick) noexcept {
  State& s = *state_;
  for (unsigned n = 0; n < kMaxExpired && s.oldest != kNone; ++n) {
    if (!late(s.datagrams[s.oldest], tick)) return;
    s.drop(s.oldest, s.stats.timed_out);
  }
}

const FragStats& Frags::stats() const noexcept { return state_->stats; }
std::uint64_t Frags::pending() const noexcept { return state_->pending; }

}  // namespace pellucid::net
