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

Err lease_tls13(const Keylog& log, const crypto::Hasher& hasher, const Suite& suite, const LogId& id, Part part,
                Lease& lease) noexcept {
  struct Row {
    Part part;
    Side side;
    Logged logged;
  };
  static constexpr Row kRows[] = {{Part::early, Side::client, Logged::client_early},
                                  {Part::handshake, Side::client, Logged::client_handshake},
                                  {Part::handshake, Side::server, Logged::server_handshake},
                                  {Part::application, Side::client, Logged::client_application},
                                  {Part::application, Side::server, Logged::server_application}};
  Err result = Err::not_mine;
  for (const Row& row : kRows) {
    if (row.part != part) continue;
    const Bytes secret = log.find(id, row.logged);
    if (secret.size() != crypto::hash_size(suite.prf)) continue;
    DirectionKeys& d = lease.side[static_cast<unsigned>(row.side)];
    std::ranges::copy(secret, d.traffic.bytes().begin());
    use_tls13(hasher, suite, d);
    result = Err::none;
  }
  return result;
}

Bytes master_of(const Keylog& log, const LogId& random, const Session& s) noexcept {
  Bytes master = log.find(random, Logged::master);
  if (master.empty() && !s.session_id.empty()) {
    master = log.find(LogId::of(LogId::Kind::session_id, s.session_id), Logged::master);
  }
  return master;
}

// MAC keys, keys and IVs, each the client's first (RFC 5246 6.3). TLS 1.0 takes CBC's first block from there too (RFC
// 2246 6.3).
void cut_block(const Suite& suite, Version version, crypto::MacOrder order, Bytes block, Lease& lease) noexcept {
  const crypto::Shape shape = crypto::shape(suite.cipher);
  const bool cbc = shape.kind == crypto::Kind::cbc;
  const std::size_t mac = crypto::hash_size(suite.mac), iv = cbc ? (version == Version::tls10 ? shape.block : 0) : shape.iv;
  const auto take = [&block](std::size_t n) {
    const Bytes taken = block.first(n);
    block = block.subspan(n);
    return taken;
  };
  for (DirectionKeys& d : lease.side) std::ranges::copy(take(mac), d.mac_key.bytes().begin());
  for (DirectionKeys& d : lease.side) std::ranges::copy(take(shape.key), d.key.bytes().begin());
  for (DirectionKeys& d : lease.side) std::ranges::copy(take(iv), d.iv.bytes().begin());
  for (DirectionKeys& d : lease.side) {
    d.block = static_cast<std::uint8_t>(cbc ? iv : 0);
    d.use = {suite.cipher,
             version,
             suite.mac,
             order,
             d.key.bytes().first(shape.key),
             d.iv.bytes().first(cbc ? 0 : iv),
             d.mac_key.bytes().first(mac)};
    d.granted = true;
  }
}

Err lease_before(const Keylog& log, const crypto::Hasher& hasher, const Suite& suite, const LogId& id, const Session& s,
                 Lease& lease) noexcept {
  if (s.version < 0x0301 || s.server_random.size() != 32) return Err::unsupported;
  const Bytes found = master_of(log, id, s);
  if (found.size() != crypto::kMasterSize) return Err::not_mine;
  const auto version = static_cast<Version>(s.version - 0x0301);
  crypto::Master master;
  std::ranges::copy(found, master.bytes().begin());
  Secret<kMaxBlock> block;
  crypto::key_block(hasher, version == Version::tls12 ? suite.prf : crypto::Hash::md5_sha1, master,
                    {s.client_random, s.server_random}, block.bytes());
  const auto order = s.encrypt_then_mac ? crypto::MacOrder::encrypt_then_mac : crypto::MacOrder::mac_then_encrypt;
  cut_block(suite, version, order, block.bytes(), lease);
  return Err::none;
}

}  // namespace

Err lease_from(const Keylog& log, const crypto::Hasher& hasher, const Session& s, Part part, Lease& lease) noexcept {
  const Suite* suite = crypto::find_suite(s.suite);
  const bool tls13 = s.version == kTls13;
  if (suite == nullptr || s.version > kTls13 || (suite->exchange == crypto::Exchange::tls13) != tls13) return Err::unsupported;
  const LogId id = LogId::of(LogId::Kind::client_random, s.client_random);
  if (tls13) return lease_tls13(log, hasher, *suite, id, part, lease);
  return part == Part::application ? lease_before(log, hasher, *suite, id, s, lease) : Err::unsupported;
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
