#include "lib/keys/grant.h"

#include <algorithm>

#include "lib/base/when.h"
#include "lib/keys/fields.h"

namespace pellucid::keys {

namespace {

using Node = Tree::Node;

// Whether a list of networks holds every address of a family. Networks are nested or apart, so what is left after those within
// others are passed over can be added up.
bool all_addresses(std::vector<net::Network> list, std::uint8_t family) {
  std::sort(list.begin(), list.end());
  net::Wide next = 0;
  for (const net::Network& n : list) {
    if (n.family != family || n.first < next) continue;
    if (n.first != next) return false;
    const unsigned behind = 128u - n.bits;
    if (n.bits == 0 || (n.first | ((net::Wide{1} << behind) - 1)) == ~net::Wide{0}) return true;
    next = n.first + (net::Wide{1} << behind);
  }
  return false;
}
bool anywhere(const std::vector<net::Network>& list) {
  return list.empty() || all_addresses(list, 4) || all_addresses(list, 6);
}

class Reader {
 public:
  Reader(Cms& cms, Grant& grant, Fault& fault) : cms_(cms), g_(grant), fault_(fault) {}

  bool read(Node root) {
    g_ = {};
    g_.id = root.find("id").text();
    g_.issuer = root.find("issuer").text();
    g_.purpose = root.find("purpose").text();
    read_texts(root.find("audience"), g_.audience);
    read_basis(root.find("legal_basis"));
    read_texts(root.find("override_protect"), g_.lifts);
    for (std::string& entry : g_.lifts) entry = net::as_written(entry);
    return read_times(root) && read_scope(root.find("scope")) && read_methods(root.find("method")) &&
           read_keys(root.find("keys")) && read_depth(root);
  }

 private:
  bool refuse(Node node, std::string text) { return keys::refuse(node, std::move(text), fault_); }

  static void read_texts(Node node, std::vector<std::string>& out) {
    each(node, [&](Node n) {
      out.emplace_back(n.text());
      return true;
    });
  }

  void read_basis(Node node) {
    g_.basis.type = node.find("type").text();
    g_.basis.reference = node.find("reference").text();
    g_.basis.jurisdiction = node.find("jurisdiction").text();
    g_.basis.authorisation_id = node.find("authorisation_id").text();
  }

  bool read_times(Node root) {
    const Node after = root.find("not_after"), until = root.find("process_until"), kept = root.find("retention");
    if (!read_moment(root.find("not_before"), g_.not_before_s, fault_) || !read_moment(after, g_.not_after_s, fault_)) {
      return false;
    }
    if (g_.not_after_s <= g_.not_before_s) return refuse(after, "`not_after` is not later than `not_before`; exchange them");
    if (kept && !read_span(kept, g_.retention_s, fault_)) return false;
    if (kept && g_.retention_s == 0) return refuse(kept, "nothing can be kept for no time; write a number above 0");
    if (!until) return true;
    if (!read_moment(until, g_.process_until_s, fault_)) return false;
    return g_.process_until_s >= g_.not_after_s || refuse(until, "`process_until` is before `not_after`; write a later time");
  }

  bool read_scope(Node node) {
    Scope& s = g_.scope;
    std::size_t entries = 0;
    const auto list = [&](std::string_view key, auto& out, auto&& take) {
      return each(node.find(key), [&](Node n) {
        if (++entries > kMaxScope) return refuse(n, "more than " + std::to_string(kMaxScope) + " entries; join some");
        return take(n, out.emplace_back(), fault_);
      });
    };
    const auto network = [](Node n, net::Network& out, Fault& f) { return net::read_network(n, out, f); };
    const auto ports = [](Node n, net::PortRange& out, Fault& f) { return net::read_ports(n, out, f); };
    const auto name = [](Node n, std::string& out, Fault& f) { return net::read_domain(n, out, f); };
    if (!list("server_networks", s.servers, network) || !list("client_networks", s.clients, network) ||
        !list("ports", s.ports, ports) || !list("names", s.names, name)) {
      return false;
    }
    if (anywhere(s.servers) && anywhere(s.clients) && s.names.empty()) {
      return refuse(node, "a scope of all networks without names is refused; name networks or `names`");
    }
    return read_capture(node.find("captured_from"), node.find("captured_until"));
  }

  bool read_capture(Node from, Node until) {
    Scope& s = g_.scope;
    s.captured_from_s = g_.not_before_s;
    s.captured_until_s = g_.not_after_s;
    if (from && !read_moment(from, s.captured_from_s, fault_)) return false;
    if (until && !read_moment(until, s.captured_until_s, fault_)) return false;
    if (s.captured_from_s < s.captured_until_s) return true;
    return refuse(until ? until : from, "`captured_until` is not later than `captured_from`; give both");
  }

