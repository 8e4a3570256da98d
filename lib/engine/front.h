// Front: the first half of a turn: from frames to rows with keys and hashes. It owns the clock and the fragments, so it is
// owned by whoever pulls: a worker, or the reader where several workers share one file.
#pragma once
#include "lib/engine/clock.h"
#include "lib/metrics/counter.h"
#include "lib/net/frag.h"
#include "lib/net/hash.h"
#include "lib/net/parse.h"

namespace pellucid::engine {

class Front {
 public:
  // `start_ns`: where ticks are counted from; 0: from the first packet. Fronts whose rows meet in one worker need the same.
  Front(const net::ParseOptions& parse, const net::HashSecret& secret, net::FlowHashKernel hash,
        metrics::WorkerCounters& counters, std::uint64_t start_ns = 0)
      : parse_(parse), secret_(secret), hash_(hash), counters_(counters), clock_(start_ns) {}

  // Of several fronts this is number `self`. Fragments of one datagram may come by different queues: each belongs to the worker
  // that owns its addresses, and is put together there.
  void share(unsigned self, unsigned workers) noexcept {
    self_ = self;
    workers_ = workers;
  }
  // In: what a source filled. Out: rows whose fate is final; those that belong to a flow are moved to the front, in order, with
  // key, hash and tick, and burst.n counts only them; so do fragments that belong elsewhere, which keep their fate. Bytes stay
  // valid until the next pull or the next call.
  void read(net::Burst& burst) noexcept;
  // In: rows that another front has read. Fragments among them are put together; what is complete keeps its place as a row of
  // a flow, which may have another owner again. Gives how many became complete.
  unsigned join(net::Burst& burst) noexcept;
  // Nothing came, and it is this late.
  void pass(std::uint64_t now_ns) noexcept;
  std::uint32_t now() const noexcept { return now_; }

 private:
  bool settle(net::Row& row, net::Key& key) noexcept;
  bool drop(const net::Row& row) noexcept;  // counted by its fate; false
  bool put_together(net::Row& row, net::Key& key) noexcept;
  void hash_flows(net::Burst& burst) noexcept;
  void publish_fragments() noexcept;

  net::ParseOptions parse_;
  net::HashSecret secret_;
  net::FlowHashKernel hash_;
  metrics::WorkerCounters& counters_;
  Clock clock_;
  net::Frags frags_;
  std::uint32_t now_ = 0;
  unsigned self_ = 0;
  unsigned workers_ = 1;
};

}  // namespace pellucid::engine
