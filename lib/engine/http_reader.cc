#include "lib/engine/label.h"
#include "lib/engine/readers.h"
#include "lib/engine/report.h"

namespace pellucid::engine {

namespace {

// The first request that names a host names the flow; one whose request was never seen is HTTP all the same.
void name(State& s, std::uint32_t flow, const http::Session& t, Bytes head) noexcept {
  flow::Hot& h = s.table.hot(flow);
  const auto request = http::read_head(head);
  name_flow(s, flow, classify::kHttp, request ? http::authority(*request).host : std::string_view{});
  const bool guessed = (h.flags & flow::kFlowAssumed) != 0;
  if (!guessed || t.client_known == 0) return;
  h.flags &= static_cast<std::uint16_t>(~flow::kFlowAssumed);
  if (t.client == Dir::down) h.flags |= flow::kFlowReversed;
}

void on_request(State& s, std::uint32_t flow, const http::Session& t) noexcept {
  if (s.table.cold(flow).by != static_cast<std::uint8_t>(classify::By::nobody)) return;
  const std::size_t n = s.spools.gather(http::newest(t).head, s.room());
  name(s, flow, t, s.room().first(n));
}

void on_transaction(State& s, std::uint32_t flow, http::Session& t) noexcept {
  if (s.table.cold(flow).by == static_cast<std::uint8_t>(classify::By::nobody)) name(s, flow, t, {});
  report_http(s, flow, t);
  http::settle(t, s.spools);
}

}  // namespace

Next feed_http(State& s, std::uint32_t flow, std::uint32_t session, Dir dir, Bytes& bytes) noexcept {
  http::Session& t = s.http[session];
  http::Room room{s.spools, s.room()};
  for (;;) {
    const http::Fed fed = http::feed(t, dir, bytes, room);
    bytes = bytes.subspan(fed.used);
    switch (fed.event) {
      case http::Event::more:
        return Next::same;
      case http::Event::request:
        on_request(s, flow, t);
        break;
      case http::Event::transaction:
        on_transaction(s, flow, t);
        break;
      case http::Event::upgraded:
        return Next::again;
      case http::Event::failed:
        s.counters.sessions_failed.at(flow::Reader::http).inc();
        return Next::stop;
    }
  }
}

Taken take_http(State& s, std::uint32_t flow, Dir dir, Bytes bytes) noexcept {
  const flow::Hot& h = s.table.hot(flow);
  const Next next = feed_http(s, flow, h.session, dir, bytes);
  if (next == Next::same) {
    const std::uint32_t n = http::unwanted(s.http[h.session], dir, flow::Streams::kMaxPass);
    if (n != 0) s.streams.pass(h.stream, dir, n);
  }
  return {next, bytes};
}

void passed_http(State& s, std::uint32_t flow, Dir dir, std::uint32_t left) noexcept {
  http::Room room{s.spools, s.room()};
  http::passed(s.http[s.table.hot(flow).session], dir, left, room);
}

void lose_http(State& s, std::uint32_t flow, Dir dir, std::uint32_t missed) noexcept {
  http::Room room{s.spools, s.room()};
  http::lost(s.http[s.table.hot(flow).session], dir, missed, room);
}

void finish_http(State& s, std::uint32_t flow, std::uint32_t session) noexcept {
  http::Session& t = s.http[session];
  http::Room room{s.spools, s.room()};
  while (http::finish(t, room) == http::Event::transaction) on_transaction(s, flow, t);
  http::drop(t, s.spools);
  s.http.drop(session);
}

void close_http(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  if (h.session == kNone) return;
  finish_http(s, flow, h.session);
  h.session = kNone;
}

}  // namespace pellucid::engine
