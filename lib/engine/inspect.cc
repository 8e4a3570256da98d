#include "lib/engine/inspect.h"

#include <array>

#include "lib/engine/judge.h"
#include "lib/engine/label.h"
#include "lib/engine/outcome.h"
#include "lib/engine/proxy.h"
#include "lib/engine/readers.h"
#include "lib/http/probe.h"
#include "lib/quic/header.h"
#include "lib/tls/record.h"

namespace pellucid::engine {

namespace {

constexpr unsigned kReaderLines = 4;  // of a session: both directions' framing

struct Handler {
  Taken (*take)(State&, std::uint32_t flow, Dir, Bytes) noexcept;
  void (*lose)(State&, std::uint32_t flow, Dir, std::uint32_t missed) noexcept;
  void (*close)(State&, std::uint32_t flow) noexcept;
  void (*passed)(State&, std::uint32_t flow, Dir, std::uint32_t left) noexcept;
};

Taken take_unknown(State& s, std::uint32_t flow, Dir dir, Bytes bytes) noexcept;
void lose_unknown(State& s, std::uint32_t flow, Dir dir, std::uint32_t missed) noexcept;
void close_unknown(State& s, std::uint32_t flow) noexcept;
Taken take_nothing(State&, std::uint32_t, Dir, Bytes) noexcept { return {Next::stop, {}}; }
void lose_nothing(State&, std::uint32_t, Dir, std::uint32_t) noexcept {}
void close_nothing(State&, std::uint32_t) noexcept {}
void passed_nothing(State&, std::uint32_t, Dir, std::uint32_t) noexcept {}

// In the order of flow::Reader.
constexpr std::array kHandlers{
    Handler{take_unknown, lose_unknown, close_unknown, passed_nothing},
    Handler{take_nothing, lose_nothing, close_nothing, passed_nothing},
    Handler{take_tls, lose_tls, close_tls, passed_nothing},
    Handler{take_http, lose_http, close_http, passed_http},
    Handler{take_dns, lose_dns, close_dns, passed_nothing},
    Handler{take_opened, lose_opened, close_opened, passed_nothing},
    Handler{take_nothing, lose_nothing, close_quic, passed_nothing},  // datagrams come to these another way
    Handler{take_nothing, lose_nothing, close_dtls, passed_nothing},
};
static_assert(kHandlers.size() == metrics::kReaders);
const Handler& handler(const flow::Hot& h) noexcept { return kHandlers[static_cast<std::size_t>(h.reader)]; }

dns::Ports ports(const flow::Hot& h) noexcept { return {h.key.port_a, h.key.port_b}; }

struct Recognised {
  Probe probe;
  flow::Reader reader;
};

// TLS and HTTP may begin at any segment (STARTTLS, CONNECT, a flow joined midway); DNS only with the stream.
Recognised recognise(const flow::Hot& h, unsigned probed, Bytes bytes) noexcept {
  const Probe tls = tls::probe(bytes);
  if (tls == Probe::yes) return {tls, flow::Reader::tls};
  const Probe http = http::probe(bytes);
  if (http == Probe::yes) return {http, flow::Reader::http};
  const Probe dns = probed <= 2 ? dns::probe_stream(bytes, ports(h)) : Probe::no;
  if (dns == Probe::yes) return {dns, flow::Reader::dns};
  const bool unsure = tls == Probe::unsure || http == Probe::unsure || dns == Probe::unsure;
  return {unsure ? Probe::unsure : Probe::no, flow::Reader::unknown};
}

// Keeps bytes that are too few to tell, for the next ones to follow.
void keep_candidate(State& s, flow::Hot& h, Dir dir, Bytes bytes) noexcept {
  if (h.session == kNone) {
    h.session = s.candidates.claim();
    if (h.session == kNone) return;
    s.candidates[h.session] = Candidate{};
  }
  Spool& spool = s.candidates[h.session].bytes[index(dir)];
  if (spool.size + bytes.size() > kMaxCandidateBytes || !s.spools.append(spool, bytes)) s.spools.clear(spool);
}

void drop_candidate(State& s, flow::Hot& h) noexcept {
  if (h.session == kNone) return;
  for (Spool& spool : s.candidates[h.session].bytes) s.spools.clear(spool);
  s.candidates.drop(h.session);
  h.session = kNone;
}

bool start_reader(State& s, std::uint32_t flow, flow::Reader reader) noexcept {
  flow::Hot& h = s.table.hot(flow);
  h.session = claim_session(s, reader);
  if (h.session == kNone) {
    h.flags |= flow::kFlowIncomplete;
    return false;
  }
  h.reader = reader;
  if (reader != flow::Reader::tls) return true;
  // An answer may be seen late, by another queue or out of order; for a session to be opened it is worth waiting for.
  s.tls[h.session].awaited = (s.options.many_queues || may_open(s)) && ((h.tcp_flags[0] | h.tcp_flags[1]) & flow::kTcpSyn) != 0;
  s.table.cold(flow).hello_tick = s.now;
  s.age.set(flow, s.now + s.options.tls_wait_ticks + 1);
  if (may_open(s)) start_opened(s, flow);
  return true;
}

// What waited as a candidate is read first, then the bytes that decided. The pieces are small, so they are taken from the
// stack.
Taken begin_reading(State& s, std::uint32_t flow, flow::Reader reader, Dir dir, Bytes bytes) noexcept {
  flow::Hot& h = s.table.hot(flow);
  std::uint8_t kept[2][kMaxCandidateBytes];
  std::size_t sizes[2] = {0, 0};
  if (h.session != kNone) {
    for (unsigned d = 0; d < 2; ++d) sizes[d] = s.spools.gather(s.candidates[h.session].bytes[d], kept[d]);
  }
  drop_candidate(s, h);
  if (!start_reader(s, flow, reader)) return {Next::stop, {}};
  for (const Dir d : {other(dir), dir}) {
    if (sizes[index(d)] == 0) continue;
    const Taken taken = handler(h).take(s, flow, d, {kept[index(d)], sizes[index(d)]});
    if (taken.next != Next::same) return {Next::stop, {}};
  }
  return handler(h).take(s, flow, dir, bytes);
}

Taken take_unknown(State& s, std::uint32_t flow, Dir dir, Bytes bytes) noexcept {
  flow::Hot& h = s.table.hot(flow);
  const unsigned probed = ++s.table.cold(flow).probed;
  if (probed > kMaxProbes) return {Next::stop, {}};
  if (probed == 1) bytes = bytes.subspan(proxy_header(bytes));  // what a load balancer says comes before any protocol
  if (bytes.empty()) return {Next::same, {}};
  std::uint8_t joined[2 * kMaxCandidateBytes];
  Bytes seen = bytes;
  if (h.session != kNone && s.candidates[h.session].bytes[index(dir)].size != 0) {
    std::size_t n = s.spools.gather(s.candidates[h.session].bytes[index(dir)], {joined, kMaxCandidateBytes});
    const std::size_t more = std::min(bytes.size(), sizeof joined - n);
    std::memcpy(joined + n, bytes.data(), more);
    seen = {joined, n + more};
  }
  Recognised it = recognise(h, probed, seen);
  if (it.probe == Probe::no && seen.size() != bytes.size()) {  // what waited leads nowhere, but a protocol may begin here
    s.spools.clear(s.candidates[h.session].bytes[index(dir)]);
    it = recognise(h, probed, bytes);
  }
  if (it.probe == Probe::yes) return begin_reading(s, flow, it.reader, dir, bytes);
  if (it.probe == Probe::unsure) keep_candidate(s, h, dir, bytes);
  if (probed >= kMaxUdpProbes && it.probe == Probe::no) learn_nothing(s, flow);
  return {Next::same, {}};
}

void lose_unknown(State& s, std::uint32_t flow, Dir dir, std::uint32_t) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  if (h.session != kNone) s.spools.clear(s.candidates[h.session].bytes[index(dir)]);
}

void close_unknown(State& s, std::uint32_t flow) noexcept { drop_candidate(s, s.table.hot(flow)); }

// Gives bytes to the reader of the moment, and what it leaves to the one that comes after it.
void give(State& s, std::uint32_t flow, Dir dir, Bytes bytes) noexcept {
  flow::Hot& h = s.table.hot(flow);
  for (unsigned turns = 0; turns < 3; ++turns) {  // a stream that changes protocol twice within a segment is not followed
    const Taken taken = handler(h).take(s, flow, dir, bytes);
    if (taken.next == Next::same) return;
    if (taken.next == Next::stop) break;
    handler(h).close(s, flow);
    h.session = kNone;
    for (const Dir d : {Dir::up, Dir::down}) s.streams.end_pass(h.stream, d);
    h.reader = flow::Reader::unknown;
    s.table.cold(flow).probed = 0;
    if (taken.rest.empty()) return;
    bytes = taken.rest;
  }
  stop_reading(s, flow);
}

bool open_stream(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  h.stream = s.streams.claim();
  if (h.stream == kNone) {
    h.flags |= flow::kFlowIncomplete;
    s.counters.sessions_refused.at(flow::Reader::unknown).inc();
    stop_reading(s, flow);
    return false;
  }
  if ((h.flags & flow::kFlowSyn) != 0) s.streams.begin(h.stream, Dir::up, h.session);
  h.flags &= static_cast<std::uint16_t>(~flow::kFlowSyn);
  h.session = kNone;
  return true;
}

// Tells the reader how much of what the stream passes over has come.
void settle_pass(State& s, std::uint32_t flow, Dir dir) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  if (!s.streams.passing(h.stream, dir)) return;
  s.streams.end_pass(h.stream, dir);
  handler(h).passed(s, flow, dir, s.streams.left_to_pass(h.stream, dir));
}

