// Config: what pellucid.yaml says, checked. Read before anything else is touched; a value type, never changed while the daemon
// runs.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "drivers/io/dpdk/eal.h"
#include "drivers/io/dpdk/port.h"
#include "lib/flow/tcp.h"

namespace pellucid::app {

struct SinkConfig {
  enum class Type : std::uint8_t { file, standard_output, socket } type = Type::file;
  std::string name;  // `sink` of metrics
  std::string path;
  std::uint64_t rotate_bytes = 0;  // 0: never for its size
  unsigned rotate_seconds = 0;     // 0: never for its age
  unsigned keep = 0;               // rotated files that stay; 0: all
  std::string fsync = "never";     // never, interval, always
};

struct ControlConfig {
  std::string socket = "/run/pellucid/ctl.sock";
  std::string group;                         // that may open the socket; empty: the daemon's own
  std::map<std::string, std::string> roles;  // Unix group of each role, where it is not pellucid-ROLE
  std::string listen;                        // ADDRESS:PORT for TLS; empty: the socket alone
  std::string cert, key, ca;
  std::map<std::string, std::vector<std::string>> names;  // certificate names of each role
};

struct MetricsConfig {
  std::string listen = "127.0.0.1:9477";  // empty: nowhere
  std::string cert, key, ca;              // TLS; with a ca, clients must show a certificate
};

struct Config {
  std::string text;  // as it was read
  std::string host;  // EVE's sensor name
  std::vector<dpdk::PortOptions> ports;
  unsigned workers = 1;
  std::vector<unsigned> cores;  // of the workers; empty: the last ones that the process may run on
  unsigned sleep_us = 50;       // a worker's longest sleep; 0: never
  dpdk::HugePages huge_pages = dpdk::HugePages::prefer;
  unsigned memory_mb = 512;
  std::vector<std::string> eal;
  std::uint32_t flows = 1u << 20;  // for all workers together
  flow::Timeouts timeouts;
  unsigned dpi_tcp_packets = 8;
  unsigned dpi_udp_packets = 4;
  unsigned update_minutes = 30;
  bool ignore_vlan = false;
  unsigned stats_seconds = 60;  // between two stats records; 0: none
  std::string policy;           // file that is applied where no policy was ever applied; empty: classify all
  std::string state = "/var/lib/pellucid";
  std::string keys;                 // folder of key files; empty: none is watched
  std::string roots;                // file of certificates that servers' own are followed to; empty: none is
  bool certificate_verify = false;  // whether the signature of a CertificateVerify is checked
  std::string user;
  std::vector<SinkConfig> sinks;
  ControlConfig control;
  MetricsConfig metrics;
};

// Reads a file against its schema. False: `problem` says FILE:LINE:COLUMN, what, and what to do.
bool read_config(const std::string& file, Config& config, std::string& problem);

}  // namespace pellucid::app
