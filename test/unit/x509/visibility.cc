#include "lib/x509/visibility.h"

#include <gtest/gtest.h>

#include "test/unit/crypto/hex.h"
#include "test/unit/tls/make.h"
#include "test/unit/x509/ets_server.h"

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
  const Octets der = unhex(kEtsServer);
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