  bool read_methods(Node node) {
    return each(node, [&](Node n) {
      const auto* const at = std::find(std::begin(kMethodLabels), std::end(kMethodLabels), n.text());
      if (at == std::end(kMethodLabels)) {
        return refuse(n, in_ticks(n.text()) + " is no method; write one of ets, keylog, rsa");
      }
      const auto bit = static_cast<std::uint8_t>(1u << (at - std::begin(kMethodLabels)));
      if ((g_.methods & bit) != 0) return refuse(n, in_ticks(n.text()) + " stands here twice; keep one of them");
      g_.methods |= bit;
      return true;
    });
  }

  bool read_keys(Node node) {
    return each(node, [&](Node n) {
      std::string digits;
      for (const char c : n.text()) {
        if (c != ':') digits += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
      }
      const bool hex = digits.find_first_not_of("0123456789abcdef") == std::string::npos;
      if (!hex || (digits.size() != 20 && digits.size() != 64)) {
        return refuse(n, in_ticks(n.text()) +
                             " is no fingerprint; write 20 hexadecimal digits (of a visibility entry) or 64 "
                             "(SHA-256 of a public key)");
      }
      g_.keys.push_back(std::move(digits));
      return g_.keys.size() <= kMaxPrints || refuse(n, "more than " + std::to_string(kMaxPrints) + " keys; leave some out");
    });
  }

  template <class T, std::size_t kN>
  static T word(Node node, const std::string_view (&labels)[kN], T otherwise) {
    const auto* const at = std::find(std::begin(labels), std::end(labels), node.text());
    return at == std::end(labels) ? otherwise : static_cast<T>(at - std::begin(labels));
  }

  bool read_depth(Node root) {
    g_.depth = word(root.find("depth"), kDepthLabels, Depth::metadata);
    g_.direction = word(root.find("direction"), kDirectionLabels, Direction::both);
    g_.first_bytes = static_cast<std::uint64_t>(root.find("first_bytes").integer());
    g_.client_certificates = root.find("client_certificates").truth() ? Rule::allowed : Rule::refused;
    const Node quota = root.find("quota");
    if (const Node n = quota.find("sessions")) g_.quota.sessions = static_cast<std::uint64_t>(n.integer());
    if (const Node n = quota.find("bytes")) g_.quota.bytes = static_cast<std::uint64_t>(n.integer());
    const Node deliver = root.find("deliver");
    if (g_.depth == Depth::content && !deliver) {
      return refuse(root, "content has nobody to go to; add `deliver` with `recipients`, or choose depth headers");
    }
    if (g_.depth != Depth::content && deliver) {
      return refuse(deliver, "nothing is delivered at depth " + std::string(label(g_.depth)) + "; leave `deliver` out");
    }
    g_.files = !deliver ? Files::none : deliver.find("clear").truth() ? Files::clear : Files::encrypted;
    return read_certificates(deliver.find("recipients"), cms_, g_.recipients, fault_);
  }

  Cms& cms_;
  Grant& g_;
  Fault& fault_;
};

}  // namespace

bool read_grant(const Tree& tree, Cms& cms, Grant& grant, Fault& fault) { return Reader(cms, grant, fault).read(tree.root()); }

std::string refuse_grant(const Grant& g, const AuthoritySet& set, unsigned good, std::string_view appliance) {
  if (good < set.sign) {
    return "signed by " + std::to_string(good) + " of the " + std::to_string(set.sign) +
           " authorities that are needed; add signatures by openssl cms -resign";
  }
  if (!appliance.empty() && std::find(g.audience.begin(), g.audience.end(), appliance) == g.audience.end()) {
    return "it is not for " + in_ticks(appliance) + "; its audience must name this appliance";
  }
  if (g.not_after_s - g.not_before_s > set.max_grant_days * 86'400) {
    return "it is to live for " + write_span(g.not_after_s - g.not_before_s) + ", at most " +
           std::to_string(set.max_grant_days) + "d are allowed; shorten it";
  }
  for (const Certificate& r : g.recipients) {
    const auto same = [&](const Certificate& c) { return c.print == r.print; };
    if (!set.recipients.empty() && std::none_of(set.recipients.begin(), set.recipients.end(), same)) {
      return "its recipient " + in_ticks(r.subject) + " is none of the authority set's; leave it out";
    }
  }
  return {};
}

}  // namespace pellucid::keys
