#include "lib/engine/mail.h"

#include "lib/net/hash.h"

namespace pellucid::engine {

namespace {
constexpr std::size_t kLetter = sizeof(net::Row) + sizeof(net::Key);
}

bool Mail::post(const net::Row& row, const net::Key& key) noexcept {
  const MutBytes room = ring_.reserve_more(kLetter + row.len);
  if (room.empty()) return false;
  std::memcpy(room.data(), &row, sizeof row);
  std::memcpy(room.data() + sizeof row, &key, sizeof key);
  if (row.len != 0) std::memcpy(room.data() + kLetter, row.frame, row.len);
  return true;
}

void Mail::take(net::Burst& burst) noexcept {
  ring_.release();
  burst.n = 0;
  while (burst.n < net::kBurst) {
    const Bytes letter = ring_.read();
    if (letter.empty()) return;
    net::Row& row = burst.row[burst.n];
    std::memcpy(&row, letter.data(), sizeof row);
    std::memcpy(&burst.key[burst.n], letter.data() + sizeof row, sizeof(net::Key));
    row.frame = letter.data() + kLetter;
    ++burst.n;
  }
}

unsigned owner_of(const net::Key& key, unsigned workers) noexcept { return net::queue_hash(key) % kOwnerSlots % workers; }

}  // namespace pellucid::engine
