#include "tools/ets/key.h"

#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lib/base/secret.h"
#include "tools/ets/der.h"

namespace pellucid::ets {
namespace {

constexpr std::size_t kLargestFile = 16384;  // a P-384 key in PEM has 300 octets; a text before it is allowed

struct Close {
  int fd;
  ~Close() { close(fd); }
};

std::string guarded(const struct stat& at) {
  if (at.st_uid != 0 && at.st_uid != geteuid())
    return "belongs to user " + std::to_string(at.st_uid) + ", who could change it: chown it to root";
  if ((at.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) != 0)
    return "is open to others: chmod 600, or 640 for a group that may know it";
  return {};
}

std::string read_file(const std::string& path, Custody custody, Secret<kLargestFile>& text, std::size_t& size) {
  const Close file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat at = {};
  if (file.fd < 0 || fstat(file.fd, &at) != 0) return std::string("cannot be opened: ") + std::strerror(errno);
  if (!S_ISREG(at.st_mode)) return "is no plain file";
  if (custody == Custody::Guarded) {
    if (auto wrong = guarded(at); !wrong.empty()) return wrong;
  }
  for (size = 0; size < text.size();) {
    const ssize_t got = read(file.fd, text.bytes().data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::string("cannot be read: ") + std::strerror(errno);
    if (got == 0) return size == 0 ? "is empty" : "";
    size += static_cast<std::size_t>(got);
  }
  return "has more than " + std::to_string(kLargestFile) + " octets: that is no key file";
}

constexpr std::uint8_t kObjects[std::size(kGroups)][10] = {
    {3, 0x2b, 0x65, 0x6e}, {8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07}, {5, 0x2b, 0x81, 0x04, 0x00, 0x22}};

const Group* group_named(Bytes object) {
  for (std::size_t i = 0; i < std::size(kGroups); ++i) {
    const Bytes one = Bytes(kObjects[i]).subspan(1, kObjects[i][0]);
    if (std::equal(one.begin(), one.end(), object.begin(), object.end())) return &kGroups[i];
  }
  return nullptr;
}

// OpenSSL takes numbers in the machine's order of octets.
Pkey pair_of(OSSL_LIB_CTX* library, const Group& group, const Found& found) {
  Secret<64> scalar;
  if (found.scalar.empty() || found.scalar.size() > scalar.size()) return nullptr;
  if (group.curve == nullptr) {
    return Pkey{EVP_PKEY_new_raw_private_key_ex(library, group.algorithm, nullptr, found.scalar.data(), found.scalar.size())};
  }
  std::reverse_copy(found.scalar.begin(), found.scalar.end(), scalar.bytes().begin());
  std::string curve = group.curve;
  std::vector<std::uint8_t> point(found.point.begin(), found.point.end());
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve.data(), curve.size()),
                         OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
                         OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, scalar.bytes().data(), found.scalar.size()),
                         OSSL_PARAM_construct_end()};
  EVP_PKEY_CTX* ctx = EVP_PKEY_CTX_new_from_name(library, group.algorithm, nullptr);
  EVP_PKEY* key = nullptr;
  if (ctx != nullptr && EVP_PKEY_fromdata_init(ctx) == 1) EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params);
  EVP_PKEY_CTX_free(ctx);
  return Pkey{key};
}

std::string decode(OSSL_LIB_CTX* library, MutBytes text, Pair& out) {
  Bytes der;
  Found found;
  Reading how = read_armour(text, der);
  if (how == Reading::Good) how = read_key(der, found);
  if (how == Reading::Locked) return "is encrypted: keep it without a password in a file that only its owner reads";
  if (how == Reading::Nothing) return "holds no private key in PEM or DER (PKCS#8 or SEC1): make one with ets-keys";
  out.group = how == Reading::Foreign ? nullptr : group_named(found.curve);
  if (out.group == nullptr) return "is a key of no group that is served: x25519, secp256r1 or secp384r1";
  out.key = pair_of(library, *out.group, found);
  return {};
}

bool same(const char* a, const char* b) { return OPENSSL_strcasecmp(a, b) == 0; }

