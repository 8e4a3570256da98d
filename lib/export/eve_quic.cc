#include "lib/export/eve_quic.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "lib/export/hello_text.h"
#include "lib/export/text.h"
#include "lib/quic/google.h"
#include "lib/quic/session.h"
#include "lib/quic/transport.h"
#include "lib/tls/fingerprint.h"
#include "lib/tls/name.h"
#include "lib/tls/session.h"

namespace pellucid::exporter {
namespace {

constexpr std::uint16_t kSni = 0, kAlpn = 16;

// As readers of EVE know them: 1, v2, Q043; drafts by their numbers, others in hexadecimal.
void write_version(Json& json, std::string_view name, std::uint32_t v) noexcept {
  const std::uint8_t octets[] = {static_cast<std::uint8_t>(v >> 24), static_cast<std::uint8_t>(v >> 16),
                                 static_cast<std::uint8_t>(v >> 8), static_cast<std::uint8_t>(v)};
  json.made(name, [&](std::string& out) {
    if (v == quic::kV1) {
      out += '1';
    } else if (v == quic::kV2) {
      out += "v2";
    } else if (v >= quic::kFirstDraft && v <= quic::kLastDraft) {
      out += "draft-" + std::to_string(v & 0xff);
    } else if (quic::is_gquic(v) || quic::is_google_tls(v)) {
      out += as_text(octets);
    } else {
      out += "0x";
      write_hex(out, octets);
    }
  });
}

// What Suricata calls CYU: the version's number and the hello's tags.
void write_cyu(Json& json, std::uint32_t version, Bytes hello, const crypto::Digests& digests) noexcept {
  std::string text = std::to_string((version >> 8 & 0xf) * 10 + (version & 0xf)) + ',';
  quic::Tags tags(hello);
  bool first = true;
  for (quic::Tag t; tags.next(t); first = false) {
    if (!first) text += '-';
    text += t.name;
  }
  std::uint8_t digest[16];
  digests.md5(as_bytes(text), digest);
  json.open_array("cyu");
  json.open_object();
  json.made("hash", [&](std::string& out) { write_hex(out, digest); });
  json.text("string", text);
  json.close_object();
  json.close_array();
}

void write_google(Json& json, const View& v, const crypto::Digests& digests) noexcept {
  const Bytes hello = v.part(Part::client_hello);
  write_cyu(json, v.as<QuicBody>().version, hello, digests);
  quic::Tags tags(hello);
  for (quic::Tag t; tags.next(t);) {
    if (t.name == "SNI") write_text(json, "sni", as_text(t.value));
    if (t.name == "UAID") write_text(json, "ua", as_text(t.value));
  }
}

void write_extensions(Json& json, const tls::ClientHello& hello) noexcept {
  const std::size_t mark = json.mark();
  json.open_array("extensions");
  tls::Extensions list(hello.extensions);
  for (tls::Extension e; list.next(e);) {
    if (tls::is_grease(e.type)) continue;
    json.open_object();
    json.number("type", e.type);
    if (e.type == kSni && !hello.sni.empty()) {
      json.open_array("values");
      json.text(as_text(hello.sni));
      json.close_array();
    }
    if (e.type == kAlpn) write_alpns(json, "values", hello.alpn);
    json.close_object();
  }
  json.close_array_or_drop(mark);
}

// Google's program says who it is in a transport parameter.
void write_agent(Json& json, const tls::ClientHello& hello) noexcept {
  tls::Extensions list(hello.extensions);
  for (tls::Extension e; list.next(e);) {
    if (e.type != quic::kTransportExtension && e.type != quic::kTransportOfDrafts) continue;
    return write_text(json, "ua", as_text(quic::find_parameter(e.body, quic::kUserAgent)));
  }
}

void write_id(Json& json, std::string_view name, const QuicBody& b, unsigned which) noexcept {
  if ((b.has_ids >> which & 1) == 0) return;
  const std::size_t size = std::min<std::size_t>(b.id_size[which], sizeof b.id[which]);
  json.open_array(name);
  json.text([&] {
    std::string text;
    write_hex(text, Bytes(b.id[which]).first(size));
    return text;
  }());
  json.close_array();
}

struct Mark {
  std::uint16_t flag;
  std::string_view name;
};
constexpr std::array kMarks{Mark{quic::kQuicRetry, "retry"}, Mark{quic::kQuicNegotiated, "version_negotiation"},
                            Mark{quic::kQuicClosed, "closed"}, Mark{quic::kQuicMalformed, "malformed"}};

}  // namespace

void write_quic(Json& json, const View& v, const crypto::Digests& digests) noexcept {
  const QuicBody& b = v.as<QuicBody>();
  json.open_object("quic");
  if (b.version != 0) write_version(json, "version", b.version);
  if (b.google != 0) write_google(json, v, digests);
  const auto hello = tls::read_client_hello(v.part(Part::client_hello));
  if (b.google == 0 && hello) {
    write_text(json, "sni", as_text(hello->sni));
    write_agent(json, *hello);
    write_ja3(json, "ja3", tls::ja3(*hello), digests);
    json.text("ja4", tls::write_ja4(tls::read_ja4(*hello, tls::Carrier::quic), digests));
    write_extensions(json, *hello);
  }
  const Bytes answer = v.part(Part::server_hello);
  const auto server = tls::read_server_hello(answer);
  if (!answer.empty() && server) write_ja3(json, "ja3s", tls::ja3s(*server), digests);
  json.close_object();
}

void write_quic_own(Json& json, const View& v) noexcept {
  const QuicBody& b = v.as<QuicBody>();
  json.open_object("quic");
  if (b.first != 0 && b.first != b.version) write_version(json, "first_version", b.first);
  const auto hello = tls::read_client_hello(v.part(Part::client_hello));
  if (b.google == 0 && hello) write_alpns(json, "client_alpns", hello->alpn);
  if (b.cipher != 0) {
    json.made("cipher", [&](std::string& out) { write_number_name(out, tls::suite_name(b.cipher), b.cipher); });
  }
  if (b.group != 0) json.made("group", [&](std::string& out) { write_number_name(out, tls::group_name(b.group), b.group); });
  const auto ech = static_cast<std::size_t>(b.ech);
  if (ech != 0 && ech < std::size(tls::kEchLabels)) json.text("ech", tls::kEchLabels[ech]);
  if ((b.flags & quic::kQuicEarlyData) != 0) {
    json.text("early_data", "sent");
  } else if ((b.tls_flags & tls::kTlsEarlyOffered) != 0) {
    json.text("early_data", "offered");
  }
  if ((b.tls_flags & tls::kTlsHrr) != 0) json.yes("hrr");
  if ((b.tls_flags & tls::kTlsPsk) != 0) json.yes("psk");
  for (const Mark& m : kMarks) {
    if ((b.flags & m.flag) != 0) json.yes(m.name);
  }
  const std::size_t mark = json.mark();
  json.open_object("cids");
  write_id(json, "client", b, 0);
  write_id(json, "server", b, 1);
  write_id(json, "original", b, 2);
  json.close_object_or_drop(mark);
  json.close_object();
}

}  // namespace pellucid::exporter
