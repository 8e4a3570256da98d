// Fingerprint: JA3, JA3S and JA4 (the TLS client's; no other member of that family). Texts are made here, hashed by the
// caller's Digests. Exporter thread.
#pragma once
#include <string>

#include "lib/crypto/hash.h"
#include "lib/tls/hello.h"

namespace pellucid::tls {

// The text whose MD5 is the fingerprint. Empty for a hello that has none: SSLv2's form, or one that broke off.
std::string ja3(const ClientHello& hello);
std::string ja3s(const ServerHello& hello);

enum class Carrier : char { tcp = 't', quic = 'q', dtls = 'd' };

struct Ja4 {
  std::string head;        // t13d1516h2
  std::string ciphers;     // sorted, hexadecimal, with commas
  std::string extensions;  // sorted, then _ and the signature algorithms in their order
};
Ja4 read_ja4(const ClientHello& hello, Carrier carrier);
std::string write_ja4(const Ja4& parts, const crypto::Digests& digests);  // head_hash_hash
std::string write_ja4_raw(const Ja4& parts);                              // the same, unhashed

}  // namespace pellucid::tls
