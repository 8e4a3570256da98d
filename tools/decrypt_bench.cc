// decrypt_bench: what an engine and a key exchange reach on one core, from memory that no cache holds: Gbit/s of plaintext for
// records of 16 KiB that come in packets of 1,400 octets, and derivations a second. A line each: name, value.
// tools/bench-decrypt runs it several times.
#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <ctime>
#include <vector>

#include "drivers/crypto/ipsecmb/engine.h"
#include "drivers/crypto/openssl/dh.h"
#include "drivers/crypto/openssl/engine.h"
#include "drivers/sys/pages/pages.h"
#include "lib/base/memory.h"
#include "lib/base/slab.h"

namespace {

using namespace pellucid;

constexpr std::size_t kPiece = 1400;
constexpr std::size_t kRecord = 1u << 14;
constexpr std::size_t kRecords = 4096;  // 64 MiB: beyond any cache
constexpr std::size_t kFlows = 16;
constexpr unsigned kSlices = 20;  // the best one is the machine's own, when nobody else slows it
constexpr double kSlice = 0.02;

// Time of this process alone, which is what `openssl speed` divides by, too.
double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// How much of what `work` counts is done in a second.
template <class Work>
double best_rate(Work work) {
  double best = 0;
  for (unsigned slice = 0; slice < kSlices; ++slice) {
    double done = 0;
    const double start = now();
    do {
      done += work();
    } while (now() - start < kSlice);
    best = std::max(best, done / (now() - start));
  }
  return best;
}

struct Stream {
  LineArray<std::uint8_t> bytes{kRecord * kRecords};
  LineArray<std::uint8_t> arena{kRecord * kFlows};
  std::vector<crypto::Slot> slots;
  std::uint8_t tag[16] = {};  // it never matches; what it costs to see that is the same
};

// One record of every flow at once, as packets of many flows come in turn.
void open_group(crypto::Engine& engine, Stream& s, std::size_t group, std::uint64_t seq) {
  const crypto::Record record{seq, 0x0303, kRecord + 16, 23, {}};
  crypto::Piece burst[kFlows];
  for (std::size_t at = 0; at < kRecord; at += kPiece) {
    const std::size_t size = std::min(kPiece, kRecord - at);
    const bool last = at + size == kRecord;
    for (std::size_t flow = 0; flow < kFlows; ++flow) {
      const std::uint8_t* const from = s.bytes.at + (group * kFlows + flow) * kRecord + at;
      burst[flow] = {s.slots[flow],          at == 0 ? &record : nullptr,
                     Bytes(from, size),      s.arena.at + flow * kRecord + at,
                     last ? s.tag : nullptr, 0,
                     crypto::Status::no_key};
    }
    engine.open(burst);
  }
}

void measure(const char* who, crypto::Engine& engine, crypto::Cipher cipher, const char* name) {
  Stream s;
  std::memset(s.bytes.at, 0x5a, kRecord * kRecords);
  const std::vector<std::uint8_t> key(crypto::shape(cipher).key, 0x11), iv(12, 0x22);
  for (std::size_t i = 0; i < kFlows; ++i) {
    s.slots.push_back(*engine.claim({cipher, crypto::Version::tls13, crypto::Hash::none, {}, key, iv, {}}));
  }
  std::uint64_t group = 0;
  const double groups = best_rate([&] {
    open_group(engine, s, group % (kRecords / kFlows), group);
    ++group;
    return 1;
  });
  fmt::print("{}/{} {:.2f}\n", name, who, groups * kFlows * kRecord * 8 / 1e9);
  for (const crypto::Slot slot : s.slots) engine.drop(slot);
}

void measure(crypto::Group group, const char* name) {
  const std::vector<std::uint8_t> ours(crypto::shared_size(group), 0x21), theirs(crypto::shared_size(group), 0x43);
  const auto key = openssl::make_dh(group, ours), peer = openssl::make_dh(group, theirs);
  if (key == nullptr || peer == nullptr) return;
  Secret<crypto::kMaxShare> out;
  const double derivations = best_rate([&] {
    unsigned done = 0;
    for (unsigned i = 0; i < 64; ++i) done += key->derive(peer->share(), out) == Err::none;
    return done;
  });
  fmt::print("{}/pellucid {:.0f}\n", name, derivations);
}

}  // namespace

int main() {
  memory = sys::huge_pages();  // as packets and a worker's rooms are
  const auto fast = ipsecmb::make_engine(64), plain = openssl::make_engine(64);
  if (fast == nullptr || plain == nullptr) {
    fmt::print(stderr, "decrypt_bench: this CPU or this OpenSSL lacks a cipher; run it on x86-64 with AES-NI\n");
    return 1;
  }
  constexpr std::pair<crypto::Cipher, const char*> kCiphers[] = {{crypto::Cipher::aes128_gcm, "aes-128-gcm"},
                                                                 {crypto::Cipher::aes256_gcm, "aes-256-gcm"},
                                                                 {crypto::Cipher::chacha20_poly1305, "chacha20-poly1305"}};
  for (const auto& [cipher, name] : kCiphers) {
    measure("ipsecmb", *fast, cipher, name);
    measure("openssl", *plain, cipher, name);
  }
  measure(crypto::Group::x25519, "x25519");
  measure(crypto::Group::secp256r1, "secp256r1");
  return 0;
}
