#include "drivers/crypto/openssl/dh.h"

#include <algorithm>
#include <array>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "drivers/crypto/openssl/handle.h"
#include "drivers/crypto/openssl/print.h"

namespace pellucid::openssl {
namespace {

using crypto::Group;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyCtx = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Freer<BN_clear_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;

struct Named {
  Group group;
  const char* type;
  const char* name;   // of the group within its type
  const char* alias;  // … which keys from files may bear
};
constexpr Named kNames[] = {{Group::secp256r1, "EC", "prime256v1", "P-256"},
                            {Group::secp384r1, "EC", "secp384r1", "P-384"},
                            {Group::secp521r1, "EC", "secp521r1", "P-521"},
                            {Group::x25519, "X25519", "", ""},
                            {Group::x448, "X448", "", ""},
                            {Group::ffdhe2048, "DH", "ffdhe2048", ""},
                            {Group::ffdhe3072, "DH", "ffdhe3072", ""},
                            {Group::ffdhe4096, "DH", "ffdhe4096", ""}};

const Named* name_of(Group group) noexcept {
  const auto* const found = std::ranges::find(kNames, group, &Named::group);
  return found == std::end(kNames) ? nullptr : found;
}
const Named* name_of(const EVP_PKEY* key) noexcept {
  char group[64] = "";
  std::size_t size = 0;
  const bool grouped = EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1;
  const std::string_view name = grouped ? group : "";
  const auto* const found = std::ranges::find_if(kNames, [&](const Named& n) {
    return EVP_PKEY_is_a(key, n.type) == 1 && (name == n.name || (!name.empty() && name == n.alias));
  });
  return found == std::end(kNames) ? nullptr : found;
}

bool is_zero(Bytes bytes) noexcept {
  std::uint8_t any = 0;
  for (const std::uint8_t b : bytes) any = static_cast<std::uint8_t>(any | b);
  return any == 0;
}

class DhKey final : public crypto::DhKey {
 public:
  // Whether the key can be used is asked of ready().
  DhKey(Group group, Key key)
      : group_(group), key_(std::move(key)), ctx_(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr)) {
    if (ctx_ == nullptr || EVP_PKEY_derive_init(ctx_.get()) != 1) return;
    if (group >= Group::ffdhe2048 && EVP_PKEY_CTX_set_dh_pad(ctx_.get(), 1) != 1) return;
    unsigned char* encoded = nullptr;
    const std::size_t size = EVP_PKEY_get1_encoded_public_key(key_.get(), &encoded);
    ready_ = size == crypto::share_size(group) && print_public(key_.get(), print_);
    if (ready_) std::copy_n(encoded, size, share_.begin());
    OPENSSL_free(encoded);
  }
  bool ready() const noexcept { return ready_; }
  Group group() const noexcept override { return group_; }
  Bytes share() const noexcept override { return Bytes(share_).first(crypto::share_size(group_)); }
  const crypto::PublicPrint& public_key() const noexcept override { return print_; }

  Err derive(Bytes peer, Secret<crypto::kMaxShare>& out) noexcept override {
    if (peer.size() != crypto::share_size(group_)) return Err::bad_length;
    const Err err = derive_checked(peer, out);
    if (err != Err::none) out.clear();
    ERR_clear_error();
    return err;
  }

 private:
  Err derive_checked(Bytes peer, Secret<crypto::kMaxShare>& out) noexcept {
    if (crypto::is_curve_point(group_) && peer[0] != 4) return Err::bad_value;  // RFC 8446 4.2.8.2: uncompressed alone
    const Key other = take(peer);
    if (other == nullptr) return Err::bad_value;
    // That a point is on its curve was seen when it was taken, and these curves have no other subgroups; numbers of finite
    // fields are judged by the derivation itself. So the second validation, which costs as much as the derivation, is left out.
    if (EVP_PKEY_derive_set_peer_ex(ctx_.get(), other.get(), 0) != 1) return Err::bad_value;
    std::size_t size = out.size();
    if (EVP_PKEY_derive(ctx_.get(), out.bytes().data(), &size) != 1) return Err::bad_value;
    if (size != crypto::shared_size(group_) || is_zero(out.bytes().first(size))) return Err::bad_value;  // RFC 8446 7.4.2
    return Err::none;
  }

  Key take(Bytes peer) const noexcept {
    if (group_ == Group::x25519 || group_ == Group::x448) {
      const int type = group_ == Group::x25519 ? EVP_PKEY_X25519 : EVP_PKEY_X448;
      return Key{EVP_PKEY_new_raw_public_key(type, nullptr, peer.data(), peer.size())};
    }
    Key key{EVP_PKEY_new()};
    const bool taken = key != nullptr && EVP_PKEY_copy_parameters(key.get(), key_.get()) == 1 &&
                       EVP_PKEY_set1_encoded_public_key(key.get(), peer.data(), peer.size()) == 1;
    return taken ? std::move(key) : Key{};
  }

