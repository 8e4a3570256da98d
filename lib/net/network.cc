#include "lib/net/network.h"

#include <charconv>
#include <cstring>

namespace pellucid::net {

namespace {

template <class T>
bool read_number(std::string_view text, int base, T most, T& out) noexcept {
  if (text.empty()) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc{} && end == text.data() + text.size() && out <= most;
}

bool read_ipv4(std::string_view text, std::uint8_t* octets) noexcept {
  for (unsigned i = 0; i < 4; ++i) {
    const std::size_t dot = i < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return false;
    const std::string_view part = text.substr(0, dot);
    if (part.size() > 1 && part[0] == '0') return false;  // octal for some, decimal for others
    std::uint8_t v = 0;
    if (!read_number<std::uint8_t>(part, 10, 255, v)) return false;
    octets[i] = v;
    text.remove_prefix(i < 3 ? dot + 1 : dot);
  }
  return text.empty();
}

// RFC 4291 2.2: groups of 16 bits, one run of zeros left out; the last two groups may be written as IPv4.
bool read_ipv6(std::string_view text, std::uint8_t* octets) noexcept {
  std::uint8_t part[2][16] = {};  // before and behind "::"
  unsigned size[2] = {0, 0};
  unsigned side = 0;
  if (text.starts_with("::")) {
    side = 1;
    text.remove_prefix(2);
  } else if (text.starts_with(':')) {
    return false;
  }
  while (!text.empty()) {
    const std::string_view group = text.substr(0, text.find(':'));
    if (group.find('.') != std::string_view::npos) {
      if (group.size() != text.size() || size[0] + size[1] > 12 || !read_ipv4(group, part[side] + size[side])) return false;
      size[side] += 4;
      break;
    }
    std::uint16_t v = 0;
    if (size[0] + size[1] > 14 || group.size() > 4 || !read_number<std::uint16_t>(group, 16, 0xffff, v)) return false;
    part[side][size[side]++] = static_cast<std::uint8_t>(v >> 8);
    part[side][size[side]++] = static_cast<std::uint8_t>(v);
    text.remove_prefix(group.size());
    if (text.empty()) break;
    text.remove_prefix(1);
    if (text.starts_with(':')) {
      if (side == 1) return false;
      side = 1;
      text.remove_prefix(1);
    } else if (text.empty()) {
      return false;
    }
  }
  if (side == 0 ? size[0] != 16 : size[0] + size[1] > 14) return false;
  std::memcpy(octets, part[0], size[0]);
  std::memcpy(octets + 16 - size[1], part[1], size[1]);
  return true;
}

}  // namespace

Wide wide_of(const std::uint8_t* octets) noexcept {
  std::uint64_t half[2];
  std::memcpy(half, octets, sizeof half);
  return Wide{__builtin_bswap64(half[0])} << 64 | __builtin_bswap64(half[1]);
}

NetworkFault read_network(std::string_view text, Network& out) noexcept {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  std::uint8_t octets[16] = {};
  const bool v6 = address.find(':') != std::string_view::npos;
  if (!(v6 ? read_ipv6(address, octets) : read_ipv4(address, octets))) return NetworkFault::address;
  const std::uint8_t most = v6 ? 128 : 32;
  out = {wide_of(octets), v6 ? std::uint8_t{6} : std::uint8_t{4}, most};
  if (slash != std::string_view::npos && !read_number<std::uint8_t>(text.substr(slash + 1), 10, most, out.bits)) {
    return NetworkFault::bits;
  }
  const Wide behind = out.bits == 0 ? out.first : out.bits == 128 ? Wide{0} : out.first << out.bits;
  return behind == 0 ? NetworkFault::none : NetworkFault::host;
}

std::string text_of(const Network& n) {
  std::string out;
  const auto put = [&out](unsigned v, int base) {
    char digits[8];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, v, base).ptr);
  };
  const unsigned groups = n.family == 4 ? 4 : 8;
  const unsigned width = n.family == 4 ? 8 : 16;
  for (unsigned i = 0; i < groups; ++i) {
    if (i != 0) out += n.family == 4 ? '.' : ':';
    put(static_cast<unsigned>(n.first >> (128 - width * (i + 1))) & ((1u << width) - 1), n.family == 4 ? 10 : 16);
  }
  out += '/';
  put(n.bits, 10);
  return out;
}

}  // namespace pellucid::net
