#include "lib/export/eve_tls.h"

#include <algorithm>

#include "lib/export/hello_text.h"
#include "lib/export/text.h"
#include "lib/tls/chain.h"
#include "lib/tls/fingerprint.h"
#include "lib/tls/name.h"
#include "lib/tls/session.h"

namespace pellucid::exporter {
namespace {

void write_version(Json& json, std::uint16_t version) noexcept {
  json.made("version", [&](std::string& out) { write_number_name(out, tls::version_name(version), version); });
}

enum class Grease : std::uint8_t { keep, skip };
void write_numbers(Json& json, std::string_view name, tls::Numbers numbers, Grease grease) noexcept {
  const std::size_t mark = json.mark();
  json.open_array(name);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (grease == Grease::keep || !tls::is_grease(numbers[i])) json.number(numbers[i]);
  }
  json.close_array_or_drop(mark);
}

void write_extensions(Json& json, Bytes raw) noexcept {
  const std::size_t mark = json.mark();
  json.open_array("exts");
  tls::Extensions list(raw);
  for (tls::Extension e; list.next(e);) {
    if (!tls::is_grease(e.type)) json.number(e.type);
  }
  json.close_array_or_drop(mark);
}

// EVE's dates have years from 1000 to 2999.
bool fits_eve(std::string_view date) noexcept { return date.size() == 19 && (date[0] == '1' || date[0] == '2'); }
void write_date(Json& json, std::string_view name, const std::string& date, std::string& odd) noexcept {
  if (fits_eve(date)) {
    json.text(name, date);
  } else {
    odd = date;
  }
}

void write_fingerprint(std::string& out, Bytes digest) noexcept {
  for (std::size_t i = 0; i < digest.size(); ++i) {
    if (i != 0) out += ':';
    write_hex(out, digest.subspan(i, 1));
  }
}

struct Mark {
  std::uint16_t flag;
  std::string_view name;
};
constexpr std::array kMarks{Mark{tls::kTlsDtls, "dtls"},
                            Mark{tls::kTlsSrtp, "srtp"},
                            Mark{tls::kTlsHrr, "hrr"},
                            Mark{tls::kTlsPsk, "psk"},
                            Mark{tls::kTlsMalformed, "malformed"},
                            Mark{tls::kTlsSslv2, "sslv2_hello"},
                            Mark{tls::kTlsClientCertRequested, "client_certificate_requested"},
                            Mark{tls::kTlsOneSided, "one_sided"},
                            Mark{tls::kTlsEncryptedAlert, "encrypted_alert"},
                            Mark{tls::kTlsExtendedMaster, "extended_master_secret"},
                            Mark{tls::kTlsEncryptThenMac, "encrypt_then_mac"}};

void write_alerts(Json& json, const TlsBody& b) noexcept {
  const std::size_t mark = json.mark();
  json.open_array("alert");
  for (const Dir d : {Dir::up, Dir::down}) {
    if (b.alert_level[index(d)] == 0) continue;
    const std::uint8_t description = b.alert[index(d)];
    json.open_object();
    json.text("from", d == Dir::up ? "client" : "server");
    json.text("level", b.alert_level[index(d)] == 1 ? "warning" : "fatal");  // RFC 8446 6
    json.made("description", [&](std::string& out) { write_number_name(out, tls::alert_name(description), description); });
    json.close_object();
  }
  json.close_array_or_drop(mark);
}

// TLS 1.3 says it in EncryptedExtensions (RFC 8446 4.3.1).
Bytes server_alpn(const tls::ServerHello& hello, Bytes encrypted_extensions) noexcept {
  constexpr std::uint16_t kAlpn = 16;
  Cursor in(encrypted_extensions);
  tls::Extensions list(in.take16());
  Bytes chosen = hello.alpn;
  for (tls::Extension e; list.next(e);) {
    Cursor names(e.body);
    Cursor first(names.take16());
    if (e.type == kAlpn) chosen = first.take8();
  }
  return chosen;
}

}  // namespace

void TlsText::write(Json& json, const View& v) noexcept {
  const TlsBody& b = v.as<TlsBody>();
  server_ = Leaf{};
  client_ = Leaf{};
  json.open_object("tls");
  write_certificate(json, v.part(Part::certificates), server_);
  if ((b.flags & tls::kTlsResumed) != 0) json.yes("session_resumed");
  if (b.version != 0) {
    write_version(json, b.version);
  } else {
    json.text("version", "UNDETERMINED");
  }
  write_client(json, v);
  write_server(json, v);
  const std::size_t mark = json.mark();
  json.open_object("client");
  write_certificate(json, v.part(Part::client_certificates), client_);
  json.close_object_or_drop(mark);
  json.close_object();
}