void skip_gap(State& s, std::uint32_t flow, Dir dir) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  settle_pass(s, flow, dir);
  const std::uint32_t missed = s.streams.skip(h.stream, dir);
  if (missed != 0) handler(h).lose(s, flow, dir, missed);
}

// Gives what push() or next() gave, and all that can be read then. Each turn reads bytes or ends a passage.
void drain(State& s, std::uint32_t flow, Dir dir, Bytes bytes) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  for (;;) {
    const bool over = s.streams.passing(h.stream, dir) && s.streams.left_to_pass(h.stream, dir) == 0;
    if (over) settle_pass(s, flow, dir);
    if (bytes.empty() && !over) return;
    give(s, flow, dir, bytes);
    if (h.stream == kNone) return;
    bytes = s.streams.next(h.stream, dir);
  }
}

void read_segment(State& s, std::uint32_t flow, Dir dir, const net::Row& row) noexcept {
  flow::Hot& h = s.table.hot(flow);
  const std::uint32_t seq = row.seq + ((row.tcp_flags & flow::kTcpSyn) != 0 ? 1 : 0);
  if (h.stream == kNone && !open_stream(s, flow)) return;
  if (!s.streams.begun(h.stream, dir)) s.streams.begin(h.stream, dir, seq);
  if (awaits_tls(s, h) && tls_waited(s, s.table.cold(flow))) hurry_tls(s, flow);
  drain(s, flow, dir, s.streams.push(h.stream, dir, seq, row.payload_bytes()));
  if (h.stream == kNone) return;
  const bool stuck = s.streams.stuck(h.stream, dir);
  const bool idle = h.reader == flow::Reader::unknown && s.streams.held_segments(h.stream, dir) > kMaxUnread;
  if (!stuck && !idle) return;
  skip_gap(s, flow, dir);  // a bound is met: what is missing is given up, then this segment has its turn again
  drain(s, flow, dir, s.streams.next(h.stream, dir));
  if (stuck && h.stream != kNone) drain(s, flow, dir, s.streams.push(h.stream, dir, seq, row.payload_bytes()));
}

