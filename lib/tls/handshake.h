// Handshake: the messages of the clear part and what each one tells the session, as one table (RFC 8446 4, RFC 5246 7.4).
// Called by feed() on the worker that owns the session.
#pragma once
#include "lib/tls/session.h"

namespace pellucid::tls {

enum class Message : std::uint8_t {
  hello_request = 0,
  client_hello = 1,
  server_hello = 2,
  hello_verify_request = 3,
  new_session_ticket = 4,
  end_of_early_data = 5,
  hello_retry_request = 6,  // a message of its own in drafts up to 21
  encrypted_extensions = 8,
  certificate = 11,
  server_key_exchange = 12,
  certificate_request = 13,
  server_hello_done = 14,
  certificate_verify = 15,
  client_key_exchange = 16,
  finished = 20,
  certificate_url = 21,
  certificate_status = 22,
  supplemental_data = 23,
  key_update = 24,
  compressed_certificate = 25,
  next_protocol = 67,
};

inline constexpr std::size_t kMessageHead = 4;
inline constexpr std::uint32_t kMaxCertificates = 64 * 1024;  // body octets of a Certificate message that is kept
inline constexpr std::uint32_t kMaxMessage = 1 << 18;         // a longer announcement means that the framing is lost

struct Arrived {
  Dir dir;
  Bytes body;  // as much as its row wants
  Room& room;
};
struct MessageRow {
  Message type;
  std::uint32_t want;  // octets of the body, from its start, that the reader wants; 0: its arrival is all
  std::uint32_t most;  // a longer body is not read
  void (*read)(Session&, const Arrived&) noexcept;
};

// The row of a message type, or null: there is no such message, so what was read is no handshake.
const MessageRow* find_message(std::uint8_t type) noexcept;

// SSLv2's ClientHello and ServerHello, type octet included.
void read_v2_message(Session& s, const Arrived& in) noexcept;

}  // namespace pellucid::tls
