#include "lib/tls/chain.h"

#include <gtest/gtest.h>

#include "lib/x509/certificate.h"
#include "test/unit/tls/make.h"

namespace pellucid::tls {
namespace {

using namespace make;

TEST(Chain, OneOfEitherFormIsWalkedInOrder) {
  const Octets leaf = certificate("leaf", {});
  const Octets root = certificate("root", {});
  for (const bool old : {true, false}) {
    const Octets body = old ? chain12({leaf, root}) : chain13({leaf, root});
    Chain chain(body, old ? ChainForm::tls12 : ChainForm::tls13);
    Bytes der;
    ASSERT_TRUE(chain.next(der));
    EXPECT_EQ(as_text(x509::read_certificate(der)->common_name), "leaf");
    ASSERT_TRUE(chain.next(der));
    EXPECT_EQ(as_text(x509::read_certificate(der)->common_name), "root");
    EXPECT_FALSE(chain.next(der));
    EXPECT_TRUE(chain.ok());
  }
}

TEST(Chain, OneWhoseLengthsDoNotFitSaysSo) {
  Octets body = chain12({certificate("leaf", {})});
  body[5] = static_cast<std::uint8_t>(body[5] + 1);
  Chain chain(body, ChainForm::tls12);
  Bytes der;
  EXPECT_FALSE(chain.next(der));
  EXPECT_FALSE(chain.ok());
}

TEST(Chain, OneStopsAtItsLimit) {
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
