// Record: what a worker hands to the exporter thread: one POD head, one POD body by kind, and a tail of parts, each with its
// length. No text is made here. Written in place into the ring by the worker, read in place by the exporter.
#pragma once
#include <optional>

#include "lib/base/ring.h"
#include "lib/classify/label.h"
#include "lib/flow/hot.h"
#include "lib/keys/terms.h"
#include "lib/net/layers.h"
#include "lib/policy/level.h"

namespace pellucid::exporter {

enum class Kind : std::uint8_t { flow, flow_update, tls, dns, mdns, http, decrypt, quic, text, kCount };
inline constexpr std::string_view kKindLabels[] = {"flow", "flow_update", "tls",  "dns", "mdns",
                                                   "http", "decrypt",     "quic", "text"};
inline constexpr unsigned kLineKinds = static_cast<unsigned>(Kind::text);  // those before it become lines

inline constexpr std::uint16_t kHeadIncomplete = 1;  // the tail, or the flow's metadata, was cut at a limit
inline constexpr std::uint16_t kHeadAssumed = 2;     // the source is a guess

inline constexpr std::uint16_t kNoRule = 0xffff;

struct Head {
  std::uint32_t size;  // of the whole record, head and tail included
  Kind kind;
  policy::Level level;
  std::uint16_t flags;  // kHead…
  std::uint64_t ts_ns;  // capture time of the packet that completed the event
  std::uint64_t flow_id;
  std::uint8_t src[16];
  std::uint8_t dst[16];
  std::uint16_t sport;
  std::uint16_t dport;
  std::uint8_t proto;
  std::uint8_t family;
  std::uint8_t icmp_type;
  std::uint8_t icmp_code;
  std::uint32_t spi;  // ESP, AH
  std::uint16_t iface;
  std::uint16_t worker;
  std::uint16_t master, app, category;  // classify::Label, as known by then
  std::uint8_t confidence, by;
  std::uint32_t generation;  // of the policy that judged it
  std::uint32_t sampled;     // one flow in so many is read as far; 0 and 1: all
  std::uint16_t rule;        // of that policy, kNoRule
  std::uint16_t spare[3];
};
static_assert(sizeof(Head) == 96 && std::is_trivially_copyable_v<Head>);

struct FlowBody {
  std::uint64_t packets[2];  // [0] to the server (up), [1] to the client
  std::uint64_t bytes[2];
  std::uint64_t first_ns;
  std::uint64_t last_ns;
  std::uint16_t flags;  // flow::kFlow…
  std::uint8_t tcp_flags[2];
  flow::TcpState tcp;
  flow::End end;
  std::uint16_t spare;
};

struct TlsBody {
  std::uint64_t hello_ns;       // when the ClientHello was read, 0: none was
  std::uint16_t version;        // negotiated, real (supported_versions), 0: no ServerHello
  std::uint16_t cipher;         // negotiated, 0
  std::uint16_t group;          // TLS 1.3 key share, or TLS 1.2 named curve where seen; 0
  std::uint16_t flags;          // tls::kTls…, see lib/tls/session.h
  std::uint8_t ech;             // tls::Ech
  std::uint8_t alert_level[2];  // by direction; 0: none
  std::uint8_t alert[2];        // RFC 8446 6: description
  std::uint8_t spare[3];
};
static_assert(sizeof(FlowBody) == 56 && sizeof(TlsBody) == 24);

struct QuicBody {
  std::uint64_t hello_ns;   // when the client's hello was read, 0: none was
  std::uint32_t version;    // of the handshake, 0: only a server's list of versions was seen
  std::uint32_t first;      // … that the client began with
  std::uint16_t cipher;     // negotiated, 0
  std::uint16_t group;      // of the key share, 0
  std::uint16_t flags;      // quic::kQuic…, see lib/quic/session.h
  std::uint16_t tls_flags;  // tls::kTls…
  std::uint8_t ech;         // tls::Ech
  std::uint8_t google;      // 1: Part::client_hello is one of Google's own
  std::uint8_t id_size[3];  // octets of `id`
  std::uint8_t id[3][20];   // connection ids: the client's, the server's, and what the keys were made of
  std::uint8_t has_ids;     // a bit for each
  std::uint8_t spare[6];
};
static_assert(sizeof(QuicBody) == 96);

struct DnsBody {
  std::uint32_t tx;       // number of the transaction in its flow, from 0
  std::uint8_t response;  // 0 request, 1 response
  std::uint8_t spare[3];
};

struct HttpBody {
  std::uint32_t tx;
  std::uint32_t brief;          // 1: a grant allows no more than headers: addresses without what is asked of them
  std::uint64_t request_bytes;  // of the bodies, as carried
  std::uint64_t response_bytes;
};

enum class Outcome : std::uint8_t { opened, partial, refused };  // of what was asked to be opened
inline constexpr std::string_view kOutcomeLabels[] = {"opened", "partial", "refused"};
constexpr std::string_view label(Outcome r) noexcept { return kOutcomeLabels[static_cast<std::size_t>(r)]; }

struct DecryptBody {
  keys::Terms terms;
  std::uint64_t records_ok;
  std::uint64_t records_bad;   // their tags did not match
  std::uint64_t records_lost;  // not there as a whole, or no room was left for them
  std::uint64_t bytes;         // of plaintext
  std::uint64_t missed;        // … of application data that are known to be missing
  Outcome result;
  std::uint8_t spare[7];
};

// Plaintext of one direction of an opened session, for whom a grant gives it to: never a line of text for readers of EVE.
struct TextBody {
  std::uint64_t offset;    // in the plaintext of this direction, of the first octet of Part::text
  std::uint64_t missed;    // octets just before it that are not there
  std::uint32_t delivery;  // the grant, as keys::Terms numbers them
  std::uint8_t dir;        // 0 to the server, 1 to the client
  std::uint8_t last;       // 1: nothing more comes of this session, in either direction
  std::uint8_t spare[2];
};
static_assert(sizeof(TextBody) == 24);

enum class Part : std::uint8_t {
  layers,        // net::Layers, where the flow has any
  client_hello,  // handshake bodies, without their 4-octet headers
  server_hello,
  hello_retry,
  certificates,  // server's Certificate message body
  client_certificates,
  dns_message,
  http_request,  // header blocks, request and status line included, without the empty line
  http_response,
  encrypted_extensions,  // TLS 1.3, of a handshake that was opened
  text,                  // plaintext of one TLS record
};
struct PartHead {
  std::uint32_t size;  // of the bytes that follow, before padding to 8
  Part part;
  std::uint8_t cut;  // 1: the wire had more
  std::uint16_t spare;
};

inline constexpr std::uint32_t kMaxTail = 32 * 1024;  // longer tails are cut and marked

constexpr std::size_t padded(std::size_t size) noexcept { return (size + 7) & ~std::size_t{7}; }

struct FoundPart {
  Bytes bytes;       // empty: not there
  bool cut = false;  // the wire had more
};

// What the exporter sees of a record in the ring. Views into the ring, valid until it is released.
struct View {
  const Head* head;
  Bytes body;
  Bytes tail;
  template <class Body>
  const Body& as() const noexcept {
    CHECK(body.size() == sizeof(Body));
    return *reinterpret_cast<const Body*>(body.data());
  }
  Bytes part(Part wanted) const noexcept;  // empty: not there
  FoundPart find(Part wanted) const noexcept;
  bool layers(net::Layers& out) const noexcept;  // false: the flow has no wrappers
};
View read_record(Bytes message) noexcept;  // CHECKs: the ring is ours

constexpr std::size_t body_size(Kind k) noexcept {
  switch (k) {
    case Kind::flow:
    case Kind::flow_update:
      return sizeof(FlowBody);
    case Kind::tls:
      return sizeof(TlsBody);
    case Kind::dns:
    case Kind::mdns:
      return sizeof(DnsBody);
    case Kind::http:
      return sizeof(HttpBody);
    case Kind::decrypt:
      return sizeof(DecryptBody);
    case Kind::quic:
      return sizeof(QuicBody);
    case Kind::text:
      return sizeof(TextBody);
    case Kind::kCount:
      break;
  }
  return 0;
}

}  // namespace pellucid::exporter
