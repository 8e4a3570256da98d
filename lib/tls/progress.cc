#include "lib/tls/progress.h"

#include <algorithm>

#include "lib/tls/hello.h"

namespace pellucid::tls {
namespace {

// From here on a direction's handshake records are protected, or mean nothing. What waits may hold a second hello.
void mute(OpeningSide& side) noexcept {
  if (side.wait != Wait::hello) side.unsealer.muted = 1;
}

bool has_client_hellos(const Opening& o) noexcept { return o.hellos >= (o.retried != 0 ? 2 : 1); }

void note_client_hello(Opening& o, Dir dir, Bytes body) noexcept {
  const Result<ClientHello> hello = read_client_hello(body);
  if (!hello || hello->random.size() != sizeof o.client_random) return;
  OpeningSide& side = o.side[index(dir)];
  o.client = dir;
  o.client_known = 1;
  if (o.hellos == 0) o.early_offered = (hello->has & kHasEarlyData) != 0;
  if (o.hellos < 2) ++o.hellos;
  if (side.stage == Stage::early) o.early_void = 1;  // a second one: a HelloRetryRequest came between
  std::ranges::copy(hello->random, o.client_random);
  o.server_done = o.exchanged = o.server_changed = 0;
  if (tls13(o) && has_client_hellos(o)) mute(side);
}

void note_server_hello(Opening& o, Dir dir, Bytes body) noexcept {
  const Result<ServerHello> hello = read_server_hello(body);
  if (!hello || hello->random.size() != sizeof o.server_random) return;
  if (!o.client_known) o.client = other(dir);
  o.client_known = 1;
  if (hello->retry) {
    o.retried = 1;
    return;
  }
  std::ranges::copy(hello->random, o.server_random);
  o.session_id_size = static_cast<std::uint8_t>(std::min(hello->session_id.size(), sizeof o.session_id));
  std::copy_n(hello->session_id.begin(), o.session_id_size, o.session_id);
  o.suite = hello->cipher;
  o.version = hello->real_version();
  o.encrypt_then_mac = (hello->has & kHasEncryptThenMac) != 0;
  for (OpeningSide& side : o.side) {
    if (side.unsealer.sealing != Sealing::over) side.refused = 0;
    if (tls13(o) && (&side == &o.side[index(dir)] || has_client_hellos(o))) mute(side);
  }
}

}  // namespace

void note(Opening& o, Dir dir, Message type, Bytes body) noexcept {
  if (type == Message::client_hello) note_client_hello(o, dir, body);
  if (type == Message::server_hello) note_server_hello(o, dir, body);
  if (type == Message::server_hello_done) o.server_done = 1;
  if (type == Message::client_key_exchange) o.exchanged = 1;
}

void note_lost(Opening& o, Dir dir) noexcept {
  if (dir == o.client) {
    o.exchanged = 1;
  } else {
    o.server_done = 1;
  }
}

bool has_hellos(const Opening& o, Dir dir) noexcept { return o.version != 0 && (dir == o.client || has_client_hellos(o)); }

bool may_change(const Opening& o, Dir dir) noexcept {
  if (!has_hellos(o, dir)) return false;
  if (dir == o.client) return o.server_done != 0 || o.server_changed != 0;
  return o.server_done == 0 || o.exchanged != 0;
}

}  // namespace pellucid::tls
