#include "app/daemon/config.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include "drivers/conf/schema/schema.h"
#include "drivers/conf/schema/texts.h"
#include "drivers/conf/yaml/yaml.h"
#include "drivers/sys/cpu/cpu.h"

namespace pellucid::app {

namespace {

using Node = Tree::Node;

template <class T>
void take(Node from, const char* key, T& to) {
  const Node n = from.find(key);
  if (!n) return;
  if constexpr (std::is_same_v<T, bool>) {
    to = n.truth();
  } else if constexpr (std::is_same_v<T, std::string>) {
    to = n.text();
  } else {
    to = static_cast<T>(n.integer());
  }
}

void take_seconds(Node from, const char* key, std::uint32_t& ticks) {
  if (const Node n = from.find(key)) ticks = flow::seconds(static_cast<std::uint32_t>(n.integer()));
}

std::vector<std::string> words(Node list) {
  std::vector<std::string> out;
  for (const Node n : list) out.emplace_back(n.text());
  return out;
}

// Reads what the schema has judged already; what it cannot judge is judged here. Throws the first fault.
class Reader {
 public:
  explicit Reader(Config& config) : c_(config) {}

  void read(Node root) {
    take(root, "host", c_.host);
    take(root, "user", c_.user);
    take(root, "state", c_.state);
    take(root, "policy", c_.policy);
    read_workers(root.find("workers"));
    for (const Node n : root.find("ports")) read_port(n);
    read_memory(root.find("memory"));
    read_flows(root.find("flows"));
    take(root.find("classify"), "tcp_packets", c_.dpi_tcp_packets);
    take(root.find("classify"), "udp_packets", c_.dpi_udp_packets);
    take(root.find("stats"), "seconds", c_.stats_seconds);
    for (const Node n : root.find("sinks")) read_sink(n);
    read_control(root.find("control"));
    read_metrics(root.find("metrics"));
    take(root.find("keys"), "folder", c_.keys);
    take(root.find("verify"), "roots", c_.roots);
    take(root.find("verify"), "certificate_verify", c_.certificate_verify);
  }

 private:
  [[noreturn]] static void refuse(Node at, std::string text) { throw Fault{at.place(), std::move(text)}; }

  void read_workers(Node n) {
    const Node count = n.find("count"), cores = n.find("cores");
    const std::vector<unsigned> allowed = sys::allowed_cores();
    for (const Node core : cores) {
      const auto number = static_cast<unsigned>(core.integer());
      if (!std::ranges::binary_search(allowed, number)) {
        refuse(core, "core " + std::to_string(number) + " is not there, or this process may not run on it; see lscpu");
      }
      if (std::ranges::count(c_.cores, number) != 0) refuse(core, "this core has a worker already; name each core once");
      c_.cores.push_back(number);
    }
    c_.workers = count ? static_cast<unsigned>(count.integer()) : std::max<unsigned>(1, cores.size());
    if (cores && c_.cores.size() != c_.workers) {
      refuse(count, std::to_string(c_.workers) + " workers and " + std::to_string(c_.cores.size()) +
                        " cores: name one core for each worker, or leave `count` out");
    }
    take(n, "sleep_us", c_.sleep_us);
  }

  void read_port(Node n) {
    dpdk::PortOptions port;
    take(n, "name", port.name);
    take(n, "device", port.device);
    take(n, "descriptors", port.descriptors);
    take(n, "buffers", port.buffers);
    take(n, "mtu", port.mtu);
    take(n, "promiscuous", port.promiscuous);
    port.queues = c_.workers;
    for (const auto& other : c_.ports) {
      if (other.name == port.name) refuse(n.find("name"), "another port has this name already; names must differ");
      const auto id = [](const std::string& device) { return device.substr(0, device.find(',')); };
      if (id(other.device) == id(port.device)) {
        refuse(n.find("device"),
               "port " + other.name + " has this device already; number virtual devices: net_af_packet0, 1 …");
      }
    }
    c_.ports.push_back(std::move(port));
  }

