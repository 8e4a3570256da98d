#include "lib/keys/authority.h"

#include "lib/keys/fields.h"

namespace pellucid::keys {

namespace {

using Node = Tree::Node;

bool read_thresholds(Node node, AuthoritySet& set, Fault& fault) {
  const Node sign = node.find("sign"), lift = node.find("override");
  set.sign = static_cast<unsigned>(sign.integer());
  set.lift = static_cast<unsigned>(lift.integer());
  const std::string all = std::to_string(set.authorities.size());
  const std::string more = "more than the " + all + " certificates of this set; write at most " + all;
  if (set.sign > set.authorities.size()) return refuse(sign, more, fault);
  if (set.lift > set.authorities.size()) return refuse(lift, more, fault);
  if (set.lift < set.sign) {
    return refuse(lift, "`override` is less than `sign`; a protection is not lifted more easily than a grant is made", fault);
  }
  return true;
}

void read_limits(Node node, AuthoritySet& set) {
  if (const Node n = node.find("max_grant_days")) set.max_grant_days = n.integer();
  if (const Node n = node.find("max_static_key_days")) set.max_static_key_days = n.integer();
}

Rule rule_of(Node node) noexcept { return node.truth() ? Rule::allowed : Rule::refused; }

std::string too_few(unsigned there, unsigned needed, std::string_view whose) {
  return "signed by " + std::to_string(there) + " of the " + std::to_string(needed) + " authorities that " +
         std::string(whose) + " wants; add signatures by openssl cms -resign";
}

}  // namespace

bool read_authorities(const Tree& tree, Cms& cms, AuthoritySet& set, Fault& fault) {
  const Node root = tree.root();
  set = {};
  set.id = root.find("id").text();
  set.generation = static_cast<std::uint64_t>(root.find("generation").integer());
  if (!read_certificates(root.find("certificates"), cms, set.authorities, fault)) return false;
  if (set.authorities.size() > kMaxAuthorities) {
    return refuse(root.find("certificates"), "more than " + std::to_string(kMaxAuthorities) + " certificates", fault);
  }
  if (!read_thresholds(root.find("thresholds"), set, fault)) return false;
  read_limits(root.find("limits"), set);
  set.annex_a = rule_of(root.find("allow").find("annex_a"));
  set.software_custody = rule_of(root.find("allow").find("software_custody"));
  return read_certificates(root.find("recipients"), cms, set.recipients, fault);
}

std::string refuse_successor(const AuthoritySet& before, const AuthoritySet& after, const Signed& document) {
  if (after.generation <= before.generation) {
    return "its generation is " + std::to_string(after.generation) + ", that of the set before it " +
           std::to_string(before.generation) + "; a later set has a greater one";
  }
  const unsigned there = quorum_of(document);
  return there < before.sign ? too_few(there, before.sign, "the set before it") : std::string();
}

std::string refuse_first(const AuthoritySet& set, const Signed& document) {
  const unsigned there = quorum_of(document);
  return there < set.sign ? too_few(there, set.sign, "this set itself") : std::string();
}

}  // namespace pellucid::keys
