#include "lib/tls/hello.h"

#include <algorithm>
#include <array>

namespace pellucid::tls {
namespace {

// RFC 8446 4.1.3: SHA-256("HelloRetryRequest") in the place of the random.
constexpr std::array<std::uint8_t, 32> kRetryRandom{0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
                                                    0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
                                                    0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

// Takes n octets, or what is left and says so.
Bytes take_most(Cursor& in, std::size_t n, bool& malformed) noexcept {
  if (n > in.left()) {
    malformed = true;
    n = in.left();
  }
  return in.take(n);
}

// A list behind its two-octet length, cut where the bytes end.
Bytes list16(Bytes body, bool& malformed) noexcept {
  Cursor in(body);
  if (in.left() < 2) {
    malformed = true;
    return {};
  }
  const std::uint16_t length = in.u16();
  return take_most(in, length, malformed);
}
Bytes list8(Bytes body, bool& malformed) noexcept {
  Cursor in(body);
  if (in.left() < 1) {
    malformed = true;
    return {};
  }
  const std::uint8_t length = in.u8();
  return take_most(in, length, malformed);
}

// RFC 6066 3: a list of names of which only host_name (0) exists; the first one counts.
Bytes read_sni(Bytes body, bool& malformed) noexcept {
  if (body.empty()) return {};  // a server's answer, and what some clients send
  Cursor list(list16(body, malformed));
  if (list.left() == 0) return {};
  const std::uint8_t type = list.u8();
  if (list.left() < 2) malformed = true;
  const std::uint16_t length = list.u16();
  const Bytes name = take_most(list, length, malformed);
  return type == 0 ? name : Bytes{};
}

void read_ech(ClientHello& h, Bytes body) noexcept {  // RFC 9849 5: type, cipher suite (4), config id, enc, payload
  h.ech = Ech::offered;
  h.ech_body = body;
  Cursor in(body);
  if (in.u8() != 0) return;  // 1 would be an inner hello, which never travels in the clear
  in.skip(4);
  h.ech_config_id = in.u8();
}

using Client = void (*)(ClientHello&, Bytes) noexcept;
struct ClientRow {
  std::uint16_t type;
  std::uint32_t has;
  Client read;
};
constexpr ClientRow kClientRows[] = {
    {0x0000, kHasSni, [](ClientHello& h, Bytes b) noexcept { h.sni = read_sni(b, h.malformed); }},
    {0x0005, kHasStatusRequest, nullptr},
    {0x000a, 0, [](ClientHello& h, Bytes b) noexcept { h.groups.raw = list16(b, h.malformed); }},
    {0x000b, 0, [](ClientHello& h, Bytes b) noexcept { h.point_formats = list8(b, h.malformed); }},
    {0x000d, 0, [](ClientHello& h, Bytes b) noexcept { h.signatures.raw = list16(b, h.malformed); }},
    {0x000e, kHasSrtp, nullptr},  // RFC 5764 4.1.1
    {0x0010, kHasAlpn, [](ClientHello& h, Bytes b) noexcept { h.alpn = list16(b, h.malformed); }},
    {0x0016, kHasEncryptThenMac, nullptr},
    {0x0017, kHasExtendedMasterSecret, nullptr},
    {0x001b, 0, [](ClientHello& h, Bytes b) noexcept { h.cert_compressions.raw = list8(b, h.malformed); }},
    {0x001c, 0, [](ClientHello& h, Bytes b) noexcept { h.record_size_limit = Cursor(b).u16(); }},
    {0x0022, kHasDelegatedCredentials, nullptr},
    {0x0023, kHasTicket, [](ClientHello& h, Bytes b) noexcept { h.has |= b.empty() ? 0 : kHasTicketData; }},
    {0x0028, 0, [](ClientHello& h, Bytes b) noexcept { h.key_shares = list16(b, h.malformed); }},  // drafts before 23
    {0x0029, kHasPsk, nullptr},
    {0x002a, kHasEarlyData, nullptr},
    {0x002b, 0, [](ClientHello& h, Bytes b) noexcept { h.versions.raw = list8(b, h.malformed); }},
    {0x002d, 0, [](ClientHello& h, Bytes b) noexcept { h.psk_modes = list8(b, h.malformed); }},
    {0x0031, kHasPostHandshakeAuth, nullptr},
    {0x0033, 0, [](ClientHello& h, Bytes b) noexcept { h.key_shares = list16(b, h.malformed); }},
    {0xfe0d, 0, read_ech},
    {0xff01, kHasRenegotiationInfo, nullptr},
    {0xffce, 0, [](ClientHello& h, Bytes) noexcept { h.ech = h.ech == Ech::none ? Ech::esni : h.ech; }},
};

using Server = void (*)(ServerHello&, Bytes) noexcept;
struct ServerRow {
  std::uint16_t type;
  std::uint32_t has;
  Server read;
};
constexpr Server kReadGroup = [](ServerHello& h, Bytes b) noexcept { h.group = Cursor(b).u16(); };
constexpr ServerRow kServerRows[] = {
    {0x0000, kHasSni, nullptr},
    {0x0005, kHasStatusRequest, nullptr},
    {0x0010, kHasAlpn,
     [](ServerHello& h, Bytes b) noexcept {
       Alpns names(list16(b, h.malformed));
       names.next(h.alpn);
     }},
    {0x0016, kHasEncryptThenMac, nullptr},
    {0x0017, kHasExtendedMasterSecret, nullptr},
    {0x001c, 0, [](ServerHello& h, Bytes b) noexcept { h.record_size_limit = Cursor(b).u16(); }},
    {0x0023, kHasTicket, nullptr},
    {0x0028, 0, kReadGroup},
    {0x0029, kHasPsk, [](ServerHello& h, Bytes b) noexcept { h.psk = Cursor(b).u16(); }},
    {0x002a, kHasEarlyData, nullptr},
    {0x002b, 0, [](ServerHello& h, Bytes b) noexcept { h.selected_version = Cursor(b).u16(); }},
    {0x0033, 0, kReadGroup},
    {0xff01, kHasRenegotiationInfo, nullptr},
};
static_assert(std::ranges::is_sorted(kClientRows, {}, &ClientRow::type));
static_assert(std::ranges::is_sorted(kServerRows, {}, &ServerRow::type));

template <class Hello, class Rows>
void read_extensions(Hello& h, const Rows& rows) noexcept {
  Extensions list(h.extensions);
  for (Extension e{}; list.next(e);) {
    const auto row = std::ranges::lower_bound(rows, e.type, {}, &std::ranges::range_value_t<Rows>::type);
    if (row == std::end(rows) || row->type != e.type) continue;
    h.has |= row->has;
    if (row->read != nullptr) row->read(h, e.body);
  }
  if (!list.ok()) h.malformed = true;
}

// The extensions' block: absent in old hellos, cut where the body ends in broken ones.
Bytes extension_block(Cursor& in, std::uint32_t& has, bool& malformed) noexcept {
  if (in.left() == 0) return {};
  if (in.left() == 1) {
    malformed = true;
    return {};
  }
  has |= kHasExtensions;
  const std::uint16_t length = in.u16();
  return take_most(in, length, malformed);
}

// Drafts up to 21 had neither session id nor compression in their ServerHello.
constexpr bool early_draft(std::uint16_t version) noexcept { return (version >> 8) == 0x7f && (version & 0xff) <= 21; }

}  // namespace

bool Extensions::next(Extension& out) noexcept {
  if (in_.left() == 0 || !ok_) return false;
  if (in_.left() < 4) {
    ok_ = false;
    return false;
  }
  out.type = in_.u16();
  const std::uint16_t length = in_.u16();
  bool cut = false;
  out.body = take_most(in_, length, cut);
  ok_ = !cut;
  return true;
}

bool Alpns::next(Bytes& name) noexcept {
  if (in_.left() == 0) return false;
  const Bytes got = in_.take8();
  if (!in_.ok()) return false;
  name = got;
  return true;
}

bool KeyShares::next(KeyShare& out) noexcept {
  if (in_.left() == 0) return false;
  const std::uint16_t group = in_.u16();
  const Bytes key = in_.take16();
  if (!in_.ok()) return false;
  out.group = group;
  out.key = key;
  return true;
}

std::uint16_t ClientHello::real_version() const noexcept {
  std::uint16_t best = 0;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const std::uint16_t v = versions[i];
    if (is_grease(v)) continue;
    if (v == 0x0304) return v;         // the final version stands above the numbers of its drafts
    const bool dtls = v >> 8 == 0xfe;  // counts downwards
    best = dtls && best != 0 ? std::min(best, v) : std::max(best, v);
  }
  return best != 0 ? best : version;
}

Result<ClientHello> read_client_hello(Bytes body) noexcept {  // RFC 8446 4.1.2
  if (body.size() > kMaxHello) return Err::too_long;
  Cursor in(body);
  ClientHello h{};
  h.version = in.u16();
  h.random = in.take(32);
  if (!in.ok()) return Err::truncated;
  const std::uint8_t id = in.u8();
  h.session_id = take_most(in, id, h.malformed);
  if (!in.ok() || id > 32) h.malformed = true;
  const bool ciphers_there = in.left() >= 2;
  const std::uint16_t ciphers = in.u16();
  h.ciphers.raw = take_most(in, ciphers, h.malformed);
  if (!ciphers_there || ciphers % 2 != 0) h.malformed = true;
  const bool compressions_there = in.left() >= 1;
  const std::uint8_t compressions = in.u8();
  h.compressions = take_most(in, compressions, h.malformed);
  if (!compressions_there) h.malformed = true;
  h.extensions = extension_block(in, h.has, h.malformed);
  read_extensions(h, kClientRows);
  return h;
}

Result<ServerHello> read_server_hello(Bytes body) noexcept {  // RFC 8446 4.1.3
  if (body.size() > kMaxHello) return Err::too_long;
  Cursor in(body);
  ServerHello h{};
  h.version = in.u16();
  h.random = in.take(32);
  if (!in.ok()) return Err::truncated;
  const bool draft = early_draft(h.version);
  if (!draft) {
    const std::uint8_t id = in.u8();
    h.session_id = take_most(in, id, h.malformed);
  }
  h.cipher = in.u16();
  if (!draft) h.compression = in.u8();
  if (!in.ok()) h.malformed = true;
  h.extensions = extension_block(in, h.has, h.malformed);
  h.retry = std::ranges::equal(h.random, kRetryRandom);
  read_extensions(h, kServerRows);
  return h;
}

Result<ClientHello> read_v2_client_hello(Bytes message) noexcept {
  Cursor in(message);
  ClientHello h{};
  h.v2 = true;
  const std::uint8_t type = in.u8();
  h.version = in.u16();
  const std::uint16_t ciphers = in.u16();
  const std::uint16_t session = in.u16();
  const std::uint16_t challenge = in.u16();
  if (!in.ok()) return Err::truncated;
  if (type != 1) return Err::bad_type;
  h.v2_ciphers = take_most(in, ciphers, h.malformed);
  h.session_id = take_most(in, session, h.malformed);
  h.random = take_most(in, challenge, h.malformed);
  return h;
}

}  // namespace pellucid::tls
