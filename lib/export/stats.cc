#include "lib/export/stats.h"

#include <memory>

#include "lib/export/json.h"
#include "lib/export/text.h"

namespace pellucid::exporter {
namespace {

using metrics::Daemon;
using metrics::WorkerCounters;

void write_capture(Json& json, const Daemon& d) {
  std::uint64_t packets = 0, lost = 0, errors = 0;
  for (const metrics::PortFigures& port : d.ports) {
    packets += port.packets;
    lost += port.missed + port.no_buffer;
    errors += port.errors;
  }
  json.open_object("capture");
  json.number("kernel_packets", packets + lost);  // Suricata's sense: what came, the lost included
  json.number("kernel_drops", lost);
  json.number("errors", errors);
  json.close_object();
}

void write_decoder(Json& json, const WorkerCounters& w) {
  const std::uint64_t packets = w.packets.value();
  json.open_object("decoder");
  json.number("pkts", packets);
  json.number("bytes", w.bytes.value());
  json.number("invalid", w.parse_errors.sum());
  json.number("avg_pkt_size", packets == 0 ? 0 : w.bytes.value() / packets);
  json.close_object();
}

void write_flow(Json& json, const WorkerCounters& w) {
  json.open_object("flow");
  json.number("total", w.flows_created.value());
  json.number("active", w.flows.value());
  json.number("memcap", w.untracked.sum());
  json.close_object();
}

void write_tcp(Json& json, const WorkerCounters& w) {
  json.open_object("tcp");
  json.number("reassembly_gap", w.stream_gaps.value());
  json.number("segment_memcap_drop", w.stream_refused.value());
  json.close_object();
}

void write_records(Json& json, const WorkerCounters& w, const WorkerCounters& exporter) {
  json.open_object("records");
  json.number("made", w.records_made.sum());
  json.number("withheld", w.records_withheld.sum());
  json.number("dropped", w.records_dropped.sum());
  json.number("written", exporter.lines_written.value());
  json.close_object();
}

void write_sinks(Json& json, const Daemon& d) {
  json.open_array("sinks");
  for (const metrics::SinkFigures& sink : d.sinks) {
    std::uint64_t dropped = 0;
    for (const std::uint64_t n : sink.dropped) dropped += n;
    json.open_object();
    json.text("name", sink.name);
    json.number("records", sink.records);
    json.number("dropped", dropped);
    json.close_object();
  }
  json.close_array();
}

void write_own(Json& json, const Daemon& d, const WorkerCounters& w) {
  json.open_object("pellucid");
  json.number("policy_generation", d.policy_generation);
  json.number("workers", d.workers.size());
  json.number("handover", w.handover_sent.value());
  json.number("handover_dropped", w.handover_dropped.value());
  json.number("evicted", w.flows_evicted.value());
  json.open_object("cycles");
  json.number("busy", w.busy_cycles.value());
  json.number("idle", w.idle_cycles.value());
  json.close_object();
  if (d.exporter != nullptr) write_records(json, w, *d.exporter);
  write_sinks(json, d);
  json.close_object();
}

}  // namespace

void write_stats(std::string& out, const StatsHead& head, const Daemon& d) {
  const auto sum = std::make_unique<WorkerCounters>();
  for (const WorkerCounters* worker : d.workers) metrics::accumulate(*sum, *worker);
  Json json(out);
  json.open_object();
  json.made("timestamp", [&](std::string& text) { write_time(text, head.ts_ns); });
  if (!head.host.empty()) json.text("host", head.host);
  json.text("event_type", "stats");
  json.open_object("stats");
  json.number("uptime", head.uptime_s);
  write_capture(json, d);
  write_decoder(json, *sum);
  write_flow(json, *sum);
  write_tcp(json, *sum);
  json.close_object();
  write_own(json, d, *sum);
  json.close_object();
  out += '\n';
}

}  // namespace pellucid::exporter
