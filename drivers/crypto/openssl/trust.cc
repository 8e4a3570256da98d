#include "drivers/crypto/openssl/trust.h"

#include <algorithm>
#include <climits>
#include <cstdint>
#include <ctime>
#include <optional>
#include <vector>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "lib/base/check.h"
#include "lib/base/cursor.h"
#include "lib/x509/certificate.h"

namespace pellucid::openssl {
namespace {

using x509::Chained;
using x509::Peer;
using x509::Proof;
using Bio = std::unique_ptr<BIO, Freer<BIO_free>>;
using StoreCtx = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;

void free_stack(STACK_OF(X509) * list) noexcept { sk_X509_pop_free(list, X509_free); }
using Stack = std::unique_ptr<STACK_OF(X509), Freer<free_stack>>;

int no_password(char*, int, int, void*) { return -1; }

// What TLS 1.3 lets a CertificateVerify be signed with (RFC 8446 4.2.3, RFC 8734): a key of this kind, on this curve.
struct Scheme {
  std::uint16_t number;
  const char* key;
  const char* curve;   // null: no curve is chosen
  const char* digest;  // null: the signature has its own
};
constexpr Scheme kSchemes[] = {
    {0x0403, "EC", "prime256v1", "SHA256"},      {0x0503, "EC", "secp384r1", "SHA384"},
    {0x0603, "EC", "secp521r1", "SHA512"},       {0x081a, "EC", "brainpoolP256r1", "SHA256"},
    {0x081b, "EC", "brainpoolP384r1", "SHA384"}, {0x081c, "EC", "brainpoolP512r1", "SHA512"},
    {0x0804, "RSA", nullptr, "SHA256"},          {0x0805, "RSA", nullptr, "SHA384"},
    {0x0806, "RSA", nullptr, "SHA512"},          {0x0809, "RSA-PSS", nullptr, "SHA256"},
    {0x080a, "RSA-PSS", nullptr, "SHA384"},      {0x080b, "RSA-PSS", nullptr, "SHA512"},
    {0x0807, "ED25519", nullptr, nullptr},       {0x0808, "ED448", nullptr, nullptr},
};

bool fits(const EVP_PKEY* key, const Scheme& scheme) noexcept {
  if (EVP_PKEY_is_a(key, scheme.key) != 1) return false;
  if (scheme.curve == nullptr) return true;
  char curve[32];
  return EVP_PKEY_get_group_name(key, curve, sizeof curve, nullptr) == 1 && std::string_view(curve) == scheme.curve;
}

bool verify(EVP_PKEY* key, const Scheme& scheme, Bytes message, Bytes signature) noexcept {
  const DigestCtx ctx(EVP_MD_CTX_new());
  EVP_PKEY_CTX* padding = nullptr;  // the digest context's own
  if (ctx == nullptr || EVP_DigestVerifyInit_ex(ctx.get(), &padding, scheme.digest, nullptr, nullptr, key, nullptr) != 1) {
    return false;
  }
  const bool pss = scheme.curve == nullptr && scheme.digest != nullptr;
  if (pss && (EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) != 1 ||
              EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return false;
  }
  return EVP_DigestVerify(ctx.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
}

// What is signed: so much padding that it cannot be taken for anything of another version, who signs, and the transcript.
std::vector<std::uint8_t> signed_text(Peer peer, Bytes transcript) {
  constexpr std::string_view kBy[] = {"TLS 1.3, server CertificateVerify", "TLS 1.3, client CertificateVerify"};
  const Bytes by = as_bytes(kBy[static_cast<std::size_t>(peer)]);
  std::vector<std::uint8_t> out(64, 0x20);
  out.insert(out.end(), by.begin(), by.end());
  out.push_back(0);
  out.insert(out.end(), transcript.begin(), transcript.end());
  return out;
}

Certificate certificate_of(Bytes der) noexcept {
  const unsigned char* at = der.data();
  Certificate c{d2i_X509(nullptr, &at, static_cast<long>(der.size()))};
  return c != nullptr && at == der.data() + der.size() ? std::move(c) : Certificate{};
}

Chained meaning(int error) noexcept {
  switch (error) {
    case X509_V_OK:
      return Chained::good;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return Chained::no_root;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return Chained::not_yet;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return Chained::expired;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return Chained::name;
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return Chained::signature;
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_PATH_LENGTH_EXCEEDED:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
    case X509_V_ERR_CERT_REJECTED:
      return Chained::use;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return Chained::weak;
    default:
      return Chained::refused;
  }
}

bool ask(X509_STORE_CTX* ctx, const x509::Claim& claim) {
  X509_VERIFY_PARAM* const wanted = X509_STORE_CTX_get0_param(ctx);
  X509_VERIFY_PARAM_set_time(wanted, static_cast<std::time_t>(claim.now_s));
  X509_VERIFY_PARAM_set_depth(wanted, kMaxLinks);
  X509_VERIFY_PARAM_set_auth_level(wanted, 1);  // 80 bits of security, which OpenSSL's own peers ask for by default
  X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  if (X509_VERIFY_PARAM_set_purpose(wanted, claim.peer == Peer::server ? X509_PURPOSE_SSL_SERVER : X509_PURPOSE_SSL_CLIENT) !=
      1) {
    return false;
  }
  if (claim.name.empty()) return true;
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, std::string(claim.name).c_str()) == 1) return true;
  ERR_clear_error();
  X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(wanted, claim.name.data(), claim.name.size()) == 1;
}

// Seconds since 1970; nothing for what is no time.
std::optional<std::int64_t> seconds_of(const ASN1_TIME* time) {
  std::tm tm{};
  if (ASN1_TIME_to_tm(time, &tm) != 1) return std::nullopt;
  return timegm(&tm);
}

// When all of these are in force; where one does not say, for this second alone.
KnownChains::Span in_force(const STACK_OF(X509) * chain, std::int64_t now_s) {
  KnownChains::Span out{INT64_MIN, INT64_MAX};
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const X509* const c = sk_X509_value(chain, i);
    const auto from = seconds_of(X509_get0_notBefore(c)), before = seconds_of(X509_get0_notAfter(c));
    if (!from || !before) return {now_s, now_s + 1};
    out = {std::max(out.from_s, *from), std::min(out.before_s, *before)};
  }
  return out;
}

