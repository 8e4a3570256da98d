#include "lib/tls/session.h"

#include <gtest/gtest.h>

#include "test/unit/tls/talk.h"

namespace pellucid::tls {
namespace {

using namespace make;

TEST(Session, AFullTls12HandshakeIsRead) {
  Listener l;
  const Talk talk = full12(16384);
  EXPECT_EQ(l.hear(talk[0].dir, talk[0].bytes), Step::hello);
  EXPECT_EQ(l.sni(), "www.example.org");
  EXPECT_EQ(l.offered(), "http/1.1");
  EXPECT_EQ(l.hear(talk[1].dir, talk[1].bytes), Step::more);
  EXPECT_EQ(l.hear(talk[2].dir, talk[2].bytes), Step::more);
  EXPECT_EQ(l.hear(talk[3].dir, talk[3].bytes), Step::done);
  EXPECT_EQ(l.s.version, 0x0303);
  EXPECT_EQ(l.s.cipher, 0xc02f);
  EXPECT_EQ(l.s.group, 29);
  EXPECT_EQ(l.selected(), "http/1.1");
  EXPECT_EQ(l.s.flags, kTlsExtendedMaster);
  EXPECT_EQ(l.s.client, Dir::up);
  EXPECT_EQ(l.kept(l.s.client_hello), old_hello("www.example.org"));
  EXPECT_EQ(l.kept(l.s.certificates), chain12({certificate("www.example.org", {"www.example.org"}), certificate("CA", {})}));
  EXPECT_EQ(l.hear(talk[4].dir, talk[4].bytes), Step::more);  // over: ignored
}

TEST(Session, ATls13HandshakeWithAHybridHelloIsRead) {
  Listener l;
  EXPECT_EQ(l.hear(full13(16384)), Step::done);
  EXPECT_EQ(l.hellos, 1u);
  EXPECT_EQ(l.s.version, 0x0304);
  EXPECT_EQ(l.s.group, 0x11ec);
  EXPECT_EQ(l.sni(), "pq.example.org");
  EXPECT_EQ(l.s.ech, Ech::offered);
  EXPECT_EQ(l.s.flags, 0);
  EXPECT_GT(l.s.client_hello.size, 1700u);
}

TEST(Session, RecordsOfOneOctetChangeNothing) {
  for (const auto& make_talk : {full12, full13}) {
    Listener whole;
    Listener pieces;
    whole.hear(make_talk(16384));
    pieces.hear(make_talk(1));
    EXPECT_EQ(whole.result(), pieces.result());
  }
}

TEST(Session, AnAbbreviatedHandshakeIsResumed) {
  Listener l;
  EXPECT_EQ(l.hear(resumed12()), Step::done);
  EXPECT_EQ(l.s.flags, kTlsResumed);
}

TEST(Session, AChosenPskIsAResumption) {
  Listener l;
  l.hear(0, record(22, message(1, hybrid_hello("x"))));
  l.hear(1, record(22, message(2, server_hello(0x0303, 0x1301,
                                               join({extension(43, numbers({0x0304})), extension(41, number(0, 2))})))));
  EXPECT_EQ(l.hear(0, sealed(23, 50)), Step::done);
  EXPECT_EQ(l.s.flags, kTlsPsk | kTlsResumed);
}

TEST(Session, ARetryIsNotedAndTheSecondHelloTellsGreaseFromRealEch) {
  Listener grease;
  EXPECT_EQ(grease.hear(retry13()), Step::done);
  EXPECT_EQ(grease.s.flags, kTlsHrr);
  EXPECT_EQ(grease.s.ech, Ech::grease);
  EXPECT_EQ(grease.hellos, 1u);
  EXPECT_EQ(grease.s.group, 23);
  EXPECT_GT(grease.s.hello_retry.size, 0u);
  Listener real;
  Talk talk = retry13();
  Octets second = hybrid_hello("retry.example");
  second[second.size() - 10] ^= 1;  // within the ECH payload
  talk[2].bytes = record(22, message(1, second));
  real.hear(talk);
  EXPECT_EQ(real.s.ech, Ech::real);
}

TEST(Session, ARetryAloneTellsVersionCipherAndGroup) {
  Listener l;
  Talk talk = retry13();
  talk.resize(2);  // the second hello never comes
  l.hear(talk);
  EXPECT_EQ(l.s.server_read, 0);
  EXPECT_EQ(l.s.version, 0x0304);
  EXPECT_EQ(l.s.cipher, 0x1301);
  EXPECT_EQ(l.s.group, 23);
}

TEST(Session, EarlyDataBeforeTheServerHelloIsNoted) {
  Listener l;
  const Octets hello =
      client_hello(0x0303, numbers({0x1301}), join({extension(42, {}), extension(43, sized(1, numbers({0x0304})))}));
  l.hear(0, join({record(22, message(1, hello)), kCcs, sealed(23, 300)}));
  EXPECT_EQ(l.s.flags, kTlsEarlyOffered | kTlsEarlyData);
  l.hear(1, join({record(22, message(2, server_hello13(29))), sealed(23, 100)}));
  EXPECT_EQ(l.hear(0, sealed(23, 60)), Step::done);
}

TEST(Session, ASslv2HelloIsReadAndKeptInItsForm) {
  Listener l;
  const Octets hello = v2_hello();
  EXPECT_EQ(l.hear(0, hello), Step::hello);
  EXPECT_EQ(l.s.flags, kTlsSslv2);
  EXPECT_EQ(l.kept(l.s.client_hello), Octets(hello.begin() + 2, hello.end()));
  l.hear(1, record(22, message(2, server_hello(0x0301, 0x002f, {}))));
  EXPECT_EQ(l.s.version, 0x0301);
}

TEST(Session, ASslv2ServersCertificateIsKeptAsAListOfOne) {
  Listener l;
  const Octets der = certificate("old.example", {});
  const Octets body =
      join({{4, 0, 1}, number(2, 2), number(der.size(), 2), number(3, 2), number(16, 2), der, {1, 0, 0x80}, Octets(16, 1)});
  l.hear(0, v2_hello());
  EXPECT_EQ(l.hear(1, join({number(0x8000u | body.size(), 2), body})), Step::done);
  EXPECT_EQ(l.s.version, 2);
  EXPECT_EQ(l.kept(l.s.certificates), chain12({der}));
}

TEST(Session, AFatalAlertEndsIt) {
  Listener l;
  l.hear(0, record(22, message(1, old_hello("x"))));
  EXPECT_EQ(l.hear(1, record(21, {2, 40})), Step::done);
  EXPECT_EQ(l.s.alert_level[1], 2);
  EXPECT_EQ(l.s.alert[1], 40);
  EXPECT_EQ(l.s.alert_level[0], 0);
}

TEST(Session, AWarningDoesNotEndIt) {
  Listener l;
  l.hear(0, record(22, message(1, old_hello("x"))));
  EXPECT_EQ(l.hear(1, record(21, {1, 112})), Step::more);
  EXPECT_EQ(l.s.alert[1], 112);
  EXPECT_EQ(l.hear(1, record(22, message(2, server_hello(0x0303, 0x002f, {})))), Step::more);
  EXPECT_EQ(l.s.server_read, 1);
}

TEST(Session, AnAnswerThatIsNotTlsFails) {
  Listener l;
  l.hear(0, record(22, message(1, old_hello("x"))));
  EXPECT_EQ(l.hear(1, octets("HTTP/1.1 400 Bad Request\r\n")), Step::failed);
  EXPECT_EQ(l.sni(), "x");
  EXPECT_TRUE(l.s.flags & kTlsMalformed);
}

TEST(Session, TheServersSideAloneIsEnough) {
  Listener old;
  for (const Said& said : full12(16384)) {
    if (said.dir == 1) old.hear(1, said.bytes);
  }
  EXPECT_EQ(old.end, Step::done);
  EXPECT_EQ(old.s.flags, kTlsExtendedMaster | kTlsOneSided);
  EXPECT_EQ(old.s.client, Dir::up);
  Listener fresh;
  EXPECT_EQ(fresh.hear(1, join({record(22, message(2, server_hello13(29))), sealed(23, 90)})), Step::done);
  EXPECT_EQ(fresh.s.flags, kTlsOneSided);
}

TEST(Session, TheClientsSideAloneIsEnough) {
  Listener l;
  for (const Said& said : full12(16384)) {
    if (said.dir == 0) l.hear(0, said.bytes);
  }
  EXPECT_EQ(l.end, Step::done);
  EXPECT_EQ(l.s.flags, kTlsOneSided);
  EXPECT_EQ(l.s.version, 0);
}

TEST(Session, TheClientIsWhoSaysClientHello) {
  Listener l;
  l.hear(1, record(22, message(1, old_hello("swapped.example"))));
  EXPECT_EQ(l.s.client, Dir::down);
  l.hear(0, record(22, message(2, server_hello(0x0303, 0x002f, {}))));
  EXPECT_EQ(l.s.version, 0x0303);
}

TEST(Session, AClientCertificateIsKeptApart) {
  Listener l;
  const Octets mine = chain12({certificate("client", {})});
  l.hear(0, record(22, message(1, old_hello("x"))));
  l.hear(1, record(22, join({message(2, server_hello(0x0303, 0xc02f, {})), message(11, chain12({certificate("server", {})})),
                             message(13, Octets(20, 1)), message(14, {})})));
  l.hear(0, record(22, message(11, mine)));
  EXPECT_EQ(l.s.flags, kTlsClientCertRequested);
  EXPECT_EQ(l.kept(l.s.client_certificates), mine);
}

TEST(Session, AnEmptyClientCertificateIsNotKept) {
  Listener l;
  l.hear(0, join({record(22, message(1, old_hello("x"))), record(22, message(11, {0, 0, 0}))}));
  EXPECT_EQ(l.s.client_certificates.size, 0u);
}

TEST(Session, AfterALossItReadsOnAtTheNextRecord) {
  Listener l;
  l.hear(0, record(22, message(1, old_hello("x"))));
  const Octets hello = record(22, message(2, server_hello(0x0303, 0xc02f, {})));
  const Octets cut = records(message(11, chain12({certificate("a", {}), certificate("b", {})})), 400);
  l.hear(1, join({hello, Octets(cut.begin(), cut.begin() + 300)}));
  lost(l.s, Dir::down, l.spools);
  EXPECT_EQ(l.spools.live_chunks(), 2u);  // the two hellos: what was gathered of the certificates is given back
  EXPECT_EQ(l.hear(1, Octets(200, 0x42)), Step::more);
  l.hear(1, join({record(22, message(12, curve_exchange(23))), record(22, message(14, {}))}));
  EXPECT_EQ(l.s.group, 23);
  l.hear(0, join({record(22, message(16, Octets(33, 6))), kCcs, sealed(22, 40)}));
  EXPECT_EQ(l.hear(1, kCcs), Step::done);
  EXPECT_EQ(l.s.flags, kTlsIncomplete);
}

TEST(Session, ALostServerFlightEndsWithTheClientsChangeOfCipher) {
  Listener l;
  l.hear(0, record(22, message(1, old_hello("x"))));
  lost(l.s, Dir::down, l.spools);
  EXPECT_EQ(l.hear(0, join({record(22, message(16, Octets(33, 6))), kCcs})), Step::done);
  EXPECT_TRUE(l.s.flags & kTlsIncomplete);
  EXPECT_FALSE(l.s.flags & kTlsResumed);
}

TEST(Session, AFullPoolIsAFlagAndNotAnEnd) {
  Listener l(1);  // one chunk of 1016 octets
  EXPECT_EQ(l.hear(0, record(22, message(1, old_hello("first.example")))), Step::hello);
  const Octets certificates = message(11, chain12({certificate("a", {}), certificate("b", {}), certificate("c", {})}));
  l.hear(1, join({record(22, message(2, server_hello(0x0303, 0xc02f, {}))), records(certificates, 100)}));
  EXPECT_TRUE(l.s.flags & kTlsIncomplete);
  EXPECT_EQ(l.s.version, 0x0303);
  EXPECT_EQ(l.s.certificates.size, 0u);
  l.hear(1, record(22, message(12, curve_exchange(24))));
  EXPECT_EQ(l.s.group, 24);
}

TEST(Session, AHelloOrCertificateBeyondItsLimitIsPassedOver) {
  Listener l;
  const Octets hello = client_hello(0x0303, numbers({0x1301}), join({sni("x"), extension(21, Octets(kMaxHello, 0))}));
  EXPECT_EQ(l.hear(0, records(message(1, hello), 16384)), Step::more);
  EXPECT_EQ(l.s.flags, kTlsIncomplete);
  l.hear(1, record(22, message(2, server_hello(0x0303, 0xc02f, {}))));
  l.hear(1, records(message(11, Octets(kScratch + 1, 7)), 16384));
  EXPECT_EQ(l.s.certificates.size, 0u);
  l.hear(1, record(22, message(12, curve_exchange(29))));
  EXPECT_EQ(l.s.group, 29);
}

TEST(Session, ACertificateOfExactlyTheLimitIsKept) {
  Listener l;
  const Octets body(kScratch, 7);
  l.hear(0, record(22, message(1, old_hello("x"))));
  l.hear(1, join({record(22, message(2, server_hello(0x0303, 0xc02f, {}))), records(message(11, body), 16384)}));
  EXPECT_EQ(l.kept(l.s.certificates), body);
}

TEST(Session, ALongNameIsCutAtItsRoom) {
  Listener l;
  const std::string name(400, 'n');
  l.hear(0, record(22, message(1, old_hello(name))));
  EXPECT_EQ(l.sni(), std::string(kMaxName, 'n'));
}

TEST(Session, AnEarlyDraftsRetryMessageIsNoted) {
  Listener l;
  l.hear(0, record(22, message(1, hybrid_hello("x"))));
  l.hear(1, record(22, message(6, Octets(10, 0))));
  EXPECT_EQ(l.s.flags, kTlsHrr);
}

TEST(Session, ProtectedAlertsAreOnlyNoticed) {
  Listener l;
  l.hear(0, record(22, message(1, old_hello("x"))));
  l.hear(1, record(22, message(2, server_hello(0x0303, 0xc02f, {}))));
  l.hear(0, join({kCcs, sealed(21, 26)}));
  EXPECT_EQ(l.s.alert_level[0], 0);
  EXPECT_EQ(l.s.flags, kTlsEncryptedAlert);
}

}  // namespace
}  // namespace pellucid::tls
