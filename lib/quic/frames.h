// Frames: what an opened first packet consists of (RFC 9000 12.4, 19). Walks over a payload and gives its pieces of the
// handshake; any thread.
#pragma once
#include "lib/base/cursor.h"
#include "lib/base/err.h"
#include "lib/quic/version.h"

namespace pellucid::quic {

struct Crypto {  // a piece of the handshake's stream
  std::uint64_t offset;
  Bytes data;
};

class Frames {
 public:
  Frames(Bytes payload, Frame how) noexcept : in_(payload), how_(how) {}
  // False at the end; err() says whether it was one.
  bool next(Crypto& out) noexcept;
  Err err() const noexcept { return err_; }
  bool closed() const noexcept { return closed_; }  // a CONNECTION_CLOSE was among them

 private:
  void pass_padding() noexcept;
  void pass_ack(std::uint8_t type) noexcept;
  void pass_close(std::uint8_t type) noexcept;

  Cursor in_;
  Frame how_;
  Err err_ = Err::none;
  bool closed_ = false;
};

}  // namespace pellucid::quic
