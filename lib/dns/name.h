// Name: a domain name in presentation format, read out of a message with its compression undone. Filled in place by whoever
// owns it; about 1 KiB, so it belongs on a stack, not in a flow. Any thread.
#pragma once
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace pellucid::dns {

inline constexpr std::size_t kMaxName = 255;   // octets on the wire, lengths and root included (RFC 1035 3.1)
inline constexpr std::size_t kMaxLabel = 63;   // octets of a label (RFC 1035 2.3.4)
inline constexpr unsigned kMaxLabels = 128;    // labels, and also pointers followed, of one name
inline constexpr std::size_t kMaxText = 1024;  // 253 octets, each at most `\DDD`, fit

struct Name {
  std::uint16_t size = 0;  // of text; 0 is the root
  std::uint8_t labels = 0;
  std::uint8_t unprintable = 0;  // octets written as \DDD, at most 255 counted
  char text[kMaxText];           // labels joined by dots, no dot at the end (RFC 4343 2.1 escapes)

  std::string_view view() const noexcept { return {text, size}; }
};

// Where reading goes on behind the name that begins at `at`. Pointers lead strictly backwards (RFC 1035 4.1.4), never into the
// header, so that reading ends whatever the message says.
Result<std::size_t> read_name(Bytes message, std::size_t at, Name& out) noexcept;

// The same without text and without following pointers: only where the name ends in place.
Result<std::size_t> skip_name(Bytes message, std::size_t at) noexcept;

}  // namespace pellucid::dns