  void read_memory(Node n) {
    const std::string_view huge = n.find("huge_pages").text();
    if (huge == "require") c_.huge_pages = dpdk::HugePages::require;
    if (huge == "never") c_.huge_pages = dpdk::HugePages::never;
    take(n, "packet_mb", c_.memory_mb);
    c_.eal = words(n.find("dpdk"));
  }

  void read_flows(Node n) {
    take(n, "capacity", c_.flows);
    take(n, "update_minutes", c_.update_minutes);
    take(n, "ignore_vlan", c_.ignore_vlan);
    const Node t = n.find("timeouts");
    take_seconds(t, "tcp_established", c_.timeouts.tcp_established);
    take_seconds(t, "tcp_unestablished", c_.timeouts.tcp_unestablished);
    take_seconds(t, "tcp_closed", c_.timeouts.tcp_closed);
    take_seconds(t, "udp", c_.timeouts.udp);
    take_seconds(t, "other", c_.timeouts.other);
  }

  void read_sink(Node n) {
    SinkConfig sink;
    const std::string type(n.find("type").text());
    sink.type = type == "file"     ? SinkConfig::Type::file
                : type == "stdout" ? SinkConfig::Type::standard_output
                                   : SinkConfig::Type::socket;
    sink.name = type;
    take(n, "name", sink.name);
    take(n, "path", sink.path);
    take(n, "rotate_mb", sink.rotate_bytes);
    sink.rotate_bytes <<= 20;
    take(n, "rotate_minutes", sink.rotate_seconds);
    sink.rotate_seconds *= 60;
    take(n, "keep", sink.keep);
    take(n, "fsync", sink.fsync);
    if (type != "stdout" && sink.path.empty()) refuse(n, "a sink of type " + type + " needs a `path`");
    if (type != "file") {
      for (const char* key : {"rotate_mb", "rotate_minutes", "keep", "fsync"}) {
        if (const Node extra = n.find(key))
          throw Fault{extra.key_place(), "`" + std::string(key) + "` is for files alone; remove it"};
      }
    }
    for (const SinkConfig& other : c_.sinks) {
      if (other.name == sink.name) refuse(n, "another sink is called " + sink.name + " already; give this one a `name`");
      if (other.path == sink.path && other.type == sink.type) refuse(n, "sink " + other.name + " writes there already");
    }
    c_.sinks.push_back(std::move(sink));
  }

  void read_control(Node n) {
    take(n, "socket", c_.control.socket);
    take(n, "group", c_.control.group);
    for (const Node role : n.find("roles")) c_.control.roles.emplace(role.key(), role.text());
    const Node tls = n.find("tls");
    take(tls, "listen", c_.control.listen);
    take(tls, "cert", c_.control.cert);
    take(tls, "key", c_.control.key);
    take(tls, "ca", c_.control.ca);
    for (const Node role : tls.find("names")) c_.control.names.emplace(role.key(), words(role));
  }

  void read_metrics(Node n) {
    take(n, "listen", c_.metrics.listen);
    if (c_.metrics.listen == "none") c_.metrics.listen.clear();
    take(n, "cert", c_.metrics.cert);
    take(n, "key", c_.metrics.key);
    take(n, "ca", c_.metrics.ca);
    if (c_.metrics.cert.empty() != c_.metrics.key.empty()) refuse(n, "TLS needs both `cert` and `key`");
    if (!c_.metrics.ca.empty() && c_.metrics.cert.empty())
      refuse(n, "`ca` asks clients for certificates: TLS needs `cert` and `key` too");
  }

  Config& c_;
};

}  // namespace

bool read_config(const std::string& file, Config& config, std::string& problem) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in || in.bad()) {
    problem = file + ": cannot be read: " + std::strerror(errno) + "; name another with --config";
    return false;
  }
  config.text = text.str();
  Tree tree;
  Fault fault;
  const schema::Schema schema(schema::text_of("pellucid"));
  bool good = yaml::read_yaml(text.str(), yaml::kSmall, tree, fault) && schema.fits(tree, fault);
  if (good) {
    try {
      Reader(config).read(tree.root());
    } catch (const Fault& found) {
      good = false;
      fault = found;
    }
  }
  if (!good) problem = say(file, fault);
  return good;
}

}  // namespace pellucid::app
