// Envelopes by OpenSSL: CMS AuthEnvelopedData with AES-256-GCM, written as it comes; `openssl cms -decrypt -inform DER` opens
// them. The exporter's thread owns one.
#pragma once
#include "lib/export/envelope.h"

namespace pellucid::openssl {

class Sealer final : public exporter::Sealer {
 public:
  std::unique_ptr<exporter::Envelope> seal(const std::string& path, std::span<const std::string> recipients,
                                           std::string& problem) override;
};

}  // namespace pellucid::openssl
