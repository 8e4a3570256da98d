// Chain: the walk over the certificates of a handshake message, in either form. Any thread.
#pragma once
#include "lib/base/cursor.h"

namespace pellucid::tls {

inline constexpr unsigned kMaxChain = 32;  // certificates of one message; later ones are not read

enum class ChainForm : std::uint8_t {
  tls12,  // RFC 5246 7.4.2, and before
  tls13,  // RFC 8446 4.4.2: with a request context, and extensions after each certificate
};
class Chain {
 public:
  Chain(Bytes message_body, ChainForm form) noexcept;
  bool next(Bytes& der) noexcept;           // leaf first
  bool ok() const noexcept { return ok_; }  // false: a length did not fit, or kMaxChain was met

 private:
  Cursor in_;
  ChainForm form_;
  unsigned count_ = 0;
  bool ok_ = true;
};

}  // namespace pellucid::tls
