// Network: an address range as operators write it, 192.0.2.0/24 or 2001:db8::/32. A value type, any thread.
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace pellucid::net {

__extension__ using Wide = unsigned __int128;  // an address of either family, its first octet highest

struct Network {
  Wide first = 0;  // IPv4: the upper 32 bits
  std::uint8_t family = 0;
  std::uint8_t bits = 0;  // of the prefix
  friend constexpr auto operator<=>(const Network&, const Network&) = default;
};

enum class NetworkFault : std::uint8_t { none, address, bits, host };  // host: bits are set behind the prefix

NetworkFault read_network(std::string_view text, Network& out) noexcept;
std::string text_of(const Network& network);
Wide wide_of(const std::uint8_t* octets) noexcept;  // 16 octets

}  // namespace pellucid::net