  Group group_;
  Key key_;
  KeyCtx ctx_;
  std::array<std::uint8_t, crypto::kMaxShare> share_{};
  crypto::PublicPrint print_{};
  bool ready_ = false;
};

std::unique_ptr<crypto::DhKey> ready_or_null(Group group, Key key) {
  auto made = std::make_unique<DhKey>(group, std::move(key));
  ERR_clear_error();
  return made->ready() ? std::move(made) : nullptr;
}

Key from_params(const Named& named, OSSL_PARAM_BLD* builder, int selection) {
  const Params params{OSSL_PARAM_BLD_to_param(builder)};
  const KeyCtx ctx{EVP_PKEY_CTX_new_from_name(nullptr, named.type, nullptr)};
  EVP_PKEY* key = nullptr;
  if (params == nullptr || ctx == nullptr || EVP_PKEY_fromdata_init(ctx.get()) != 1 ||
      EVP_PKEY_fromdata(ctx.get(), &key, selection, params.get()) != 1) {
    return {};
  }
  return Key{key};
}

Number prime_of(const Named& named) {
  const Builder builder{OSSL_PARAM_BLD_new()};
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, named.name, 0);
  const Key group = from_params(named, builder.get(), EVP_PKEY_KEY_PARAMETERS);
  BIGNUM* prime = nullptr;
  if (group == nullptr || EVP_PKEY_get_bn_param(group.get(), OSSL_PKEY_PARAM_FFC_P, &prime) != 1) return nullptr;
  return Number{prime};
}

// The public key that belongs to a number: OpenSSL makes none by itself, so it is derived with the group's generator as peer.
bool multiply_generator(const Named& named, const BIGNUM* secret, std::array<std::uint8_t, crypto::kMaxShare>& out) {
  const std::size_t size = crypto::share_size(named.group);
  if (crypto::is_curve_point(named.group)) {
    using Curve = std::unique_ptr<EC_GROUP, Freer<EC_GROUP_free>>;
    using Point = std::unique_ptr<EC_POINT, Freer<EC_POINT_clear_free>>;
    const Curve curve{EC_GROUP_new_by_curve_name(OBJ_sn2nid(named.name))};
    const Point point{curve != nullptr ? EC_POINT_new(curve.get()) : nullptr};
    return point != nullptr && BN_cmp(secret, EC_GROUP_get0_order(curve.get())) < 0 &&
           EC_POINT_mul(curve.get(), point.get(), secret, nullptr, nullptr, nullptr) == 1 &&
           EC_POINT_point2oct(curve.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, out.data(), size, nullptr) == size;
  }
  const Number p = prime_of(named), two{BN_new()}, power{BN_new()};
  if (p == nullptr) return false;
  const std::unique_ptr<BN_CTX, Freer<BN_CTX_free>> ctx{BN_CTX_new()};
  BN_set_word(two.get(), 2);  // the generator of all groups of RFC 7919
  return BN_mod_exp_mont_consttime(power.get(), two.get(), secret, p.get(), ctx.get(), nullptr) == 1 &&
         BN_bn2binpad(power.get(), out.data(), static_cast<int>(size)) == static_cast<int>(size);
}

}  // namespace

std::unique_ptr<crypto::DhKey> make_dh(Group group, Bytes secret) {
  const Named* const named = name_of(group);
  if (named == nullptr || secret.empty() || secret.size() > crypto::kMaxShare) return nullptr;
  if (group == Group::x25519 || group == Group::x448) {
    return ready_or_null(group,
                         Key{EVP_PKEY_new_raw_private_key_ex(nullptr, named->type, nullptr, secret.data(), secret.size())});
  }
  const Number number{BN_secure_new()};
  std::array<std::uint8_t, crypto::kMaxShare> share;
  if (number == nullptr || BN_bin2bn(secret.data(), static_cast<int>(secret.size()), number.get()) == nullptr ||
      BN_is_zero(number.get()) == 1) {
    return nullptr;
  }
  if (!multiply_generator(*named, number.get(), share)) {
    ERR_clear_error();
    return nullptr;
  }
  const std::size_t size = crypto::share_size(group);
  const Number public_number{BN_bin2bn(share.data(), static_cast<int>(size), nullptr)};
  Builder builder{OSSL_PARAM_BLD_new()};
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, named->name, 0);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get());
  if (crypto::is_curve_point(group)) {
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, share.data(), size);
  } else {
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, public_number.get());
  }
  return ready_or_null(group, from_params(*named, builder.get(), EVP_PKEY_KEYPAIR));
}

std::unique_ptr<crypto::DhKey> make_dh(Bytes prime, Bytes secret) {
  const Number wanted{prime.size() > crypto::kMaxShare ? nullptr
                                                       : BN_bin2bn(prime.data(), static_cast<int>(prime.size()), nullptr)};
  for (const Named& named : kNames) {
    if (wanted == nullptr || named.group < Group::ffdhe2048 || crypto::share_size(named.group) != prime.size()) continue;
    const Number p = prime_of(named);
    if (p != nullptr && BN_cmp(p.get(), wanted.get()) == 0) return make_dh(named.group, secret);
  }
  return nullptr;
}

std::unique_ptr<crypto::DhKey> read_dh(Bytes der) {
  const unsigned char* at = der.data();
  Key key{d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()))};
  const Named* const named = key != nullptr && at == der.data() + der.size() ? name_of(key.get()) : nullptr;
  ERR_clear_error();
  return named == nullptr ? nullptr : ready_or_null(named->group, std::move(key));
}

}  // namespace pellucid::openssl
