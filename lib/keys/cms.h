// Cms: certificates, and who of them signed a document (CMS SignedData, RFC 5652). Abstract: a driver does the arithmetic, and
// each signature is judged by itself. Used by control threads; one thread owns one.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pellucid::keys {

inline constexpr std::size_t kMaxSigned = 1u << 20;  // octets of a signed file
inline constexpr std::size_t kMaxSigners = 64;       // signatures of one

using Sha256 = std::array<std::uint8_t, 32>;
std::string hex_of(std::span<const std::uint8_t> octets);  // lower case

struct Certificate {
  std::string der;
  std::string subject;
  Sha256 print{};  // of the certificate
  Sha256 key{};    // of its public key, SubjectPublicKeyInfo
  std::int64_t not_before_s = 0;
  std::int64_t not_after_s = 0;
};

enum class Signature : std::uint8_t {
  good,
  unknown,  // by none of the authorities: it says nothing
  bad,      // the content or the signature was changed
  weak,     // an outdated digest
  not_yet,  // the certificate is not valid yet
  expired,  // … or not any more
  usage,    // the certificate is not for signing
  form,     // without signed attributes, or not over plain data
};
inline constexpr std::string_view kSignatureLabels[] = {"good",    "unknown", "bad",   "weak",
                                                        "not_yet", "expired", "usage", "form"};
constexpr std::string_view label(Signature s) noexcept { return kSignatureLabels[static_cast<std::size_t>(s)]; }

struct Signer {
  std::string who;  // the certificate's subject, of an unknown one what the signature says
  Signature how = Signature::unknown;
  std::size_t authority = 0;  // which one; says nothing of an unknown one
};

struct Signed {
  std::string content;
  std::vector<Signer> signers;  // in the file's order, an authority perhaps more than once
};

class Cms {
 public:
  virtual ~Cms() = default;
  // One certificate in PEM, with a key that is not weak. False: one line in `problem`.
  virtual bool read_certificate(std::string_view pem, Certificate& out, std::string& problem) = 0;
  // A signed file in PEM or DER with its content inside. False: it is none; one line in `problem`.
  virtual bool read_signed(std::string_view file, std::span<const Certificate> authorities, std::int64_t now_s, Signed& out,
                           std::string& problem) = 0;
};

// Authorities with a good signature; one that signed twice counts once.
unsigned quorum_of(const Signed& document);

}  // namespace pellucid::keys
