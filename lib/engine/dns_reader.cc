#include "lib/dns/message.h"
#include "lib/engine/label.h"
#include "lib/engine/readers.h"
#include "lib/engine/report.h"

namespace pellucid::engine {

namespace {

constexpr std::uint16_t kMdnsPort = 5353, kLlmnrPort = 5355;

std::uint16_t master_of(const net::Key& k) noexcept {
  if (k.port_a == kMdnsPort || k.port_b == kMdnsPort) return classify::kMdns;
  if (k.port_a == kLlmnrPort || k.port_b == kLlmnrPort) return classify::kLlmnr;
  return classify::kDns;
}

// One message, whole: the record carries it raw, the exporter reads the rest of it.
bool take_message(State& s, std::uint32_t flow, Bytes message, exporter::Cut cut) noexcept {
  dns::Glance seen;
  if (message.size() < dns::kHeaderSize) return false;
  const Err err = dns::glance(message, seen);
  if (err != Err::none) s.counters.reader_errors.at(flow::Reader::dns, err).inc();
  if (s.table.cold(flow).transactions == 0) name_flow(s, flow, master_of(s.table.hot(flow).key), seen.name.view());
  report_dns(s, flow, exporter::piece(exporter::Part::dns_message, message, cut), seen.response);
  return true;
}

}  // namespace

bool take_dns_datagram(State& s, std::uint32_t flow, Bytes datagram) noexcept {
  return take_message(s, flow, datagram, exporter::Cut::whole);
}

Next feed_dns(State& s, std::uint32_t flow, std::uint32_t session, Dir dir, Bytes bytes) noexcept {
  dns::Session& t = s.dns[session];
  dns::Room room{s.spools, s.room()};
  while (!bytes.empty()) {
    const dns::Fed fed = dns::feed(t, dir, bytes, room);
    bytes = bytes.subspan(fed.used);
    if (fed.event == dns::Event::more) return Next::same;
    if (fed.event == dns::Event::failed) {
      s.counters.sessions_failed.at(flow::Reader::dns).inc();
      return Next::stop;
    }
    static_cast<void>(take_message(s, flow, fed.message, fed.cut != 0 ? exporter::Cut::cut : exporter::Cut::whole));
  }
  return Next::same;
}

Taken take_dns(State& s, std::uint32_t flow, Dir dir, Bytes bytes) noexcept {
  return {feed_dns(s, flow, s.table.hot(flow).session, dir, bytes), {}};
}

void lose_dns(State& s, std::uint32_t flow, Dir dir, std::uint32_t missed) noexcept {
  dns::lost(s.dns[s.table.hot(flow).session], dir, missed, s.spools);
}

void close_dns(State& s, std::uint32_t flow) noexcept {
  flow::Hot& h = s.table.hot(flow);
  if (h.session == kNone) return;  // over UDP there is none
  dns::drop(s.dns[h.session], s.spools);
  s.dns.drop(h.session);
  h.session = kNone;
}

}  // namespace pellucid::engine
