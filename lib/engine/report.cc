#include "lib/engine/report.h"

#include <algorithm>

#include "lib/dns/probe.h"
#include "lib/engine/judge.h"
#include "lib/engine/label.h"
#include "lib/engine/outcome.h"
#include "lib/export/draft.h"
#include "lib/metrics/metric.h"
#include "lib/tls/name.h"

namespace pellucid::engine {

namespace {

using exporter::Kind;
using exporter::Part;
using exporter::Piece;

constexpr std::uint8_t kEsp = 50, kAh = 51;

bool reversed(const flow::Hot& h) noexcept { return (h.flags & flow::kFlowReversed) != 0; }

// The direction that a record calls up.
unsigned up(const flow::Hot& h) noexcept { return reversed(h) ? 1 : 0; }

void fill_ends(exporter::Head& head, const flow::Hot& h) noexcept {
  const net::Key& k = h.key;
  const bool from_b = ((h.flags & flow::kFlowSwapped) != 0) != reversed(h);
  std::memcpy(head.src, from_b ? k.b : k.a, sizeof head.src);
  std::memcpy(head.dst, from_b ? k.a : k.b, sizeof head.dst);
  head.proto = k.proto;
  head.family = k.family;
  if (k.proto == kEsp || k.proto == kAh) {
    head.spi = (std::uint32_t{k.port_a} << 16) | k.port_b;
    return;
  }
  head.sport = from_b ? k.port_b : k.port_a;
  head.dport = from_b ? k.port_a : k.port_b;
}

void fill_policy(exporter::Head& head, const State& s, const flow::Hot& h, const flow::Cold& c) noexcept {
  head.rule = exporter::kNoRule;
  if (s.program == nullptr) return;
  head.generation = generation_of(s, h);
  head.rule = c.rule;
  if (h.epoch == s.epoch && head.level > policy::Level::count) head.sampled = s.program->sample_of(c.rule);
}

exporter::Head head_of(const State& s, std::uint32_t flow, Kind kind, std::uint64_t ts_ns) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  const flow::Cold& c = s.table.cold(flow);
  exporter::Head head{};
  head.kind = kind;
  head.level = level_of(h);
  if ((h.flags & flow::kFlowIncomplete) != 0) head.flags |= exporter::kHeadIncomplete;
  if ((h.flags & flow::kFlowAssumed) != 0) head.flags |= exporter::kHeadAssumed;
  head.ts_ns = ts_ns;
  head.flow_id = c.flow_id;
  fill_ends(head, h);
  head.icmp_type = c.icmp_type;
  head.icmp_code = c.icmp_code;
  head.iface = c.iface;
  head.worker = s.options.worker;
  const classify::Label label = shown_label(s, flow);
  head.master = label.master;
  head.app = label.app;
  head.category = label.category;
  head.confidence = static_cast<std::uint8_t>(label.confidence);
  head.by = static_cast<std::uint8_t>(label.by);
  fill_policy(head, s, h, c);
  return head;
}

// False: the flow's level does not allow such a record. What was read is not told.
bool may_report(State& s, std::uint32_t flow, Kind kind) noexcept {
  const bool whole_flow = kind == Kind::flow || kind == Kind::flow_update;
  if (level_of(s.table.hot(flow)) >= (whole_flow ? policy::Level::count : policy::Level::metadata)) return true;
  s.counters.records_withheld.at(kind).inc();
  return false;
}

// The parts of one record, gathered on the stack; the first may be the flow's wrappers.
struct Parts {
  Piece piece[exporter::kMaxPieces];
  unsigned n = 0;

  Parts(const State& s, const flow::Cold& c) noexcept {
    if (c.layers != kNone) add(exporter::piece(s.layers[c.layers]));
  }
  void add(const Piece& p) noexcept {
    CHECK(n < exporter::kMaxPieces);
    piece[n++] = p;
  }
};

template <class Body>
void write(State& s, const exporter::Head& head, const Body& body, const Parts& parts) noexcept {
  s.counters.records_made.at(head.kind).inc();
  if (exporter::write_record(s.records, head, body, {parts.piece, parts.n})) {
    s.counters.records_written.at(head.kind).inc();
  } else {
    s.counters.records_dropped.at(head.kind).inc();
  }
}

metrics::TlsVersion version_of(const tls::Session& t) noexcept {
  using enum metrics::TlsVersion;
  switch (t.version) {
    case 0:
      return undetermined;
    case 0x0002:
      return ssl2;
    case 0x0300:
      return ssl3;
    case 0x0301:
      return tls10;
    case 0x0302:
      return tls11;
    case 0x0303:
      return tls12;
    case 0x0304:
      return tls13;
    default:
      return other;  // drafts, and what nobody has defined
  }
}

void count_session(State& s, const tls::Session& t, metrics::TlsMode mode) noexcept {
  const bool clear = t.server_read != 0 && tls::hides_nothing(t.cipher);
  s.counters.tls_sessions.at(version_of(t), clear ? metrics::TlsMode::clear : mode).inc();
}

exporter::Cut cut_of(std::uint8_t http_flags) noexcept {
  return (http_flags & (http::kCut | http::kGap)) != 0 ? exporter::Cut::cut : exporter::Cut::whole;
}

}  // namespace

