// Trust: whether the peer of a session is who its certificate says: the chain up to a root that the operator gave, and the
// signature by which TLS 1.3 binds the certificate to the session. A driver implements it; the keeper's thread uses it.
#pragma once
#include <array>
#include <span>

#include "lib/base/bytes.h"

namespace pellucid::x509 {

enum class Peer : std::uint8_t { server, client };

enum class Proof : std::uint8_t {
  good,
  bad,
  unsupported,  // a scheme or a key that this version cannot check
};

// A CertificateVerify of TLS 1.3 (RFC 8446 4.4.3).
struct Statement {
  Peer peer = Peer::server;
  Bytes certificate;  // the peer's own, DER
  Bytes transcript;   // hash of the handshake before this message
  Bytes body;         // of the message: a scheme and a signature
};

enum class Chained : std::uint8_t {
  good,
  malformed,  // a certificate that cannot be read, or none
  no_root,    // it ends at nobody the operator trusts
  not_yet,
  expired,
  name,       // it is for other names
  signature,  // one of them was not signed by the next
  use,        // made for something else: no authority, no server
  weak,       // a key or digest that no longer proves anything
  refused,    // anything else
  kCount,
};
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Chained::kCount)> kChainedLabels{
    "good", "malformed", "no_root", "not_yet", "expired", "name", "signature", "use", "weak", "refused"};
constexpr std::string_view label(Chained c) noexcept { return kChainedLabels[static_cast<std::size_t>(c)]; }

struct Claim {  // that these certificates make of their owner
  Peer peer = Peer::server;
  std::span<const Bytes> chain;  // DER, the peer's own first, the others in any order
  std::string_view name;         // DNS name or address; empty: not asked
  std::int64_t now_s = 0;
};

class Trust {
 public:
  virtual ~Trust() = default;
  virtual Proof proves(const Statement& statement) const noexcept = 0;
  virtual Chained follows(const Claim& claim) const noexcept = 0;
};

}  // namespace pellucid::x509
