#include "lib/net/written.h"

#include <charconv>

#include "lib/net/suffixes.h"

namespace pellucid::net {

namespace {

std::string in_ticks(std::string_view text) { return '`' + std::string(text) + '`'; }

bool refuse(Tree::Node node, std::string text, Fault& fault) {
  fault = {node.place(), std::move(text)};
  return false;
}

std::string advice(NameFault what, std::string_view text) {
  switch (what) {
    case NameFault::none:
      break;
    case NameFault::empty:
      return "no name stands here; write one such as example.com";
    case NameFault::too_long:
      return "this name is longer than " + std::to_string(kMaxDomain) + " octets; no domain name is";
    case NameFault::label:
      return in_ticks(text) + " has an empty label or one of more than 63 octets; write one such as example.com";
    case NameFault::octet:
      return in_ticks(text) + " is no domain name; write letters, digits, - and dots, * only as *. in front";
    case NameFault::foreign:
      return in_ticks(text) + " is not ASCII; write the form that DNS carries, xn--…";
  }
  return {};
}

}  // namespace

std::string text_of(const PortRange& p) {
  return p.from == p.to ? std::to_string(p.from) : std::to_string(p.from) + '-' + std::to_string(p.to);
}

bool read_network(Tree::Node node, Network& out, Fault& fault) {
  switch (read_network(node.text(), out)) {
    case NetworkFault::none:
      return true;
    case NetworkFault::address:
      return refuse(node, in_ticks(node.text()) + " is no network; write it like 192.0.2.0/24 or 2001:db8::/32", fault);
    case NetworkFault::bits:
      return refuse(node, in_ticks(node.text()) + " has no good prefix length; write /0 to /32, for IPv6 to /128", fault);
    case NetworkFault::host:
      break;
  }
  out.first = out.bits == 0 ? 0 : out.first & ~Wide{0} << (128 - out.bits);
  return refuse(node, in_ticks(node.text()) + " has bits behind its prefix; write " + in_ticks(text_of(out)), fault);
}

std::string as_written(std::string_view text) {
  Network network;
  if (read_network(text, network) == NetworkFault::none) return text_of(network);
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool read_ports(Tree::Node node, PortRange& out, Fault& fault) {
  const std::string_view text = node.text();
  const std::size_t dash = text.find('-');
  const std::string_view parts[2] = {text.substr(0, dash), dash == std::string_view::npos ? text : text.substr(dash + 1)};
  std::uint16_t v[2] = {0, 0};
  bool good = true;
  for (unsigned i = 0; i < 2; ++i) {
    const auto [end, error] = std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), v[i]);
    good = good && error == std::errc{} && end == parts[i].data() + parts[i].size();
  }
  if (!good || v[0] == 0) {
    return refuse(node, in_ticks(text) + " is no port; write 1 to 65535, or a range such as 8000-8099", fault);
  }
  if (v[0] > v[1]) return refuse(node, in_ticks(text) + " ends before it begins; write the lower port first", fault);
  out = {v[0], v[1]};
  return true;
}

bool read_domain(Tree::Node node, std::string& out, Fault& fault) {
  const std::string_view text = node.text().ends_with('.') ? node.text().substr(0, node.text().size() - 1) : node.text();
  const NameFault what = check_name(text);
  if (what != NameFault::none) return refuse(node, advice(what, text), fault);
  Network address;
  if (read_network(text, address) == NetworkFault::none) {
    return refuse(node, in_ticks(text) + " is an address; write it under `networks`", fault);
  }
  out = text;
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return true;
}

}  // namespace pellucid::net
