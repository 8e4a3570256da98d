// The trace of RFC 8448 3, and RFC 5869 for what stands below it.
#include "lib/crypto/schedule.h"

#include <gtest/gtest.h>

#include "drivers/crypto/openssl/hasher.h"
#include "test/unit/crypto/hex.h"

namespace pellucid::crypto {
namespace {

const openssl::Hasher kHasher;
const auto kShared = unhex("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d");
const auto kHellos = unhex("860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8");  // ClientHello to ServerHello
const auto kServerFinished = unhex("9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13");  // … to its Finished
const auto kClientFinished = unhex("209145a96ee8e2a122ff810047cc952684658d6049e86429426db87c54ad143d");

std::string derived(const Schedule& s, std::string_view label, Bytes transcript) {
  HashSecret out(Hash::sha256);
  s.derive(label, transcript, out);
  return hex(out.bytes());
}

HashSecret& fill(HashSecret& secret, std::string_view text) {
  const auto bytes = unhex(text);
  std::copy(bytes.begin(), bytes.end(), secret.bytes().begin());
  return secret;
}

TEST(Hkdf, TheFirstCaseOfRfc5869) {
  const auto input = unhex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
  const auto salt = unhex("000102030405060708090a0b0c");
  const auto info = unhex("f0f1f2f3f4f5f6f7f8f9");
  std::uint8_t prk[32], okm[42];
  extract(kHasher, Hash::sha256, salt, input, prk);
  EXPECT_EQ(hex(prk), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
  expand(Hmac(kHasher, Hash::sha256, prk), info, okm);
  EXPECT_EQ(hex(okm), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

TEST(Hmac, KeysLongerThanABlockAreHashed) {  // RFC 4231 4.7
  const std::vector<std::uint8_t> key(131, 0xaa);
  std::uint8_t mac256[32], mac384[48];
  const Bytes text = as_bytes("Test Using Larger Than Block-Size Key - Hash Key First");
  Hmac(kHasher, Hash::sha256, key).make({text.first(7), text.subspan(7)}, mac256);
  EXPECT_EQ(hex(mac256), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  Hmac(kHasher, Hash::sha384, key).make({text}, mac384);
  EXPECT_EQ(hex(mac384), "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952");
}

TEST(Schedule, TheTraceOfRfc8448) {
  Schedule s(kHasher, Hash::sha256, {});
  s.step(kShared);
  EXPECT_EQ(derived(s, label::kClientHandshake, kHellos), "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21");
  EXPECT_EQ(derived(s, label::kServerHandshake, kHellos), "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
  s.step({});
  EXPECT_EQ(derived(s, label::kClient, kServerFinished), "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5");
  EXPECT_EQ(derived(s, label::kServer, kServerFinished), "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643");
  EXPECT_EQ(derived(s, label::kExporter, kServerFinished), "fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50");
  EXPECT_EQ(derived(s, label::kResumption, kClientFinished),
            "7df235f2031d2a051287d02b0241b0bfdaf86cc856231f2d5aba46c434ec196c");
}

TEST(Schedule, KeysOfADirection) {
  HashSecret traffic(Hash::sha256);
  std::uint8_t key[16], iv[12];
  traffic_keys(kHasher, fill(traffic, "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38"), key, iv);
  EXPECT_EQ(hex(key), "3fce516009c21727d0f2e4e86ee403bc");
  EXPECT_EQ(hex(iv), "5d313eb2671276ee13000b30");
  traffic_keys(kHasher, fill(traffic, "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5"), key, iv);
  EXPECT_EQ(hex(key), "17422dda596ed5d9acd890e3c63f5051");
  EXPECT_EQ(hex(iv), "5b78923dee08579033e523d9");
}

TEST(Schedule, FinishedProvesTheTranscript) {
  HashSecret base(Hash::sha256);
  std::uint8_t verify[32];
  fill(base, "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21");
  finished(kHasher, base, kServerFinished, verify);
  EXPECT_EQ(hex(verify), "a8ec436d677634ae525ac1fcebe11a039ec17694fac6e98527b642f2edd5ce61");
}

TEST(Schedule, AResumedSessionBeginsWithItsTicketsPsk) {  // RFC 8448 3 and 4
  HashSecret resumption(Hash::sha256), psk(Hash::sha256), binder(Hash::sha256);
  fill(resumption, "7df235f2031d2a051287d02b0241b0bfdaf86cc856231f2d5aba46c434ec196c");
  resumption_psk(kHasher, resumption, unhex("0000"), psk);
  EXPECT_EQ(hex(psk.bytes()), "4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3");
  const Schedule s(kHasher, Hash::sha256, psk.bytes());
  std::uint8_t verify[32];
  s.derive(label::kResumptionBinder, binder);
  finished(kHasher, binder, unhex("63224b2e4573f2d3454ca84b9d009a04f6be9e05711a8396473aefa01e924a14"), verify);
  EXPECT_EQ(hex(verify), "3add4fb2d8fdf822a0ca3cf7678ef5e88dae990141c5924d57bb6fa31b9e5f9d");
}

TEST(Schedule, AfterAKeyUpdateAnotherSecretStands) {
  HashSecret traffic(Hash::sha256), expected(Hash::sha256);
  fill(traffic, "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643");
  // RFC 8446 7.2, written out: HKDF-Expand over length, "tls13 traffic upd" and an empty context.
  expand(Hmac(kHasher, Hash::sha256, traffic.bytes()), unhex("002011746c73313320747261666669632075706400"), expected.bytes());
  update_traffic(kHasher, traffic);
  EXPECT_EQ(hex(traffic.bytes()), hex(expected.bytes()));
}

TEST(Hasher, ARunningHashMayBeReadAndCopiedAtAnyPoint) {
  for (const Hash how : {Hash::md5, Hash::sha1, Hash::sha256, Hash::sha384, Hash::md5_sha1}) {
    std::vector<std::uint8_t> here(hash_size(how)), there(hash_size(how)), whole(hash_size(how));
    Running running;
    kHasher.start(how, running);
    kHasher.add(running, as_bytes("a message, "));
    kHasher.read(running, here);
    Running copy = running;
    kHasher.add(running, as_bytes("and more"));
    kHasher.add(copy, as_bytes("and more"));
    kHasher.read(running, here);
    kHasher.read(copy, there);
    kHasher.digest(how, {as_bytes("a message, and more")}, whole);
    EXPECT_EQ(hex(here), hex(whole));
    EXPECT_EQ(hex(there), hex(whole));
  }
}

TEST(Hasher, AfterAHelloRetryRequestTheFirstHelloStandsAsItsHash) {  // RFC 8446 4.4.1
  Running transcript;
  kHasher.start(Hash::sha384, transcript);
  kHasher.add(transcript, as_bytes("first hello"));
  restart_transcript(kHasher, transcript);
  std::vector<std::uint8_t> is(48), first(48), expected(48);
  kHasher.read(transcript, is);
  kHasher.digest(Hash::sha384, {as_bytes("first hello")}, first);
  kHasher.digest(Hash::sha384, {unhex("fe000030"), first}, expected);
  EXPECT_EQ(hex(is), hex(expected));
}

}  // namespace
}  // namespace pellucid::crypto
