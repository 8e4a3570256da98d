// Armour: PEM (RFC 7468) opened where it stands: what base64 makes takes the place of the base64, so that no copy of a secret
// stays behind. The caller owns the octets and wipes them.
#pragma once
#include <string_view>

#include "lib/base/bytes.h"

namespace pellucid::keys {

enum class Armour : std::uint8_t {
  block,
  end,     // there are no more
  broken,  // a block without an end, or with other characters than those of base64
  locked,  // a block under a passphrase (RFC 1421 4.6.1.1)
};

class ArmourReader {
 public:
  explicit ArmourReader(MutBytes text) noexcept : text_(text) {}
  // The next block: what it says it is, and its octets.
  Armour next(std::string_view& label, Bytes& octets) noexcept;

 private:
  std::string_view rest() const noexcept;

  MutBytes text_;
  std::size_t at_ = 0;
};

}  // namespace pellucid::keys
