#include "lib/x509/der.h"

namespace pellucid::x509 {

bool Der::next(Element& out) noexcept {
  constexpr std::uint8_t kLongTag = 0x1f;
  constexpr std::uint8_t kLongLength = 0x80;
  constexpr unsigned kMaxLengthOctets = 3;  // a handshake message is no longer than 2^24
  if (in_.left() == 0) return false;
  const Bytes from = in_.rest();
  const std::size_t start = in_.offset();
  const std::uint8_t tag = in_.u8();
  std::size_t length = in_.u8();
  if ((tag & kLongTag) == kLongTag || depth_ >= kMaxDepth) in_.fail();
  if (length >= kLongLength) {
    const std::size_t octets = length & 0x7f;
    length = 0;
    if (octets == 0 || octets > kMaxLengthOctets) in_.fail();  // indefinite, or beyond any certificate
    for (std::size_t i = 0; i < octets && in_.ok(); ++i) length = (length << 8) | in_.u8();
  }
  const Bytes body = in_.take(length);
  if (!in_.ok()) return false;
  out.tag = tag;
  out.depth = static_cast<std::uint8_t>(depth_ + 1);
  out.body = body;
  out.whole = from.first(in_.offset() - start);
  return true;
}

Element Der::expect(std::uint8_t tag) noexcept {
  Element e{};
  if (next(e) && e.tag == tag) return e;
  in_.fail();
  e = Element{};
  e.depth = kMaxDepth;
  return e;
}

void Der::skip_if(std::uint8_t tag) noexcept {
  const Bytes rest = in_.rest();
  if (rest.empty() || rest[0] != tag) return;
  Element passed{};
  static_cast<void>(next(passed));
}

}  // namespace pellucid::x509
