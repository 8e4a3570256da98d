#include "lib/engine/judge.h"
#include "lib/engine/label.h"
#include "lib/engine/readers.h"
#include "lib/engine/report.h"

namespace pellucid::engine {

namespace {

void note_flags(State& s, flow::Hot& h, const tls::Session& t) noexcept {
  if ((t.flags & tls::kTlsIncomplete) != 0) s.counters.sessions_incomplete.at(flow::Reader::tls).inc();
  // Who spoke first was a guess: the hello says who the client is. The flow keeps its directions, records turn them round.
  const bool guessed = (h.flags & flow::kFlowAssumed) != 0;
  if (!guessed || t.client_known == 0) return;
  h.flags &= static_cast<std::uint16_t>(~flow::kFlowAssumed);
  if (t.client == Dir::down) h.flags |= flow::kFlowReversed;
}

// The record is written once, when the handshake is over, broken, or has taken too long; then its bytes are of no more use.
void say(State& s, std::uint32_t flow, const tls::Session& t, metrics::TlsMode mode) noexcept {
  flow::Hot& h = s.table.hot(flow);
  if (t.hello_read == 0 && t.server_read == 0) return;
  note_flags(s, h, t);
  if (t.hello_read == 0) name_flow(s, flow, (t.flags & tls::kTlsDtls) != 0 ? classify::kDtls : classify::kTls, {});
  if (tls::hides_name(t)) hide_name(s, flow);
  report_tls(s, flow, t, mode);
}

}  // namespace

void hide_name(State& s, std::uint32_t flow) noexcept {
  unlearn_name(s, flow);
  judge(s, flow);
}

void name_hello(State& s, std::uint32_t flow, std::uint16_t master, const tls::Session& t) noexcept {
  flow::Cold& c = s.table.cold(flow);
  c.hello_ns = s.ts_ns;
  c.hello_tick = s.now;
  name_flow(s, flow, master, {t.sni, t.sni_size});
  if (tls::hides_name(t)) hide_name(s, flow);
}

void conclude_tls(State& s, std::uint32_t flow, std::uint32_t session, metrics::TlsMode mode) noexcept {
  say(s, flow, s.tls[session], mode);
  tls::drop(s.tls[session], s.spools);
  s.tls.drop(session);
}

ClearPart feed_tls(State& s, std::uint32_t flow, std::uint32_t session, Dir dir, Bytes bytes) noexcept {
  tls::Session& t = s.tls[session];
  const bool had_hello = t.hello_read != 0;
  tls::Room room{s.spools, s.room()};
  const tls::Step step = tls::feed(t, dir, bytes, room);
  if (!had_hello && t.hello_read != 0) name_hello(s, flow, classify::kTls, t);
  if (step == tls::Step::more || step == tls::Step::hello) return ClearPart::more;
  if (step == tls::Step::failed) s.counters.sessions_failed.at(flow::Reader::tls).inc();
  const bool useless = step == tls::Step::failed && t.hello_read == 0 && t.server_read == 0;
  return useless ? ClearPart::useless : ClearPart::done;
}

Taken take_tls(State& s, std::uint32_t flow, Dir dir, Bytes bytes) noexcept {
  switch (feed_tls(s, flow, s.table.hot(flow).session, dir, bytes)) {
    case ClearPart::more:
      return {Next::same, {}};
    case ClearPart::done:
      return {Next::stop, {}};
    case ClearPart::useless:
      break;
  }
  return {Next::again, {}};  // it only looked like TLS: the next segment is unknown again
}

void lose_tls(State& s, std::uint32_t flow, Dir dir, std::uint32_t) noexcept {
  tls::lost(s.tls[s.table.hot(flow).session], dir, s.spools);
}

void close_tls(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  if (h.session == kNone) return;
  conclude_tls(s, flow, h.session, metrics::TlsMode::opaque);
  h.session = kNone;
  h.reader = flow::Reader::none;
}

void hurry_tls(State& s, std::uint32_t flow) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  if (h.reader == flow::Reader::tls) return close_tls(s, flow);
  if (h.reader == flow::Reader::quic) return close_quic(s, flow);
  if (h.reader == flow::Reader::dtls) return close_dtls(s, flow);
  Opened& o = s.opened[h.session];
  using enum metrics::TlsMode;
  conclude_tls(s, flow, o.clear, o.wanted == 0 ? opaque : o.stats.opened != 0 ? opened : refused);
  o.clear = kNone;
}

}  // namespace pellucid::engine
