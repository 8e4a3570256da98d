#include "lib/flow/table.h"

#include <algorithm>

namespace pellucid::flow {

namespace {

constexpr std::uint32_t kMeanFlows = 6;  // in a bucket at capacity: more than ten fall to one in 4 % of the buckets

// Worth keeping: a TCP connection that was established, and anything else to which an answer came.
bool settled(const Hot& h) noexcept {
  if (h.tcp == TcpState::none) return h.packets[0] != 0 && h.packets[1] != 0;
  return h.tcp == TcpState::established || h.tcp == TcpState::closing;
}

std::uint32_t checked(std::uint32_t capacity) {
  CHECK(capacity >= Table::kMinCapacity && capacity <= Table::kMaxCapacity);
  return capacity;
}

}  // namespace

Table::Table(std::uint32_t capacity)
    : buckets_(checked(capacity) / kMeanFlows + 1),
      bucket_(buckets_),
      hot_(capacity),
      cold_(capacity),
      live_(capacity / 64 + 1) {}

std::uint32_t Table::find(const net::Key& key, std::uint64_t hash) const noexcept {
  const Bucket& b = bucket_.at[first(hash)];
  const std::uint32_t flow = find_in(b, key, hash);
  if (flow != kNone || b.moved == 0) return flow;
  return find_in(bucket_.at[second(hash)], key, hash);
}

std::uint32_t Table::claim(const net::Key& key, std::uint64_t hash) noexcept {
  DCHECK(find(key, hash) == kNone);
  if (live() == capacity() || refuse(Refusal::slab, this)) return kNone;
  Place place = empty_place(hash);
  if (place.bucket == kNone) place = make_room(hash);
  if (place.bucket == kNone) return kNone;
  const std::uint32_t flow = hot_.claim_promised();
  Bucket& b = bucket_.at[place.bucket];
  b.tag[place.slot] = tag_of(hash);
  b.flow[place.slot] = flow;
  if (place.bucket != first(hash)) ++bucket_.at[first(hash)].moved;

  Hot& h = hot_[flow];
  std::memset(&h, 0, sizeof h);
  h.key = key;
  h.hash = hash;
  h.stream = h.session = h.dpi = kNone;
  std::memset(&cold_.at[flow], 0, sizeof(Cold));
  cold_.at[flow].layers = cold_.at[flow].name = kNone;
  live_.at[flow / 64] |= std::uint64_t{1} << flow % 64;
  used_ = std::max(used_, flow + 1);
  return flow;
}

void Table::drop(std::uint32_t flow) noexcept {
  const Place place = locate(flow);
  CHECK(place.bucket != kNone);
  const std::uint32_t home = first(hot_[flow].hash);
  if (place.bucket != home) --bucket_.at[home].moved;
  bucket_.at[place.bucket].tag[place.slot] = 0;
  live_.at[flow / 64] &= ~(std::uint64_t{1} << flow % 64);
  hot_[flow].key.family = 0;  // no key has that: whoever expects this flow will not take it for live
  hot_.drop(flow);
}

Table::Place Table::locate(std::uint32_t flow) const noexcept {
  const std::uint64_t hash = hot_[flow].hash;
  for (const std::uint32_t at : {first(hash), second(hash)}) {
    const Bucket& b = bucket_.at[at];
    for (Slots fit = match(b, tag_of(hash)); fit != 0; fit &= fit - 1) {
      if (b.flow[first_slot(fit)] == flow) return {at, first_slot(fit)};
    }
  }
  return {kNone, 0};
}

Table::Place Table::empty_place(std::uint64_t hash) const noexcept {
  for (const std::uint32_t at : {first(hash), second(hash)}) {
    const Slots empty = empty_slots(bucket_.at[at]);
    if (empty != 0) return {at, first_slot(empty)};
  }
  return {kNone, 0};
}

// A flow of this full bucket whose other bucket has an empty slot.
Table::Move Table::find_move(std::uint32_t bucket) const noexcept {
  for (unsigned slot = 0; slot < Bucket::kSlots; ++slot) {
    const std::uint64_t hash = hot_[bucket_.at[bucket].flow[slot]].hash;
    const std::uint32_t other = first(hash) == bucket ? second(hash) : first(hash);
    const Slots empty = empty_slots(bucket_.at[other]);
    if (empty != 0) return {{bucket, slot}, {other, first_slot(empty)}};
  }
  return {{kNone, 0}, {kNone, 0}};
}

Table::Move Table::find_move(std::uint64_t hash) const noexcept {
  const Move near = find_move(first(hash));
  return near.from.bucket != kNone ? near : find_move(second(hash));
}

// Both buckets of this hash are full: moves one of their flows to its other bucket and gives the slot that it left.
Table::Place Table::make_room(std::uint64_t hash) noexcept {
  const auto [from, to] = find_move(hash);
  if (from.bucket == kNone) return from;
  Bucket& source = bucket_.at[from.bucket];
  Bucket& target = bucket_.at[to.bucket];
  const std::uint32_t flow = source.flow[from.slot];
  target.tag[to.slot] = source.tag[from.slot];
  target.flow[to.slot] = flow;
  source.tag[from.slot] = 0;
  const std::uint32_t home = first(hot_[flow].hash);
  if (home == from.bucket) {
    ++source.moved;
  } else {
    --target.moved;
  }
  return from;
}

bool Table::leaves_before(std::uint32_t x, std::uint32_t y) const noexcept {
  const Hot& a = hot_[x];
  const Hot& b = hot_[y];
  if (settled(a) != settled(b)) return settled(b);
  return static_cast<std::int32_t>(a.last_tick - b.last_tick) < 0;
}

// Who may be dropped for this hash. All their lines are asked for at once: one flow after the other would wait for each.
unsigned Table::candidates(std::uint64_t hash, std::uint32_t* flows) const noexcept {
  unsigned n = 0;
  if (empty_place(hash).bucket == kNone && find_move(hash).from.bucket == kNone) {
    for (const std::uint32_t at : {first(hash), second(hash)}) {
      for (const std::uint32_t flow : bucket_.at[at].flow) flows[n++] = flow;
    }
  } else if (live() == capacity()) {  // so that every index is a flow's; neighbours would be of one age
    const std::uint32_t begin = first(hash), stride = capacity() / kMaxEvictLook;
    while (n < kMaxEvictLook) {
      flows[n] = static_cast<std::uint32_t>((begin + std::uint64_t{n} * stride) % capacity());
      ++n;
    }
  }
  for (unsigned i = 0; i < n; ++i) prefetch_lines(flows[i]);
  return n;
}

std::uint32_t Table::victim(std::uint64_t hash, std::uint32_t protect_from_tick) const noexcept {
  std::uint32_t flows[std::max(kMaxEvictLook, 2 * Bucket::kSlots)];
  const unsigned n = candidates(hash, flows);
  std::uint32_t chosen = kNone;
  for (unsigned i = 0; i < n; ++i) {
    if (static_cast<std::int32_t>(hot_[flows[i]].last_tick - protect_from_tick) >= 0) continue;
    if (chosen == kNone || leaves_before(flows[i], chosen)) chosen = flows[i];
  }
  return chosen;
}

}  // namespace pellucid::flow