Chained follow(X509_STORE* roots, const x509::Claim& claim, KnownChains::Span& holds) {
  if (claim.chain.empty()) return Chained::malformed;
  const Certificate leaf = certificate_of(claim.chain[0]);
  const Stack others(sk_X509_new_null());
  if (leaf == nullptr || others == nullptr) return Chained::malformed;
  for (const Bytes der : claim.chain.subspan(1)) {
    Certificate c = certificate_of(der);
    if (c == nullptr) return Chained::malformed;
    if (sk_X509_push(others.get(), c.get()) > 0) static_cast<void>(c.release());
  }
  const StoreCtx ctx(X509_STORE_CTX_new());
  if (ctx == nullptr || X509_STORE_CTX_init(ctx.get(), roots, leaf.get(), others.get()) != 1) return Chained::refused;
  if (!ask(ctx.get(), claim)) return Chained::refused;
  if (X509_verify_cert(ctx.get()) == 1) {
    holds = in_force(X509_STORE_CTX_get0_chain(ctx.get()), claim.now_s);
    return Chained::good;
  }
  const Chained why = meaning(X509_STORE_CTX_get_error(ctx.get()));
  return why == Chained::good ? Chained::refused : why;
}

}  // namespace

Trust::Trust(Statements statements) : statements_(statements), store_(X509_STORE_new()) { CHECK(store_ != nullptr); }

bool Trust::add_roots(std::string_view pem, std::string& problem) {
  const Bio in{BIO_new_mem_buf(pem.data(), static_cast<int>(std::min<std::size_t>(pem.size(), INT_MAX)))};
  std::vector<Certificate> found;
  for (;;) {
    Certificate c{PEM_read_bio_X509(in.get(), nullptr, no_password, nullptr)};
    if (c == nullptr) break;
    found.push_back(std::move(c));
    if (found.size() + roots_ > kMaxRoots) {
      problem = "more than " + std::to_string(kMaxRoots) + " roots; leave some out";
      return false;
    }
  }
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (found.empty() || !ended) {
    problem = found.empty() ? "no certificate in PEM; write -----BEGIN CERTIFICATE----- and what follows"
                            : "certificate " + std::to_string(found.size() + 1) + " cannot be read; write it anew";
    return false;
  }
  chains_.clear();
  for (const Certificate& c : found) CHECK(X509_STORE_add_cert(store_.get(), c.get()) == 1);
  ERR_clear_error();
  roots_ += found.size();
  return true;
}

Proof Trust::proves(const x509::Statement& statement) const noexcept {
  if (statements_ == Statements::pass) return Proof::unsupported;
  Cursor in(statement.body);
  const std::uint16_t number = in.u16();
  const Bytes signature = in.take16();
  const Result<x509::Certificate> leaf = x509::read_certificate(statement.certificate);
  if (!in.done() || !leaf) return Proof::bad;
  const auto* const scheme = std::ranges::find(kSchemes, number, &Scheme::number);
  if (scheme == std::end(kSchemes)) return Proof::unsupported;
  EVP_PKEY* const key = keys_.find(leaf->public_key);
  Proof proof = Proof::unsupported;
  if (key != nullptr) {
    const bool good = fits(key, *scheme) && verify(key, *scheme, signed_text(statement.peer, statement.transcript), signature);
    proof = good ? Proof::good : Proof::bad;
  }
  ERR_clear_error();
  return proof;
}

Chained Trust::follows(const x509::Claim& claim) const noexcept {
  if (roots_ == 0) return Chained::no_root;
  if (const std::optional<Chained> known = chains_.find(claim)) return *known;
  KnownChains::Span holds{claim.now_s, claim.now_s + 1};
  const Chained out = follow(store_.get(), claim, holds);
  ERR_clear_error();
  chains_.keep(out, holds);
  return out;
}

}  // namespace pellucid::openssl
