#include "lib/engine/state.h"

namespace pellucid::engine {

State::State(const Options& o, Ring& ring, classify::Dpi* inspector, metrics::WorkerCounters& count, const Opener& with,
             const FirstPackets& packets)
    : options(o),
      records(ring),
      dpi(inspector),
      counters(count),
      opener(with),
      first(packets),
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
      opened(with.keys != nullptr ? o.limits.opened : 0),
      dtls(o.limits.dtls),
      quic(o.limits.quic_sessions),
      quic_rooms(o.limits.quic_rooms),
      sealed_rooms(with.keys != nullptr ? o.limits.sealed_rooms : 0),
      scratch(kScratch),
      late(tls::kMaxLate),
      text(with.keys != nullptr ? tls::kMaxSealed : 1),
      parking(with.keys != nullptr ? tls::kMaxParked : 1),
      desk(1) {}

}  // namespace pellucid::engine
