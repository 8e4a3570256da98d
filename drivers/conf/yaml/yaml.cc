#include "drivers/conf/yaml/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <streambuf>
#include <unordered_set>

#include "drivers/conf/yaml/scalar.h"

namespace pellucid::yaml {
namespace {

using Kind = Tree::Kind;

struct Refused {  // thrown through yaml-cpp's parser, which has no other way to be stopped
  Fault fault;
};

Place place_of(const YAML::Mark& mark) noexcept {
  if (mark.is_null()) return {};
  return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

// yaml-cpp takes UTF-16 and UTF-32 for itself and passes broken UTF-8 on; the tree promises whole UTF-8 without control octets.
struct Letter {
  unsigned size;  // 0: none
};
Letter letter_at(std::string_view text) noexcept {
  const auto octet = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0u; };
  const unsigned c = octet(0);
  const auto follow = [&](unsigned n) {
    for (unsigned i = 1; i <= n; ++i) {
      if ((octet(i) & 0xc0) != 0x80) return Letter{0};
    }
    return Letter{n + 1};
  };
  if (c < 0x80) return {c >= 0x20 || c == '\t' || c == '\n' || c == '\r' ? 1u : 0u};
  if (c >= 0xc2 && c <= 0xdf) return follow(1);
  if (c == 0xe0) return octet(1) >= 0xa0 ? follow(2) : Letter{0};
  if (c == 0xed) return octet(1) <= 0x9f ? follow(2) : Letter{0};  // no surrogates
  if (c >= 0xe1 && c <= 0xef) return follow(2);
  if (c == 0xf0) return octet(1) >= 0x90 ? follow(3) : Letter{0};
  if (c == 0xf4) return octet(1) <= 0x8f ? follow(3) : Letter{0};
  return c >= 0xf1 && c <= 0xf3 ? follow(3) : Letter{0};
}

bool is_text(std::string_view text, Fault& fault) {
  Place place{1, 1};
  for (std::size_t at = 0; at < text.size();) {
    const unsigned size = letter_at(text.substr(at)).size;
    if (size == 0) {
      fault = {place, "not text in UTF-8, or a control character; save the file as UTF-8"};
      return false;
    }
    place = text[at] == '\n' ? Place{place.line + 1, 1} : Place{place.line, place.column + 1};
    at += size;
  }
  return true;
}

class Handler final : public YAML::EventHandler {
 public:
  Handler(Tree& tree, const Bounds& bounds) : tree_(tree), bounds_(bounds) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) refuse(mark, "a second document begins here; write one document a file, without ---");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { scalar(mark, anchor, Kind::nothing, {}); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases (*name) are not taken; repeat the value");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    if (tag != "?" && tag != "!" && !tag.empty()) refuse(mark, "tags (!name) are not taken; leave it out");
    Fault fault;
    if (!is_text(value, fault)) refuse(mark, "an escape makes a control character or no character at all; leave it out");
    if (value.size() > kMaxScalar)
      refuse(mark, "this value is longer than " + std::to_string(kMaxScalar) + " octets; shorten it");
    scalar(mark, anchor, tag == "!" ? Kind::text : kind_of_plain(value), value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {  // an open list (nothing) or map
    Place place;
    std::optional<std::unordered_set<std::string>> keys;
    bool value_due = false;
  };

  [[noreturn]] static void refuse(const YAML::Mark& mark, std::string text) {
    throw Refused{{place_of(mark), std::move(text)}};
  }

  bool key_due() const noexcept { return !levels_.empty() && levels_.back().keys && !levels_.back().value_due; }
  void count(const YAML::Mark& mark) const {
    if (tree_.nodes() >= bounds_.nodes) refuse(mark, "more than " + std::to_string(bounds_.nodes) + " values; make it smaller");
  }
  void scalar(const YAML::Mark& mark, YAML::anchor_t anchor, Kind kind, std::string_view value) {
    if (anchor != YAML::NullAnchor) refuse(mark, "anchors (&name) are not taken; leave it out");
    if (key_due()) return key(mark, kind, value);
    count(mark);
    tree_.leaf(kind, kind == Kind::nothing && value.empty() ? place_of_nothing(mark) : place_of(mark), value);
    value_done();
  }
  // yaml-cpp notices that nothing stands behind a key when it reads what comes next; behind a dash at the end of the text
  // it names the start of the line, which may lie before the list.
  Place place_of_nothing(const YAML::Mark& mark) const noexcept {
    if (levels_.empty()) return place_of(mark);
    return levels_.back().keys ? key_place_ : std::max(levels_.back().place, place_of(mark));
  }
  void key(const YAML::Mark& mark, Kind kind, std::string_view value) {
    if (kind == Kind::nothing) refuse(mark, "a key is missing before the colon; write one");
    if (value.size() > kMaxKey) refuse(mark, "this key is longer than " + std::to_string(kMaxKey) + " octets; shorten it");
    if (!levels_.back().keys->emplace(value).second) {
      refuse(mark, "the key `" + std::string(value) + "` stands here twice; keep one of them");
    }
    levels_.back().value_due = true;
    key_place_ = place_of(mark);
    tree_.key(key_place_, value);
  }
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Kind kind) {
    if (anchor != YAML::NullAnchor) refuse(mark, "anchors (&name) are not taken; leave it out");
    if (tag != "?" && tag != "!" && !tag.empty()) refuse(mark, "tags (!name) are not taken; leave it out");
    if (key_due()) refuse(mark, "a list or map cannot be a key; write a word");
    if (levels_.size() >= kMaxDepth) refuse(mark, "nested deeper than " + std::to_string(kMaxDepth) + " levels; flatten it");
    count(mark);
    tree_.open(kind, place_of(mark));
    levels_.emplace_back();
    levels_.back().place = place_of(mark);
    if (kind == Kind::map) levels_.back().keys.emplace();
  }
  void close() {
    levels_.pop_back();
    tree_.close();
    value_done();
  }
  void value_done() noexcept {
    if (!levels_.empty()) levels_.back().value_due = false;
  }

  Tree& tree_;
  const Bounds& bounds_;
  std::vector<Level> levels_;
  Place key_place_;
  unsigned documents_ = 0;
};

// The text as a stream, in place.
class Text final : public std::streambuf {
 public:
  explicit Text(std::string_view text) {
    char* const begin = const_cast<char*>(text.data());  // a get area is never written
    setg(begin, begin, begin + text.size());
  }
};

}  // namespace

bool read_yaml(std::string_view text, const Bounds& bounds, Tree& tree, Fault& fault) {
  if (text.size() > bounds.bytes) {
    fault = {{}, std::to_string(text.size()) + " octets, at most " + std::to_string(bounds.bytes) + "; make it smaller"};
    return false;
  }
  if (!is_text(text, fault)) return false;
  Text buffer(text);
  std::istream in(&buffer);
  Handler handler(tree, bounds);
  try {
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(handler)) {
    }
  } catch (const Refused& refused) {
    fault = refused.fault;
    return false;
  } catch (const YAML::Exception& e) {
    fault = {place_of(e.mark), "not YAML: " + e.msg + "; check indentation, colons and quotes"};
    return false;
  }
  if (!tree.root()) tree.leaf(Kind::nothing, {1, 1}, {});
  return true;
}

}  // namespace pellucid::yaml
