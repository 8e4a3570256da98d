#include "lib/dns/name.h"

#include <array>

#include "lib/base/cursor.h"

namespace pellucid::dns {

namespace {

constexpr std::size_t kHeader = 12;
constexpr std::uint8_t kPointer = 0xc0;  // the two high bits of a length: 00 a label, 11 a pointer, others unassigned

void put(Name& out, char c) noexcept {
  if (out.size < kMaxText) out.text[out.size++] = c;
}

void put_octet(Name& out, std::uint8_t octet) noexcept {
  if (octet > 0x20 && octet < 0x7f) {
    if (octet == '.' || octet == '\\') put(out, '\\');
    put(out, static_cast<char>(octet));
    return;
  }
  if (out.unprintable < 255) ++out.unprintable;
  put(out, '\\');
  put(out, static_cast<char>('0' + octet / 100));
  put(out, static_cast<char>('0' + octet / 10 % 10));
  put(out, static_cast<char>('0' + octet % 10));
}

// Octets that stand for themselves.
constexpr std::array<bool, 256> make_plain() noexcept {
  std::array<bool, 256> plain{};
  for (unsigned c = 0x21; c < 0x7f; ++c) plain[c] = c != '.' && c != '\\';
  return plain;
}
constexpr auto kPlain = make_plain();

// Writes a label in which nothing is to be escaped, as in nearly every name; false: something is, or it may not fit.
bool put_plain(Name& out, Bytes label) noexcept {
  if (out.size + label.size() > kMaxText) return false;
  bool plain = true;
  char* to = out.text + out.size;
  for (const std::uint8_t octet : label) {
    *to++ = static_cast<char>(octet);
    plain &= kPlain[octet];
  }
  if (plain) out.size = static_cast<std::uint16_t>(out.size + label.size());
  return plain;
}

void put_label(Name& out, Bytes label) noexcept {
  if (out.labels != 0) put(out, '.');
  ++out.labels;
  if (put_plain(out, label)) return;
  for (const std::uint8_t octet : label) put_octet(out, octet);
}

}  // namespace

Result<std::size_t> read_name(Bytes message, std::size_t at, Name& out) noexcept {
  out.size = 0;
  out.labels = 0;
  out.unprintable = 0;
  std::size_t after = 0;   // set by the first pointer
  std::size_t floor = at;  // where the piece at hand began: a pointer must lead before it
  std::size_t octets = 1;  // the root's
  if (at > message.size()) return Err::truncated;
  Cursor in(message.subspan(at));
  for (unsigned steps = 0; steps < 2 * kMaxLabels; ++steps) {
    const std::uint8_t length = in.u8();
    if (!in.ok()) return Err::truncated;
    if (length == 0) return after != 0 ? after : at + in.offset();
    if ((length & kPointer) == kPointer) {
      const std::size_t target = static_cast<std::size_t>(length & 0x3f) << 8 | in.u8();
      if (!in.ok()) return Err::truncated;
      if (after == 0) after = at + in.offset();
      if (target >= floor || target < kHeader) return Err::bad_name;
      floor = at = target;
      in = Cursor(message.subspan(at));
      continue;
    }
    if ((length & kPointer) != 0) return Err::bad_name;
    const Bytes label = in.take(length);
    if (!in.ok()) return Err::truncated;
    octets += label.size() + 1;
    if (octets > kMaxName || out.labels == kMaxLabels - 1) return Err::bad_name;
    put_label(out, label);
  }
  return Err::bad_name;
}

Result<std::size_t> skip_name(Bytes message, std::size_t at) noexcept {
  if (at > message.size()) return Err::truncated;
  Cursor in(message.subspan(at));
  for (unsigned labels = 0; labels < kMaxLabels; ++labels) {
    const std::uint8_t length = in.u8();
    if ((length & kPointer) == kPointer) in.skip(1);
    if (!in.ok()) return Err::truncated;
    if (length == 0 || (length & kPointer) == kPointer) return at + in.offset();
    if ((length & kPointer) != 0) return Err::bad_name;
    in.skip(length);
    if (!in.ok()) return Err::truncated;
  }
  return Err::bad_name;
}

}  // namespace pellucid::dns
