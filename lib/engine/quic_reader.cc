#include "lib/engine/label.h"
#include "lib/engine/readers.h"
#include "lib/engine/report.h"
#include "lib/quic/google.h"
#include "lib/tls/handshake.h"

namespace pellucid::engine {

namespace {

constexpr std::size_t kMessageHead = 4;

// The client's hello comes from whoever the client is, even if the server's packet was seen first.
void turn_round(State& s, std::uint32_t flow, Dir client) noexcept {
  if (client == Dir::down) s.table.hot(flow).flags |= flow::kFlowReversed;
}

void keep_google(State& s, std::uint32_t flow, Quic& q, Bytes hello) noexcept {
  if (q.google.size != 0 || hello.empty()) return;
  hello = hello.first(std::min(hello.size(), quic::kMaxGoogle));
  if (!s.spools.append(q.google, hello)) q.session.flags |= quic::kQuicIncomplete;
  flow::Cold& c = s.table.cold(flow);
  c.hello_ns = s.ts_ns;
  c.hello_tick = s.now;
  std::string_view name;
  quic::Tags tags(hello);
  for (quic::Tag t; tags.next(t);) {
    if (t.name == "SNI") name = as_text(t.value);
  }
  name_flow(s, flow, classify::kQuic, name);
}

Next take_google(State& s, std::uint32_t flow, Quic& q, Dir dir, Bytes datagram) noexcept {
  const Result<quic::GooglePacket> p = quic::read_google(datagram);
  s.counters.quic_packets.at(p ? quic::Fate::opened : quic::Fate::malformed).inc();
  if (!p) return Next::same;
  q.session.version = p->version;
  if (!p->hello.empty()) turn_round(s, flow, dir);
  keep_google(s, flow, q, p->hello);
  return q.google.size != 0 ? Next::stop : Next::same;
}

// They are read by the readers of TLS.
bool claim_hellos(State& s, Quic& q) noexcept {
  q.tls = s.tls.claim();
  if (q.tls != kNone) {
    tls::reset(s.tls[q.tls]);
    return true;
  }
  s.counters.sessions_refused.at(flow::Reader::tls).inc();
  q.session.flags |= quic::kQuicIncomplete;
  return false;
}

void read_hello(State& s, std::uint32_t flow, Quic& q, Dir dir, Bytes whole) noexcept {
  const auto type = static_cast<tls::Message>(whole[0]);
  if (type != tls::Message::client_hello && type != tls::Message::server_hello) return;
  if (q.tls == kNone && !claim_hellos(s, q)) return;
  tls::Session& t = s.tls[q.tls];
  const bool had_hello = t.hello_read != 0;
  tls::Room room{s.spools, s.room()};
  tls::find_message(whole[0])->read(t, {dir, whole.subspan(kMessageHead), room});
  if (had_hello || t.hello_read == 0) return;
  turn_round(s, flow, dir);
  name_hello(s, flow, classify::kQuic, t);
}

void read_messages(State& s, std::uint32_t flow, Quic& q, Dir dir) noexcept {
  for (;;) {
    const Bytes whole = quic::message(q.session, dir, s.quic_rooms);
    if (whole.empty()) return;
    if (as_text(whole).starts_with("CHLO")) {
      turn_round(s, flow, dir);
      keep_google(s, flow, q, whole);
    } else {
      read_hello(s, flow, q, dir, whole);
    }
    quic::pass(q.session, dir, whole.size(), s.quic_rooms);
  }
}

// True: there is no key yet for some of it.
bool take_packets(State& s, Quic& q, Dir dir, Bytes datagram) noexcept {
  quic::Tools tools{*s.first.hasher, *s.first.aes, s.quic_rooms, s.room(), s.quic_keys_left};
  bool early = false;
  for (unsigned n = 0; n < quic::kMaxPackets && !datagram.empty(); ++n) {
    Bytes rest;
    const quic::Fate fate = quic::take(q.session, dir, datagram, tools, rest);
    s.counters.quic_packets.at(fate).inc();
    early |= fate == quic::Fate::no_key;
    datagram = rest;
  }
  return early;
}

// What waited may have been the client's own after all; its tag tells.
void take_early(State& s, std::uint32_t flow, Quic& q, Dir dir) noexcept {
  std::uint8_t kept[kMaxEarly];
  const std::size_t size = s.spools.gather(q.early, kept);
  s.spools.clear(q.early);
  static_cast<void>(take_packets(s, q, dir, {kept, size}));
  read_messages(s, flow, q, dir);
}

bool is_over(const State& s, const Quic& q) noexcept {
  if (q.google.size != 0) return true;
  return q.tls != kNone && s.tls[q.tls].hello_read != 0 && s.tls[q.tls].server_read != 0;
}

}  // namespace

Next take_quic(State& s, std::uint32_t flow, Dir dir, Bytes datagram) noexcept {
  Quic& q = s.quic[s.table.hot(flow).session];
  if (quic::is_google(datagram)) return take_google(s, flow, q, dir, datagram);
  if (s.first.aes == nullptr || s.first.hasher == nullptr) {
    s.counters.quic_packets.at(quic::Fate::unread).inc();
    if (const Result<quic::Packet> p = quic::read_packet(datagram); p) q.session.version = p->version;
    return Next::stop;
  }
  const bool unknown = q.session.client_known == 0;
  if (take_packets(s, q, dir, datagram) && datagram.size() <= kMaxEarly && q.early.size == 0) {
    static_cast<void>(s.spools.append(q.early, datagram));  // without room it is as if it had been lost
  }
  read_messages(s, flow, q, dir);
  if (unknown && q.session.client_known != 0 && q.early.size != 0) take_early(s, flow, q, other(dir));
  return is_over(s, q) ? Next::stop : Next::same;
}

void close_quic(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  if (h.session == kNone) return;
  Quic& q = s.quic[h.session];
  const bool named = q.google.size != 0 || (q.tls != kNone && s.tls[q.tls].hello_read != 0);
  if (!named) name_flow(s, flow, classify::kQuic, {});
  if (!named || (q.tls != kNone && tls::hides_name(s.tls[q.tls]))) hide_name(s, flow);
  if (!is_over(s, q) && (q.session.flags & quic::kQuicIncomplete) != 0) {
    s.counters.sessions_incomplete.at(flow::Reader::quic).inc();
  }
  report_quic(s, flow, q, q.tls == kNone ? nullptr : &s.tls[q.tls]);
  quic::drop(q.session, s.quic_rooms);
  s.spools.clear(q.google);
  s.spools.clear(q.early);
  if (q.tls != kNone) {
    tls::drop(s.tls[q.tls], s.spools);
    s.tls.drop(q.tls);
  }
  s.quic.drop(h.session);
  h.session = kNone;
  h.reader = flow::Reader::none;
}

}  // namespace pellucid::engine