void report_flow(State& s, std::uint32_t flow, Kind kind, flow::End end) noexcept {
  if (!may_report(s, flow, kind)) return;
  const flow::Hot& h = s.table.hot(flow);
  const flow::Cold& c = s.table.cold(flow);
  exporter::FlowBody body{};
  for (unsigned d = 0; d < 2; ++d) {
    body.packets[d] = h.packets[d ^ up(h)];
    body.bytes[d] = h.bytes[d ^ up(h)];
    body.tcp_flags[d] = h.tcp_flags[d ^ up(h)];
  }
  body.first_ns = c.first_ns;
  body.last_ns = h.last_ns;
  body.flags = h.flags;
  body.tcp = h.tcp;
  body.end = end;
  write(s, head_of(s, flow, kind, h.last_ns), body, Parts(s, c));
}

void report_tls(State& s, std::uint32_t flow, const tls::Session& t, metrics::TlsMode mode) noexcept {
  if (!may_report(s, flow, Kind::tls)) return;
  const flow::Hot& h = s.table.hot(flow);
  const flow::Cold& c = s.table.cold(flow);
  exporter::TlsBody body{};
  body.hello_ns = c.hello_ns;
  body.version = t.version;
  body.cipher = t.cipher;
  body.group = t.group;
  body.flags = t.flags;
  body.ech = static_cast<std::uint8_t>(t.ech);
  for (unsigned d = 0; d < 2; ++d) {
    body.alert_level[d] = t.alert_level[d ^ up(h)];
    body.alert[d] = t.alert[d ^ up(h)];
  }
  Parts parts(s, c);
  parts.add(exporter::piece(Part::client_hello, s.spools, t.client_hello));
  parts.add(exporter::piece(Part::server_hello, s.spools, t.server_hello));
  parts.add(exporter::piece(Part::hello_retry, s.spools, t.hello_retry));
  parts.add(exporter::piece(Part::certificates, s.spools, t.certificates));
  parts.add(exporter::piece(Part::client_certificates, s.spools, t.client_certificates));
  parts.add(exporter::piece(Part::encrypted_extensions, s.spools, t.encrypted_extensions));
  exporter::Head head = head_of(s, flow, Kind::tls, s.table.hot(flow).last_ns);
  if ((t.flags & tls::kTlsIncomplete) != 0) head.flags |= exporter::kHeadIncomplete;
  write(s, head, body, parts);
  count_session(s, t, mode);
}

namespace {

static_assert(std::ranges::equal(metrics::kQuicKindValues, quic::kKindLabels));
static_assert(std::ranges::equal(metrics::kQuicFateValues, quic::kFateLabels));
static_assert(sizeof exporter::QuicBody::id[0] == quic::kMaxId);

void fill_id(exporter::QuicBody& body, unsigned which, const quic::Id& id) noexcept {
  body.id_size[which] = id.size;
  std::memcpy(body.id[which], id.octets, id.size);
  body.has_ids = static_cast<std::uint8_t>(body.has_ids | 1u << which);
}

void fill_quic(exporter::QuicBody& body, const quic::Session& q) noexcept {
  body.version = q.version;
  body.first = q.first;
  body.flags = q.flags;
  if (q.client_known == 0) return;
  const unsigned client = index(q.client);
  for (unsigned side = 0; side < 2; ++side) {
    if ((q.has_ids >> (client ^ side) & 1) != 0) fill_id(body, side, q.id[client ^ side]);
  }
  fill_id(body, 2, q.origin);
}

}  // namespace

void report_quic(State& s, std::uint32_t flow, const Quic& q, const tls::Session* t) noexcept {
  s.counters.quic_connections.at(quic::kind_of(q.session.version)).inc();
  if (!may_report(s, flow, Kind::quic)) return;
  const flow::Cold& c = s.table.cold(flow);
  exporter::QuicBody body{};
  body.hello_ns = c.hello_ns;
  fill_quic(body, q.session);
  Parts parts(s, c);
  if (q.google.size != 0) {
    body.google = 1;
    parts.add(exporter::piece(Part::client_hello, s.spools, q.google));
  } else if (t != nullptr) {
    body.cipher = t->cipher;
    body.group = t->group;
    body.tls_flags = t->flags;
    body.ech = static_cast<std::uint8_t>(t->ech);
    parts.add(exporter::piece(Part::client_hello, s.spools, t->client_hello));
    parts.add(exporter::piece(Part::server_hello, s.spools, t->server_hello));
    parts.add(exporter::piece(Part::hello_retry, s.spools, t->hello_retry));
  }
  exporter::Head head = head_of(s, flow, Kind::quic, s.table.hot(flow).last_ns);
  const bool whole = body.google != 0 || (t != nullptr && t->hello_read != 0 && t->server_read != 0);
  if (!whole && (q.session.flags & quic::kQuicIncomplete) != 0) head.flags |= exporter::kHeadIncomplete;
  write(s, head, body, parts);
}

