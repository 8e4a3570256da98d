// Handles: RAII aliases of the OpenSSL objects that this driver uses. Value types, one owner thread each.
#pragma once
#include <memory>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

namespace pellucid::openssl {

template <auto Free>
struct Freer {
  void operator()(auto* p) const noexcept { Free(p); }
};
using Digest = std::unique_ptr<EVP_MD, Freer<EVP_MD_free>>;
using DigestCtx = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Name = std::unique_ptr<X509_NAME, Freer<X509_NAME_free>>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;

}  // namespace pellucid::openssl
