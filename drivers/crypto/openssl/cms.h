// Cms by OpenSSL. Each signature is judged alone, by the authorities' certificates and never by those inside the file:
// OpenSSL's own CMS_verify fails on one signer that it does not know. One thread owns one.
#pragma once
#include "lib/keys/cms.h"

namespace pellucid::openssl {

class Cms final : public keys::Cms {
 public:
  bool read_certificate(std::string_view pem, keys::Certificate& out, std::string& problem) override;
  bool read_signed(std::string_view file, std::span<const keys::Certificate> authorities, std::int64_t now_s, keys::Signed& out,
                   std::string& problem) override;
};

}  // namespace pellucid::openssl
