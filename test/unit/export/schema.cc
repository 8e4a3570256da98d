// Every kind of record, plain and hostile, against conf/schema and, where it is at hand, Suricata's own schema. The judge is
// test/golden/validate.py: another language's JSON parser, so that a fault of our writer cannot hide in our reader.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include <unistd.h>

#include <gtest/gtest.h>

#include "drivers/crypto/openssl/x509.h"
#include "lib/tls/session.h"
#include "test/unit/export/sample.h"

namespace pellucid::exporter {
namespace {

using namespace sample;  // NOLINT
namespace fs = std::filesystem;

Octets random_octets(std::mt19937_64& random, std::size_t most) {
  Octets out(random() % (most + 1));
  for (auto& b : out) b = static_cast<std::uint8_t>(random());
  return out;
}

template <class Pod>
void scramble(std::mt19937_64& random, Pod& pod) {
  auto* at = reinterpret_cast<std::uint8_t*>(&pod);
  for (std::size_t i = 0; i < sizeof pod; ++i) at[i] = static_cast<std::uint8_t>(random());
}

// A head that a worker could write: any numbers, but enumerations within their range.
Head random_head(std::mt19937_64& random, Kind kind) {
  Head h;
  scramble(random, h);
  h.kind = kind;
  h.level = static_cast<policy::Level>(random() % 5);
  h.family = random() % 2 == 0 ? 4 : 6;
  h.flow_id &= (std::uint64_t{1} << 51) - 1;
  return h;
}

net::Layers random_layers(std::mt19937_64& random) {
  net::Layers layers;
  scramble(random, layers);
  layers.tags = static_cast<std::uint8_t>(random() % (net::kMaxTags + 1));
  for (auto& tag : layers.tag) tag &= 0xfff;
  layers.labels = static_cast<std::uint8_t>(random() % (net::kMaxLabels + 1));
  for (auto& label : layers.label) label &= 0xf'ffff;
  layers.outers = static_cast<std::uint8_t>(random() % (net::kMaxOuters + 1));
  for (auto& o : layers.outer) {
    o.type = static_cast<net::Wrap>(random() % std::size(net::kWrapLabels));
    o.family = random() % 2 == 0 ? 4 : 6;
  }
  return layers;
}

std::string all_octets() {
  std::string all;
  for (unsigned c = 0; c < 256; ++c) all += static_cast<char>(c);
  return all;
}

void write_flows(Bench& b, std::mt19937_64& random, std::ofstream& out) {
  for (unsigned round = 0; round < 100; ++round) {
    const Kind kind = round % 2 == 0 ? Kind::flow : Kind::flow_update;
    FlowBody body;
    scramble(random, body);
    body.tcp = static_cast<flow::TcpState>(random() % 5);
    body.end = static_cast<flow::End>(random() % 4);
    const net::Layers layers = random_layers(random);
    const std::array pieces{piece(layers)};
    out << b.line(random_head(random, kind), body, pieces);
  }
  out << b.line(head_of(Kind::flow), flow_body()) << b.line(head_of(Kind::flow_update), flow_body());
}

void write_sessions(Bench& b, std::mt19937_64& random, std::ofstream& out) {
  const Octets server = server_hello();
  for (const std::string& sni :
       {std::string("www.example.org"), all_octets(), std::string(15'000, '\xff'), std::string("\xed\xa0\x80\"\\")}) {
    const Octets client = client_hello(sni, std::string(200, '\x80'));
    const Octets chain = certificates({random_octets(random, 2000), Octets(40'000, 3)});
    const std::array pieces{piece(Part::client_hello, client), piece(Part::server_hello, server),
                            piece(Part::certificates, chain), piece(Part::client_certificates, chain)};
    out << b.line(head_of(Kind::tls), TlsBody{}, pieces);
  }
  for (unsigned round = 0; round < 200; ++round) {
    TlsBody body;
    scramble(random, body);
    Octets client = client_hello("www.example.org");
    Octets hello = server;
    client[random() % client.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
    hello[random() % hello.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
    const std::array pieces{piece(Part::client_hello, client), piece(Part::server_hello, hello)};
    out << b.line(random_head(random, Kind::tls), body, pieces);
  }
}

void write_connections(Bench& b, std::mt19937_64& random, std::ofstream& out) {
  const Octets server = server_hello();
  const Octets google{'C', 'H', 'L', 'O', 2,   0, 0, 0, 'S', 'N', 'I', 0,    3,   0, 0,
                      0,   'U', 'A', 'I', 'D', 6, 0, 0, 0,   'a', '"', 0xff, 'b', 1, 'c'};
  for (unsigned round = 0; round < 200; ++round) {
    QuicBody body;
    scramble(random, body);
    const std::uint32_t versions[] = {0, 1, 0x6b3343cf, 0xff00001d, 0x51303433, 0x54303531, body.version};
    body.version = versions[round % std::size(versions)];
    body.google = round % 3 == 0;
    Octets client = client_hello(round == 1 ? all_octets() : "www.example.org");
    Octets hello = server;
    client[random() % client.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
    hello[random() % hello.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
    const std::array pieces{piece(Part::client_hello, body.google != 0 ? google : client), piece(Part::server_hello, hello)};
    out << b.line(random_head(random, Kind::quic), body, pieces);
  }
  out << b.line(head_of(Kind::quic), QuicBody{});
}

void write_messages(Bench& b, std::mt19937_64& random, std::ofstream& out) {
  const std::string head =
      std::string("GET /") + all_octets() + " HTTP/1.1\r\nHost: x\"\xff:1\r\nUser-Agent: " + all_octets() + "\r\n";
  for (unsigned round = 0; round < 200; ++round) {
    Octets m = random_octets(random, 60);
    Octets message{0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 1, 0, 1, 3, 'a', '"', 0xff, 0, 0, 1, 0, 1};
    const unsigned types[] = {1, 2, 5, 6, 10, 12, 15, 16, 28, 33, 39, 44, 64, 65, 257, 999};
    for (unsigned i = 0; i < 4; ++i) {
      add(message, {0xc0, 12, 0, 0, 0, 1, 0, 0, 0, 60});
      const unsigned type = types[random() % std::size(types)];
      message[message.size() - 8] = static_cast<std::uint8_t>(type >> 8);
      message[message.size() - 7] = static_cast<std::uint8_t>(type);
      add(message, behind16(random_octets(random, 24)));
    }
    const std::array dns{piece(Part::dns_message, round % 4 == 0 ? Bytes(m) : Bytes(message))};
    out << b.line(random_head(random, Kind::dns), DnsBody{round, static_cast<std::uint8_t>(round & 1), {}}, dns);
    out << b.line(random_head(random, Kind::mdns), DnsBody{round, static_cast<std::uint8_t>(round & 1), {}}, dns);
    std::string request = round == 0 ? head : std::string(head).substr(0, random() % head.size());
    const std::string response = "HTTP/1.1 " + std::to_string(random() % 1100) + " \xff\r\nLocation: http://a:b@\xff\r\n";
    const std::array http{piece(Part::http_request, as_bytes(request)), piece(Part::http_response, as_bytes(response))};
    out << b.line(random_head(random, Kind::http), HttpBody{round, 0, random(), random()}, http);
  }
}

TEST(Schema, EveryKindOfRecordFitsIt) {
  const fs::path judge = fs::path(__FILE__).parent_path() / "../../golden/validate.py";
  if (!fs::exists(judge)) GTEST_SKIP() << "the sources are not here";
  const fs::path file = fs::temp_directory_path() / ("records-" + std::to_string(getpid()) + ".jsonl");
  {
    openssl::Digests digests;
    openssl::CertificateReader certificates(digests);
    Bench b({.pcap_filename = all_octets(), .host = "h"}, &certificates);
    std::mt19937_64 random(1);
    std::ofstream out(file, std::ios::binary);
    write_flows(b, random, out);
    write_sessions(b, random, out);
    write_connections(b, random, out);
    write_messages(b, random, out);
    ASSERT_TRUE(out.good());
  }
  const std::string command = "python3 -W ignore " + judge.string() + " " + file.string() +
                              " --need=flow --need=flow_update --need=tls --need=quic --need=dns --need=mdns --need=http";
  const int status = std::system(command.c_str());
  fs::remove(file);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "python3-jsonschema is not installed";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace pellucid::exporter
