#include "lib/base/tree.h"

#include <charconv>

#include "lib/base/check.h"

namespace pellucid {

namespace {

struct Written {  // the digits of a number as YAML 1.2 (10.3.2) writes it
  std::string_view digits;
  int base = 10;
  bool negative = false;
};

Written digits_of(std::string_view text) noexcept {
  Written w{text};
  if (text.starts_with("0x")) return {text.substr(2), 16};
  if (text.starts_with("0o")) return {text.substr(2), 8};
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    w.negative = text[0] == '-';
    w.digits = text.substr(1);
  }
  return w;
}

}  // namespace

std::string say(std::string_view file, const Fault& fault) {
  std::string out(file);
  if (fault.place.line != 0) out += ':' + std::to_string(fault.place.line) + ':' + std::to_string(fault.place.column);
  return out + ": " + fault.text;
}

Tree::Cut Tree::keep(std::string_view text) {
  const Cut c{static_cast<std::uint32_t>(chars_.size()), static_cast<std::uint32_t>(text.size())};
  CHECK(chars_.size() + text.size() < kNone);
  chars_ += text;
  return c;
}

void Tree::key(Place place, std::string_view text) {
  key_ = keep(text);
  key_place_ = place;
}

void Tree::leaf(Kind kind, Place place, std::string_view text) {
  CHECK(open_.empty() == items_.empty());  // one root
  Item item;
  item.kind = kind;
  item.place = place;
  item.text = keep(text);
  const std::uint32_t at = nodes();
  if (!open_.empty()) {
    Open& in = open_.back();
    if (items_[in.item].kind == Kind::map) {
      item.key = key_;
      item.key_place = key_place_;
    }
    (in.last == kNone ? items_[in.item].first : items_[in.last].next) = at;
    in.last = at;
    ++items_[in.item].count;
  }
  items_.push_back(item);
}

bool Tree::Node::truth() const noexcept { return is(Kind::boolean) && (text().starts_with('t') || text().starts_with('T')); }

std::int64_t Tree::Node::integer() const noexcept {
  const Written w = digits_of(text());
  std::uint64_t v = 0;
  std::from_chars(w.digits.data(), w.digits.data() + w.digits.size(), v, w.base);
  return static_cast<std::int64_t>(w.negative ? std::uint64_t{0} - v : v);
}

double Tree::Node::number() const noexcept {
  const Written w = digits_of(text());
  if (w.base != 10) return static_cast<double>(integer());
  double v = 0;
  std::from_chars(w.digits.data(), w.digits.data() + w.digits.size(), v);
  return w.negative ? -v : v;
}

Tree::Node Tree::Node::find(std::string_view wanted) const noexcept {
  for (const Node child : *this) {
    if (child.key() == wanted) return child;
  }
  return {};
}

}  // namespace pellucid
