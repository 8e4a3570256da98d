// Hello: ClientHello and ServerHello as views into their bodies, with what their extensions say. A hello with a broken
// extension still gives what could be read and says `malformed`. Views live as long as the bytes; any thread.
#pragma once
#include "lib/base/cursor.h"
#include "lib/base/result.h"

namespace pellucid::tls {

inline constexpr std::size_t kMaxHello = 16 * 1024;  // body octets; what is longer is not read

// RFC 8701: 0x0a0a, 0x1a1a, … 0xfafa mean nothing.
constexpr bool is_grease(std::uint16_t v) noexcept { return (v & 0x0f0f) == 0x0a0a && (v >> 8) == (v & 0xff); }
// TLS 1.3, its drafts (7f) and the experiments of browsers (7e, fb); DTLS 1.3.
constexpr bool is_tls13(std::uint16_t v) noexcept {
  return v == 0x0304 || v == 0xfefc || (v >> 8) == 0x7f || (v >> 8) == 0x7e || (v >> 8) == 0xfb;
}

// A list of two-octet numbers; an odd last octet is not part of it.
struct Numbers {
  Bytes raw;
  constexpr std::size_t size() const noexcept { return raw.size() / 2; }
  constexpr std::uint16_t operator[](std::size_t i) const noexcept {
    return static_cast<std::uint16_t>((raw[2 * i] << 8) | raw[2 * i + 1]);
  }
  constexpr bool contains(std::uint16_t v) const noexcept {
    for (std::size_t i = 0; i < size(); ++i) {
      if ((*this)[i] == v) return true;
    }
    return false;
  }
};

// Walks over the parts of a list: `for (Item item; list.next(item);)`. ok() is false once a part did not fit.
struct Extension {
  std::uint16_t type;
  Bytes body;  // cut where the hello ends
};
class Extensions {
 public:
  explicit Extensions(Bytes raw) noexcept : in_(raw) {}
  bool next(Extension& out) noexcept;
  bool ok() const noexcept { return ok_; }

 private:
  Cursor in_;
  bool ok_ = true;
};
class Alpns {  // RFC 7301 3.1: protocol names behind one-octet lengths
 public:
  explicit Alpns(Bytes raw) noexcept : in_(raw) {}
  bool next(Bytes& name) noexcept;

 private:
  Cursor in_;
};
struct KeyShare {  // RFC 8446 4.2.8
  std::uint16_t group;
  Bytes key;
};
class KeyShares {
 public:
  explicit KeyShares(Bytes raw) noexcept : in_(raw) {}
  bool next(KeyShare& out) noexcept;

 private:
  Cursor in_;
};

// What can be known of Encrypted Client Hello (extension fe0d) from outside. A GREASE extension looks like a real one, and so
// does the server's answer: acceptance is signed into random octets that only the client can check. But after a
// HelloRetryRequest a client repeats GREASE octet for octet and seals a real one anew.
enum class Ech : std::uint8_t {
  none,
  offered,  // real or GREASE, it cannot be told
  grease,   // repeated unchanged in a second ClientHello
  real,     // sealed anew in a second ClientHello
  esni,     // the older Encrypted SNI (ffce)
};
inline constexpr std::string_view kEchLabels[] = {"none", "offered", "grease", "real", "esni"};

// What a hello has, as bits.
inline constexpr std::uint32_t kHasSni = 1 << 0;
inline constexpr std::uint32_t kHasAlpn = 1 << 1;
inline constexpr std::uint32_t kHasPsk = 1 << 2;  // client: identities offered; server: one of them chosen
inline constexpr std::uint32_t kHasEarlyData = 1 << 3;
inline constexpr std::uint32_t kHasTicket = 1 << 4;      // session_ticket extension
inline constexpr std::uint32_t kHasTicketData = 1 << 5;  // … and a ticket in it
inline constexpr std::uint32_t kHasEncryptThenMac = 1 << 6;
inline constexpr std::uint32_t kHasExtendedMasterSecret = 1 << 7;
inline constexpr std::uint32_t kHasPostHandshakeAuth = 1 << 8;
inline constexpr std::uint32_t kHasStatusRequest = 1 << 9;
inline constexpr std::uint32_t kHasRenegotiationInfo = 1 << 10;
inline constexpr std::uint32_t kHasDelegatedCredentials = 1 << 11;
inline constexpr std::uint32_t kHasExtensions = 1 << 12;
inline constexpr std::uint32_t kHasSrtp = 1 << 13;

struct ClientHello {
  std::uint16_t version;  // the legacy field; see real_version()
  Bytes random;
  Bytes session_id;
  Numbers ciphers;
  Bytes compressions;
  Bytes extensions;
  std::uint32_t has;  // kHas…
  bool malformed;     // something did not fit; what was read before it stands here
  bool v2;            // SSLv2 form: `v2_ciphers` instead of ciphers, and nothing below
  Bytes v2_ciphers;   // three octets each
  Ech ech;
  std::uint8_t ech_config_id;
  Bytes ech_body;    // the whole extension
  Bytes sni;         // host_name, as on the wire
  Bytes alpn;        // for Alpns
  Numbers versions;  // supported_versions
  Numbers groups;    // supported_groups
  Bytes point_formats;
  Numbers signatures;  // signature_algorithms
  Bytes key_shares;    // for KeyShares
  Bytes psk_modes;     // 0: psk_ke, 1: psk_dhe_ke
  Numbers cert_compressions;
  std::uint16_t record_size_limit;

  std::uint16_t real_version() const noexcept;  // the highest offered, GREASE aside
};

struct ServerHello {
  std::uint16_t version;  // the legacy field
  Bytes random;
  Bytes session_id;
  std::uint16_t cipher;
  std::uint8_t compression;
  Bytes extensions;
  std::uint32_t has;
  bool malformed;
  bool retry;                      // a HelloRetryRequest (RFC 8446 4.1.3)
  std::uint16_t selected_version;  // supported_versions, 0: not there
  std::uint16_t group;             // of its key share, 0: none
  std::uint16_t psk;               // the chosen identity, where has & kHasPsk
  Bytes alpn;                      // the chosen protocol
  std::uint16_t record_size_limit;

  std::uint16_t real_version() const noexcept { return selected_version != 0 ? selected_version : version; }
};

// The body of a handshake message, without its four-octet header. Err::truncated: not even a random is there.
Result<ClientHello> read_client_hello(Bytes body) noexcept;
Result<ServerHello> read_server_hello(Bytes body) noexcept;
// The message of an SSLv2 record, its type octet included (RFC 5246 E.2).
Result<ClientHello> read_v2_client_hello(Bytes message) noexcept;

}  // namespace pellucid::tls
