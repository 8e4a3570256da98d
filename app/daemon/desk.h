// Desk: what the control API asks of the daemon, in plain values that know nothing of HTTP or JSON. The daemon's world
// implements it; the API owns nothing of it. Called by the control server's threads, one call at a time, never by workers.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pellucid::app {

struct PortView {
  std::string name;    // in_iface of records, `port` of metrics
  std::string device;  // as configured
  std::string driver;
  std::string spread;  // single, symmetric, unknown
  bool up = false;
  std::uint64_t mbps = 0;  // 0: not known
  int numa_node = -1;      // -1: any
  unsigned queues = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t missed = 0;
  std::uint64_t no_buffer = 0;
  std::uint64_t errors = 0;
  std::uint64_t free_buffers = 0;
};

struct WorkerView {
  unsigned worker = 0;
  unsigned core = 0;
  bool stale = false;  // it has not answered in time: these are its last figures
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t flows = 0;
  std::uint64_t capacity = 0;
  std::uint64_t busy_cycles = 0;
  std::uint64_t idle_cycles = 0;
  std::uint64_t handover_sent = 0;
  std::uint64_t handover_taken = 0;
  std::uint64_t handover_dropped = 0;
  std::uint64_t parse_errors = 0;
  std::uint64_t untracked = 0;
  std::uint64_t records = 0;
  std::uint64_t records_dropped = 0;
  std::uint64_t ring_bytes = 0;  // records that wait for the exporter
  std::uint64_t ring_capacity = 0;
};

struct SinkView {
  std::string name;
  std::string type;   // file, stdout, socket
  std::string path;   // empty for stdout
  std::string state;  // up, degraded
  std::string error;  // the last one; empty: none
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  std::uint64_t queue_bytes = 0;
  std::uint64_t queue_capacity = 0;
  std::uint64_t rotations = 0;
  std::map<std::string, std::uint64_t> dropped;  // by reason
};

struct StatusView {
  std::string version;
  std::string host;
  unsigned pid = 0;
  std::uint64_t started_s = 0;       // seconds since 1970
  std::uint64_t uptime_s = 0;        // of a clock that never jumps
  std::vector<std::string> reasons;  // why it is degraded, a sentence each; none: all is well
  bool clock_synchronised = false;
  std::uint64_t cycles_per_second = 0;
  unsigned ports = 0;
  unsigned workers = 0;
  std::uint64_t packets = 0;  // that workers have taken
  std::uint64_t bytes = 0;
  std::uint64_t missed = 0;  // by ports, with those for which there was no buffer
  std::uint64_t flows = 0;
  std::uint64_t flow_capacity = 0;
  std::uint64_t flows_created = 0;
  std::uint64_t parse_errors = 0;
  std::uint64_t records = 0;
  std::uint64_t records_dropped = 0;  // by rings and sinks
};

struct Network {
  std::array<std::uint8_t, 16> address{};  // an IPv4 address stands in the first four
  std::uint8_t bits = 0;
  std::uint8_t version = 4;
};

struct FlowFilter {                // what is left out is not looked at
  std::optional<Network> network;  // either end
  std::optional<unsigned> port;    // either end
  std::optional<unsigned> proto;   // IP protocol number
  std::optional<std::string> app;  // as FlowView::app says it
  std::optional<std::string> level;
  std::uint64_t min_bytes = 0;
  unsigned limit = 100;
};

struct FlowView {
  std::uint64_t id = 0;  // flow_id of records
  unsigned worker = 0;
  unsigned ip_version = 4;
  unsigned proto = 0;
  std::string src_ip;
  std::string dest_ip;
  unsigned src_port = 0;
  unsigned dest_port = 0;
  std::vector<unsigned> vlan;  // outermost first
  std::string app;             // empty: not known yet
  std::string category;
  std::string name;  // of the server, as far as it is known and may be shown
  std::string level;
  std::string state;  // of TCP; else empty
  std::uint64_t policy_generation = 0;
  std::uint64_t packets_to_server = 0;
  std::uint64_t packets_to_client = 0;
  std::uint64_t bytes_to_server = 0;
  std::uint64_t bytes_to_client = 0;
  std::uint64_t first_us = 0;  // since 1970
  std::uint64_t last_us = 0;
};

struct FlowList {
  std::vector<FlowView> rows;   // at most the filter's limit
  std::uint64_t matched = 0;    // of all workers that answered
  unsigned silent_workers = 0;  // that did not answer in time: their flows are missing
};

struct AppView {  // live flows
  std::string app;
  std::string category;
  std::uint64_t flows = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

struct AppList {
  std::vector<AppView> rows;  // most bytes first
  unsigned silent_workers = 0;
};

struct Health {
  bool alive = false;                // /healthz: every worker turns
  bool ready = false;                // /readyz: ports are open, workers run, a policy is published
  std::vector<std::string> reasons;  // why not, a sentence each
};

class Desk {
 public:
  virtual ~Desk() = default;
  virtual StatusView status() = 0;
  virtual std::vector<PortView> ports() = 0;
  virtual std::vector<WorkerView> workers() = 0;
  virtual std::vector<SinkView> sinks() = 0;
  // These three wait for workers, a second at most.
  virtual FlowList flows(const FlowFilter& filter) = 0;
  virtual std::optional<FlowView> flow(std::uint64_t id) = 0;
  virtual AppList apps(unsigned limit) = 0;
  virtual std::string metrics_text() = 0;         // Prometheus' text format
  virtual std::string configuration() const = 0;  // pellucid.yaml as it was read
  // Answered at once, also while another call waits: the only one that other threads may make at the same time.
  virtual Health health() const = 0;
};

}  // namespace pellucid::app
