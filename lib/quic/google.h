// Google: what QUIC was before the IETF's packets: Q024 to Q046, whose first messages nobody encrypted, and the hello of Q050,
// which is like theirs. Pure functions over the caller's bytes, any thread.
#pragma once
#include "lib/base/cursor.h"
#include "lib/base/result.h"

namespace pellucid::quic {

inline constexpr unsigned kMaxTags = 64;         // of a hello; later ones are not read
inline constexpr std::size_t kMaxGoogle = 2048;  // octets of a hello that are kept

bool is_google(Bytes datagram) noexcept;  // the packet says a version of theirs

// The version, and the client's hello (from `CHLO` on) if its first stream frame holds one; empty if it does not.
struct GooglePacket {
  std::uint32_t version;
  Bytes hello;
};
Result<GooglePacket> read_google(Bytes datagram) noexcept;

// Octets of the hello that a stream begins with, as it says itself; 0: it does not, or too few are there to tell.
std::size_t size_of_hello(Bytes stream) noexcept;

// A hello's values by their tags, in its order: `for (Tag t; tags.next(t);)`.
struct Tag {
  std::string_view name;  // without its zeros
  Bytes value;
};
class Tags {
 public:
  explicit Tags(Bytes hello) noexcept;
  bool next(Tag& out) noexcept;

 private:
  Cursor heads_;
  Bytes values_;
  std::uint32_t begin_ = 0;
};

}  // namespace pellucid::quic
