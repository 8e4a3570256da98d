// The private key within a key file, found in place: OpenSSL's decoders leave copies of it in memory that they free, this one
// makes none. Pure functions over octets that their caller owns and wipes.
#pragma once
#include "lib/base/bytes.h"

namespace pellucid::ets {

struct Found {
  Bytes scalar, point;  // point: SEC1's, empty for x25519
  Bytes curve;          // the object identifier of the group, or of X25519
};

enum class Reading { Good, Locked, Foreign, Nothing };

// PEM becomes DER in the same octets; what is no PEM stays as it is.
Reading read_armour(MutBytes text, Bytes& der);
Reading read_key(Bytes der, Found& out);

}  // namespace pellucid::ets
