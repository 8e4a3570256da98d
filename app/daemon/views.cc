#include "app/daemon/views.h"

namespace pellucid::app {

Json json_of(const StatusView& v) {
  return {{"version", v.version},
          {"host", v.host},
          {"pid", v.pid},
          {"started", v.started_s},
          {"uptime", v.uptime_s},
          {"state", v.reasons.empty() ? "ok" : "degraded"},
          {"reasons", v.reasons},
          {"clock_synchronised", v.clock_synchronised},
          {"cycles_per_second", v.cycles_per_second},
          {"ports", v.ports},
          {"workers", v.workers},
          {"packets", v.packets},
          {"bytes", v.bytes},
          {"missed", v.missed},
          {"flows", v.flows},
          {"flow_capacity", v.flow_capacity},
          {"flows_created", v.flows_created},
          {"parse_errors", v.parse_errors},
          {"records", v.records},
          {"records_dropped", v.records_dropped}};
}

Json json_of(const PortView& v) {
  return {{"name", v.name},
          {"device", v.device},
          {"driver", v.driver},
          {"spread", v.spread},
          {"up", v.up},
          {"mbps", v.mbps},
          {"numa_node", v.numa_node},
          {"queues", v.queues},
          {"packets", v.packets},
          {"bytes", v.bytes},
          {"missed", v.missed},
          {"no_buffer", v.no_buffer},
          {"errors", v.errors},
          {"free_buffers", v.free_buffers}};
}

Json json_of(const WorkerView& v) {
  return {{"worker", v.worker},
          {"core", v.core},
          {"stale", v.stale},
          {"packets", v.packets},
          {"bytes", v.bytes},
          {"flows", v.flows},
          {"capacity", v.capacity},
          {"busy_cycles", v.busy_cycles},
          {"idle_cycles", v.idle_cycles},
          {"handover_sent", v.handover_sent},
          {"handover_taken", v.handover_taken},
          {"handover_dropped", v.handover_dropped},
          {"parse_errors", v.parse_errors},
          {"untracked", v.untracked},
          {"records", v.records},
          {"records_dropped", v.records_dropped},
          {"ring_bytes", v.ring_bytes},
          {"ring_capacity", v.ring_capacity}};
}

Json json_of(const SinkView& v) {
  Json dropped = Json::object();
  for (const auto& [reason, n] : v.dropped) dropped[reason] = n;
  return {{"name", v.name},
          {"type", v.type},
          {"path", v.path},
          {"state", v.state},
          {"error", v.error},
          {"records", v.records},
          {"bytes", v.bytes},
          {"queue_bytes", v.queue_bytes},
          {"queue_capacity", v.queue_capacity},
          {"rotations", v.rotations},
          {"dropped", dropped}};
}

Json json_of(const FlowView& v) {
  return {{"flow_id", v.id},
          {"worker", v.worker},
          {"ip_v", v.ip_version},
          {"proto", v.proto},
          {"src_ip", v.src_ip},
          {"src_port", v.src_port},
          {"dest_ip", v.dest_ip},
          {"dest_port", v.dest_port},
          {"vlan", v.vlan},
          {"app", v.app},
          {"category", v.category},
          {"name", v.name},
          {"level", v.level},
          {"state", v.state},
          {"policy_generation", v.policy_generation},
          {"pkts_toserver", v.packets_to_server},
          {"pkts_toclient", v.packets_to_client},
          {"bytes_toserver", v.bytes_to_server},
          {"bytes_toclient", v.bytes_to_client},
          {"first_us", v.first_us},
          {"last_us", v.last_us}};
}

Json json_of(const AppView& v) {
  return {{"app", v.app}, {"category", v.category}, {"flows", v.flows}, {"packets", v.packets}, {"bytes", v.bytes}};
}

Json json_of(const Revision& r) {
  return {{"generation", r.generation}, {"time", r.time_s}, {"kind", r.kind}, {"author", r.author},
          {"message", r.message},       {"file", r.file},   {"of", r.of},     {"bytes", r.bytes}};
}

Json json_of(const Published& p) { return {{"readers", p.readers}, {"live_on", p.live_on}, {"microseconds", p.us}}; }

Json json_of(const PolicyChange& c) {
  return {{"change", c.change}, {"where", c.where}, {"before", c.before}, {"after", c.after}, {"line", c.line}};
}

Json json_of(const Impact& i) { return {{"flows", i.flows}, {"changed", i.changed}, {"silent_workers", i.silent_workers}}; }

Json json_of(const std::optional<Pending>& pending) {
  if (!pending) return nullptr;
  return {{"previous", pending->previous}, {"deadline", pending->deadline_s}};
}

}  // namespace pellucid::app
