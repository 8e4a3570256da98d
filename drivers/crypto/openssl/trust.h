// Trust by OpenSSL: roots that the operator gave, and nobody else's: neither the machine's own nor what a peer brings along.
// One thread owns one.
#pragma once
#include <string>

#include "drivers/crypto/openssl/handle.h"
#include "drivers/crypto/openssl/known_chains.h"
#include "drivers/crypto/openssl/peer_keys.h"
#include "lib/x509/trust.h"

namespace pellucid::openssl {

inline constexpr std::size_t kMaxRoots = 4096;
inline constexpr int kMaxLinks = 10;  // certificates between the peer's own and a root

class Trust final : public x509::Trust {
 public:
  // To check the signature of a CertificateVerify takes longer than to make a session's keys: it may be left out.
  enum class Statements : std::uint8_t { check, pass };

  explicit Trust(Statements statements = Statements::check);
  // Certificates in PEM, as many as the text has. False, and one line in `problem`: nothing of it is trusted.
  bool add_roots(std::string_view pem, std::string& problem);
  std::size_t roots() const noexcept { return roots_; }

  x509::Proof proves(const x509::Statement& statement) const noexcept override;
  x509::Chained follows(const x509::Claim& claim) const noexcept override;

 private:
  using Store = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
  Statements statements_;
  Store store_;
  std::size_t roots_ = 0;
  mutable PeerKeys keys_;
  mutable KnownChains chains_;
};

}  // namespace pellucid::openssl