bool whole(OSSL_LIB_CTX* library, const Pair& pair) {
  EVP_PKEY_CTX* ctx = EVP_PKEY_CTX_new_from_pkey(library, pair.key.get(), nullptr);
  const bool good = ctx != nullptr && EVP_PKEY_check(ctx) == 1;
  EVP_PKEY_CTX_free(ctx);
  return good;
}

// Clamping makes every X25519 key a valid one, so a file of zeros would pass for a key.
bool zeros(const Pair& pair) {
  Secret<32> scalar;
  std::size_t size = scalar.size();
  if (pair.group->curve != nullptr) return false;
  if (EVP_PKEY_get_raw_private_key(pair.key.get(), scalar.bytes().data(), &size) != 1) return true;
  std::uint8_t any = 0;
  for (const std::uint8_t octet : scalar.bytes()) any = static_cast<std::uint8_t>(any | octet);
  return any == 0;
}

}  // namespace

std::string read_pair(OSSL_LIB_CTX* library, const std::string& path, Custody custody, Pair& out) {
  Secret<kLargestFile> text;
  std::size_t size = 0;
  ERR_set_mark();
  std::string wrong = read_file(path, custody, text, size);
  if (wrong.empty()) wrong = decode(library, text.bytes().first(size), out);
  if (wrong.empty()) {
    if (out.key != nullptr) out.share = share_of(out.key.get());
    if (out.share.size() != out.group->share_size || zeros(out) || !whole(library, out))
      wrong = "holds a broken key: its halves do not belong together or are no valid values; make a new one with ets-keys";
  }
  ERR_pop_to_mark();  // one sentence says it
  return wrong;
}

Pkey make_key(OSSL_LIB_CTX* library, const Group& group) {
  if (group.curve == nullptr) return Pkey{EVP_PKEY_Q_keygen(library, nullptr, group.algorithm)};
  return Pkey{EVP_PKEY_Q_keygen(library, nullptr, group.algorithm, group.curve)};
}

Pkey public_key(OSSL_LIB_CTX* library, const Group& group, Bytes share) {
  if (share.size() != group.share_size) return nullptr;
  if (group.curve == nullptr)
    return Pkey{EVP_PKEY_new_raw_public_key_ex(library, group.algorithm, nullptr, share.data(), share.size())};
  if (share[0] != 4) return nullptr;  // RFC 8446 4.2.8.2: uncompressed alone
  std::string curve = group.curve;
  std::vector<std::uint8_t> point(share.begin(), share.end());
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve.data(), curve.size()),
                         OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
                         OSSL_PARAM_construct_end()};
  EVP_PKEY_CTX* ctx = EVP_PKEY_CTX_new_from_name(library, group.algorithm, nullptr);
  EVP_PKEY* key = nullptr;
  if (ctx != nullptr && EVP_PKEY_fromdata_init(ctx) == 1) EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
  EVP_PKEY_CTX_free(ctx);
  return Pkey{key};
}

std::vector<std::uint8_t> share_of(const EVP_PKEY* key) {
  std::array<std::uint8_t, 256> share = {};
  std::size_t size = 0;
  // A file may write its point in compressed form; the share on the wire never is.
  const char* what = OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY;
  if (EVP_PKEY_get_octet_string_param(key, what, share.data(), share.size(), &size) != 1) return {};
  return {share.begin(), share.begin() + static_cast<std::ptrdiff_t>(size)};
}

const Group* group_of(const EVP_PKEY* key) {
  char curve[64] = "";
  for (const Group& group : kGroups) {
    if (EVP_PKEY_is_a(key, group.algorithm) != 1) continue;
    if (group.curve == nullptr) return &group;
    if (EVP_PKEY_get_group_name(key, curve, sizeof curve, nullptr) == 1 && same(curve, group.curve)) return &group;
  }
  return nullptr;
}

bool fingerprint(OSSL_LIB_CTX* library, Bytes share, Fingerprint& out) {
  std::array<std::uint8_t, 32> digest = {};
  if (EVP_Q_digest(library, "SHA256", nullptr, share.data(), share.size(), digest.data(), nullptr) != 1) return false;
  std::copy_n(digest.begin(), out.size(), out.begin());
  return true;
}

std::string hex(Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : bytes) text += {kDigits[octet >> 4], kDigits[octet & 15]};
  return text;
}

}  // namespace pellucid::ets