void TlsText::write_client(Json& json, const View& v) noexcept {
  const Bytes raw = v.part(Part::client_hello);
  if (raw.empty()) return;
  const std::uint16_t flags = v.as<TlsBody>().flags;
  const bool v2 = (flags & tls::kTlsSslv2) != 0, dtls = (flags & tls::kTlsDtls) != 0;
  const Result<tls::ClientHello> hello = v2 ? tls::read_v2_client_hello(raw) : tls::read_client_hello(raw);
  if (!hello) return;
  write_text(json, "sni", as_text(hello->sni));
  write_ja3(json, "ja3", tls::ja3(*hello), digests_);
  if (!hello->v2) {
    json.text("ja4", tls::write_ja4(tls::read_ja4(*hello, dtls ? tls::Carrier::dtls : tls::Carrier::tcp), digests_));
  }
  write_alpns(json, "client_alpns", hello->alpn);
  json.open_object("client_handshake");
  write_version(json, hello->real_version());
  write_numbers(json, "ciphers", hello->ciphers, Grease::skip);
  write_extensions(json, hello->extensions);
  write_numbers(json, "sig_algs", hello->signatures, Grease::keep);
  json.close_object();
}

void TlsText::write_server(Json& json, const View& v) noexcept {
  const Bytes raw = v.part(Part::server_hello);
  if (raw.empty()) return;
  const Result<tls::ServerHello> hello = tls::read_server_hello(raw);
  if (!hello) return;
  write_ja3(json, "ja3s", tls::ja3s(*hello), digests_);
  if (const Bytes alpn = server_alpn(*hello, v.part(Part::encrypted_extensions)); !alpn.empty()) {
    json.open_array("server_alpns");
    json.text(as_text(alpn));
    json.close_array();
  }
  json.open_object("server_handshake");
  write_version(json, hello->real_version());
  json.number("cipher", hello->cipher);
  write_extensions(json, hello->extensions);
  json.close_object();
}

// The leaf, under EVE's names.
void TlsText::write_certificate(Json& json, Bytes message, Leaf& leaf) noexcept {
  if (certificates_ == nullptr || message.empty()) return;
  // RFC 5246 7.4.2; later versions do not show it in the clear. The list's own length is not asked: the tail may be cut.
  Cursor in(message);
  in.skip(3);
  const Bytes der = in.take24();
  if (der.empty()) return;
  for (leaf.chain = 1; leaf.chain < tls::kMaxChain && !in.take24().empty();) ++leaf.chain;
  const CertificateText& text = certificates_->read(der);
  leaf.malformed = text.malformed;
  std::copy(std::begin(text.sha256), std::end(text.sha256), leaf.sha256.begin());
  write_text(json, "subject", text.subject);
  write_text(json, "issuerdn", text.issuer);
  write_text(json, "serial", text.serial);
  json.made("fingerprint", [&](std::string& out) { write_fingerprint(out, text.sha1); });
  write_date(json, "notbefore", text.not_before, leaf.not_before);
  write_date(json, "notafter", text.not_after, leaf.not_after);
  const std::size_t mark = json.mark();
  json.open_array("subjectaltname");
  for (const std::string& san : text.sans) json.text(san);
  json.close_array_or_drop(mark);
}

void TlsText::write_leaf(Json& json, std::string_view name, const Leaf& leaf) noexcept {
  if (leaf.chain == 0) return;
  json.open_object(name);
  json.made("sha256", [&](std::string& out) { write_hex(out, leaf.sha256); });
  json.number("chain_length", leaf.chain);
  if (leaf.malformed) json.yes("malformed");
  write_text(json, "notbefore", leaf.not_before);
  write_text(json, "notafter", leaf.not_after);
  json.close_object();
}

void TlsText::write_own(Json& json, const View& v) noexcept {
  const TlsBody& b = v.as<TlsBody>();
  json.open_object("tls");
  if (b.version != 0) {
    json.made("cipher", [&](std::string& out) { write_number_name(out, tls::suite_name(b.cipher), b.cipher); });
  }
  if (b.group != 0) json.made("group", [&](std::string& out) { write_number_name(out, tls::group_name(b.group), b.group); });
  const auto ech = static_cast<std::size_t>(b.ech);
  if (ech != 0 && ech < std::size(tls::kEchLabels)) json.text("ech", tls::kEchLabels[ech]);
  if ((b.flags & tls::kTlsEarlyData) != 0) {
    json.text("early_data", "sent");
  } else if ((b.flags & tls::kTlsEarlyOffered) != 0) {
    json.text("early_data", "offered");
  }
  for (const Mark& m : kMarks) {
    if ((b.flags & m.flag) != 0) json.yes(m.name);
  }
  write_alerts(json, b);
  write_leaf(json, "certificate", server_);
  write_leaf(json, "client_certificate", client_);
  json.close_object();
}

}  // namespace pellucid::exporter
