// Wish: what a rule of a policy asks to be opened: how far at most, and under which grants. Grants decide; a wish only asks for
// less. A value type; immutable once a policy is in force.
#pragma once
#include <string>
#include <vector>

#include "lib/keys/terms.h"

namespace pellucid::keys {

inline constexpr std::size_t kMaxWished = 16;  // grants that one rule names

struct Wish {
  Depth depth = Depth::content;
  std::vector<std::string> grants;  // their ids; empty: any that allows it
  bool open_handshake = false;      // to learn the server's name where no hello tells it
  friend bool operator==(const Wish&, const Wish&) = default;
};

// What a flow is, as far as it was found out: numbers of classify::Label.
struct Labels {
  std::uint16_t master = 0, app = 0, category = 0;
  std::uint8_t known = 0;
};

enum class Reach : std::uint8_t {
  wish,       // as far as the wish goes
  handshake,  // … or less: whether the wish holds for this session, its certificate tells
};

struct Asked {                 // by policy
  const Wish* wish = nullptr;  // null: all that may be opened
  Labels labels;
  Reach reach = Reach::wish;
};

}  // namespace pellucid::keys
