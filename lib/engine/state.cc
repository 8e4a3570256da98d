#include "lib/engine/state.h"

namespace pellucid::engine {

State::State(const Options& o, Ring& ring, classify::Dpi* inspector, metrics::WorkerCounters& count)
    : options(o),
      records(ring),
      dpi(inspector),
      counters(count),
      table(o.limits.flows),
      age(o.limits.flows),
      streams(o.limits.streams, o.limits.segments),
      spools(o.limits.spool_chunks),
      tls(o.limits.tls_sessions),
      http(o.limits.http_sessions),
      dns(o.limits.dns_sessions),
      candidates(o.limits.candidates),
      layers(o.limits.layers),
      names(o.limits.names),
      scratch(kScratch),
      desk(1) {}

}  // namespace pellucid::engine
