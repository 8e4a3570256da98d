#include "lib/keys/lease.h"

#include <algorithm>

#include "lib/crypto/prf.h"

namespace pellucid::keys {
namespace {

using crypto::Suite;
using crypto::Version;

constexpr std::uint16_t kTls13 = 0x0304;
constexpr std::size_t kMaxBlock = 2 * (crypto::kMaxHash + DirectionKeys::kMaxKey + DirectionKeys::kMaxIv);

void use_tls13(const crypto::Hasher& hasher, const Suite& suite, DirectionKeys& d) noexcept {
  crypto::HashSecret traffic(suite.prf);
  std::ranges::copy(d.traffic.bytes().first(traffic.bytes().size()), traffic.bytes().begin());
  const crypto::Shape shape = crypto::shape(suite.cipher);
  const MutBytes key = d.key.bytes().first(shape.key), iv = d.iv.bytes().first(12);
  crypto::traffic_keys(hasher, traffic, key, iv);
  d.use = {suite.cipher, Version::tls13, crypto::Hash::none, {}, key, iv, {}};
  d.granted = true;
}

Logged logged_of(Part part, Side side) noexcept {
  const bool client = side == Side::client;
  if (part == Part::early) return client ? Logged::client_early : Logged::kCount;
  if (part == Part::handshake) return client ? Logged::client_handshake : Logged::server_handshake;
  return client ? Logged::client_application : Logged::server_application;
}

Bytes master_of(const Keylog& log, const LogId& random, const Hellos& s) noexcept {
  Bytes master = log.find(random, Logged::master);
  if (master.empty() && !s.session_id.empty()) {
    master = log.find(LogId::of(LogId::Kind::session_id, s.session_id), Logged::master);
  }
  return master;
}

// MAC keys, keys and IVs, each the client's first (RFC 5246 6.3). TLS 1.0 takes CBC's first block from there too (RFC
// 2246 6.3).
void cut_block(const Suite& suite, Version version, Bytes block, Side side, DirectionKeys& d) noexcept {
  const crypto::Shape shape = crypto::shape(suite.cipher);
  const bool cbc = shape.kind == crypto::Kind::cbc;
  const std::size_t mac = crypto::hash_size(suite.mac), iv = cbc ? (version == Version::tls10 ? shape.block : 0) : shape.iv;
  const auto take = [&block, side](std::size_t n) {
    const Bytes taken = block.subspan(side == Side::client ? 0 : n, n);
    block = block.subspan(2 * n);
    return taken;
  };
  std::ranges::copy(take(mac), d.mac_key.bytes().begin());
  std::ranges::copy(take(shape.key), d.key.bytes().begin());
  std::ranges::copy(take(iv), d.iv.bytes().begin());
  d.block = static_cast<std::uint8_t>(cbc ? iv : 0);
  d.use = {suite.cipher,
           version,
           suite.mac,
           crypto::MacOrder::mac_then_encrypt,
           d.key.bytes().first(shape.key),
           d.iv.bytes().first(cbc ? 0 : iv),
           d.mac_key.bytes().first(mac)};
  d.granted = true;
}

const Suite* suite_of(std::uint16_t id, bool tls13) noexcept {
  const Suite* suite = crypto::find_suite(id);
  return suite == nullptr || (suite->exchange == crypto::Exchange::tls13) != tls13 ? nullptr : suite;
}

}  // namespace

Err keys_of_traffic(const crypto::Hasher& hasher, std::uint16_t id, Bytes traffic, DirectionKeys& d) noexcept {
  const Suite* suite = suite_of(id, true);
  if (suite == nullptr) return Err::unsupported;
  if (traffic.size() != crypto::hash_size(suite->prf)) return Err::not_mine;
  std::ranges::copy(traffic, d.traffic.bytes().begin());
  use_tls13(hasher, *suite, d);
  return Err::none;
}

Err keys_of_master(const crypto::Hasher& hasher, const Hellos& s, Bytes found, Side side, DirectionKeys& d) noexcept {
  const Suite* suite = suite_of(s.suite, false);
  if (suite == nullptr || s.version < 0x0301 || s.version >= kTls13 || s.server_random.size() != 32) return Err::unsupported;
  if (found.size() != crypto::kMasterSize) return Err::not_mine;
  const auto version = static_cast<Version>(s.version - 0x0301);
  crypto::Master master;
  std::ranges::copy(found, master.bytes().begin());
  Secret<kMaxBlock> block;
  crypto::key_block(hasher, version == Version::tls12 ? suite->prf : crypto::Hash::md5_sha1, master,
                    {s.client_random, s.server_random}, block.bytes());
  cut_block(*suite, version, block.bytes(), side, d);
  if (s.encrypt_then_mac) d.use.order = crypto::MacOrder::encrypt_then_mac;
  return Err::none;
}

Err lease_from(const Keylog& log, const crypto::Hasher& hasher, const Hellos& s, Part part, Side side,
               DirectionKeys& d) noexcept {
  const LogId id = LogId::of(LogId::Kind::client_random, s.client_random);
  if (s.version == kTls13) {
    const Logged which = logged_of(part, side);
    return which == Logged::kCount ? Err::not_mine : keys_of_traffic(hasher, s.suite, log.find(id, which), d);
  }
  return part == Part::application ? keys_of_master(hasher, s, master_of(log, id, s), side, d) : Err::unsupported;
}

Err renew(const crypto::Hasher& hasher, std::uint16_t id, DirectionKeys& keys) noexcept {
  const Suite* suite = crypto::find_suite(id);
  if (suite == nullptr || suite->exchange != crypto::Exchange::tls13 || !keys.granted) return Err::unsupported;
  crypto::HashSecret traffic(suite->prf);
  std::ranges::copy(keys.traffic.bytes().first(traffic.bytes().size()), traffic.bytes().begin());
  crypto::update_traffic(hasher, traffic);
  std::ranges::copy(traffic.bytes(), keys.traffic.bytes().begin());
  use_tls13(hasher, *suite, keys);
  return Err::none;
}

}  // namespace pellucid::keys
