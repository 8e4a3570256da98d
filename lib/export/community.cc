#include <algorithm>
#include <array>

#include "lib/export/text.h"

namespace pellucid::exporter {
namespace {

struct Pair {
  std::uint8_t request, reply;
};
// Message types that answer each other, so that both directions give one identifier.
constexpr std::array kPairs4{Pair{8, 0}, Pair{13, 14}, Pair{15, 16}, Pair{10, 9}, Pair{17, 18}};
constexpr std::array kPairs6{Pair{128, 129}, Pair{130, 131}, Pair{133, 134}, Pair{135, 136}, Pair{139, 140}, Pair{144, 145}};

struct Ports {
  std::uint16_t src, dst;
  bool one_way = false;  // a message that nothing answers: never turned round
};

template <std::size_t N>
Ports icmp_ports(const std::array<Pair, N>& pairs, std::uint8_t type, std::uint8_t code) noexcept {
  for (const Pair& p : pairs) {
    if (type == p.request) return {type, p.reply};
    if (type == p.reply) return {type, p.request};
  }
  return {type, code, true};
}

Ports ports_of(const Head& h) noexcept {
  if (h.proto == kIcmp) return icmp_ports(kPairs4, h.icmp_type, h.icmp_code);
  if (h.proto == kIcmp6) return icmp_ports(kPairs6, h.icmp_type, h.icmp_code);
  return {h.sport, h.dport};
}

struct Input {
  std::array<std::uint8_t, 40> bytes{};  // seed, two IPv6 addresses, protocol, padding, ports
  std::size_t size = 2;                  // the seed is 0

  void add(Bytes more) noexcept {
    std::copy(more.begin(), more.end(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    size += more.size();
  }
  void add16(std::uint16_t v) noexcept {
    bytes[size++] = static_cast<std::uint8_t>(v >> 8);
    bytes[size++] = static_cast<std::uint8_t>(v);
  }
};

}  // namespace

void write_community_id(std::string& out, const crypto::Digests& digests, const Head& h) noexcept {
  Bytes low = address_of(h.src, h.family);
  Bytes high = address_of(h.dst, h.family);
  Ports ports = ports_of(h);
  const auto order = std::lexicographical_compare_three_way(low.begin(), low.end(), high.begin(), high.end());
  if (!ports.one_way && (order > 0 || (order == 0 && ports.src > ports.dst))) {
    std::swap(low, high);
    std::swap(ports.src, ports.dst);
  }
  Input in;
  in.add(low);
  in.add(high);
  in.add16(static_cast<std::uint16_t>(h.proto << 8));  // the protocol and an octet of padding
  if (has_ports(h.proto) || is_icmp(h.proto)) {
    in.add16(ports.src);
    in.add16(ports.dst);
  }
  std::uint8_t digest[20];
  digests.sha1({in.bytes.data(), in.size}, digest);
  out += "1:";
  write_base64(out, digest);
}

}  // namespace pellucid::exporter
