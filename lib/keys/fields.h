// Fields: what authority sets and grants are both written with. A tree fits its schema before these look at it; each says in
// the fault what is wrong with a node and what to write instead. Any thread; they allocate.
#pragma once
#include "lib/base/tree.h"
#include "lib/keys/cms.h"

namespace pellucid::keys {

std::string in_ticks(std::string_view text);
bool refuse(Tree::Node node, std::string text, Fault& fault);  // always false

// f(node) for one value or each of a list, until one is false; of what is not there, never.
template <class F>
bool each(Tree::Node node, F&& f) {
  if (!node) return true;
  if (!node.is(Tree::Kind::list)) return f(node);
  for (const Tree::Node child : node) {
    if (!f(child)) return false;
  }
  return true;
}

bool read_moment(Tree::Node node, std::int64_t& out, Fault& fault);
bool read_span(Tree::Node node, std::int64_t& out, Fault& fault);
// A list of certificates in PEM; none twice, no two with one key.
bool read_certificates(Tree::Node node, Cms& cms, std::vector<Certificate>& out, Fault& fault);

}  // namespace pellucid::keys
