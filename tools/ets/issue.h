// Certificates and requests with visibility entries, made by an authority of one's own, by nobody but the key itself, or to be
// sent to somebody else's authority. Values of the command line, used once.
#pragma once
#include <string>
#include <vector>

#include "tools/ets/visibility.h"

namespace pellucid::ets {

struct Subject {
  std::string common_name;
  Names names;
  EVP_PKEY* key = nullptr;  // borrowed
};

// Null certificate and key: signed by the subject's own key.
struct Issuer {
  X509* certificate = nullptr;
  EVP_PKEY* key = nullptr;
};

// Null where OpenSSL refuses; its error queue says why.
Certificate issue(const Subject& subject, const Issuer& issuer, long days);
Request request(const Subject& subject);

}  // namespace pellucid::ets
