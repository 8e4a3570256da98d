// Chains of any bytes, and what their owners sign: where nobody is trusted, nothing is good. The input is a CertificateVerify's
// body, a transcript's hash and certificates, each behind its length.
#include "drivers/crypto/openssl/trust.h"

#include <vector>

#include "lib/base/check.h"
#include "lib/base/cursor.h"

using namespace pellucid;
using namespace pellucid::x509;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMost = 8;
  static const openssl::Trust trust;
  Cursor in(Bytes(data, size));
  const Bytes body = in.take16();
  const Bytes transcript = in.take8();
  std::vector<Bytes> chain;
  while (in.left() > 0 && chain.size() < kMost) chain.push_back(in.take16());
  if (!in.ok()) return 0;
  for (const Peer peer : {Peer::server, Peer::client}) {
    CHECK(trust.follows({peer, chain, "www.example.org", 1'780'000'000}) != Chained::good);
    const Proof proof = trust.proves({peer, chain.empty() ? Bytes{} : chain[0], transcript, body});
    CHECK(proof != Proof::good || (!chain.empty() && body.size() > 4));
  }
  return 0;
}
