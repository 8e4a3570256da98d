// Any octets as the parts of a record become one line of valid JSON. The first octet chooses the kind, the second the bits of
// the body; the rest is split in two parts at the third.
#include "lib/export/record.h"
#include "drivers/crypto/openssl/digest.h"
#include "drivers/crypto/openssl/x509.h"
#include "lib/base/cursor.h"
#include "lib/export/draft.h"
#include "lib/export/eve.h"
#include "lib/export/tally.h"
#include "test/unit/export/json_check.h"

namespace pellucid {
namespace {

using namespace exporter;  // NOLINT

struct World {
  openssl::Digests digests;
  openssl::CertificateReader certificates{digests};
  Eve eve{{.pcap_filename = "a"}, digests, &certificates, nullptr};
  Tally tally;
  Ring ring{1 << 18};
};

template <class Body>
void try_record(World& w, Kind kind, const Body& body, std::span<const Piece> pieces) {
  Head head{};
  head.kind = kind;
  head.family = 4;
  CHECK(write_record(w.ring, head, body, pieces));
  const View v = read_record(w.ring.peek());
  std::string line;
  w.eve.write(v, line);
  w.tally.add(v);
  w.ring.release();
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(fuzz::walk(line, 0) == line.size() - 1);
}

}  // namespace
}  // namespace pellucid

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pellucid;
  static World w;
  if (size < 4) return 0;
  const Bytes all{data + 4, size - 4};
  const std::size_t middle = Cursor({data + 2, 2}).u16() % (all.size() + 1);
  const Bytes a = all.first(middle), b = all.subspan(middle);
  TlsBody tls{};
  tls.version = 0x0303;
  tls.flags = static_cast<std::uint16_t>(data[1] << 4);
  DnsBody dns{};
  dns.response = data[1] & 1;
  QuicBody quic{};
  quic.version = data[1];
  quic.flags = static_cast<std::uint16_t>(data[1] << 2);
  quic.google = data[1] & 1;
  quic.id_size[0] = data[1];
  quic.has_ids = data[1];
  switch (data[0] % 5) {
    case 0:
      try_record(w, Kind::tls, tls, std::array{piece(Part::client_hello, a), piece(Part::server_hello, b)});
      break;
    case 1:
      try_record(w, Kind::tls, tls, std::array{piece(Part::certificates, a), piece(Part::client_certificates, b)});
      break;
    case 2:
      try_record(w, Kind::dns, dns, std::array{piece(Part::dns_message, all)});
      try_record(w, Kind::mdns, dns, std::array{piece(Part::dns_message, all)});
      break;
    case 3:
      try_record(w, Kind::quic, quic, std::array{piece(Part::client_hello, a), piece(Part::server_hello, b)});
      break;
    default:
      try_record(w, Kind::http, HttpBody{}, std::array{piece(Part::http_request, a), piece(Part::http_response, b)});
  }
  return 0;
}
