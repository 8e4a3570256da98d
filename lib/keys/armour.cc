#include "lib/keys/armour.h"

namespace pellucid::keys {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";
constexpr std::uint8_t kNone = 0xff, kBlank = 0xfe;

// The value of a character of base64.
constexpr std::uint8_t value_of(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint8_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint8_t>(c - 'a' + 26);
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0' + 52);
  if (c == '+') return 62;
  if (c == '/') return 63;
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' ? kBlank : kNone;
}

// What is written stays behind what is read. False: it is no base64.
bool decode(std::string_view from, MutBytes to, std::size_t& size) noexcept {
  unsigned held = 0, bits = 0, fill = 0, count = 0;
  size = 0;
  for (const char c : from) {
    const std::uint8_t value = value_of(c);
    if (value == kBlank) continue;
    ++count;
    if (c == '=') {
      ++fill;
      continue;
    }
    if (value == kNone || fill != 0) return false;
    held = (held << 6 | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    to[size++] = static_cast<std::uint8_t>(held >> bits);
  }
  return count % 4 == 0 && fill <= 2 && (held & ((1u << bits) - 1)) == 0;
}

}  // namespace

std::string_view ArmourReader::rest() const noexcept { return as_text(text_).substr(at_); }

Armour ArmourReader::next(std::string_view& label, Bytes& octets) noexcept {
  const std::size_t begin = rest().find(kBegin);
  if (begin == std::string_view::npos) return Armour::end;
  at_ += begin + kBegin.size();
  const std::size_t named = rest().find(kDashes);
  if (named == std::string_view::npos || rest().substr(0, named).find('\n') != std::string_view::npos) return Armour::broken;
  label = rest().substr(0, named);
  at_ += named + kDashes.size();
  const std::size_t size = rest().find(kEnd);
  if (size == std::string_view::npos) return Armour::broken;
  const std::string_view inside = rest().substr(0, size);
  if (inside.find("ENCRYPTED") != std::string_view::npos) return Armour::locked;
  std::size_t made = 0;
  const bool good = decode(inside, text_.subspan(at_, size), made);
  octets = Bytes(text_).subspan(at_, made);
  at_ += size + kEnd.size();
  if (!rest().starts_with(label)) return Armour::broken;
  return good ? Armour::block : Armour::broken;
}

}  // namespace pellucid::keys
