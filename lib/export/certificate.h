// CertificateReader: the text of X.509 certificates as records show it. A driver implements it; the exporter thread owns it.
#pragma once
#include <string>
#include <vector>

#include "lib/base/bytes.h"

namespace pellucid::exporter {

inline constexpr std::size_t kMaxSans = 256;  // names of one certificate that are shown

struct CertificateText {
  bool malformed = false;  // what could be read is here, the rest is empty
  std::string subject;     // C=…, O=…, CN=…: in the certificate's order, attributes of one RDN joined by " + "
  std::string issuer;
  std::string serial;      // upper-case hexadecimal pairs with colons, a leading 00 kept
  std::string not_before;  // 2022-12-01T06:47:31, UTC
  std::string not_after;
  std::vector<std::string> sans;  // subjectAltName: DNS names, addresses, mail addresses, URIs, as written there
  std::uint8_t sha1[20] = {};     // of the DER
  std::uint8_t sha256[32] = {};
};

class CertificateReader {
 public:
  virtual ~CertificateReader() = default;
  // The reference is good until the next call.
  virtual const CertificateText& read(Bytes der) noexcept = 0;
};

}  // namespace pellucid::exporter
