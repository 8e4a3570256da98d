#include "lib/keys/cms.h"

#include <set>

namespace pellucid::keys {

std::string hex_of(std::span<const std::uint8_t> octets) {
  std::string out;
  for (const std::uint8_t o : octets) {
    out += "0123456789abcdef"[o >> 4];
    out += "0123456789abcdef"[o & 15];
  }
  return out;
}

unsigned quorum_of(const Signed& document) {
  std::set<std::size_t> good;
  for (const Signer& s : document.signers) {
    if (s.how == Signature::good) good.insert(s.authority);
  }
  return static_cast<unsigned>(good.size());
}

}  // namespace pellucid::keys
