// Engines against each other: random records, cut at random, some damaged; both must say the same and give the same octets.
#include <gtest/gtest.h>

#include <random>

#include "drivers/crypto/ipsecmb/engine.h"
#include "drivers/crypto/openssl/engine.h"
#include "test/unit/crypto/seal.h"

namespace pellucid::crypto {
namespace {

constexpr unsigned kKeys = 24;

struct Job {
  unsigned key;
  Sealed sealed;
  std::vector<std::size_t> ends;  // of its pieces
  Octets by_ipsecmb, by_openssl;
};

Octets random_octets(std::mt19937& random, std::size_t size) {
  Octets out(size);
  for (std::uint8_t& b : out) b = static_cast<std::uint8_t>(random());
  return out;
}

Job make_job(std::mt19937& random, const std::vector<Made>& keys, unsigned key) {
  Job job{key, {}, {}, {}, {}};
  const std::size_t size = random() % 4 == 0 ? random() % 64 : random() % ((1u << 14) + 1);
  job.sealed = seal(keys[key], random(), random_octets(random, size));
  const std::size_t pieces = 1 + random() % 12;
  for (std::size_t i = 1; i < pieces; ++i) job.ends.push_back(random() % (size + 1));
  job.ends.push_back(size);
  std::ranges::sort(job.ends);
  if (random() % 3 == 0) job.sealed.tag[random() % 16] ^= static_cast<std::uint8_t>(1u << random() % 8);
  if (random() % 8 == 0 && size > 0) job.sealed.in[random() % size] ^= 1;
  job.by_ipsecmb.assign(size, 0);
  job.by_openssl.assign(size, 0);
  return job;
}

std::vector<Piece> pieces_of(const std::vector<Job>& jobs, const std::vector<Slot>& slots, Octets Job::*out,
                             std::size_t round) {
  std::vector<Piece> burst;
  for (const Job& job : jobs) {
    if (round >= job.ends.size()) continue;
    const std::size_t from = round == 0 ? 0 : job.ends[round - 1], to = job.ends[round];
    const bool last = round + 1 == job.ends.size();
    burst.push_back({slots[job.key], round == 0 ? &job.sealed.record : nullptr, Bytes(job.sealed.in).subspan(from, to - from),
                     const_cast<std::uint8_t*>((job.*out).data()) + from, last ? job.sealed.tag.data() : nullptr, 0,
                     Status::no_key});
  }
  return burst;
}

TEST(EngineDiff, RandomRecordsInRandomPieces) {
  std::mt19937 random(11);
  const auto ipsecmb = ipsecmb::make_engine(kKeys, 7), openssl = openssl::make_engine(kKeys);
  std::vector<Made> keys;
  std::vector<Slot> ours, theirs;
  for (unsigned i = 0; i < kKeys; ++i) {
    constexpr Cipher kPieces[] = {Cipher::aes128_gcm, Cipher::aes256_gcm, Cipher::chacha20_poly1305};
    Made made = make_key(kPieces[i % 3], i % 2 == 0 ? Version::tls13 : Version::tls12, Hash::none, {}, 0);
    made.key = random_octets(random, made.key.size());
    made.iv = random_octets(random, made.iv.size());
    ours.push_back(*ipsecmb->claim(made.use()));
    theirs.push_back(*openssl->claim(made.use()));
    keys.push_back(std::move(made));
  }
  unsigned opened = 0, bad = 0;
  for (unsigned round = 0; round < 100; ++round) {
    std::vector<Job> jobs;
    for (unsigned key = 0; key < kKeys; ++key) jobs.push_back(make_job(random, keys, key));
    for (std::size_t piece = 0; piece < 12; ++piece) {
      std::vector<Piece> a = pieces_of(jobs, ours, &Job::by_ipsecmb, piece),
                         b = pieces_of(jobs, theirs, &Job::by_openssl, piece);
      ipsecmb->open(a);
      openssl->open(b);
      for (std::size_t i = 0; i < a.size(); ++i) {
        ASSERT_EQ(a[i].status, b[i].status);
        ASSERT_EQ(a[i].size, b[i].size);
        opened += a[i].status == Status::opened;
        bad += a[i].status == Status::bad_tag;
      }
    }
    for (const Job& job : jobs) ASSERT_EQ(job.by_ipsecmb, job.by_openssl);
  }
  EXPECT_EQ(opened + bad, 100 * kKeys);
  EXPECT_GT(opened, 1000u);
  EXPECT_GT(bad, 500u);
}

}  // namespace
}  // namespace pellucid::crypto
