#include "lib/export/eve_flow.h"

#include <array>

#include "lib/export/text.h"

namespace pellucid::exporter {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint8_t kSyn = 2;  // RFC 9293 3.1; from the server: it has answered

std::string_view state_of(const FlowBody& b) noexcept {
  switch (b.tcp) {
    case flow::TcpState::opening:
      return "new";
    case flow::TcpState::established:
    case flow::TcpState::closing:
      return "established";
    case flow::TcpState::closed:
      return "closed";
    case flow::TcpState::none:
      break;
  }
  return b.packets[0] != 0 && b.packets[1] != 0 ? "established" : "new";
}

// Suricata's three; a flow that closed waits there until its time is over, and so ends by timeout.
std::string_view reason_of(flow::End end) noexcept {
  switch (end) {
    case flow::End::evicted:
      return "forced";
    case flow::End::shutdown:
      return "shutdown";
    case flow::End::timeout:
    case flow::End::closed:
    case flow::End::kCount:
      break;
  }
  return "timeout";
}

std::string_view tcp_state_of(const FlowBody& b) noexcept {
  switch (b.tcp) {
    case flow::TcpState::opening:
      return (b.tcp_flags[1] & kSyn) != 0 ? "syn_recv" : "syn_sent";
    case flow::TcpState::established:
      return "established";
    case flow::TcpState::closing:
      return "fin_wait1";
    case flow::TcpState::closed:
      return "closed";
    case flow::TcpState::none:
      break;
  }
  return "none";
}

constexpr std::array<std::string_view, 8> kFlagNames{"fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"};

void write_tcp(Json& json, const FlowBody& b) noexcept {
  const std::uint8_t both = b.tcp_flags[0] | b.tcp_flags[1];
  json.open_object("tcp");
  json.made("tcp_flags", [&](std::string& out) { write_hex(out, {&both, 1}); });
  json.made("tcp_flags_ts", [&](std::string& out) { write_hex(out, {&b.tcp_flags[0], 1}); });
  json.made("tcp_flags_tc", [&](std::string& out) { write_hex(out, {&b.tcp_flags[1], 1}); });
  for (unsigned i = 0; i < kFlagNames.size(); ++i) {
    if ((both >> i & 1) != 0) json.yes(kFlagNames[i]);
  }
  json.text("state", tcp_state_of(b));
  json.close_object();
}

}  // namespace

void write_flow(Json& json, const View& v) noexcept {
  const FlowBody& b = v.as<FlowBody>();
  json.open_object("flow");
  json.number("pkts_toserver", b.packets[0]);
  json.number("pkts_toclient", b.packets[1]);
  json.number("bytes_toserver", b.bytes[0]);
  json.number("bytes_toclient", b.bytes[1]);
  json.made("start", [&](std::string& out) { write_time(out, b.first_ns); });
  json.made("end", [&](std::string& out) { write_time(out, b.last_ns); });
  const std::uint64_t first = b.first_ns / kSecond;
  const std::uint64_t last = b.last_ns / kSecond;
  json.number("age", last > first ? last - first : 0);  // captures may run backwards
  json.text("state", state_of(b));
  if (v.head->kind == Kind::flow) json.text("reason", reason_of(b.end));
  json.no("alerted");
  json.close_object();
  if (v.head->proto == kTcp) write_tcp(json, b);
}

void write_flow_own(Json& json, const View& v) noexcept {
  const FlowBody& b = v.as<FlowBody>();
  if (v.head->kind == Kind::flow && b.end < flow::End::kCount) {
    json.text("reason", flow::kEndLabels[static_cast<std::size_t>(b.end)]);
  }
  if ((b.flags & flow::kFlowMidstream) != 0) json.yes("midstream");
  if ((b.flags & flow::kFlowOneSided) != 0) json.yes("one_sided");
}

}  // namespace pellucid::exporter
