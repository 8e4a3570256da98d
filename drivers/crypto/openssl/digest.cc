#include "drivers/crypto/openssl/digest.h"

#include "lib/base/check.h"

namespace pellucid::openssl {
namespace {

// JA3 is MD5 by definition and protects nothing, so a FIPS default of the host must not take it away.
Digest fetch(const char* name) noexcept {
  Digest how{EVP_MD_fetch(nullptr, name, "provider=default")};
  return how != nullptr ? std::move(how) : Digest{EVP_MD_fetch(nullptr, name, nullptr)};
}

}  // namespace

Digests::Digests() noexcept : md5_(fetch("MD5")), sha1_(fetch("SHA1")), sha256_(fetch("SHA256")), ctx_(EVP_MD_CTX_new()) {
  CHECK(md5_ != nullptr && sha1_ != nullptr && sha256_ != nullptr && ctx_ != nullptr);
}

void Digests::digest(const EVP_MD* how, Bytes bytes, MutBytes out) const noexcept {
  unsigned size = 0;
  const bool done = EVP_DigestInit_ex2(ctx_.get(), how, nullptr) == 1 &&
                    EVP_DigestUpdate(ctx_.get(), bytes.data(), bytes.size()) == 1 &&
                    EVP_DigestFinal_ex(ctx_.get(), out.data(), &size) == 1;
  CHECK(done && size == out.size());
}

void Digests::md5(Bytes bytes, std::uint8_t (&out)[16]) const noexcept { digest(md5_.get(), bytes, out); }
void Digests::sha1(Bytes bytes, std::uint8_t (&out)[20]) const noexcept { digest(sha1_.get(), bytes, out); }
void Digests::sha256(Bytes bytes, std::uint8_t (&out)[32]) const noexcept { digest(sha256_.get(), bytes, out); }

}  // namespace pellucid::openssl
