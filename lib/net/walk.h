// Walk: where read_headers stands in one frame, and the readers that hand it to each other. It lives on the parser's stack;
// nothing outside lib/net includes this. Each reader begins at `at` and ends by setting the row's fate or by calling the next;
// the calls are bounded by kMaxFrames and kMaxOuters.
#pragma once
#include "lib/base/check.h"
#include "lib/base/cursor.h"
#include "lib/net/parse.h"
#include "lib/net/space.h"

namespace pellucid::net {

inline constexpr unsigned kMaxFrames = kMaxOuters + 2;  // Ethernet headers in one frame: pseudo-wires nest without IP
inline constexpr unsigned kMaxLabelDepth = 16;          // MPLS labels in one stack
inline constexpr unsigned kMaxExtensions = 8;           // IPv6 extension headers of one packet, or of one GTP-U header

inline constexpr std::uint16_t kTypeIpv4 = 0x0800;
inline constexpr std::uint16_t kTypeBridged = 0x6558;  // an Ethernet frame in GRE or Geneve
inline constexpr std::uint16_t kTypeIpv6 = 0x86dd;
inline constexpr std::uint16_t kTypePpp = 0x880b;
inline constexpr std::uint16_t kTypeMpls = 0x8847;

struct Spot {
  std::uint32_t at = 0;   // offset of the next octet to read
  std::uint32_t end = 0;  // offset behind the last octet that the headers so far leave us: at <= end <= len
  std::uint32_t l3 = 0;   // offset of the network header read last
  bool v6 = false;        // … and that it is IPv6
  bool bounded = false;   // a length field has set `end`; what says more than that contradicts it
  bool cut = false;       // a length field announces more than the frame has
  bool nested = false;    // an IP or Ethernet header was unwrapped
  std::uint8_t outers = 0;
  std::uint8_t frames = 0;
  Space space{};
};

// What somebody wants to know beside the row; both may be null.
struct Notes {
  Layers* layers;
  Trail* trail;
};

struct Walk : Spot {
  Row& row;
  Key& key;
  Layers* const layers;  // may be null
  Trail* const trail;    // may be null
  const ParseOptions& options;
  const std::uint32_t trusted;  // headers before this offset stood around a first fragment: their lengths bound nothing
  bool final = false;           // the error stands, whatever tunnel it was met in

  Walk(Row& r, Key& k, Notes n, const ParseOptions& o) noexcept
      : row(r), key(k), layers(n.layers), trail(n.trail), options(o), trusted((r.flags & kRowReassembled) != 0 ? r.l3 : 0) {
    end = r.len;
  }
  Cursor cursor() const noexcept { return Cursor({row.frame + at, end - at}); }
  bool has(std::uint32_t n) const noexcept { return end - at >= n; }
  // For a header of fixed size, after has(kSize): the compiler then knows that no field is missing, and tests nothing again.
  template <std::uint32_t kSize>
  Cursor header() const noexcept {
    DCHECK(has(kSize));
    return Cursor(Bytes(row.frame + at, kSize));
  }
  bool is_short() const noexcept { return cut || (row.len < row.wire_len && (row.flags & kRowReassembled) == 0); }
};

void refuse(Walk& w, Layer layer, Err err) noexcept;
inline void note(Walk& w, Mark mark, std::uint32_t id) noexcept {
  if (w.trail == nullptr || w.trail->size == kMaxMarks) return;
  w.trail->step[w.trail->size++] = {mark, id};
}
inline void pass_over(Walk& w) noexcept { w.row.fate = Fate::non_ip; }

// Takes over a length field that counts from `at`. Zero says nothing (segmentation offload, RFC 2675). One that is greater than
// what is there means a frame cut short if it is the outermost, else a contradiction. False: refused.
bool bound(Walk& w, Layer layer, std::uint32_t header, std::uint32_t announced) noexcept;

// The fates, once all headers are read.
struct Ports {
  std::uint16_t src = 0;
  std::uint16_t dst = 0;
};
enum class Swap : std::uint8_t { with_addresses, never };  // what canonical order does to the ports
bool make_flow(Walk& w, std::uint8_t proto, Ports ports, Swap swap, std::uint32_t payload) noexcept;
void make_fragment(Walk& w, std::uint8_t proto, std::uint32_t payload) noexcept;

// Readers.
void read_ethernet(Walk& w) noexcept;
void read_ethertype(Walk& w, std::uint16_t type) noexcept;
void read_link(Walk& w) noexcept;  // link types other than Ethernet
void read_mpls(Walk& w) noexcept;
void read_pppoe(Walk& w) noexcept;
void read_discovery(Walk& w) noexcept;  // PPPoE before its session
void read_ppp(Walk& w) noexcept;
void read_ipv4(Walk& w) noexcept;
void read_ipv6(Walk& w) noexcept;
void read_version(Walk& w) noexcept;  // IPv4 or IPv6, by the first nibble
void read_transport(Walk& w, std::uint8_t proto) noexcept;
void read_gre(Walk& w) noexcept;

// A tunnel whose own header is read. `certain`: a protocol number says that this is the tunnel, so what is wrong inside is an
// error; `guessed`: only a port says so, so what is wrong inside means that it was something else.
enum class Belief : std::uint8_t { certain, guessed };
struct Tunnel {
  Wrap type;
  Layer layer;
  std::uint8_t proto;
  Belief belief;
  std::uint16_t inside;    // an ethertype, or kTypeBridged, kTypePpp
  std::uint32_t body = 0;  // offset of what it carries
  Ports ports = {};
  bool has_id = false;
  bool id_parts_flows = false;  // the id is a VNI: it goes into Key::space
  std::uint32_t id = 0;
};
// Reads what the tunnel carries. False: no IP there (or nothing sound, if guessed): `w` is as before and the tunnel is the
// flow.
bool unwrap(Walk& w, const Tunnel& tunnel) noexcept;
// GRE from here: `outer` says where it was found. True: unwrapped, or refused if that is certain.
bool unwrap_gre(Walk& w, const Tunnel& outer) noexcept;
bool unwrap_udp(Walk& w, Ports ports) noexcept;  // at: behind the UDP header. False: not a tunnel
// For a trail: identifiers over UDP that make no tunnel, in GTP's control messages and ESP. at: behind the UDP header.
void note_udp(Walk& w, Ports ports) noexcept;

constexpr bool may_be_udp_tunnel(Ports p) noexcept {
  switch (p.dst) {
    case 2152:
    case 3544:
    case 4754:
    case 4789:
    case 6081:
    case 6635:
    case 8472:
      return true;
    default:
      return p.src == 2152 || p.src == 3544;
  }
}

}  // namespace pellucid::net
