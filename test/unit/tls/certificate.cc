#include "lib/tls/certificate.h"

#include <gtest/gtest.h>

#include "test/unit/tls/make.h"

namespace pellucid::tls {
namespace {

using namespace make;

TEST(Certificate, TheFieldsAreFound) {
  const Octets der = certificate("www.example.org", {"www.example.org", "*.example.net"});
  const auto c = read_certificate(der);
  ASSERT_TRUE(c);
  EXPECT_EQ(as_text(c->common_name), "www.example.org");
  EXPECT_EQ(c->serial.size(), 3u);
  EXPECT_EQ(as_text(c->not_before), "250101000000Z");
  EXPECT_EQ(c->not_before_tag, kDerUtcTime);
  EXPECT_EQ(as_text(c->not_after), "20510101000000Z");
  EXPECT_EQ(c->not_after_tag, kDerGeneralTime);
  const Octets issuer = common_name("Issuing CA");
  EXPECT_TRUE(std::equal(c->issuer.begin(), c->issuer.end(), issuer.begin(), issuer.end()));
  EXPECT_EQ(c->der.size(), der.size());
  EXPECT_EQ(c->public_key[0], kDerSequence);
}

TEST(Certificate, OnlyDnsNamesAreWalked) {
  const Octets der = certificate("x", {"a.example", "b.example"});
  const auto c = read_certificate(der);
  DnsNames names(*c);
  Bytes name;
  ASSERT_TRUE(names.next(name));
  EXPECT_EQ(as_text(name), "a.example");
  ASSERT_TRUE(names.next(name));
  EXPECT_EQ(as_text(name), "b.example");
  EXPECT_FALSE(names.next(name));
}

TEST(Certificate, EveryTruncationIsRefused) {
  const Octets der = certificate("www.example.org", {"www.example.org"});
  for (std::size_t n = 0; n < der.size(); ++n) EXPECT_EQ(read_certificate(Bytes(der).first(n)).err(), Err::bad_value) << n;
}

TEST(Certificate, AChainOfEitherFormIsWalkedInOrder) {
  const Octets leaf = certificate("leaf", {});
  const Octets root = certificate("root", {});
  for (const bool old : {true, false}) {
    const Octets body = old ? chain12({leaf, root}) : chain13({leaf, root});
    Chain chain(body, old ? ChainForm::tls12 : ChainForm::tls13);
    Bytes der;
    ASSERT_TRUE(chain.next(der));
    EXPECT_EQ(as_text(read_certificate(der)->common_name), "leaf");
    ASSERT_TRUE(chain.next(der));
    EXPECT_EQ(as_text(read_certificate(der)->common_name), "root");
    EXPECT_FALSE(chain.next(der));
    EXPECT_TRUE(chain.ok());
  }
}

TEST(Certificate, AChainWhoseLengthsDoNotFitSaysSo) {
  Octets body = chain12({certificate("leaf", {})});
  body[5] = static_cast<std::uint8_t>(body[5] + 1);
  Chain chain(body, ChainForm::tls12);
  Bytes der;
  EXPECT_FALSE(chain.next(der));
  EXPECT_FALSE(chain.ok());
}

TEST(Certificate, AChainStopsAtItsLimit) {
  Octets list;
  for (unsigned i = 0; i <= kMaxChain; ++i) add(list, sized(3, {0x30, 0}));
  const Octets body = sized(3, list);
  Chain chain(body, ChainForm::tls12);
  unsigned count = 0;
  for (Bytes der; chain.next(der);) ++count;
  EXPECT_EQ(count, kMaxChain);
  EXPECT_FALSE(chain.ok());
}

}  // namespace
}  // namespace pellucid::tls