// Without room for it, it is known at least what it is.
bool start_quic(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  h.session = claim_session(s, flow::Reader::quic);
  h.reader = h.session == kNone ? flow::Reader::none : flow::Reader::quic;
  if (h.session == kNone) {
    h.flags |= flow::kFlowIncomplete;
    set_label(s, flow, {classify::kQuic, classify::kQuic, 0, classify::Confidence::dpi, classify::By::parser});
    return false;
  }
  s.table.cold(flow).hello_tick = s.now;
  s.age.set(flow, s.now + s.options.tls_wait_ticks + 1);
  return true;
}

void read_quic(State& s, std::uint32_t flow, Dir dir, Bytes datagram) noexcept {
  if (tls_waited(s, s.table.cold(flow))) return close_quic(s, flow);
  if (take_quic(s, flow, dir, datagram) == Next::stop) close_quic(s, flow);
}

void read_dtls(State& s, std::uint32_t flow, Dir dir, Bytes datagram) noexcept {
  if (tls_waited(s, s.table.cold(flow))) return close_dtls(s, flow);
  if (take_dtls(s, flow, dir, datagram) == Next::stop) close_dtls(s, flow);
}

// STUN (RFC 8489 5) goes before whatever two peers agree on by it: DTLS, QUIC or media on the same ports (RFC 9443).
bool is_stun(Bytes datagram) noexcept {
  Cursor in(datagram);
  const bool first = (in.u8() & 0xc0) == 0;
  in.skip(3);
  return in.u32() == 0x2112a442 && in.ok() && first;
}

