#include "lib/tls/handshake.h"

#include <algorithm>
#include <array>

#include "lib/tls/name.h"

namespace pellucid::tls {
namespace {

constexpr std::uint32_t kCurveStart = 3;  // RFC 8422 5.4: curve type, named curve
constexpr std::uint8_t kNamedCurve = 3;
constexpr std::uint16_t kV2 = 0x0002;

// The first message of its kind is kept. One that came in pieces is in a spool already, which changes hands.
void keep(Session& s, Spool& slot, const Arrived& in) noexcept {
  if (slot.size != 0) return;
  Spool& gathered = s.side[index(in.dir)].gather;
  if (gathered.size != 0) {
    slot = gathered;
    gathered = Spool{};
  } else if (!in.room.spools.append(slot, in.body)) {
    s.flags |= kTlsIncomplete;
  }
}

void note_client(Session& s, Dir client) noexcept {
  s.client = client;
  s.client_known = 1;
}

template <std::size_t N>
std::size_t copy(char (&to)[N], Bytes from) noexcept {
  const std::size_t n = std::min(N, from.size());
  std::copy_n(from.begin(), n, to);
  return n;
}

// FNV-1a: tells two extension bodies of one client apart; nothing hostile gains from a collision but a wrong Ech label.
std::uint64_t mark(Bytes bytes) noexcept {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const std::uint8_t b : bytes) h = (h ^ b) * 0x100000001b3;
  return h;
}

void read_second_hello(Session& s, const ClientHello& hello) noexcept {
  if ((s.flags & kTlsHrr) == 0 || s.ech != Ech::offered || hello.ech != Ech::offered) return;
  s.ech = mark(hello.ech_body) == s.ech_mark ? Ech::grease : Ech::real;  // RFC 9849 6.1.5, 6.2
}

void on_client_hello(Session& s, const Arrived& in) noexcept {
  const Result<ClientHello> hello = read_client_hello(in.body);
  if (!hello || (s.client_known && s.client != in.dir)) {
    s.flags |= kTlsMalformed;
    return;
  }
  if (s.hello_read) return read_second_hello(s, *hello);  // fingerprints and the name are the first one's
  note_client(s, in.dir);
  s.hello_read = 1;
  s.offered_version = hello->real_version();
  if (hello->malformed) s.flags |= kTlsMalformed;
  if ((hello->has & kHasEarlyData) != 0) s.flags |= kTlsEarlyOffered;
  if ((hello->has & kHasSrtp) != 0) s.flags |= kTlsSrtp;
  s.ech = hello->ech;
  s.ech_mark = mark(hello->ech_body);
  s.sni_size = static_cast<std::uint16_t>(copy(s.sni, hello->sni));
  Bytes protocol;
  Alpns(hello->alpn).next(protocol);
  s.offered_size = static_cast<std::uint8_t>(copy(s.offered, protocol));
  keep(s, s.client_hello, in);
}

void on_server_hello(Session& s, const Arrived& in) noexcept {
  const Result<ServerHello> hello = read_server_hello(in.body);
  if (!hello || (s.client_known && s.client == in.dir)) {
    s.flags |= kTlsMalformed;
    return;
  }
  if (s.server_read) return;
  note_client(s, other(in.dir));
  if (hello->malformed) s.flags |= kTlsMalformed;
  if (hello->retry) {
    s.flags |= kTlsHrr;
    s.version = hello->real_version();  // the ServerHello cannot choose otherwise (RFC 8446 4.1.4)
    s.cipher = hello->cipher;
    s.group = hello->group;
    return keep(s, s.hello_retry, in);
  }
  s.server_read = 1;
  s.version = hello->real_version();
  s.cipher = hello->cipher;
  s.group = hello->group;
  if (is_tls13(s.version) && (hello->has & kHasPsk) != 0) s.flags |= kTlsPsk | kTlsResumed;
  if ((hello->has & kHasExtendedMasterSecret) != 0) s.flags |= kTlsExtendedMaster;
  if ((hello->has & kHasEncryptThenMac) != 0) s.flags |= kTlsEncryptThenMac;
  s.selected_size = static_cast<std::uint8_t>(copy(s.selected, hello->alpn));
  keep(s, s.server_hello, in);
}

void on_retry(Session& s, const Arrived&) noexcept { s.flags |= kTlsHrr; }

bool from_client(const Session& s, Dir dir) noexcept { return s.client_known && s.client == dir; }

void on_certificate(Session& s, const Arrived& in) noexcept {
  if (is_tls13(s.version)) return;
  if (!from_client(s, in.dir)) {
    s.full = 1;
    return keep(s, s.certificates, in);
  }
  constexpr std::size_t kNoCertificates = 3;  // an empty list is its length alone
  if (in.body.size() > kNoCertificates) keep(s, s.client_certificates, in);
}

void on_server_key_exchange(Session& s, const Arrived& in) noexcept {
  s.full = 1;
  Cursor body(in.body);
  const std::uint8_t curve_type = body.u8();
  const std::uint16_t curve = body.u16();
  if (s.server_read && body.ok() && curve_type == kNamedCurve && has_curve(s.cipher)) s.group = curve;
}

void on_certificate_request(Session& s, const Arrived&) noexcept {
  s.full = 1;
  s.flags |= kTlsClientCertRequested;
}

void on_server_hello_done(Session& s, const Arrived&) noexcept { s.full = 1; }
void pass(Session&, const Arrived&) noexcept {}

constexpr std::array kMessages{
    MessageRow{Message::hello_request, 0, kMaxMessage, pass},
    MessageRow{Message::client_hello, kMaxHello, kMaxHello, on_client_hello},
    MessageRow{Message::server_hello, kMaxHello, kMaxHello, on_server_hello},
    MessageRow{Message::hello_verify_request, 0, kMaxMessage, pass},
    MessageRow{Message::new_session_ticket, 0, kMaxMessage, pass},
    MessageRow{Message::end_of_early_data, 0, kMaxMessage, pass},
    MessageRow{Message::hello_retry_request, 0, kMaxMessage, on_retry},
    MessageRow{Message::encrypted_extensions, 0, kMaxMessage, pass},
    MessageRow{Message::certificate, kMaxCertificates, kMaxCertificates, on_certificate},
    MessageRow{Message::server_key_exchange, kCurveStart, kMaxMessage, on_server_key_exchange},
    MessageRow{Message::certificate_request, 0, kMaxMessage, on_certificate_request},
    MessageRow{Message::server_hello_done, 0, kMaxMessage, on_server_hello_done},
    MessageRow{Message::certificate_verify, 0, kMaxMessage, pass},
    MessageRow{Message::client_key_exchange, 0, kMaxMessage, pass},
    MessageRow{Message::finished, 0, kMaxMessage, pass},
    MessageRow{Message::certificate_url, 0, kMaxMessage, pass},
    MessageRow{Message::certificate_status, 0, kMaxMessage, pass},
    MessageRow{Message::supplemental_data, 0, kMaxMessage, pass},
    MessageRow{Message::key_update, 0, kMaxMessage, pass},
    MessageRow{Message::compressed_certificate, 0, kMaxMessage, pass},
    MessageRow{Message::next_protocol, 0, kMaxMessage, pass},
};
static_assert(std::ranges::is_sorted(kMessages, {}, &MessageRow::type));
static_assert(kMaxCertificates <= kScratch && kMaxHello <= kScratch);

// SSLv2's ServerHello holds one certificate; it is kept in the form of a TLS Certificate message, a list of one.
void keep_v2_certificate(Session& s, Bytes certificate, Spools& spools) noexcept {
  const auto size = static_cast<std::uint32_t>(certificate.size());
  const auto octet = [](std::uint32_t v) { return static_cast<std::uint8_t>(v); };
  const std::uint8_t head[6] = {octet((size + 3) >> 16), octet((size + 3) >> 8), octet(size + 3),
                                octet(size >> 16),       octet(size >> 8),       octet(size)};
  if (s.certificates.size != 0 || certificate.empty()) return;
  if (!spools.append(s.certificates, head) || !spools.append(s.certificates, certificate)) {
    spools.clear(s.certificates);
    s.flags |= kTlsIncomplete;
  }
}

void read_v2_server_hello(Session& s, const Arrived& in) noexcept {
  Cursor body(in.body);
  body.skip(3);  // type, session id hit, certificate type
  const std::uint16_t version = body.u16();
  const std::uint16_t certificate = body.u16();
  body.skip(4);  // lengths of the suites and of the connection id
  const Bytes der = body.take(certificate);
  if (!body.ok() || version != kV2 || from_client(s, in.dir)) {
    s.flags |= kTlsMalformed;
    return;
  }
  note_client(s, other(in.dir));
  s.server_read = 1;
  s.version = version;
  keep_v2_certificate(s, der, in.room.spools);
}

}  // namespace

const MessageRow* find_message(std::uint8_t type) noexcept {
  const auto row = std::ranges::lower_bound(kMessages, static_cast<Message>(type), {}, &MessageRow::type);
  return row != kMessages.end() && row->type == static_cast<Message>(type) ? &*row : nullptr;
}

void read_v2_message(Session& s, const Arrived& in) noexcept {
  constexpr std::uint8_t kV2ServerHello = 4;
  if (!in.body.empty() && in.body[0] == kV2ServerHello) return read_v2_server_hello(s, in);
  const Result<ClientHello> hello = read_v2_client_hello(in.body);
  if (!hello || (s.client_known && s.client != in.dir) || s.hello_read) {
    s.flags |= kTlsMalformed;
    return;
  }
  note_client(s, in.dir);
  s.hello_read = 1;
  s.offered_version = hello->version;
  s.flags |= static_cast<std::uint16_t>(kTlsSslv2 | (hello->malformed ? kTlsMalformed : 0));
  keep(s, s.client_hello, in);
}

}  // namespace pellucid::tls
