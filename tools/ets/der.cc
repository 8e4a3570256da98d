#include "tools/ets/der.h"

#include <algorithm>
#include <string_view>

namespace pellucid::ets {
namespace {

constexpr std::uint8_t kInteger = 0x02, kBits = 0x03, kOctets = 0x04, kObject = 0x06, kSequence = 0x30;
constexpr std::uint8_t kCurve = 0xa0, kPoint = 0xa1;                           // RFC 5915 3
constexpr std::uint8_t kEcKey[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};  // RFC 5480 2.1.1

// One element off the front; lengths of key files need no more than two octets.
bool take(Bytes& from, std::uint8_t tag, Bytes& content) {
  if (from.size() < 2 || from[0] != tag) return false;
  std::size_t head = 2, size = from[1];
  if (size == 0x81 && from.size() > 2) {
    size = from[2], head = 3;
  } else if (size == 0x82 && from.size() > 3) {
    size = static_cast<std::size_t>(from[2] << 8 | from[3]), head = 4;
  } else if (size >= 0x80) {
    return false;
  }
  if (from.size() - head < size) return false;
  content = from.subspan(head, size);
  from = from.subspan(head + size);
  return true;
}

bool is(Bytes a, Bytes b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

// RFC 5915, after its version.
Reading read_sec1(Bytes body, Found& out) {
  Bytes inner, bits;
  if (!take(body, kOctets, out.scalar)) return Reading::Nothing;
  if (take(body, kCurve, inner) && !take(inner, kObject, out.curve)) return Reading::Foreign;
  if (!take(body, kPoint, inner) || !take(inner, kBits, bits) || bits.empty() || bits[0] != 0) return Reading::Nothing;
  out.point = bits.subspan(1);
  return out.curve.empty() ? Reading::Foreign : Reading::Good;
}

int digit(char c) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t at = kDigits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

Reading read_armour(MutBytes text, Bytes& der) {
  der = text;
  const std::string_view all{reinterpret_cast<const char*>(text.data()), text.size()};
  constexpr std::string_view kBegin = "-----BEGIN ", kHead = "PRIVATE KEY-----";
  const std::size_t head = all.find(kHead);
  if (head == std::string_view::npos) return all.find(kBegin) == std::string_view::npos ? Reading::Good : Reading::Nothing;
  const std::size_t from = head + kHead.size(), to = all.find("-----END ", from);
  if (to == std::string_view::npos) return Reading::Nothing;
  const std::size_t label = all.rfind(kBegin, head);
  if (label == std::string_view::npos || all.substr(label, to - label).find("ENCRYPTED") != std::string_view::npos)
    return label == std::string_view::npos ? Reading::Nothing : Reading::Locked;
  std::size_t size = 0;
  unsigned held = 0, bits = 0;
  for (std::size_t i = from; i < to; ++i) {  // what is written stays behind what is read
    const int value = digit(all[i]);
    if (value < 0) continue;
    held = (held << 6 | static_cast<unsigned>(value)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    text[size++] = static_cast<std::uint8_t>(held >> bits);
  }
  der = Bytes(text).first(size);
  return Reading::Good;
}

Reading read_key(Bytes der, Found& out) {
  Bytes body, version, algorithm, type, key;
  if (!take(der, kSequence, body)) return Reading::Nothing;
  if (!take(body, kInteger, version)) return take(body, kSequence, algorithm) ? Reading::Locked : Reading::Nothing;
  if (!body.empty() && body[0] == kOctets) return read_sec1(body, out);
  if (!take(body, kSequence, algorithm)) return body.empty() ? Reading::Nothing : Reading::Foreign;
  if (!take(algorithm, kObject, type) || !take(body, kOctets, key)) return Reading::Nothing;
  if (!is(type, kEcKey)) {  // RFC 8410 7, as far as it is for one octet string
    out.curve = type;
    return take(key, kOctets, out.scalar) ? Reading::Good : Reading::Foreign;
  }
  if (!take(algorithm, kObject, out.curve)) return Reading::Foreign;
  Bytes inner;
  return take(key, kSequence, inner) && take(inner, kInteger, version) ? read_sec1(inner, out) : Reading::Nothing;
}

}  // namespace pellucid::ets
