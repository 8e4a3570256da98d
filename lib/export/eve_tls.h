// TlsText: the `tls` object of a record and what we add to it, made again from the raw hellos and certificates. Owned by Eve,
// exporter thread.
#pragma once
#include <array>
#include <string>

#include "lib/crypto/hash.h"
#include "lib/export/certificate.h"
#include "lib/export/json.h"
#include "lib/export/record.h"
#include "lib/tls/hello.h"

namespace pellucid::exporter {

class TlsText {
 public:
  TlsText(const crypto::Digests& digests, CertificateReader* certificates) noexcept
      : digests_(digests), certificates_(certificates) {}

  void write(Json& json, const View& v) noexcept;
  void write_own(Json& json, const View& v) noexcept;  // inside pellucid; of the record that write() had last

 private:
  // What EVE has no place for.
  struct Leaf {
    unsigned chain = 0;  // certificates in the message
    bool malformed = false;
    std::array<std::uint8_t, 32> sha256{};
    std::string not_before;  // only dates that EVE's form cannot hold
    std::string not_after;
  };

  static void write_leaf(Json& json, std::string_view name, const Leaf& leaf) noexcept;
  void write_client(Json& json, const View& v) noexcept;
  void write_server(Json& json, const View& v) noexcept;
  void write_certificate(Json& json, Bytes message, Leaf& leaf) noexcept;

  const crypto::Digests& digests_;
  CertificateReader* certificates_;
  Leaf server_;
  Leaf client_;
};

}  // namespace pellucid::exporter
