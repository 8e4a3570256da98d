// Builder: makes a Program's sets of the rules' conditions. Lives only while a Program is made, on that thread.
#pragma once
#include <map>

#include "lib/policy/program.h"

namespace pellucid::policy {

class Builder {
 public:
  Builder(Program& program, const Rules& rules, const Context& context) : p_(program), rules_(rules), context_(context) {}
  void build();

 private:
  using ByValue = std::map<std::uint32_t, std::vector<net::RuleAt>>;
  using PortEntries = std::vector<std::pair<net::PortRange, net::RuleAt>>;

  void add_protect();
  void add_rule(const Match& match, net::RuleAt rule);
  void add_networks(Test test, const std::vector<net::Network>& networks, net::RuleAt rule);
  void add_names(const std::vector<std::string>& names, net::RuleAt rule);
  void add_ports(Test test, const std::vector<net::PortRange>& ports, net::RuleAt rule);
  void add_protocols(const Match& match, net::RuleAt rule);
  template <class T>
  void add_values(Test test, ByValue& to, const std::vector<T>& values, net::RuleAt rule);
  void bind(Test test, net::RuleAt rule);  // the rule makes this test
  void add_outcome(const Rule& rule);
  std::vector<net::SetAt> table(const ByValue& values, std::size_t least);
  void build_ports(unsigned which);

  Program& p_;
  const Rules& rules_;
  const Context& context_;
  Match protect_[kProtectBits];  // one list each; Suffixes looks at their texts until it is built
  PortEntries ports_[3];
  ByValue vlan_, vni_, interface_, transports_, applications_, categories_;
  std::vector<net::RuleAt> content_[kContentBits];
};

}  // namespace pellucid::policy
