#include "app/daemon/flow_views.h"

#include <arpa/inet.h>
#include <strings.h>

#include <algorithm>

#include "lib/export/app.h"

namespace pellucid::app {

namespace {

constexpr std::uint8_t kEsp = 50, kAh = 51;

std::string text_of(const std::uint8_t* address, unsigned family) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(family == 6 ? AF_INET6 : AF_INET, address, text, sizeof text);
  return text;
}

std::string_view text_of(flow::TcpState state) {
  constexpr std::string_view kTexts[] = {"", "opening", "established", "closing", "closed"};
  return kTexts[static_cast<unsigned>(state)];
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string app_name(const classify::Label& label, const classify::Names& names) {
  if (label.master == classify::kUnknown && label.app == classify::kUnknown) return {};
  exporter::Head head{};
  head.master = label.master;
  head.app = label.app;
  std::string text;
  exporter::write_app_name(text, head, &names);
  return text;
}

FlowView view_of(const engine::FlowLine& line, unsigned worker, const classify::Names& names) {
  const net::Key& k = line.key;
  const bool from_a = line.source == Dir::up;
  const bool ports = k.proto != kEsp && k.proto != kAh;  // theirs are an SPI
  FlowView v;
  v.id = line.flow_id;
  v.worker = worker;
  v.ip_version = k.family;
  v.proto = k.proto;
  v.src_ip = text_of(from_a ? k.a : k.b, k.family);
  v.dest_ip = text_of(from_a ? k.b : k.a, k.family);
  if (ports) {
    v.src_port = from_a ? k.port_a : k.port_b;
    v.dest_port = from_a ? k.port_b : k.port_a;
  }
  v.app = app_name(line.label, names);
  if (!v.app.empty()) v.category = names.category(line.label.category);
  v.name = std::string(line.name, line.name_size);
  v.level = policy::label(line.level);
  v.state = text_of(line.tcp);
  v.policy_generation = line.generation;
  v.packets_to_server = line.packets[0];
  v.packets_to_client = line.packets[1];
  v.bytes_to_server = line.bytes[0];
  v.bytes_to_client = line.bytes[1];
  v.first_us = line.first_ns / 1000;
  v.last_us = line.last_ns / 1000;
  return v;
}

bool filter_of(const FlowFilter& filter, const classify::Names& names, engine::FlowFilter& out) {
  if (filter.network) {
    out.network.family = filter.network->version;
    out.network.bits = filter.network->bits;
    out.network.first = net::wide_of(filter.network->address.data());
  }
  if (filter.port) out.port = static_cast<std::uint16_t>(*filter.port);
  if (filter.proto) out.proto = static_cast<std::uint16_t>(*filter.proto);
  out.min_bytes = filter.min_bytes;
  if (filter.level) {
    const auto* const at = std::ranges::find(policy::kLevelLabels, *filter.level);
    if (at == std::end(policy::kLevelLabels)) return false;
    out.level = static_cast<std::uint8_t>(at - policy::kLevelLabels);
  }
  if (!filter.app) return true;
  const std::string_view app = std::string_view(*filter.app).substr(filter.app->rfind('.') + 1);  // of TLS.Google the latter
  for (std::uint16_t id = 1; id < names.protocols(); ++id) {
    if (!same_name(names.protocol(id), app)) continue;
    out.app = id;
    return true;
  }
  return false;
}

}  // namespace pellucid::app
