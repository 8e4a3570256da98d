// KnownChains: what was found of chains of certificates, so that the next session of a server need not ask again. A good answer
// holds while every certificate of the chain is in force, any other for the second for which it was asked. One thread owns one.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include "drivers/crypto/openssl/handle.h"
#include "lib/x509/trust.h"

namespace pellucid::openssl {

inline constexpr std::size_t kMaxKnownChains = 1024;

class KnownChains {
 public:
  KnownChains();

  struct Span {  // seconds since 1970
    std::int64_t from_s = 0;
    std::int64_t before_s = 0;
  };

  std::optional<x509::Chained> find(const x509::Claim& claim);
  void keep(x509::Chained found, Span holds);  // of the claim that was looked for last
  void clear();                                // other roots count now

 private:
  using Mark = std::array<std::uint8_t, 32>;
  struct Known {
    Mark mark{};
    Span holds;
    x509::Chained found = x509::Chained::kCount;
  };
  Mark mark_of(const x509::Claim& claim) const;
  Known& place(const Mark& mark);

  Digest sha256_;
  DigestCtx ctx_;
  Mark asked_{};
  std::vector<Known> known_ = std::vector<Known>(kMaxKnownChains);  // each has one place
};

}  // namespace pellucid::openssl
