// YAML 1.2 text, read by yaml-cpp into a Tree. What makes YAML a danger is refused with the place where it stands: anchors,
// aliases and tags, duplicate keys, keys that are no plain text, more than one document. Any thread.
#pragma once
#include <cstddef>

#include "lib/base/tree.h"

namespace pellucid::yaml {

struct Bounds {
  std::size_t bytes;
  std::uint32_t nodes;
};
inline constexpr Bounds kSmall{1u << 20, 100'000};     // a configuration
inline constexpr Bounds kLarge{64u << 20, 1'200'000};  // a policy, with all the names and networks that it may have
inline constexpr unsigned kMaxDepth = 32;              // lists and maps within each other
inline constexpr std::size_t kMaxKey = 256;            // octets of a key
inline constexpr std::size_t kMaxScalar = 64 * 1024;   // octets of one value

// False: the fault says why, and the tree is of no use.
bool read_yaml(std::string_view text, const Bounds& bounds, Tree& tree, Fault& fault);

}  // namespace pellucid::yaml
