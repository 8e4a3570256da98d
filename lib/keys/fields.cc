#include "lib/keys/fields.h"

#include <algorithm>

#include "lib/base/when.h"

namespace pellucid::keys {

std::string in_ticks(std::string_view text) { return '`' + std::string(text) + '`'; }

bool refuse(Tree::Node node, std::string text, Fault& fault) {
  fault = {node.place(), std::move(text)};
  return false;
}

bool read_moment(Tree::Node node, std::int64_t& out, Fault& fault) {
  if (pellucid::read_moment(node.text(), out)) return true;
  return refuse(node, in_ticks(node.text()) + " is no time; write it in UTC like 2026-11-22T13:01:01Z", fault);
}

bool read_span(Tree::Node node, std::int64_t& out, Fault& fault) {
  if (pellucid::read_span(node.text(), out)) return true;
  return refuse(node, in_ticks(node.text()) + " is no span of time; write a number and s, m, h or d, such as 30d", fault);
}

bool read_certificates(Tree::Node node, Cms& cms, std::vector<Certificate>& out, Fault& fault) {
  return each(node, [&](Tree::Node n) {
    Certificate c;
    std::string problem;
    if (!cms.read_certificate(n.text(), c, problem)) return refuse(n, std::move(problem), fault);
    const auto same = [&](const Certificate& other) { return other.key == c.key; };
    if (std::any_of(out.begin(), out.end(), same)) {
      return refuse(n, "the key of " + in_ticks(c.subject) + " stands here twice; give each person a key of their own", fault);
    }
    out.push_back(std::move(c));
    return true;
  });
}

}  // namespace pellucid::keys
