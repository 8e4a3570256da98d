#include "lib/tls/inside.h"

#include "lib/tls/chain.h"
#include "lib/tls/handshake.h"

namespace pellucid::tls {
namespace {

constexpr std::size_t kCount = 3;  // octets that a list's size takes

// A list of certificates with their extensions (RFC 8446 4.4.2) is kept in the form of TLS 1.2 (RFC 5246 7.4.2), without them.
// Twice the same walk: the size stands before the list.
bool keep_certificates(Spool& spool, Bytes body, Spools& spools) noexcept {
  const auto put_size = [&](std::size_t n) {
    const std::uint8_t octets[kCount] = {static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8),
                                         static_cast<std::uint8_t>(n)};
    return spools.append(spool, octets);
  };
  std::size_t size = 0;
  Bytes one;
  Chain measured(body, ChainForm::tls13);
  while (measured.next(one)) size += kCount + one.size();
  if (!measured.ok()) return false;
  if (size == 0) return true;
  bool kept = put_size(size);
  for (Chain chain(body, ChainForm::tls13); kept && chain.next(one);) kept = put_size(one.size()) && spools.append(spool, one);
  return kept;
}

void read_certificates(Session& s, Dir dir, Bytes body, ClientCertificates whose, Spools& spools) noexcept {
  const bool client = s.client_known && s.client == dir;
  if (client && whose == ClientCertificates::skip) return;
  Spool& spool = client ? s.client_certificates : s.certificates;
  if (spool.size != 0 || body.size() > kMaxCertificates || keep_certificates(spool, body, spools)) return;
  spools.clear(spool);
  s.flags |= kTlsIncomplete;
}

}  // namespace

void read_inside(Session& s, Dir dir, std::uint8_t type, Bytes body, ClientCertificates whose, Room& room) noexcept {
  if (!is_tls13(s.version)) return;
  switch (static_cast<Message>(type)) {
    case Message::encrypted_extensions:
      if (s.encrypted_extensions.size == 0 && !room.spools.append(s.encrypted_extensions, body)) s.flags |= kTlsIncomplete;
      return;
    case Message::certificate:
      return read_certificates(s, dir, body, whose, room.spools);
    case Message::certificate_request:
      s.flags |= kTlsClientCertRequested;
      return;
    default:
      return;
  }
}

void note_alert(Session& s, Dir dir, std::uint8_t level, std::uint8_t description) noexcept {
  s.alert_level[index(dir)] = level;
  s.alert[index(dir)] = description;
}

}  // namespace pellucid::tls
