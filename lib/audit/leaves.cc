#include "lib/audit/leaves.h"

#include "lib/audit/reader.h"
#include "lib/export/text.h"

namespace pellucid::audit {

std::string write_leaves(const LeafLine& line) {
  std::string out = "{\"seq\":" + std::to_string(line.seq) + ",\"first\":" + std::to_string(line.first) + ",\"leaves\":\"";
  for (std::size_t i = 0; i < line.leaves.size(); ++i) {
    if (i != 0) out += ' ';
    exporter::write_hex(out, line.leaves[i]);
  }
  return out + "\"}";
}

bool read_leaves(std::string_view text, LeafLine& line) {
  line.leaves.clear();
  if (text.size() > kMaxLeafLine) return false;
  Reader in(text);
  in.expect("{");
  line.seq = in.number("seq");
  in.expect(",");
  line.first = in.number("first");
  in.expect(",");
  std::string_view digits = in.text("leaves");
  in.expect("}");
  while (in.ok()) {
    Hash& leaf = line.leaves.emplace_back();
    in.read_hex(digits.substr(0, 2 * leaf.size()), leaf);
    digits.remove_prefix(std::min(digits.size(), 2 * leaf.size()));
    if (digits.empty()) return in.done() && line.leaves.size() <= kMaxLineLeaves;
    if (digits[0] != ' ') return false;
    digits.remove_prefix(1);
  }
  return false;
}

void LeafSearch::take(std::string_view text) {
  LeafLine line;
  if (!read_leaves(text, line)) return;
  if (line.first == 0 || line.seq != seq_ || line.first != tree_.size()) keep();
  seq_ = line.seq;
  if (line.first != tree_.size() || tree_.size() + line.leaves.size() > kMaxLeaves)
    return;  // what it goes on from is not there
  for (const Hash& leaf : line.leaves) {
    if (leaf == leaf_) which_ = tree_.size();
    tree_.push_back(leaf);
  }
}

void LeafSearch::keep() {
  if (which_) found_ = Found{seq_, *which_, std::move(tree_)};
  tree_.clear();
  which_.reset();
}

std::optional<LeafSearch::Found> LeafSearch::end() {
  keep();
  return std::move(found_);
}

}  // namespace pellucid::audit
