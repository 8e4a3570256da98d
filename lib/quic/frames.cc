#include "lib/quic/frames.h"

#include <algorithm>

#include "lib/quic/varint.h"

namespace pellucid::quic {
namespace {

constexpr std::uint8_t kPadding = 0, kPing = 1, kAck = 2, kAckEcn = 3, kCrypto = 6, kClose = 0x1c, kCloseApp = 0x1d;
// Google's frames in Q050: an acknowledgement's first octet says how long it is, as far as first packets have any.
constexpr std::uint8_t kGooglePing = 7, kGoogleCrypto = 8, kGoogleAck = 0x40, kGoogleAckWide = 0x60;
constexpr std::size_t kGoogleAckSize = 6, kGoogleAckWideSize = 9;

}  // namespace

void Frames::pass_padding() noexcept {
  const Bytes rest = in_.rest();
  const auto end = std::ranges::find_if(rest, [](std::uint8_t b) { return b != 0; });
  in_.skip(static_cast<std::size_t>(end - rest.begin()));
}

void Frames::pass_ack(std::uint8_t type) noexcept {
  read_varint(in_);                               // largest
  read_varint(in_);                               // delay
  const std::uint64_t ranges = read_varint(in_);  // … after the first one; each is two octets at least
  read_varint(in_);
  for (std::uint64_t i = 0; i < ranges && in_.ok(); ++i) {
    read_varint(in_);
    read_varint(in_);
  }
  for (unsigned i = 0; type == kAckEcn && i < 3; ++i) read_varint(in_);
}

void Frames::pass_close(std::uint8_t type) noexcept {
  closed_ = true;
  read_varint(in_);
  if (type == kClose) read_varint(in_);
  take_varint(in_);
}

bool Frames::next(Crypto& out) noexcept {
  const std::uint8_t crypto = how_ == Frame::google ? kGoogleCrypto : kCrypto;
  while (err_ == Err::none && in_.left() != 0) {
    const std::uint8_t type = in_.u8();
    if (type == crypto) {
      out.offset = read_varint(in_);
      out.data = take_varint(in_);
      if (in_.ok()) return true;
    } else if (type == kPadding) {
      pass_padding();
    } else if (how_ == Frame::google && (type == kGoogleAck || type == kGoogleAckWide)) {
      in_.skip((type == kGoogleAck ? kGoogleAckSize : kGoogleAckWideSize) - 1);
    } else if (type == kAck || type == kAckEcn) {
      pass_ack(type);
    } else if (type == kClose || type == kCloseApp) {
      pass_close(type);
    } else if (type != kPing && !(how_ == Frame::google && type == kGooglePing)) {
      err_ = Err::bad_type;  // no other may stand in an Initial (RFC 9000 12.4)
    }
    if (!in_.ok()) err_ = Err::truncated;
  }
  return false;
}

}  // namespace pellucid::quic
