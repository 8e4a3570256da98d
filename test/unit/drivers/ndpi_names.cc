#include "lib/metrics/metric.h"
#include "test/unit/drivers/ndpi.h"

#include <gtest/gtest.h>

namespace pellucid::dpi {
namespace {

using classify::By;
using classify::Label;

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint32_t kClient = 0x0a000001;  // 10.0.0.1
constexpr std::uint32_t kServer = 0x0a000002;

net::Key key_of(std::uint8_t proto, std::uint32_t a, std::uint16_t port_a, std::uint32_t b, std::uint16_t port_b) {
  net::Key k{};
  for (unsigned i = 0; i < 4; ++i) {
    k.a[i] = static_cast<std::uint8_t>(a >> (24 - 8 * i));
    k.b[i] = static_cast<std::uint8_t>(b >> (24 - 8 * i));
  }
  k.port_a = port_a;
  k.port_b = port_b;
  k.proto = proto;
  k.family = 4;
  return k;
}

TEST(Ndpi, GuessesByPortAndAddressLikeNdpiReader) {
  NdpiDpi dpi(1, 1 << 20);
  const auto guess = [&](std::uint8_t proto, std::uint32_t server, std::uint16_t port) {
    const Label l = dpi.guess(key_of(proto, kClient, 40000, server, port), classify::Source::a);
    return named(l) + ", " + confidence(l);
  };
  EXPECT_EQ(guess(kTcp, kServer, 443), "TLS, Match by port");
  EXPECT_EQ(guess(kTcp, kServer, 80), "HTTP, Match by port");
  EXPECT_EQ(guess(kUdp, kServer, 53), "DNS, Match by port");
  EXPECT_EQ(guess(kTcp, kServer, 40001), "Unknown, Unknown");
  EXPECT_EQ(guess(kTcp, 0x08080808, 40001), "Google, Match by IP");
  EXPECT_EQ(guess(kTcp, 0x08080808, 80), "HTTP.Google, Match by IP");
}

TEST(Ndpi, NamesGiveApplications) {
  NdpiDpi dpi(1, 1 << 20);
  const auto app = [&](std::uint16_t master, std::string_view name) { return named(dpi.name({master, name})); };
  EXPECT_EQ(app(classify::kTls, "www.facebook.com"), "TLS.Facebook");
  EXPECT_EQ(app(classify::kTls, "WWW.FaceBook.COM"), "TLS.Facebook");
  EXPECT_EQ(app(classify::kDns, "www.facebook.com"), "DNS.Facebook");
  EXPECT_EQ(app(classify::kHttp, "www.facebook.com:8080"), "HTTP.Facebook");
  EXPECT_EQ(app(classify::kTls, "host.example"), "TLS");
  EXPECT_EQ(app(classify::kMdns, "printer.local"), "MDNS");
  EXPECT_EQ(app(classify::kHttpConnect, "host.example:443"), "HTTP_Connect.HTTP");
  EXPECT_EQ(app(classify::kTls, ""), "TLS");
  EXPECT_EQ(dpi.name({classify::kTls, "www.facebook.com"}).by, By::name);
  EXPECT_EQ(dpi.name({classify::kTls, "host.example"}).by, By::parser);
  EXPECT_EQ(confidence(dpi.name({classify::kTls, "host.example"})), "DPI");
  EXPECT_EQ(names().category(dpi.name({classify::kTls, "www.facebook.com"}).category), "SocialNetwork");
  EXPECT_EQ(names().category(dpi.name({classify::kTls, "host.example"}).category), "Web");
  EXPECT_EQ(dpi.stats().live, 0U);
}

TEST(Ndpi, NamesFromTheWireAreBounded) {
  NdpiDpi dpi(1, 1 << 20);
  std::string wild(70000, 'a');
  for (std::size_t i = 0; i < wild.size(); ++i) wild[i] = static_cast<char>(i * 31);
  EXPECT_EQ(named(dpi.name({classify::kTls, wild})), "TLS");
  EXPECT_EQ(named(dpi.name({classify::kTls, std::string(300, '.')})), "TLS");
  const std::string beyond = std::string(NdpiDpi::kMaxName, 'a') + ".facebook.com";
  EXPECT_EQ(named(dpi.name({classify::kTls, beyond})), "TLS") << "only the first octets are looked at";
  const std::string hidden("host.example\0www.facebook.com", 29);
  EXPECT_EQ(named(dpi.name({classify::kTls, hidden})), "TLS") << "a zero ends the name";
}

TEST(Ndpi, AddressesAndPortsSpeakWhereNoListKnowsTheName) {
  NdpiDpi dpi(1, 1 << 20);
  const net::Key google = key_of(kTcp, 0x08080808, 443, kClient, 40000);
  EXPECT_EQ(named(dpi.name({classify::kTls, "host.example", &google, true})), "TLS.Google");
  EXPECT_EQ(named(dpi.name({classify::kTls, "www.facebook.com", &google, true})), "TLS.Facebook");
  const auto on = [&](std::uint16_t port, std::string_view name) {
    const net::Key k = key_of(kTcp, kClient, 40000, kServer, port);
    return named(dpi.name({classify::kTls, name, &k, false}));
  };
  EXPECT_EQ(on(993, "host.example"), "IMAPS");
  EXPECT_EQ(on(465, "host.example"), "SMTPS");
  EXPECT_EQ(on(995, "host.example"), "POPS");
  EXPECT_EQ(on(853, ""), "TLS.DoH_DoT");
  EXPECT_EQ(on(993, "www.facebook.com"), "TLS.Facebook");
}

TEST(NdpiNames, MetricsCallCategoriesAsRecordsDo) {
  EXPECT_EQ(metrics::kCategories, classify::kCategorySlots);
  for (std::uint16_t i = 0; i < 300; ++i) {
    const std::string_view name = i < names().categories() ? names().category(i) : std::string_view{};
    const unsigned slot = classify::category_slot(i);
    EXPECT_EQ(metrics::kCategoryValues[slot], name.empty() ? std::string_view{"other"} : name) << i;
  }
}

TEST(NdpiNames, KnowsItsNumbersAndNothingBeyond) {
  EXPECT_EQ(names().protocol(classify::kTls), "TLS");
  EXPECT_EQ(names().protocol(classify::kLlmnr), "LLMNR");
  EXPECT_EQ(names().protocol(0xffff), "Unknown");
  EXPECT_EQ(names().category(5), "Web");
  EXPECT_EQ(names().category(0xffff), "Unspecified");
}

}  // namespace
}  // namespace pellucid::dpi
