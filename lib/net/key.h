// Key: what makes a flow a flow, in canonical order: the smaller (address, port) end is `a`. No padding, so that it can be
// hashed and compared as 48 bytes. A value type, any thread.
#pragma once
#include <cstring>

#include "lib/net/row.h"

namespace pellucid::net {

struct Key {
  std::uint8_t a[16];  // IPv4: the first four octets, the rest zero
  std::uint8_t b[16];
  std::uint16_t port_a;  // host order. ICMP: zero. ESP and AH: port_a high, port_b low half of the SPI, never swapped
  std::uint16_t port_b;
  std::uint8_t proto;
  std::uint8_t family;  // 4 or 6
  std::uint16_t zero;
  std::uint64_t space;  // VLAN tags and VNI, see space_of(); 0 where neither is seen or counts

  friend bool operator==(const Key& x, const Key& y) noexcept { return std::memcmp(&x, &y, sizeof(Key)) == 0; }
};
static_assert(sizeof(Key) == 48 && std::has_unique_object_representations_v<Key>);

inline constexpr unsigned kBurst = 64;  // rows a pull brings at most: enough to hide DRAM behind prefetch, 7 KiB of L1

struct Burst {
  std::uint32_t n = 0;
  Row row[kBurst];
  Key key[kBurst];
};

}  // namespace pellucid::net
