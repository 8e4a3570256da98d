#include "drivers/crypto/openssl/sign.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "lib/base/secret.h"

namespace pellucid::openssl {
namespace {

using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;

int no_password(char*, int, int, void*) { return -1; }  // or OpenSSL would ask at the terminal

bool raw_public(const EVP_PKEY* key, MutBytes out) noexcept {
  std::size_t size = out.size();
  return EVP_PKEY_is_a(key, "ED25519") == 1 && EVP_PKEY_get_raw_public_key(key, out.data(), &size) == 1 && size == out.size();
}

Bio reading(std::string_view pem) { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

// Takes what was written and leaves no copy in OpenSSL's buffer.
bool take(const Bio& bio, int written, std::string& pem) {
  char* at = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &at);
  if (written != 1 || size <= 0) return false;
  pem.assign(at, static_cast<std::size_t>(size));
  wipe(at, static_cast<std::size_t>(size));
  return true;
}

}  // namespace

std::unique_ptr<SigningKey> SigningKey::make(std::string& problem) {
  std::unique_ptr<SigningKey> made(new SigningKey(Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"))));
  if (made->key_ != nullptr && raw_public(made->key_.get(), made->public_)) return made;
  ERR_clear_error();
  problem = "OpenSSL cannot make an Ed25519 key";
  return nullptr;
}

std::unique_ptr<SigningKey> SigningKey::read(std::string_view pem, std::string& problem) {
  const Bio bio = reading(pem);
  std::unique_ptr<SigningKey> found(new SigningKey(Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr))));
  if (found->key_ != nullptr && raw_public(found->key_.get(), found->public_)) return found;
  ERR_clear_error();
  problem = "no Ed25519 private key in PEM without a password";
  return nullptr;
}

bool SigningKey::sign(Bytes message, std::uint8_t (&signature)[crypto::kSignature]) noexcept {
  const DigestCtx ctx(EVP_MD_CTX_new());
  std::size_t size = sizeof signature;
  const bool done =
      ctx != nullptr && EVP_DigestSignInit_ex(ctx.get(), nullptr, nullptr, nullptr, nullptr, key_.get(), nullptr) == 1 &&
      EVP_DigestSign(ctx.get(), signature, &size, message.data(), message.size()) == 1 && size == sizeof signature;
  if (!done) ERR_clear_error();
  return done;
}

bool SigningKey::write_private(std::string& pem) const {
  const Bio bio(BIO_new(BIO_s_mem()));
  return take(bio, PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr), pem);
}

bool SigningKey::write_public(std::string& pem) const {
  const Bio bio(BIO_new(BIO_s_mem()));
  return take(bio, PEM_write_bio_PUBKEY(bio.get(), key_.get()), pem);
}

std::unique_ptr<VerifyingKey> VerifyingKey::read(std::string_view pem, std::string& problem) {
  const Bio bio = reading(pem);
  std::unique_ptr<VerifyingKey> found(new VerifyingKey(Key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_password, nullptr))));
  if (found->key_ != nullptr && raw_public(found->key_.get(), found->public_)) return found;
  ERR_clear_error();
  problem = "no Ed25519 public key in PEM";
  return nullptr;
}

bool VerifyingKey::right(Bytes message, Bytes signature) const noexcept {
  const DigestCtx ctx(EVP_MD_CTX_new());
  const bool good = ctx != nullptr &&
                    EVP_DigestVerifyInit_ex(ctx.get(), nullptr, nullptr, nullptr, nullptr, key_.get(), nullptr) == 1 &&
                    EVP_DigestVerify(ctx.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

}  // namespace pellucid::openssl
