#include "lib/engine/inner.h"

#include "lib/engine/readers.h"
#include "lib/http/probe.h"

namespace pellucid::engine {

namespace {

void release(State& s, Opened& o) noexcept {
  for (Inner& inner : o.inner) s.spools.clear(inner.held);
}

void stop(State& s, Opened& o) noexcept {
  close_inner(s, o);
  o.reader = flow::Reader::none;
}

void feed(State& s, Opened& o, Dir dir, Bytes text) noexcept {
  const Next next =
      o.reader == flow::Reader::http ? feed_http(s, o.flow, o.session, dir, text) : feed_dns(s, o.flow, o.session, dir, text);
  if (next != Next::same) stop(s, o);
}

bool start(State& s, Opened& o, flow::Reader reader) noexcept {
  o.session = claim_session(s, reader);
  if (o.session != kNone) o.reader = reader;
  return o.session != kNone;
}

flow::Reader recognise(const flow::Hot& h, Bytes text, bool& unsure) noexcept {
  const Probe http = http::probe(text), dns = dns::probe_stream(text, {h.key.port_a, h.key.port_b});
  unsure = http == Probe::unsure || dns == Probe::unsure;
  if (http == Probe::yes) return flow::Reader::http;
  return dns == Probe::yes ? flow::Reader::dns : flow::Reader::unknown;
}

// A record may hold as little as one octet, so what came first is kept until it tells.
void look(State& s, Opened& o, Dir dir, Bytes text) noexcept {
  std::uint8_t joined[2][kMaxCandidateBytes];
  std::size_t sizes[2];
  for (const Dir d : {Dir::up, Dir::down}) sizes[index(d)] = s.spools.gather(o.inner[index(d)].held, joined[index(d)]);
  const std::size_t kept = sizes[index(dir)], more = std::min(text.size(), kMaxCandidateBytes - kept);
  std::memcpy(joined[index(dir)] + kept, text.data(), more);
  bool unsure = false;
  const flow::Reader reader = recognise(s.table.hot(o.flow), {joined[index(dir)], kept + more}, unsure);
  if (reader == flow::Reader::unknown) {
    const bool wait = unsure && ++o.probed < kMaxInnerProbes && kept + text.size() <= kMaxCandidateBytes;
    if (wait && s.spools.append(o.inner[index(dir)].held, text)) return;
    if (!wait && !unsure && ++o.probed < kMaxInnerProbes) return s.spools.clear(o.inner[index(dir)].held);
    release(s, o);
    o.reader = flow::Reader::none;
    return;
  }
  release(s, o);
  if (!start(s, o, reader)) {
    o.reader = flow::Reader::none;
    return;
  }
  for (const Dir d : {other(dir), dir}) {
    const std::size_t n = d == dir ? kept : sizes[index(d)];
    if (n != 0 && o.reader == reader) feed(s, o, d, {joined[index(d)], n});
  }
  if (o.reader == reader) feed(s, o, dir, text);
}

void lose(State& s, Opened& o, Dir dir, std::uint64_t missed) noexcept {
  http::Room room{s.spools, s.room()};
  if (o.reader == flow::Reader::http) http::lost(s.http[o.session], dir, missed, room);
  const auto most = static_cast<std::uint32_t>(std::min<std::uint64_t>(missed, 0xffff'ffff));
  if (o.reader == flow::Reader::dns) dns::lost(s.dns[o.session], dir, most, s.spools);
  s.spools.clear(o.inner[index(dir)].held);
}

}  // namespace

void take_inner(State& s, Opened& o, Dir dir, Bytes text, std::uint64_t missed) noexcept {
  o.inner[index(dir)].octets += missed + text.size();
  if (missed != 0) lose(s, o, dir, missed);
  switch (o.reader) {
    case flow::Reader::none:
      return;
    case flow::Reader::http:
    case flow::Reader::dns:
      return feed(s, o, dir, text);
    default:
      return look(s, o, dir, text);
  }
}

void close_inner(State& s, Opened& o) noexcept {
  release(s, o);
  if (o.session == kNone) return;
  if (o.reader == flow::Reader::http) {
    finish_http(s, o.flow, o.session);
  } else {
    dns::drop(s.dns[o.session], s.spools);
    s.dns.drop(o.session);
  }
  o.session = kNone;
}

}  // namespace pellucid::engine
