#include "drivers/crypto/openssl/aes128.h"

#include "drivers/crypto/openssl/handle.h"
#include "lib/base/check.h"

namespace pellucid::openssl {
namespace {

using Context = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;

class Aes128 final : public crypto::Aes128 {
 public:
  Aes128(Context ecb, Context gcm) : ecb_(std::move(ecb)), gcm_(std::move(gcm)) {}

  void block(Bytes key, Bytes in, MutBytes out) noexcept override {
    int size = 0;
    CHECK(EVP_EncryptInit_ex(ecb_.get(), nullptr, nullptr, key.data(), nullptr) == 1);
    CHECK(EVP_EncryptUpdate(ecb_.get(), out.data(), &size, in.data(), crypto::kAesBlock) == 1);
  }

  bool open(const crypto::Sealed& s, std::uint8_t* out) noexcept override {
    EVP_CIPHER_CTX* const c = gcm_.get();
    int size = 0;
    auto* const tag = const_cast<std::uint8_t*>(s.tag.data());  // it is read only
    CHECK(EVP_DecryptInit_ex(c, nullptr, nullptr, s.key.data(), s.nonce.data()) == 1);
    CHECK(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, crypto::kGcmTag, tag) == 1);
    if (!s.also.empty()) {
      CHECK(EVP_DecryptUpdate(c, nullptr, &size, s.also.data(), static_cast<int>(s.also.size())) == 1);
    }
    if (!s.text.empty()) CHECK(EVP_DecryptUpdate(c, out, &size, s.text.data(), static_cast<int>(s.text.size())) == 1);
    std::uint8_t none[crypto::kAesBlock];
    return EVP_DecryptFinal_ex(c, none, &size) == 1;
  }

 private:
  Context ecb_, gcm_;
};

}  // namespace

std::unique_ptr<crypto::Aes128> make_aes128() {
  Context ecb(EVP_CIPHER_CTX_new()), gcm(EVP_CIPHER_CTX_new());
  if (ecb == nullptr || gcm == nullptr) return nullptr;
  if (EVP_EncryptInit_ex(ecb.get(), EVP_aes_128_ecb(), nullptr, nullptr, nullptr) != 1) return nullptr;
  if (EVP_DecryptInit_ex(gcm.get(), EVP_aes_128_gcm(), nullptr, nullptr, nullptr) != 1) return nullptr;
  EVP_CIPHER_CTX_set_padding(ecb.get(), 0);
  return std::make_unique<Aes128>(std::move(ecb), std::move(gcm));
}

}  // namespace pellucid::openssl
