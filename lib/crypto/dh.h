// Dh: Diffie-Hellman with a key that stays. A driver holds the private key and implements it; it belongs to the keeper's thread
// alone. Public keys are written as they stand in a key share (RFC 8446 4.2.8).
#pragma once
#include <iterator>
#include <string_view>

#include "lib/crypto/rsa.h"

namespace pellucid::crypto {

enum class Group : std::uint16_t {  // IANA's numbers
  secp256r1 = 0x0017,
  secp384r1 = 0x0018,
  secp521r1 = 0x0019,
  x25519 = 0x001d,
  x448 = 0x001e,
  ffdhe2048 = 0x0100,
  ffdhe3072 = 0x0101,
  ffdhe4096 = 0x0102,
};
inline constexpr Group kGroups[] = {Group::secp256r1, Group::secp384r1, Group::secp521r1, Group::x25519,
                                    Group::x448,      Group::ffdhe2048, Group::ffdhe3072, Group::ffdhe4096};
inline constexpr std::string_view kGroupLabels[] = {"secp256r1", "secp384r1", "secp521r1", "x25519",
                                                    "x448",      "ffdhe2048", "ffdhe3072", "ffdhe4096"};
static_assert(std::size(kGroupLabels) == std::size(kGroups));
inline constexpr std::size_t kMaxShare = 512;  // octets: ffdhe4096

// Octets of a share, and of the secret that two of them make; 0: a group that this version does not know.
constexpr std::size_t share_size(Group group) noexcept {
  switch (group) {
    case Group::secp256r1:
      return 1 + 2 * 32;
    case Group::secp384r1:
      return 1 + 2 * 48;
    case Group::secp521r1:
      return 1 + 2 * 66;
    case Group::x25519:
      return 32;
    case Group::x448:
      return 56;
    case Group::ffdhe2048:
      return 256;
    case Group::ffdhe3072:
      return 384;
    case Group::ffdhe4096:
      return 512;
  }
  return 0;
}
constexpr bool is_curve_point(Group group) noexcept {
  return group == Group::secp256r1 || group == Group::secp384r1 || group == Group::secp521r1;
}
constexpr std::size_t shared_size(Group group) noexcept {
  return is_curve_point(group) ? (share_size(group) - 1) / 2 : share_size(group);
}

class DhKey {
 public:
  virtual ~DhKey() = default;
  virtual Group group() const noexcept = 0;
  virtual Bytes share() const noexcept = 0;                    // our public key
  virtual const PublicPrint& public_key() const noexcept = 0;  // … as it is named where it stands in a certificate
  // The first shared_size() octets of `out`, with leading zeros. A share that is not in the group, or that would give a secret
  // which everybody knows, is refused: bad_length, bad_value.
  virtual Err derive(Bytes peer, Secret<kMaxShare>& out) noexcept = 0;
};

}  // namespace pellucid::crypto
