#include "drivers/crypto/openssl/rsa.h"

#include <algorithm>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "drivers/crypto/openssl/print.h"

namespace pellucid::openssl {
namespace {

using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyCtx = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;

class RsaKey final : public crypto::RsaKey {
 public:
  // Whether the key can be used is asked of ready().
  explicit RsaKey(Key key) : key_(std::move(key)), ctx_(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr)) {
    const int bits = EVP_PKEY_get_bits(key_.get());
    ready_ = bits >= kMinRsaBits && bits <= kMaxRsaBits && ctx_ != nullptr && EVP_PKEY_decrypt_init(ctx_.get()) == 1 &&
             EVP_PKEY_CTX_set_rsa_padding(ctx_.get(), RSA_PKCS1_PADDING) == 1 && print_public(key_.get(), print_);
    bits_ = static_cast<unsigned>(bits);
  }
  bool ready() const noexcept { return ready_; }
  const crypto::PublicPrint& public_key() const noexcept override { return print_; }
  unsigned bits() const noexcept override { return bits_; }

  Err open(Bytes encrypted, crypto::Premaster& out) noexcept override {
    out.clear();
    if (encrypted.size() != (bits_ + 7) / 8) return Err::bad_length;
    Secret<kMaxRsaBits / 8> plain;  // a wrong message may hold more than a premaster secret
    std::size_t size = plain.size();
    const bool opened = EVP_PKEY_decrypt(ctx_.get(), plain.bytes().data(), &size, encrypted.data(), encrypted.size()) == 1;
    ERR_clear_error();
    if (!opened || size != crypto::Premaster::size()) return Err::bad_value;
    std::copy_n(plain.bytes().begin(), size, out.bytes().begin());
    return Err::none;
  }

 private:
  Key key_;
  KeyCtx ctx_;
  crypto::PublicPrint print_{};
  unsigned bits_ = 0;
  bool ready_ = false;
};

}  // namespace

std::unique_ptr<crypto::RsaKey> make_rsa(Bytes der) {
  const unsigned char* at = der.data();
  Key key{d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()))};
  std::unique_ptr<RsaKey> made;
  if (key != nullptr && at == der.data() + der.size() && EVP_PKEY_is_a(key.get(), "RSA") == 1) {
    made = std::make_unique<RsaKey>(std::move(key));
  }
  ERR_clear_error();
  return made != nullptr && made->ready() ? std::move(made) : nullptr;
}

}  // namespace pellucid::openssl
