#include "lib/policy/words.h"

#include <algorithm>

#include "lib/policy/protocols.h"

namespace pellucid::policy {

namespace {

template <class T, class F>
void put(std::vector<Condition>& out, std::string_view key, const std::vector<T>& values, F&& text) {
  if (values.empty()) return;
  Condition c{key, {}};
  for (const T& v : values) c.words.emplace_back(text(v));
  std::sort(c.words.begin(), c.words.end());
  out.push_back(std::move(c));
}

}  // namespace

std::vector<Condition> words_of(const Match& m, const classify::Names* names) {
  std::vector<Condition> out;
  const auto network = [](const net::Network& n) { return net::text_of(n); };
  const auto ports = [](const net::PortRange& p) { return net::text_of(p); };
  const auto number = [](auto v) { return std::to_string(v); };
  const auto same = [](const std::string& v) { return v; };
  put(out, "networks", m.networks, network);
  put(out, "client_networks", m.client_networks, network);
  put(out, "server_networks", m.server_networks, network);
  put(out, "ports", m.ports, ports);
  put(out, "client_ports", m.client_ports, ports);
  put(out, "server_ports", m.server_ports, ports);
  put(out, "vlan", m.vlan, number);
  put(out, "vni", m.vni, number);
  put(out, "interface", m.interface, same);
  put(out, "names", m.names, same);
  const auto application = [names](std::uint16_t id) {
    return names == nullptr ? std::to_string(id) : std::string(names->protocol(id));
  };
  const auto category = [names](std::uint16_t id) {
    return names == nullptr ? std::to_string(id) : std::string(names->category(id));
  };
  put(out, "applications", m.applications, application);
  put(out, "categories", m.categories, category);
  std::vector<std::string> protocols;
  for (const Word& w : kTransports) {
    if (std::find(m.transports.begin(), m.transports.end(), w.value) != m.transports.end()) protocols.emplace_back(w.text);
  }
  for (const Word& w : kContents) {
    if ((m.content & w.value) != 0) protocols.emplace_back(w.text);
  }
  put(out, "protocols", protocols, same);
  return out;
}

}  // namespace pellucid::policy
