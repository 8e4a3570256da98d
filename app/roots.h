// add_roots: the certificates of a file, as those whom the operator trusts to name servers. Any thread.
#pragma once
#include <string>

#include "drivers/crypto/openssl/trust.h"

namespace pellucid::app {

inline constexpr std::size_t kMaxRootsFile = 16u << 20;

// An empty name means none. False: `problem` says in one line why.
bool add_roots(openssl::Trust& trust, const std::string& file, std::string& problem);

}  // namespace pellucid::app