void read_datagram(State& s, std::uint32_t flow, Dir dir, const net::Row& row) noexcept {
  flow::Hot& h = s.table.hot(flow);
  const Bytes datagram = row.payload_bytes();
  if (h.reader == flow::Reader::quic) return read_quic(s, flow, dir, datagram);
  if (h.reader == flow::Reader::dtls) return read_dtls(s, flow, dir, datagram);
  if (h.reader == flow::Reader::unknown) {
    if (is_stun(datagram)) return;
    if (tls::probe_dtls(datagram) == Probe::yes) {
      if (start_dtls(s, flow)) read_dtls(s, flow, dir, datagram);
      return;
    }
    if (quic::probe(datagram) == Probe::yes) {
      if (start_quic(s, flow)) read_quic(s, flow, dir, datagram);
      return;
    }
    if (dns::probe(datagram, ports(h)) != Probe::yes) {
      if (++s.table.cold(flow).probed < kMaxUdpProbes) return;
      h.reader = flow::Reader::none;
      learn_nothing(s, flow);
      return;
    }
    h.reader = flow::Reader::dns;
    s.counters.sessions_started.at(flow::Reader::dns).inc();
  }
  static_cast<void>(take_dns_datagram(s, flow, datagram));
}

void reset(DtlsFlow& d) noexcept {
  tls::reset(d.order);
  d.tls = kNone;
}
void reset(Quic& q) noexcept {
  quic::reset(q.session);
  q.google = q.early = Spool{};
  q.tls = kNone;
}

template <class Session>
std::uint32_t claim(Slab<Session>& slab) noexcept {
  const std::uint32_t at = slab.claim();
  if (at != kNone) reset(slab[at]);
  return at;
}

}  // namespace

std::uint32_t claim_session(State& s, flow::Reader reader) noexcept {
  const std::uint32_t at = reader == flow::Reader::tls    ? claim(s.tls)
                           : reader == flow::Reader::quic ? claim(s.quic)
                           : reader == flow::Reader::dtls ? claim(s.dtls)
                           : reader == flow::Reader::http ? claim(s.http)
                                                          : claim(s.dns);
  auto& what = at == kNone ? s.counters.sessions_refused : s.counters.sessions_started;
  what.at(reader).inc();
  return at;
}

void prefetch_reading(const State& s, std::uint32_t flow) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  if (h.stream == kNone) return;
  s.streams.prefetch(h.stream);
  if (h.session == kNone) return;
  switch (h.reader) {
    case flow::Reader::tls:
      return s.tls.prefetch(h.session, kReaderLines);
    case flow::Reader::http:
      return s.http.prefetch(h.session, kReaderLines);
    case flow::Reader::dns:
      return s.dns.prefetch(h.session, kReaderLines);
    case flow::Reader::opened:
      return s.opened.prefetch(h.session, kReaderLines);
    default:
      return;
  }
}

void inspect(State& s, std::uint32_t flow, Dir dir, const net::Row& row) noexcept {
  flow::Hot& h = s.table.hot(flow);
  if (h.reader != flow::Reader::none) {
    if (row.proto == net::kProtoTcp) {
      read_segment(s, flow, dir, row);
    } else {
      read_datagram(s, flow, dir, row);
    }
    if ((h.flags & flow::kFlowUnread) != 0 && h.reader != flow::Reader::none) stop_reading(s, flow);
  }
  if ((h.flags & flow::kFlowDecided) == 0 && h.reader <= flow::Reader::none) ask_dpi(s, flow, dir, row);
}

void note_opening(State& s, std::uint32_t flow, Dir dir, const net::Row& row) noexcept {
  flow::Hot& h = s.table.hot(flow);
  if (h.reader != flow::Reader::unknown || h.stream != kNone) return;
  if ((row.tcp_flags & flow::kTcpAck) == 0 && dir == Dir::up) {
    h.flags |= flow::kFlowSyn;
    h.session = row.seq + 1;
    return;
  }
  if ((row.tcp_flags & flow::kTcpAck) == 0 || dir != Dir::down) return;
  if (open_stream(s, flow)) s.streams.begin(h.stream, Dir::down, row.seq + 1);
}

void finish_reading(State& s, std::uint32_t flow) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  for (const Dir dir : {Dir::up, Dir::down}) {
    if (h.stream != kNone) settle_pass(s, flow, dir);
    while (h.stream != kNone && s.streams.gapped(h.stream, dir)) {
      skip_gap(s, flow, dir);
      drain(s, flow, dir, s.streams.next(h.stream, dir));
    }
  }
  stop_reading(s, flow);
}

void stop_reading(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  const flow::Reader last = h.reader;
  std::uint32_t after = last == flow::Reader::opened ? kNone : coverage_of(h);  // what it was, it stays
  if ((h.flags & flow::kFlowSyn) == 0) {
    handler(h).close(s, flow);
    if (last == flow::Reader::opened) after = h.session;
  }
  h.flags &= static_cast<std::uint16_t>(~flow::kFlowSyn);
  h.session = after;
  h.reader = flow::Reader::none;
  if (h.stream != kNone) s.streams.drop(h.stream);
  h.stream = kNone;
}

}  // namespace pellucid::engine
