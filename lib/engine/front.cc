#include "lib/engine/front.h"

#include "lib/engine/mail.h"

namespace pellucid::engine {

void Front::read(net::Burst& burst) noexcept {
  CHECK(burst.n <= net::kBurst);
  frags_.recycle();
  unsigned kept = 0;
  std::uint64_t packets = 0, bytes = 0, cut = 0;
  for (unsigned i = 0; i < burst.n; ++i) {
    net::Row& row = burst.row[kept];
    if (kept != i) row = burst.row[i];
    row.tick = now_ = clock_.tick(row.ts_ns);
    packets += 1;
    bytes += row.wire_len;
    cut += (row.flags & net::kRowShort) != 0;
    net::read_headers(row, burst.key[kept], parse_);
    if (row.fate == net::Fate::flow || settle(row, burst.key[kept])) ++kept;
  }
  counters_.packets.add(packets);
  counters_.bytes.add(bytes);
  counters_.short_frames.add(cut);
  burst.n = kept;
  hash_flows(burst);
  frags_.expire(now_);
  publish_fragments();
}

void Front::hash_flows(net::Burst& burst) noexcept {
  std::uint64_t hash[net::kBurst];
  hash_(secret_, burst.key, burst.n, hash);
  for (unsigned i = 0; i < burst.n; ++i) {
    if (burst.row[i].fate == net::Fate::flow) burst.row[i].hash = hash[i];
  }
}

unsigned Front::join(net::Burst& burst) noexcept {
  frags_.recycle();
  unsigned kept = 0, joined = 0;
  for (unsigned i = 0; i < burst.n; ++i) {
    net::Row& row = burst.row[kept];
    if (kept != i) {
      row = burst.row[i];
      burst.key[kept] = burst.key[i];
    }
    if (row.fate == net::Fate::fragment) {
      if (!put_together(row, burst.key[kept])) continue;
      hash_(secret_, &burst.key[kept], 1, &row.hash);
      ++joined;
    }
    ++kept;
  }
  burst.n = kept;
  publish_fragments();
  return joined;
}

void Front::pass(std::uint64_t now_ns) noexcept {
  frags_.recycle();
  now_ = clock_.tick(now_ns);
  frags_.expire(now_);
  publish_fragments();
}

// What is not a packet of a flow yet: counted by its fate, or put together. True: it has become a packet of a flow.
bool Front::settle(net::Row& row, net::Key& key) noexcept {
  if (row.fate == net::Fate::fragment) {
    if (workers_ > 1 && net::Frags::meeting(row, key) && owner_of(key, workers_) != self_) return true;
    return put_together(row, key);
  }
  return drop(row);
}

bool Front::put_together(net::Row& row, net::Key& key) noexcept {
  if (!frags_.add(row, row.tick)) return false;
  net::read_headers(row, key, parse_);
  if (row.fate == net::Fate::flow) return true;
  if (row.fate == net::Fate::fragment) {  // a fragment within a fragmented tunnel: read once only, so that work is bounded
    row.fate = net::Fate::error;
    row.err = Err::unsupported;
    row.layer = net::Layer::ipv4;
  }
  return drop(row);
}

bool Front::drop(const net::Row& row) noexcept {
  if (row.fate == net::Fate::non_ip) {
    counters_.non_ip.add(row.frames);
  } else {
    counters_.parse_errors.at(row.layer, row.err).add(row.frames);
  }
  return false;
}

void Front::publish_fragments() noexcept {
  const net::FragStats& now = frags_.stats();
  counters_.fragments.set(now.held + now.refused);
  counters_.fragments_joined.set(now.joined);
  counters_.fragments_timed_out.set(now.timed_out);
  counters_.fragments_evicted.set(now.evicted);
  counters_.fragments_refused.set(now.refused + now.refused_after_held);
  counters_.fragments_pending.set(frags_.pending());
  counters_.datagrams_joined.set(now.datagrams);
}

}  // namespace pellucid::engine