namespace {

// What metrics call them; they lie below those who own the names.
static_assert(std::ranges::equal(metrics::kMethodValues, keys::kMethodLabels));
static_assert(std::ranges::equal(metrics::kReasonValues, keys::kReasonLabels));
static_assert(std::ranges::equal(metrics::kResultValues, exporter::kOutcomeLabels));

void count_decrypt(metrics::WorkerCounters& c, const Opened& o, keys::Reason reason, exporter::Outcome result) noexcept {
  c.decrypt_sessions.at(o.terms.method, result).inc();
  if (reason != keys::Reason::none) c.decrypt_reasons.at(reason).inc();
  c.decrypt_records.at(metrics::Decrypted::ok).add(o.stats.opened);
  c.decrypt_records.at(metrics::Decrypted::bad).add(o.stats.bad);
  c.decrypt_records.at(metrics::Decrypted::lost).add(o.stats.lost + o.stats.unread);
  c.decrypt_bytes.add(o.stats.bytes);
}

}  // namespace

void report_decrypt(State& s, std::uint32_t flow, const Opened& o) noexcept {
  const keys::Reason reason = reason_of(o);
  const exporter::Outcome result = result_of(o);
  count_decrypt(s.counters, o, reason, result);
  if (!may_report(s, flow, Kind::decrypt)) return;
  exporter::DecryptBody body{};
  body.terms = o.terms;
  body.terms.reason = reason;
  body.records_ok = o.stats.opened;
  body.records_bad = o.stats.bad;
  body.records_lost = o.stats.lost + o.stats.unread;
  body.bytes = o.stats.bytes;
  body.missed = o.missed;
  body.result = result;
  write(s, head_of(s, flow, Kind::decrypt, s.table.hot(flow).last_ns), body, Parts(s, s.table.cold(flow)));
}

namespace {

// Where no policy is loaded, the terms of the session alone say what may be given out.
void write_text(State& s, std::uint32_t flow, const exporter::TextBody& body, Bytes text) noexcept {
  if (s.program != nullptr && level_of(s.table.hot(flow)) < policy::Level::decrypt) {
    s.counters.records_withheld.at(Kind::text).inc();
    return;
  }
  Parts parts(s, s.table.cold(flow));
  parts.add(exporter::piece(Part::text, text));
  write(s, head_of(s, flow, Kind::text, s.table.hot(flow).last_ns), body, parts);
}

}  // namespace

void report_text(State& s, std::uint32_t flow, const Opened& o, Dir dir, Bytes text, std::uint64_t offset,
                 std::uint64_t missed) noexcept {
  exporter::TextBody body{};
  body.offset = offset;
  body.missed = missed;
  body.delivery = o.terms.grant;
  body.dir = static_cast<std::uint8_t>(index(dir) ^ up(s.table.hot(flow)));
  write_text(s, flow, body, text);
}

void report_text_end(State& s, std::uint32_t flow, const Opened& o) noexcept {
  exporter::TextBody body{};
  body.delivery = o.terms.grant;
  body.last = 1;
  write_text(s, flow, body, {});
}

namespace {

// EVE has an event type of its own for multicast DNS (RFC 6762 5), which goes over UDP alone.
Kind kind_of(const net::Key& key) noexcept {
  const bool port = key.port_a == dns::kPortMdns || key.port_b == dns::kPortMdns;
  return port && key.proto == net::kProtoUdp ? Kind::mdns : Kind::dns;
}

}  // namespace

void report_dns(State& s, std::uint32_t flow, const Piece& message, std::uint8_t response) noexcept {
  flow::Cold& c = s.table.cold(flow);
  const Kind kind = kind_of(s.table.hot(flow).key);
  if (!may_report(s, flow, kind)) return;
  exporter::DnsBody body{};
  // Requests are numbered as they come; a response bears the number of the latest request, which is its own unless they
  // overlap.
  if (response == 0) ++c.transactions;
  body.tx = c.transactions == 0 ? 0 : c.transactions - 1;
  body.response = response;
  Parts parts(s, c);
  parts.add(message);
  write(s, head_of(s, flow, kind, s.table.hot(flow).last_ns), body, parts);
}

void report_http(State& s, std::uint32_t flow, const http::Session& session) noexcept {
  if (!may_report(s, flow, Kind::http)) return;
  flow::Cold& c = s.table.cold(flow);
  const http::Transaction t = http::transaction(session);
  exporter::HttpBody body{};
  body.tx = c.transactions++;
  const flow::Hot& h = s.table.hot(flow);
  body.brief = h.reader == flow::Reader::opened && s.opened[h.session].terms.depth < keys::Depth::content;
  body.request_bytes = t.request_bytes;
  body.response_bytes = t.response_bytes;
  Parts parts(s, c);
  parts.add(exporter::piece(Part::http_request, s.spools, t.request, cut_of(t.request_flags)));
  parts.add(exporter::piece(Part::http_response, s.spools, t.response, cut_of(t.response_flags)));
  write(s, head_of(s, flow, Kind::http, s.table.hot(flow).last_ns), body, parts);
}

}  // namespace pellucid::engine
