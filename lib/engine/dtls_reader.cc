#include "lib/engine/label.h"
#include "lib/engine/readers.h"

namespace pellucid::engine {

namespace {

// Without room for a session nothing is read, but what it is.
bool name_only(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  h.session = kNone;
  h.reader = flow::Reader::none;
  h.flags |= flow::kFlowIncomplete;
  name_flow(s, flow, classify::kDtls, {});
  return false;
}

}  // namespace

bool start_dtls(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  h.session = claim_session(s, flow::Reader::dtls);
  if (h.session == kNone) return name_only(s, flow);
  DtlsFlow& d = s.dtls[h.session];
  d.tls = claim_session(s, flow::Reader::tls);
  if (d.tls == kNone) {
    s.dtls.drop(h.session);
    return name_only(s, flow);
  }
  s.tls[d.tls].flags |= tls::kTlsDtls;
  h.reader = flow::Reader::dtls;
  s.table.cold(flow).marks |= flow::kColdDtls;
  s.table.cold(flow).hello_tick = s.now;
  s.age.set(flow, s.now + s.options.tls_wait_ticks + 1);
  return true;
}

Next take_dtls(State& s, std::uint32_t flow, Dir dir, Bytes datagram) noexcept {
  DtlsFlow& d = s.dtls[s.table.hot(flow).session];
  tls::Session& t = s.tls[d.tls];
  const bool had_hello = t.hello_read != 0, had_client = t.client_known != 0;
  tls::Room room{s.spools, s.room()};
  const tls::Step step = tls::feed(d.order, t, dir, datagram, {room, {s.late.at, tls::kMaxLate}});
  // Hellos say who the client is, whoever was heard first.
  if (!had_client && t.client_known != 0 && t.client == Dir::down) s.table.hot(flow).flags |= flow::kFlowReversed;
  if (!had_hello && t.hello_read != 0) name_hello(s, flow, classify::kDtls, t);
  if (step == tls::Step::failed) s.counters.sessions_failed.at(flow::Reader::dtls).inc();
  return step == tls::Step::done || step == tls::Step::failed ? Next::stop : Next::same;
}

void close_dtls(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  if (h.session == kNone) return;
  DtlsFlow& d = s.dtls[h.session];
  const tls::Session& t = s.tls[d.tls];
  if (t.hello_read == 0 && t.server_read == 0) name_flow(s, flow, classify::kDtls, {});
  conclude_tls(s, flow, d.tls, metrics::TlsMode::opaque);
  tls::drop(d.order, s.spools);
  s.dtls.drop(h.session);
  h.session = kNone;
  h.reader = flow::Reader::none;
}

}  // namespace pellucid::engine
