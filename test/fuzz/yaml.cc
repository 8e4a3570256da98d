// YAML text → tree: whatever comes, the tree is well formed and within its bounds, or the fault has words.
#include "drivers/conf/yaml/yaml.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"

namespace {

using namespace pellucid;

std::uint32_t walk(Tree::Node node, unsigned depth) {
  CHECK(depth <= yaml::kMaxDepth);
  std::uint32_t seen = 1;
  std::uint32_t children = 0;
  for (const Tree::Node child : node) {
    CHECK(child.place().line != 0 && child.place() >= node.place());
    if (node.is(Tree::Kind::map)) CHECK(child.key_place().line != 0);
    seen += walk(child, depth + 1);
    ++children;
  }
  CHECK(children == node.size());
  static_cast<void>(node.integer());
  static_cast<void>(node.number());
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr yaml::Bounds kBounds{4096, 200};
  Tree tree;
  Fault fault;
  if (yaml::read_yaml(as_text(Bytes{data, size}), kBounds, tree, fault)) {
    CHECK(tree.depth() == 0 && tree.nodes() <= kBounds.nodes);
    CHECK(walk(tree.root(), 0) == tree.nodes());
  } else {
    CHECK(!fault.text.empty());
  }
  return 0;
}
