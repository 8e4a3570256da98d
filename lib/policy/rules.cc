#include "lib/policy/rules.h"

#include <algorithm>
#include <array>
#include <map>

#include "lib/base/distance.h"
#include "lib/policy/protocols.h"
#include "lib/policy/words.h"

namespace pellucid::policy {

namespace {

using Kind = Tree::Kind;
using Node = Tree::Node;

std::string in_ticks(std::string_view text) { return '`' + std::string(text) + '`'; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

template <class T>
void settle(std::vector<T>& list) {  // the order within a list says nothing
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

class Reader {
 public:
  Reader(const Context& context, Fault& fault) : context_(context), fault_(fault) {}

  bool read(const Tree& tree, Rules& out) {
    const Node root = tree.root();
    if (!read_outcome(root.find("default"), out.fallback)) return false;
    out.fallback.name = "default";
    if (const Node protect = root.find("protect"); protect && !read_match(protect, out.protect)) return false;
    for (const Node node : root.find("rules")) {
      if (out.rules.size() == kMaxRules) return refuse(node, "more than " + std::to_string(kMaxRules) + " rules; join some");
      Rule rule;
      rule.name = node.find("name").text();
      if (!read_outcome(node, rule) || !read_match(node.find("match"), rule.match) ||
          !read_peek(node.find("open_handshake"), rule) || !reachable(node, rule)) {
        return false;
      }
      out.rules.push_back(std::move(rule));
    }
    return true;
  }

 private:
  bool refuse(Node node, std::string text) {
    fault_ = {node.place(), std::move(text)};
    return false;
  }

  bool read_outcome(Node node, Rule& out) {
    const std::string_view level = node.find("level").text();
    const auto* const at = std::find(std::begin(kLevelLabels), std::end(kLevelLabels), level);
    if (at == std::end(kLevelLabels))
      return refuse(node, "no `level`; write one of ignore, count, metadata, classify, decrypt");
    out.level = static_cast<Level>(at - std::begin(kLevelLabels));
    if (const Node sample = node.find("sample")) out.sample = static_cast<std::uint32_t>(sample.integer());
    if (out.sample > 1 && out.level <= Level::count) {
      return refuse(node.find("sample"), "`sample` thins out metadata, classify and decrypt; leave it out here");
    }
    return read_wish(node.find("decrypt"), out);
  }

  bool read_wish(Node node, Rule& out) {
    if (!node) return true;
    if (out.level != Level::decrypt) return refuse(node, "`decrypt` says what level decrypt asks for; leave it out here");
    if (const Node depth = node.find("depth")) {
      const auto* const at = std::find(std::begin(keys::kDepthLabels), std::end(keys::kDepthLabels), depth.text());
      if (at == std::end(keys::kDepthLabels)) return refuse(depth, "no such depth; write one of handshake, headers, content");
      out.wish.depth = static_cast<keys::Depth>(at - std::begin(keys::kDepthLabels));
    }
    return each(node.find("grants"), out.wish.grants, [&](Node n) {
      out.wish.grants.emplace_back(n.text());
      return true;
    });
  }

  bool read_peek(Node node, Rule& out) {
    if (!node) return true;
    if (out.level != Level::decrypt || out.match.names.empty()) {
      return refuse(node,
                    "`open_handshake` finds out the server's name for a rule of level decrypt with `names`; leave it out here");
    }
    out.wish.open_handshake = node.truth();
    return true;
  }

  // A rule that can never be the first to match is a mistake: named with the rule that hides it.
  bool reachable(Node node, const Rule& rule) {
    const auto [named, new_name] = names_.try_emplace(rule.name, node.place().line);
    if (!new_name) {
      return refuse(node.find("name"), "the rule in line " + std::to_string(named->second) + " is called " +
                                           in_ticks(rule.name) + " too; give each rule a name of its own");
    }
    if (!catch_all_.empty()) {
      return refuse(node, "never reached: " + in_ticks(catch_all_) + " above it takes every flow; move that one to the end");
    }
    if (rule.match == Match{}) catch_all_ = rule.name;
    const auto [like, fresh] = matches_.try_emplace(print(rule.match), rule.name);
    if (!fresh)
      return refuse(node, "never reached: " + in_ticks(like->second) + " above it matches the same; delete one of them");
    return true;
  }

  static std::string print(const Match& match) {
    std::string out;
    for (const Condition& c : words_of(match, nullptr)) {
      out += c.key;
      for (const std::string& word : c.words) out += ' ' + std::to_string(word.size()) + word;
    }
    return out;
  }

  // f(node) for one value or each of a list.
  template <class T, class F>
  bool each(Node node, std::vector<T>& list, F&& f) {
    if (!node) return true;
    if (node.is(Kind::list)) {
      for (const Node child : node) {
        if (!counted(child) || !f(child)) return false;
      }
    } else if (!counted(node) || !f(node)) {
      return false;
    }
    settle(list);
    return true;
  }
  bool counted(Node node) {
    if (++entries_ <= kMaxEntries) return true;
    return refuse(node, "more than " + std::to_string(kMaxEntries) + " entries in all rules together; join networks or names");
  }

  bool read_match(Node node, Match& m) {
    return networks(node.find("networks"), m.networks) && networks(node.find("client_networks"), m.client_networks) &&
           networks(node.find("server_networks"), m.server_networks) && ports(node.find("ports"), m.ports) &&
           ports(node.find("client_ports"), m.client_ports) && ports(node.find("server_ports"), m.server_ports) &&
           numbers(node.find("vlan"), m.vlan) && numbers(node.find("vni"), m.vni) && interfaces(node.find("interface"), m) &&
           names(node.find("names"), m.names) && applications(node.find("applications"), m.applications) &&
           categories(node.find("categories"), m.categories) && protocols(node.find("protocols"), m);
  }

  bool networks(Node node, std::vector<net::Network>& out) {
    return each(node, out, [&](Node n) { return net::read_network(n, out.emplace_back(), fault_); });
  }
  bool ports(Node node, std::vector<net::PortRange>& out) {
    return each(node, out, [&](Node n) { return net::read_ports(n, out.emplace_back(), fault_); });
  }
  bool names(Node node, std::vector<std::string>& out) {
    return each(node, out, [&](Node n) { return net::read_domain(n, out.emplace_back(), fault_); });
  }

  template <class T>
  bool numbers(Node node, std::vector<T>& out) {
    return each(node, out, [&](Node n) {
      out.push_back(static_cast<T>(n.integer()));
      return true;
    });
  }

  bool interfaces(Node node, Match& m) {
    return each(node, m.interface, [&](Node n) {
      const std::vector<std::string>* known = context_.interfaces;
      if (known != nullptr && std::find(known->begin(), known->end(), n.text()) == known->end()) {
        std::string all;
        for (const std::string& name : *known) all += (all.empty() ? "" : ", ") + name;
        return refuse(n, "there is no port " + in_ticks(n.text()) + "; there are: " + (all.empty() ? "none" : all));
      }
      m.interface.emplace_back(n.text());
      return true;
    });
  }

  template <class F>
  bool look_up(Node n, std::string_view what, unsigned count, F&& name_of, std::vector<std::uint16_t>& out) {
    const std::string wanted = lower(n.text());
    std::string nearest;
    unsigned best = 3;  // a name further away was not meant
    for (unsigned id = 0; id < count; ++id) {
      const std::string_view name = name_of(static_cast<std::uint16_t>(id));
      const std::string low = lower(name);
      if (low == wanted) {
        out.push_back(static_cast<std::uint16_t>(id));
        return true;
      }
      const unsigned far = distance(low, wanted);
      if (far < best) {
        best = far;
        nearest = name;
      }
    }
    const std::string advice =
        nearest.empty() ? "`pellucid run` shows the names under pellucid.app" : "did you mean " + in_ticks(nearest) + "?";
    return refuse(n, "no " + std::string(what) + " is called " + in_ticks(n.text()) + "; " + advice);
  }

  bool applications(Node node, std::vector<std::uint16_t>& out) {
    const classify::Names* const known = context_.applications;
    return each(node, out, [&](Node n) {
      return look_up(
          n, "application", known == nullptr ? 0 : known->protocols(), [&](std::uint16_t id) { return known->protocol(id); },
          out);
    });
  }
  bool categories(Node node, std::vector<std::uint16_t>& out) {
    const classify::Names* const known = context_.applications;
    return each(node, out, [&](Node n) {
      return look_up(
          n, "category", known == nullptr ? 0 : known->categories(), [&](std::uint16_t id) { return known->category(id); },
          out);
    });
  }

  bool protocols(Node node, Match& m) {
    return each(node, m.transports, [&](Node n) {
      const std::string wanted = lower(n.text());
      const auto is_it = [&](const Word& t) { return t.text == wanted; };
      if (const auto* t = std::find_if(kTransports.begin(), kTransports.end(), is_it); t != kTransports.end()) {
        m.transports.push_back(t->value);
        return true;
      }
      if (const auto* t = std::find_if(kContents.begin(), kContents.end(), is_it); t != kContents.end()) {
        m.content |= t->value;
        return true;
      }
      std::string all;
      for (const Word& t : kTransports) all += std::string(t.text) + ", ";
      for (const Word& t : kContents) all += std::string(t.text) + (t.text == "http" ? "" : ", ");
      return refuse(
          n, "no protocol is called " + in_ticks(n.text()) + "; write one of " + all + ", or name it under `applications`");
    });
  }

  const Context& context_;
  Fault& fault_;
  std::size_t entries_ = 0;
  std::string catch_all_;
  std::map<std::string, std::uint32_t> names_;  // of rules, with their lines
  std::map<std::string, std::string> matches_;  // what a match says, and whose it is
};

}  // namespace

bool read_rules(const Tree& tree, const Context& context, Rules& rules, Fault& fault) {
  return Reader(context, fault).read(tree, rules);
}

}  // namespace pellucid::policy
