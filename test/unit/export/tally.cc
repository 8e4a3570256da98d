#include "lib/export/tally.h"

#include <gtest/gtest.h>

#include "test/unit/export/sample.h"

namespace pellucid::exporter {
namespace {

using namespace sample;  // NOLINT

struct Counted {
  Ring ring{1 << 18};
  Tally tally;

  template <class Body>
  void add(const Head& head, const Body& body, std::span<const Piece> pieces = {}) {
    CHECK(write_record(ring, head, body, pieces));
    tally.add(read_record(ring.peek()));
    ring.release();
  }
  void add_session(std::string_view sni, std::uint16_t version) {
    const Octets hello = client_hello(sni);
    TlsBody b{};
    b.version = version;
    const std::array pieces{piece(Part::client_hello, hello)};
    add(head_of(Kind::tls), b, pieces);
  }
};

TEST(Tally, FlowsCountOnceForTheirProtocolAndApplication) {
  Counted c;
  c.add(head_of(Kind::flow), flow_body());
  c.add(head_of(Kind::flow_update), flow_body());
  Head udp = head_of(Kind::flow);
  udp.proto = 17;
  udp.master = udp.app = classify::kDns;
  FlowBody big = flow_body();
  big.bytes[0] = 1'000'000;
  big.flags = flow::kFlowMidstream | flow::kFlowOneSided;
  c.add(udp, big);
  EXPECT_EQ(c.tally.records(), 3u);
  EXPECT_EQ(c.tally.records(Kind::flow), 2u);
  EXPECT_EQ(c.tally.protocols()[6].packets, 18u);
  EXPECT_EQ(c.tally.protocols()[6].bytes, 21'000u);
  EXPECT_EQ(c.tally.protocols()[17].flows, 1u);
  EXPECT_EQ(c.tally.midstream(), 1u);
  EXPECT_EQ(c.tally.one_sided(), 1u);
  const auto apps = c.tally.top_apps(1);
  ASSERT_EQ(apps.size(), 1u);
  EXPECT_EQ(apps[0].key, app_key(classify::kDns, classify::kDns));
  EXPECT_EQ(apps[0].sum.flows, 1u);
}

TEST(Tally, NamesAndVersionsComeSorted) {
  Counted c;
  c.add_session("b.example", 0x0304);
  c.add_session("WWW.Example", 0x0304);
  c.add_session("www.example", 0x0303);
  c.add_session("", 0);
  c.add_session(std::string(5000, 'x'), 0x0304);
  const auto names = c.tally.top_names(9);
  ASSERT_EQ(names.size(), 3u);
  EXPECT_EQ(names[0].key, "www.example");
  EXPECT_EQ(names[0].sum.flows, 2u);
  EXPECT_EQ(names[2].key.size(), Tally::kMaxName);
  const auto versions = c.tally.tls_versions();
  ASSERT_EQ(versions.size(), 3u);
  EXPECT_EQ(versions[0].key, 0x0304);
  EXPECT_EQ(versions[1].key, 0);
}

TEST(Tally, NamesAreBoundedAndTheRestIsCounted) {
  Counted c;
  Octets hello = client_hello("n00000000.example");
  const std::string_view name = "n00000000";
  const auto digits = std::search(hello.begin(), hello.end(), name.begin(), name.end()) + 1;
  const std::array pieces{piece(Part::client_hello, hello)};
  for (unsigned i = 0; i < Tally::kMaxNames + 11; ++i) {
    const std::string number = std::to_string(i % (Tally::kMaxNames + 10));  // the last is the first again
    std::copy(number.begin(), number.end(), std::fill_n(digits, 8 - number.size(), '0'));
    c.add(head_of(Kind::tls), TlsBody{}, pieces);
  }
  EXPECT_EQ(c.tally.other_names(), 10u);
  const auto names = c.tally.top_names(2);
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(names[0].key, "n00000000.example");
  EXPECT_EQ(names[0].sum.flows, 2u);
}

}  // namespace
}  // namespace pellucid::exporter
