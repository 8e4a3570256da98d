// What operators write of the network in policies and grants: networks, ports and domain names, each checked where it stands.
// Any thread; it allocates.
#pragma once
#include "lib/base/tree.h"
#include "lib/net/network.h"

namespace pellucid::net {

struct PortRange {
  std::uint16_t from;
  std::uint16_t to;
  friend constexpr auto operator<=>(const PortRange&, const PortRange&) = default;
};
std::string text_of(const PortRange& ports);  // 443, 8000-8099

// False: the fault says what is wrong with this node and what to write instead.
bool read_network(Tree::Node node, Network& out, Fault& fault);
bool read_ports(Tree::Node node, PortRange& out, Fault& fault);
// As we write it ourselves: a network in its shortest form, all else in lower case.
std::string as_written(std::string_view text);
bool read_domain(Tree::Node node, std::string& out, Fault& fault);  // in lower case, without a dot at its end

}  // namespace pellucid::net
