#include "drivers/dpi/ndpi/lookup.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "drivers/dpi/ndpi/dpi.h"

namespace pellucid::dpi {
namespace {

using classify::By;
using classify::Confidence;
using classify::Label;
using classify::NameAsk;

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;

// TLS on the ports of mail over TLS is named after the mail protocol (RFC 8314 3), unless the name says more.
struct PortMaster {
  std::uint16_t port;
  std::uint16_t master;
};
constexpr std::array kTlsPorts{PortMaster{465, NDPI_PROTOCOL_MAIL_SMTPS}, PortMaster{587, NDPI_PROTOCOL_MAIL_SMTPS},
                               PortMaster{993, NDPI_PROTOCOL_MAIL_IMAPS}, PortMaster{995, NDPI_PROTOCOL_MAIL_POPS}};
constexpr std::uint16_t kDotPort = 853;  // RFC 7858 3.1, RFC 9250 4.1.1

struct Text {  // a name from the wire, made fit for functions that want it short, lower case and ended by a zero
  char at[NdpiDpi::kMaxName + 1];
  unsigned size = 0;
  std::string_view view() const noexcept { return {at, size}; }
};

void read_name(Text& out, std::string_view name) noexcept {
  for (const char c : name.substr(0, NdpiDpi::kMaxName)) {
    if (c == '\0') break;
    out.at[out.size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  out.at[out.size] = '\0';
}

in_addr ipv4(const std::uint8_t* octets) noexcept {
  in_addr address;
  std::memcpy(&address, octets, sizeof address);
  return address;
}

// Tor invents its clients' server names, www.RANDOM.com and .net: a name of that shape that looks made by a machine.
bool looks_like_tor(ndpi_detection_module_struct& module, ndpi_flow_struct& scratch, Text& name) noexcept {
  const std::string_view v = name.view();
  if (!v.starts_with("www.") || !(v.ends_with(".com") || v.ends_with(".net"))) return false;
  return ndpi_check_dga_name(&module, &scratch, name.at, 1) != 0;
}

void set_app(Label& label, std::uint16_t app) noexcept {
  label.app = app;
  label.by = By::name;
}

Known::Verdict ask_lists(ndpi_detection_module_struct& module, ndpi_flow_struct& scratch, std::uint16_t master,
                         Text& name) noexcept {
  std::memset(&scratch, 0, sizeof scratch);
  Known::Verdict v{0, 0};
  if (ndpi_match_hostname_protocol(&module, &scratch, master, name.at, name.size) == 1) {
    v = {scratch.detected_protocol_stack[0], static_cast<std::uint16_t>(scratch.category)};
  } else if (master == classify::kTls && looks_like_tor(module, scratch, name)) {
    v.app = NDPI_PROTOCOL_TOR;
  }
  ndpi_free_flow_data(&scratch);
  return v;
}

// True: a list knows the name and says more than the protocol that is known already.
bool match_name(ndpi_detection_module_struct& module, Known& known, ndpi_flow_struct& scratch, Text& name,
                Label& label) noexcept {
  if (name.size == 0) return false;
  Known::Name* const entry = known.name(label.master, name.view());
  const bool ask = entry == nullptr || entry->known == 0;
  const Known::Verdict v = ask ? ask_lists(module, scratch, label.master, name) : entry->verdict;
  if (entry != nullptr) {
    entry->verdict = v;
    entry->known = 1;
  }
  if (v.app == 0) return false;
  set_app(label, v.app);
  label.category = v.category;
  return label.app != label.master;
}

std::uint16_t look_up_address(ndpi_detection_module_struct& module, Known& known, const std::uint8_t* octets,
                              std::uint16_t port) noexcept {
  in_addr address = ipv4(octets);
  Known::Host& host = known.host(address.s_addr);
  if (host.known != 0) return host.app;
  host.app = ndpi_network_port_ptree_match(&module, &address, htons(port));  // no list that is loaded looks at the port
  host.known = 1;
  return host.app;
}

void match_ends(ndpi_detection_module_struct& module, Known& known, const NameAsk& ask, Label& label) noexcept {
  const Ends ends = ends_of(*ask.key, ask.swapped);
  const auto at = [&](std::uint16_t port) { return ends.sport == port || ends.dport == port; };
  if (label.master == classify::kQuic && at(kDotPort)) return set_app(label, NDPI_PROTOCOL_DOH_DOT);
  if (label.master == classify::kTls && ask.key->proto == kTcp) {
    if (at(kDotPort)) return set_app(label, NDPI_PROTOCOL_DOH_DOT);
    for (const PortMaster& p : kTlsPorts) {
      if (at(p.port)) label.master = label.app = p.master;
    }
  }
  const std::uint16_t host = look_up_host(module, known, *ask.key, ends);
  if (host != NDPI_PROTOCOL_UNKNOWN) set_app(label, host);
}

}  // namespace

Ends ends_of(const net::Key& key, bool swapped) noexcept {
  const bool ports = key.proto == kTcp || key.proto == kUdp;
  const std::uint16_t a = ports ? key.port_a : 0;
  const std::uint16_t b = ports ? key.port_b : 0;
  return swapped ? Ends{key.b, key.a, b, a} : Ends{key.a, key.b, a, b};
}

void fill_flow(ndpi_flow_struct& flow, const net::Key& key, const Ends& ends) noexcept {
  std::memset(&flow, 0, sizeof flow);
  flow.l4_proto = key.proto;
  flow.sport = htons(ends.sport);
  flow.dport = htons(ends.dport);
  flow.is_ipv6 = key.family == 6 ? 1 : 0;
  if (key.family != 4) return;
  flow.saddr = ipv4(ends.src).s_addr;
  flow.daddr = ipv4(ends.dst).s_addr;
}

std::uint16_t look_up_host(ndpi_detection_module_struct& module, Known& known, const net::Key& key, const Ends& ends) noexcept {
  if (key.family != 4) return NDPI_PROTOCOL_UNKNOWN;
  const std::uint16_t host = look_up_address(module, known, ends.src, ends.sport);
  return host != NDPI_PROTOCOL_UNKNOWN ? host : look_up_address(module, known, ends.dst, ends.dport);
}

Label look_up_name(ndpi_detection_module_struct& module, Known& known, ndpi_flow_struct& scratch, const NameAsk& ask) noexcept {
  Label label{ask.master, ask.master, 0, Confidence::dpi, By::parser};
  if (ask.master == classify::kHttpConnect) label.app = classify::kHttp;
  std::string_view wire = ask.name;
  const bool web = ask.master == classify::kHttp || ask.master == classify::kHttpConnect;
  if (web && !wire.starts_with('[')) wire = wire.substr(0, wire.find(':'));  // RFC 9110 7.2: a port may follow the host
  Text name;
  read_name(name, wire);
  if (!match_name(module, known, scratch, name, label) && ask.key != nullptr) match_ends(module, known, ask, label);
  if (label.category == 0) {
    const ndpi_protocol found{label.master, label.app, NDPI_PROTOCOL_CATEGORY_UNSPECIFIED};
    label.category = static_cast<std::uint16_t>(ndpi_get_proto_category(&module, found));
  }
  return label;
}

}  // namespace pellucid::dpi
