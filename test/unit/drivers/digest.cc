#include "drivers/crypto/openssl/digest.h"

#include <string>

#include <gtest/gtest.h>

#include "lib/export/text.h"

namespace pellucid::openssl {
namespace {

template <std::size_t N>
std::string hex(const std::uint8_t (&digest)[N]) {
  std::string out;
  exporter::write_hex(out, digest);
  return out;
}

TEST(Digest, KnownAnswersComeOut) {  // RFC 1321 A.5, FIPS 180-2 A.1, B.1
  const Digests d;
  std::uint8_t md5[16], sha1[20], sha256[32];
  d.md5(as_bytes("message digest"), md5);
  EXPECT_EQ(hex(md5), "f96b697d7cb7938d525a2f31aaf161d0");
  d.sha1(as_bytes("abc"), sha1);
  EXPECT_EQ(hex(sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
  d.sha256(as_bytes("abc"), sha256);
  EXPECT_EQ(hex(sha256), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, TheContextIsCleanForTheNextMessage) {
  const Digests d;
  std::uint8_t md5[16], sha1[20];
  for (unsigned round = 0; round < 3; ++round) {
    d.sha1(as_bytes("something else"), sha1);
    d.md5({}, md5);
    EXPECT_EQ(hex(md5), "d41d8cd98f00b204e9800998ecf8427e");
  }
}

}  // namespace
}  // namespace pellucid::openssl
