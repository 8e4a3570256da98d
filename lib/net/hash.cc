#include "lib/net/hash.h"

#include <array>

#include "lib/base/cursor.h"

namespace pellucid::net {
namespace {

constexpr std::uint8_t twice(std::uint8_t x) noexcept {  // in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1
  return static_cast<std::uint8_t>(x << 1 ^ ((x & 0x80) != 0 ? 0x1b : 0));
}

constexpr std::array<std::uint8_t, 256> make_substitution() noexcept {  // FIPS 197 5.1.1
  std::array<std::uint8_t, 256> power{};
  std::array<std::uint8_t, 256> log{};
  std::uint8_t x = 1;
  for (unsigned i = 0; i < 255; ++i) {  // 3 generates the field
    power[i] = x;
    log[x] = static_cast<std::uint8_t>(i);
    x = static_cast<std::uint8_t>(x ^ twice(x));
  }
  std::array<std::uint8_t, 256> box{};
  for (unsigned i = 0; i < 256; ++i) {
    const unsigned inverse = i == 0 ? 0 : power[(255u - log[i]) % 255];
    const unsigned twofold = inverse << 8 | inverse;  // rotations become shifts
    box[i] = static_cast<std::uint8_t>(inverse ^ twofold >> 7 ^ twofold >> 6 ^ twofold >> 5 ^ twofold >> 4 ^ 0x63);
  }
  return box;
}

// What one octet of row 0, substituted, gives to its mixed column: (2, 1, 1, 3) times itself, row 0 lowest.
constexpr std::array<std::uint32_t, 256> make_columns() noexcept {
  constexpr auto box = make_substitution();
  static_assert(box[0] == 0x63 && box[0x53] == 0xed && box[0xff] == 0x16);
  std::array<std::uint32_t, 256> columns{};
  for (unsigned i = 0; i < 256; ++i) {
    const std::uint32_t s = box[i];
    const std::uint32_t s2 = twice(box[i]);
    columns[i] = s2 | s << 8 | s << 16 | (s2 ^ s) << 24;
  }
  return columns;
}

constexpr std::array<std::uint32_t, 256> kColumns = make_columns();

struct Block {
  std::uint32_t column[4];  // row 0 lowest
};

constexpr std::uint32_t turn(std::uint32_t x, unsigned octets) noexcept {
  return octets == 0 ? x : x << (8 * octets) | x >> (32 - 8 * octets);
}

Block load(const std::uint8_t* at) noexcept {  // 16 octets of a Key or a HashSecret
  Block b;
  std::memcpy(&b, at, sizeof b);
  return b;
}

Block mix(const Block& s, const Block& key) noexcept {  // AESENC
  Block out;
  for (unsigned c = 0; c < 4; ++c) {
    std::uint32_t sum = key.column[c];
    for (unsigned row = 0; row < 4; ++row) sum ^= turn(kColumns[s.column[(c + row) & 3] >> (8 * row) & 0xff], row);
    out.column[c] = sum;
  }
  return out;
}

}  // namespace

void flow_hash_plain(const HashSecret& secret, const Key* keys, unsigned n, std::uint64_t* hashes) noexcept {
  static_assert(sizeof(HashSecret) == 64 && sizeof(Key) == 48);
  const Block k[4] = {load(secret.bytes), load(secret.bytes + 16), load(secret.bytes + 32), load(secret.bytes + 48)};
  for (unsigned i = 0; i < n; ++i) {
    const auto* at = reinterpret_cast<const std::uint8_t*>(&keys[i]);
    Block s = k[0];
    for (unsigned b = 0; b < 3; ++b) {
      const Block in = load(at + std::size_t{16} * b);
      for (unsigned c = 0; c < 4; ++c) s.column[c] ^= in.column[c];
      s = mix(mix(s, k[1]), k[2]);
    }
    s = mix(mix(mix(mix(s, k[3]), k[0]), k[1]), k[2]);
    hashes[i] = std::uint64_t{s.column[1]} << 32 | s.column[0];
  }
}

FlowHashKernel choose_flow_hash() noexcept { return __builtin_cpu_supports("aes") != 0 ? flow_hash_aesni : flow_hash_plain; }

std::uint64_t flow_id(FlowHashKernel kernel, const HashSecret& secret, const Key& key, std::uint64_t first_ns) noexcept {
  std::uint64_t hash = 0;
  kernel(secret, &key, 1, &hash);
  Key named{};
  std::memcpy(named.a, &hash, sizeof hash);
  std::memcpy(named.b, &first_ns, sizeof first_ns);
  kernel(secret, &named, 1, &hash);
  return hash & ((std::uint64_t{1} << 51) - 1);
}

// The RSS key repeats every 16 bits, so bit i of the input and bit i + 16 select the same 32-bit window: the Toeplitz hash of
// all 16-bit words is that of their sum. A NIC takes the SPI of ESP and AH for no port, so neither do we.
std::uint32_t queue_hash(const Key& key) noexcept {
  const std::size_t width = key.family == 6 ? 16 : 4;
  std::uint32_t fold = key.proto == 50 || key.proto == 51 ? 0u : std::uint32_t{key.port_a} ^ key.port_b;
  Cursor a(Bytes(key.a, width));
  Cursor b(Bytes(key.b, width));
  for (std::size_t i = 0; i < width; i += 2) fold ^= std::uint32_t{a.u16()} ^ b.u16();
  constexpr std::uint64_t kRssKey = 0x6d5a'6d5a'6d5a'6d5a;
  std::uint32_t hash = 0;
  for (unsigned bit = 0; bit < 16; ++bit) {
    const std::uint32_t chosen = 0u - (fold >> (15 - bit) & 1);
    hash ^= chosen & static_cast<std::uint32_t>(kRssKey >> (32 - bit));
  }
  return hash;
}

}  // namespace pellucid::net
