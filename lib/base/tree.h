// Tree: what a configuration or a policy says, as nested lists and maps in which every key and value knows its line and column.
// A driver fills it from text; whoever made it owns it. Immutable once filled: then any thread may read.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pellucid {

struct Place {  // in a text, from 1; 0 stands for the text as a whole
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend constexpr auto operator<=>(const Place&, const Place&) = default;
};

struct Fault {  // why a text cannot be taken
  Place place;
  std::string text;  // what is wrong; what to do
};
std::string say(std::string_view file, const Fault& fault);  // FILE:LINE:COLUMN: what; what to do

class Tree {
 public:
  enum class Kind : std::uint8_t { nothing, boolean, integer, number, text, list, map };
  class Node;
  class Walk;

  Node root() const noexcept;
  std::uint32_t nodes() const noexcept { return static_cast<std::uint32_t>(items_.size()); }

  // Filling, in document order: within a map key() comes before each value, and what is opened is closed.
  void key(Place place, std::string_view text);
  void leaf(Kind kind, Place place, std::string_view text);
  void open(Kind kind, Place place) {
    leaf(kind, place, {});
    open_.push_back({nodes() - 1, kNone});
  }
  void close() { open_.pop_back(); }
  unsigned depth() const noexcept { return static_cast<unsigned>(open_.size()); }

 private:
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  struct Cut {  // of chars_
    std::uint32_t at = 0;
    std::uint32_t size = 0;
  };
  struct Item {
    Kind kind = Kind::nothing;
    Place place;
    Place key_place;
    Cut text;
    Cut key;
    std::uint32_t first = kNone;
    std::uint32_t next = kNone;
    std::uint32_t count = 0;
  };
  struct Open {
    std::uint32_t item;
    std::uint32_t last;  // its newest child
  };
  std::string_view cut(const Cut& c) const noexcept { return std::string_view(chars_).substr(c.at, c.size); }
  Cut keep(std::string_view text);

  std::vector<Item> items_;
  std::string chars_;
  std::vector<Open> open_;
  Cut key_;
  Place key_place_;
};

// One value: a view, valid as long as its tree is. A node that is not there is false, and what is asked of it is empty.
class Tree::Node {
 public:
  Node() noexcept = default;
  Node(const Tree& tree, std::uint32_t at) noexcept : tree_(&tree), at_(at) {}

  explicit operator bool() const noexcept { return tree_ != nullptr; }
  Kind kind() const noexcept { return tree_ == nullptr ? Kind::nothing : item().kind; }
  bool is(Kind kind) const noexcept { return tree_ != nullptr && item().kind == kind; }
  Place place() const noexcept { return tree_ == nullptr ? Place{} : item().place; }
  std::string_view key() const noexcept { return tree_ == nullptr ? std::string_view{} : tree_->cut(item().key); }
  Place key_place() const noexcept { return tree_ == nullptr ? Place{} : item().key_place; }

  std::string_view text() const noexcept {
    return tree_ == nullptr ? std::string_view{} : tree_->cut(item().text);
  }  // as written
  bool truth() const noexcept;
  std::int64_t integer() const noexcept;
  double number() const noexcept;

  std::uint32_t size() const noexcept { return tree_ == nullptr ? 0 : item().count; }
  Node find(std::string_view key) const noexcept;  // looks at one key after the other
  Walk begin() const noexcept;
  Walk end() const noexcept;

 private:
  friend class Walk;
  const Item& item() const noexcept { return tree_->items_[at_]; }
  Node at(std::uint32_t i) const noexcept { return i == Tree::kNone ? Node() : Node(*tree_, i); }

  const Tree* tree_ = nullptr;
  std::uint32_t at_ = 0;
};

// The children of a node, in order.
class Tree::Walk {
 public:
  explicit Walk(Node node) noexcept : node_(node) {}
  Node operator*() const noexcept { return node_; }
  Walk& operator++() noexcept {
    node_ = node_.at(node_.item().next);
    return *this;
  }
  bool operator!=(const Walk& other) const noexcept { return static_cast<bool>(node_) != static_cast<bool>(other.node_); }

 private:
  Node node_;
};

inline Tree::Node Tree::root() const noexcept { return items_.empty() ? Node() : Node(*this, 0); }
inline Tree::Walk Tree::Node::begin() const noexcept { return Walk(tree_ == nullptr ? Node() : at(item().first)); }
inline Tree::Walk Tree::Node::end() const noexcept { return Walk(Node()); }

}  // namespace pellucid
