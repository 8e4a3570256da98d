#include "lib/tls/fingerprint.h"

#include <gtest/gtest.h>

#include "test/unit/tls/make.h"

namespace pellucid::tls {
namespace {

using namespace make;

// Not a hash: the first octets of the text, so that a test sees what would be hashed.
class Echo : public crypto::Digests {
 public:
  void md5(Bytes b, std::uint8_t (&out)[16]) const noexcept override { copy(b, out); }
  void sha1(Bytes b, std::uint8_t (&out)[20]) const noexcept override { copy(b, out); }
  void sha256(Bytes b, std::uint8_t (&out)[32]) const noexcept override { copy(b, out); }

 private:
  static void copy(Bytes b, MutBytes out) noexcept {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = i < b.size() ? b[i] : 0;
  }
};

Octets browser_hello() {
  const Octets list = join({extension(0x1a1a, {}), extension(0x0023, {}), sni("a.example"), alpn({"h2", "http/1.1"}),
                            extension(0x000a, sized(2, numbers({0x2a2a, 29, 23}))), extension(0x000b, sized(1, {0, 1})),
                            extension(0x000d, sized(2, numbers({0x0804, 0x0403}))),
                            extension(0x002b, sized(1, numbers({0x3a3a, 0x0304, 0x0303}))), extension(0xff01, {0})});
  return client_hello(0x0303, numbers({0x4a4a, 0xc02f, 0x1301, 0x00ff}), list);
}

TEST(Fingerprint, Ja3ListsNumbersInOrderWithoutGrease) {
  const Octets body = browser_hello();
  EXPECT_EQ(ja3(*read_client_hello(body)), "771,49199-4865-255,35-0-16-10-11-13-43-65281,29-23,0-1");
}

TEST(Fingerprint, Ja3OfAHelloWithoutExtensionsKeepsItsCommas) {
  const Octets body = client_hello(0x0301, numbers({0x002f}), {});
  EXPECT_EQ(ja3(*read_client_hello(body)), "769,47,,,");
}

TEST(Fingerprint, AHelloThatBrokeOffHasNoJa3) {
  const Octets body = browser_hello();
  EXPECT_TRUE(ja3(*read_client_hello(Bytes(body).first(body.size() - 3))).empty());
}

TEST(Fingerprint, Ja3sTakesTheLegacyVersion) {
  const Octets body = server_hello13(29);
  EXPECT_EQ(ja3s(*read_server_hello(body)), "771,4865,43-51");
}

TEST(Fingerprint, Ja4SortsSuitesAndExtensionsAndLeavesOutNameAndAlpn) {
  const Octets body = browser_hello();
  const Ja4 parts = read_ja4(*read_client_hello(body), Carrier::tcp);
  EXPECT_EQ(parts.head, "t13d0308h2");
  EXPECT_EQ(parts.ciphers, "00ff,1301,c02f");
  EXPECT_EQ(parts.extensions, "000a,000b,000d,0023,002b,ff01_0804,0403");
  EXPECT_EQ(write_ja4_raw(parts), "t13d0308h2_00ff,1301,c02f_000a,000b,000d,0023,002b,ff01_0804,0403");
  EXPECT_EQ(write_ja4(parts, Echo{}), "t13d0308h2_303066662c31_303030612c30");  // "00ff,1", "000a,0"
  EXPECT_EQ(read_ja4(*read_client_hello(body), Carrier::quic).head, "q13d0308h2");
}

TEST(Fingerprint, Ja4OfNothingIsZeros) {
  const Octets body = client_hello(0x0301, {}, {});
  EXPECT_EQ(write_ja4(read_ja4(*read_client_hello(body), Carrier::tcp), Echo{}), "t10i000000_000000000000_000000000000");
}

TEST(Fingerprint, Ja4CountsStopAtNinetyNine) {
  Octets ciphers;
  for (std::uint16_t i = 0; i < 120; ++i) add(ciphers, number(0xc000u + i, 2));
  const Octets body = client_hello(0x0303, ciphers, sni("x"));
  EXPECT_EQ(read_ja4(*read_client_hello(body), Carrier::tcp).head, "t12d990100");
}

TEST(Fingerprint, Ja4MarksAProtocolNameByItsEnds) {
  const auto mark = [](std::initializer_list<std::string_view> names) {
    const Octets body = client_hello(0x0303, numbers({0x1301}), alpn(names));
    return read_ja4(*read_client_hello(body), Carrier::tcp).head.substr(8);
  };
  EXPECT_EQ(mark({"http/1.1", "h2"}), "h1");
  EXPECT_EQ(mark({"h"}), "hh");
  EXPECT_EQ(mark({"\xab\xcd"}), "99");
  EXPECT_EQ(mark({"h\xcd"}), "6d");
  EXPECT_EQ(mark({}), "00");
}

TEST(Fingerprint, Ja4NamesVersions) {
  const auto head = [](std::uint16_t legacy, std::initializer_list<std::uint16_t> offered) {
    const Octets body = client_hello(legacy, numbers({0x1301}), extension(43, sized(1, numbers(offered))));
    return read_ja4(*read_client_hello(body), Carrier::tcp).head.substr(0, 3);
  };
  EXPECT_EQ(head(0x0303, {0xfafa, 0x0303, 0x0304}), "t13");
  EXPECT_EQ(head(0x0302, {}), "t11");
  EXPECT_EQ(head(0x0300, {}), "ts3");
  EXPECT_EQ(head(0x0303, {0xfb1a, 0x0304}), "t00");  // a draft's number is the highest and has no letters
}

}  // namespace
}  // namespace pellucid::tls
