// Datagram: one datagram while its fragments come in; disjoint pieces in order, the first copy of each octet. Owned by Frags;
// nothing outside lib/net includes this.
#pragma once
#include "lib/base/spool.h"
#include "lib/net/frag.h"

namespace pellucid::net {

struct Fragment {
  Key origin;            // addresses as sent, the identification in the ports, protocol (IPv4 only: RFC 8200 4.5), outer space
  std::uint32_t offset;  // of its data in the datagram's
  bool last;
  std::uint8_t next;  // protocol of what the datagram carries, if this is its first fragment
  Bytes data;
  Bytes prefix;  // all headers before the data, save IPv6's fragment header
};

// Reads a row with fate fragment. Not `none`: it cannot be part of any datagram.
Err read_fragment(const Row& row, Fragment& out) noexcept;

struct Piece {
  std::uint32_t offset;
  Spool bytes;
  std::uint32_t end() const noexcept { return offset + bytes.size; }
};

struct Datagram {
  Key origin;
  std::uint32_t older;  // neighbours by age, kNone at the ends
  std::uint32_t newer;
  std::uint32_t chained;  // next in the same bucket, kNone
  std::uint32_t tick;     // when its first fragment came
  std::uint32_t total;    // octets of data, kNone until the last fragment is here
  std::uint32_t size;     // … that are here
  std::uint32_t frames;
  std::uint32_t wire_len;
  Spool prefix;  // empty until the first fragment is here
  std::uint16_t l3;
  std::uint8_t next;
  Link link;
  unsigned pieces;
  Piece piece[Frags::kMaxPieces];

  bool whole() const noexcept { return prefix.size != 0 && size == total; }
};

void begin(Datagram& d, const Fragment& f, std::uint32_t tick) noexcept;

// What of a fragment is new: stretches between the pieces that are there.
struct Gaps {
  struct Gap {
    std::uint32_t offset;
    std::uint32_t end;
  };
  unsigned count = 0;
  std::uint32_t chunks = 0;  // that keeping them may take at most, a first fragment's prefix included
  Gap gap[Frags::kMaxPieces + 1];
};

// Not `none`: bad_length contradicts what is known of the datagram's end, full means too many holes, bad_value that an overlap
// of IPv6 fragments differs. `scratch` has room for kMaxBytes.
Err find_gaps(const Datagram& d, const Fragment& f, const Spools& spools, MutBytes scratch, Gaps& out) noexcept;
void store(Datagram& d, const Fragment& f, const Row& row, const Gaps& gaps, Spools& spools) noexcept;
void wipe(Datagram& d, Spools& spools) noexcept;

// Octets of the datagram with its headers; zero if that is more than its IP header can say.
std::size_t joined_size(const Datagram& d) noexcept;
void join(const Datagram& d, const Spools& spools, MutBytes out) noexcept;  // out: joined_size() octets

}  // namespace pellucid::net
