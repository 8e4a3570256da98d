#include "lib/x509/visibility.h"

#include <gtest/gtest.h>

#include "test/unit/crypto/hex.h"
#include "test/unit/tls/make.h"

namespace pellucid::x509 {
namespace {

using namespace tls::make;

const Octets kOid{0x04, 0x00, 0x9b, 0x43, 0x03, 0x01};

Octets entry(const Octets& fingerprint, std::string_view access) {
  return der(0x30, join({der(kDerOctets, fingerprint), der(kDerUtf8, octets(access))}));
}
Octets other_name(const Octets& oid, const Octets& value) { return der(0xa0, join({der(kDerOid, oid), der(0xa0, value)})); }

Certificate with(const Octets& alt_names) {
  Certificate c{};
  c.alt_names = alt_names;
  return c;
}

TEST(Visibility, EntriesComeInOrderFromAmongOtherNames) {
  const Octets first(10, 1);
  const Octets second(10, 2);
  const Octets names = join({der(0x82, octets("www.example.org")), other_name(kOid, entry(first, "Fraud desk")),
                             other_name({0x2a, 3, 4}, entry(Octets(10, 9), "Somebody else's")), der(0x87, {192, 0, 2, 1}),
                             other_name(kOid, entry(second,
                                                    "Pr\xc3\xbc"
                                                    "fer"))});
  const Certificate c = with(names);
  Visibilities in(c);
  Visibility v;
  ASSERT_TRUE(in.next(v));
  EXPECT_TRUE(std::ranges::equal(v.fingerprint, first));
  EXPECT_EQ(as_text(v.access), "Fraud desk");
  ASSERT_TRUE(in.next(v));
  EXPECT_TRUE(std::ranges::equal(v.fingerprint, second));
  EXPECT_EQ(as_text(v.access),
            "Pr\xc3\xbc"
            "fer");
  EXPECT_FALSE(in.next(v));
  EXPECT_EQ(visible(c, second), Visible::match);
  EXPECT_EQ(visible(c, Octets(10, 9)), Visible::mismatch);
  EXPECT_EQ(visible(c, Octets(9, 1)), Visible::mismatch);
}

TEST(Visibility, ACertificateThatSaysNothingIsToldFromOneThatNamesAnotherKey) {
  const Octets plain = der(0x82, octets("www.example.org"));
  EXPECT_EQ(visible(with(plain), Octets(10, 1)), Visible::absent);
  EXPECT_EQ(visible(with({}), Octets(10, 1)), Visible::absent);
}

// What claims to be an entry and is none must not pass as one, whatever else is in the certificate.
TEST(Visibility, EntriesOfAnotherFormAreNoEntries) {
  const Octets right(10, 1);
  const Octets text = der(kDerUtf8, octets("x"));
  const Octets print = der(kDerOctets, right);
  const Octets good = entry(right, "x");
  for (const Octets& bad :
       {entry(Octets(9, 1), "x"), entry(Octets(11, 1), "x"), entry({}, "x"), der(0x30, print), der(0x30, join({text, print})),
        der(0x30, join({print, text, der(kDerInteger, {1})})), der(0x31, join({print, text})), join({good, good}),
        der(0x30, join({der(kDerUtf8, right), text})), der(0x30, join({print, der(0x13, octets("x"))})), Octets{}}) {
    const Octets names = other_name(kOid, bad);
    EXPECT_EQ(visible(with(names), right), Visible::mismatch);
    const Octets both = join({names, other_name(kOid, good)});
    EXPECT_EQ(visible(with(both), right), Visible::match);
  }
  const Octets twice = der(0xa0, join({der(kDerOid, kOid), der(0xa0, good), der(0xa0, good)}));
  EXPECT_EQ(visible(with(twice), right), Visible::mismatch);
}

TEST(Visibility, ALongTextIsCut) {
  const Octets names = other_name(kOid, entry(Octets(10, 1), std::string(kMaxAccess + 1, 'a')));
  const Certificate c = with(names);
  Visibilities in(c);
  Visibility v;
  ASSERT_TRUE(in.next(v));
  EXPECT_EQ(v.access.size(), kMaxAccess);
}

TEST(Visibility, EntriesAreReadUpToTheirLimit) {
  Octets names;
  for (unsigned i = 0; i < kMaxVisibilities; ++i) add(names, other_name(kOid, entry(Octets(10, 0), "x")));
  add(names, other_name(kOid, entry(Octets(10, 1), "x")));
  EXPECT_EQ(visible(with(names), Octets(10, 1)), Visible::mismatch);
  const Bytes last = Bytes(names).subspan(names.size() / (kMaxVisibilities + 1));
  Certificate c{};
  c.alt_names = last;
  EXPECT_EQ(visible(c, Octets(10, 1)), Visible::match);
}

// server.pem of test/golden/captures/ets, which ets-keys made with an entry for each key of those captures.
TEST(Visibility, ACertificateOfOurToolBearsAnEntryForEachKey) {
  const Octets der = unhex(
      "3082026a30820211a003020102021100df7020bc4c6c4390dbb475296e5ca99f300a06082a8648ce3d040302302c31173015060355040a"
      "0c0e50656c6c756369642054657374733111300f06035504030c0845545320526f6f74301e170d3236313132333031333635345a170d32"
      "39303133313031343135345a30163114301206035504030c0b6574732e6578616d706c653059301306072a8648ce3d020106082a8648ce"
      "3d030107034200040a28d7cd54fd97fef0c08c28697dd52b141a0680c7c72d2f70002a05da10e91302a269c0a0f83d8583255663ee682e"
      "4db84639823ab664fb186059e64c4fcc18a3820128308201243081ae0603551d110481a63081a3820b6574732e6578616d706c6587047f"
      "000001a02e060604009b430301a0243022040ad5d647bc8bf9bf1ec9f70c1450656c6c756369642773206f776e207465737473a02e0606"
      "04009b430301a0243022040a0916fb27edd28718857c0c1450656c6c756369642773206f776e207465737473a02e060604009b430301a0"
      "243022040a4e6aec05b99ddb3394ff0c1450656c6c756369642773206f776e207465737473300c0603551d130101ff04023000300e0603"
      "551d0f0101ff04040302078030130603551d25040c300a06082b06010505070301301d0603551d0e041604147f0a8ea39215d0344a6654"
      "19619f9e24598ae716301f0603551d23041830168014d976931b9aad8154a996d049ec4cdecf32413771300a06082a8648ce3d04030203"
      "4700304402202459330135bcc25d8e0cef356e81f9116f5296b271511c3f322dd9a74dade1d8022060d8c00a42e4dc8b1820eba95e30b6"
      "1b8ee4d51ccdb6b9d099558ebd544194fe");
  const auto c = read_certificate(der);
  ASSERT_TRUE(c);
  Visibilities in(*c);
  Visibility v;
  for (const char* const fingerprint : {"d5d647bc8bf9bf1ec9f7", "0916fb27edd28718857c", "4e6aec05b99ddb3394ff"}) {
    ASSERT_TRUE(in.next(v));
    EXPECT_EQ(hex(v.fingerprint), fingerprint);
    EXPECT_FALSE(v.access.empty());
    EXPECT_EQ(visible(*c, unhex(fingerprint)), Visible::match);
  }
  EXPECT_FALSE(in.next(v));
}

}  // namespace
}  // namespace pellucid::x509
