// CertificateReader by OpenSSL: parses each distinct certificate once and remembers the newest kMaxCertificates by SHA-256.
// One thread owns one.
#pragma once
#include "drivers/crypto/openssl/handle.h"
#include "lib/crypto/hash.h"
#include "lib/export/cache.h"
#include "lib/export/certificate.h"

namespace pellucid::openssl {

inline constexpr std::size_t kMaxCertificates = 4096;  // kept as text: some 2 KiB each

class CertificateReader final : public exporter::CertificateReader {
 public:
  explicit CertificateReader(const crypto::Digests& digests) noexcept : digests_(digests) {}
  const exporter::CertificateText& read(Bytes der) noexcept override;

  std::uint64_t parsed_total() const noexcept { return parsed_; }
  std::size_t cached() const noexcept { return cache_.size(); }

 private:
  const crypto::Digests& digests_;
  exporter::Cache<exporter::CertificateText, kMaxCertificates> cache_;
  std::uint64_t parsed_ = 0;
};

}  // namespace pellucid::openssl
