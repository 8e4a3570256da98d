// Session: what a worker learns from the clear part of one TLS connection, and the raw messages that the exporter will want.
// It lives in a slab of the worker that owns the flow; only that worker's thread touches it.
#pragma once
#include "lib/base/id.h"
#include "lib/base/spool.h"
#include "lib/tls/hello.h"
#include "lib/tls/record.h"

namespace pellucid::tls {

inline constexpr std::uint16_t kTlsHrr = 1 << 0;                  // a HelloRetryRequest came
inline constexpr std::uint16_t kTlsResumed = 1 << 1;              // abbreviated handshake, or a PSK was chosen
inline constexpr std::uint16_t kTlsPsk = 1 << 2;                  // TLS 1.3: by PSK
inline constexpr std::uint16_t kTlsEarlyOffered = 1 << 3;         // early_data in the ClientHello
inline constexpr std::uint16_t kTlsEarlyData = 1 << 4;            // … and protected records before the ServerHello
inline constexpr std::uint16_t kTlsIncomplete = 1 << 5;           // bytes were lost or a limit was met
inline constexpr std::uint16_t kTlsMalformed = 1 << 6;            // a hello or the framing did not fit
inline constexpr std::uint16_t kTlsSslv2 = 1 << 7;                // the kept client_hello has SSLv2's form
inline constexpr std::uint16_t kTlsClientCertRequested = 1 << 8;  // CertificateRequest, TLS 1.2 and before
inline constexpr std::uint16_t kTlsOneSided = 1 << 9;             // one direction never spoke
inline constexpr std::uint16_t kTlsEncryptedAlert = 1 << 10;      // an alert that cannot be read
inline constexpr std::uint16_t kTlsExtendedMaster = 1 << 11;      // RFC 7627, agreed
inline constexpr std::uint16_t kTlsEncryptThenMac = 1 << 12;      // RFC 7366, agreed
inline constexpr std::uint16_t kTlsDtls = 1 << 13;                // its messages came in datagrams
inline constexpr std::uint16_t kTlsSrtp = 1 << 14;                // the client offers keys for SRTP (RFC 5764)

enum class Phase : std::uint8_t {
  open,     // handshake in the clear
  sealed,   // only protected records come from here on
  seeking,  // bytes were lost: waiting for a segment that begins with a record
};

// The framing of one direction.
struct Side {
  Spool gather;  // of a message that comes in pieces
  std::uint32_t msg_size;
  std::uint32_t msg_left;  // octets of the message still to come
  std::uint32_t msg_want;  // octets of it, from its start, that are kept
  std::uint16_t left;      // octets of the record still to come
  std::uint8_t head[kRecordHead];
  std::uint8_t head_have;
  std::uint8_t msg_head[4];
  std::uint8_t msg_have;
  std::uint8_t small[2];  // alert level and description as they come
  std::uint8_t small_have;
  Content type;  // of the record
  Phase phase;
  std::uint8_t v2;        // the record is SSLv2's
  std::uint8_t spoke;     // a byte has come
  std::uint8_t framed;    // a record header was read
  std::uint8_t shielded;  // a protected record came where no early data can be
  std::uint8_t deaf;      // its framing is lost for good, after the clear part
};

inline constexpr std::size_t kMaxName = 256;  // sni octets kept; a DNS name has at most 255
inline constexpr std::size_t kMaxAlpn = 32;

struct Session {
  Side side[2];        // by Dir
  Spool client_hello;  // bodies without their four-octet headers
  Spool server_hello;
  Spool hello_retry;
  Spool certificates;  // the server's Certificate message, TLS 1.2 and before
  Spool client_certificates;
  Spool encrypted_extensions;  // TLS 1.3, where the handshake is opened
  std::uint64_t ech_mark;      // of the first ClientHello's extension, to be compared with a second one's
  std::uint16_t flags;         // kTls…
  std::uint16_t version;       // negotiated, 0: neither a ServerHello nor a retry yet
  std::uint16_t offered_version;
  std::uint16_t cipher;
  std::uint16_t group;
  std::uint16_t sni_size;
  std::uint8_t alert_level[2];  // by Dir; 0: none
  std::uint8_t alert[2];
  Ech ech;
  Dir client;
  std::uint8_t client_known;
  std::uint8_t hello_read;   // a ClientHello
  std::uint8_t server_read;  // a ServerHello that is no retry
  std::uint8_t full;         // the server sent a message of a full handshake
  std::uint8_t over;         // feed() has said done or failed
  std::uint8_t awaited;      // set after reset(): both sides will be seen, though in any order
  std::uint8_t offered_size;
  std::uint8_t selected_size;
  char offered[kMaxAlpn];   // the client's first protocol
  char selected[kMaxAlpn];  // the server's choice, where it is in the clear
  char sni[kMaxName];
};
static_assert(sizeof(Session) <= 1024 && std::is_trivially_copyable_v<Session>);

// What stands in the clear beside an encrypted hello is the name of whoever opens it, not of the server that is meant.
inline bool hides_name(const Session& s) noexcept { return s.ech == Ech::real || s.ech == Ech::esni; }

enum class Step : std::uint8_t {
  more,
  hello,   // a ClientHello has just been read: name and ALPN are known
  done,    // the clear part is over: write the record
  failed,  // not TLS after all, or broken: write what is there
};

inline constexpr std::size_t kScratch = 64 * 1024;
struct Room {
  Spools& spools;
  MutBytes scratch;  // kScratch at least: where a message that came in pieces is put together
};

void reset(Session& s) noexcept;
// Bytes of one direction, in order, cut anywhere. All are consumed; after done or failed they are ignored.
Step feed(Session& s, Dir dir, Bytes in_order, Room& room) noexcept;
// Bytes of that direction are missing here. What follows is read again from the first segment that begins with a record.
void lost(Session& s, Dir dir, Spools& spools) noexcept;
void drop(Session& s, Spools& spools) noexcept;  // gives the spools back

}  // namespace pellucid::tls
