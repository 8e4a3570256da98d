#include "lib/x509/certificate.h"

#include <gtest/gtest.h>

#include "test/unit/tls/make.h"

namespace pellucid::x509 {
namespace {

using namespace tls::make;

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

}  // namespace
}  // namespace pellucid::x509
