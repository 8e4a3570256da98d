// Samples for the tests of records: a ring to write them through, and messages built octet by octet. One test's thread.
#pragma once
#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "drivers/crypto/openssl/digest.h"
#include "lib/export/draft.h"
#include "lib/export/eve.h"

namespace pellucid::exporter::sample {

using Octets = std::vector<std::uint8_t>;

inline Octets octets(std::string_view text) { return {text.begin(), text.end()}; }
// Not inline on purpose: where g++ 12 sees a vector grow, it warns of bounds that it invents.
[[gnu::noinline]] inline void push(Octets& out, unsigned octet) { out.push_back(static_cast<std::uint8_t>(octet)); }
inline void add(Octets& out, std::initializer_list<unsigned> bytes) {
  for (const unsigned b : bytes) push(out, b);
}
inline void add(Octets& out, Bytes bytes) {
  for (const std::uint8_t b : bytes) push(out, b);
}
inline void add16(Octets& out, std::size_t v) {
  add(out, {static_cast<unsigned>(v >> 8 & 255), static_cast<unsigned>(v & 255)});
}
inline void add24(Octets& out, std::size_t v) {
  add(out, {static_cast<unsigned>(v >> 16 & 255)});
  add16(out, v);
}
inline Octets behind16(const Octets& body) {
  Octets out;
  add16(out, body.size());
  add(out, body);
  return out;
}
inline void add_extension(Octets& out, unsigned type, const Octets& body) {
  add16(out, type);
  add(out, behind16(body));
}

// TLS 1.3 as a browser says it, with GREASE.
inline Octets client_hello(std::string_view sni, std::string_view alpn = "h2") {
  Octets h;
  add(h, {3, 3});
  h.resize(34, 0xab);
  add(h, {0});                                                     // no session id
  add(h, {0, 8, 0x2a, 0x2a, 0x13, 0x01, 0xc0, 0x2f, 0x00, 0x9c});  // suites
  add(h, {1, 0});                                                  // compression
  Octets e;
  add_extension(e, 0x3a3a, {});
  Octets name;
  add(name, {0});
  add(name, behind16(octets(sni)));
  if (!sni.empty()) add_extension(e, 0, behind16(name));
  add_extension(e, 10, {0, 4, 0, 29, 0, 23});
  add_extension(e, 11, {1, 0});
  add_extension(e, 13, {0, 4, 4, 3, 8, 4});
  Octets protocols;
  add(protocols, {static_cast<unsigned>(alpn.size())});
  add(protocols, as_bytes(alpn));
  if (!alpn.empty()) add_extension(e, 16, behind16(protocols));
  add_extension(e, 43, {4, 3, 4, 3, 3});
  add(h, behind16(e));
  return h;
}

inline Octets server_hello() {
  Octets h;
  add(h, {3, 3});
  h.resize(34, 0xcd);
  add(h, {0, 0xc0, 0x2f, 0});
  Octets e;
  add_extension(e, 0xff01, {0});
  add_extension(e, 16, {0, 3, 2, 'h', '2'});
  add(h, behind16(e));
  return h;
}

inline Octets certificates(std::initializer_list<Octets> chain) {
  Octets list;
  for (const Octets& der : chain) {
    add24(list, der.size());
    add(list, der);
  }
  Octets out;
  add24(out, list.size());
  add(out, list);
  return out;
}

inline Head head_of(Kind kind) {
  Head h{};
  h.kind = kind;
  h.rule = kNoRule;
  h.level = policy::Level::classify;
  h.ts_ns = 1'795'352'461'123'456'789;
  h.flow_id = 123'456'789'012;
  h.family = 4;
  h.proto = 6;
  h.sport = 50'000;
  h.dport = 443;
  const std::uint8_t src[] = {192, 168, 1, 2}, dst[] = {93, 184, 216, 34};
  std::copy(std::begin(src), std::end(src), h.src);
  std::copy(std::begin(dst), std::end(dst), h.dst);
  h.master = classify::kTls;
  h.app = 212;
  h.category = 5;
  h.confidence = static_cast<std::uint8_t>(classify::Confidence::dpi);
  h.by = static_cast<std::uint8_t>(classify::By::name);
  return h;
}

inline FlowBody flow_body() {
  FlowBody b{};
  b.packets[0] = 10;
  b.packets[1] = 8;
  b.bytes[0] = 1000;
  b.bytes[1] = 20'000;
  b.first_ns = 1'795'352'400'000'000'000;
  b.last_ns = 1'795'352'461'123'456'789;
  b.tcp_flags[0] = 0x1b;
  b.tcp_flags[1] = 0x1a;
  b.tcp = flow::TcpState::closed;
  b.end = flow::End::closed;
  return b;
}

struct FakeNames final : classify::Names {
  std::uint16_t protocols() const noexcept override { return 256; }
  std::uint16_t categories() const noexcept override { return 8; }
  std::string_view protocol(std::uint16_t id) const noexcept override {
    switch (id) {
      case 0:
        return "Unknown";
      case classify::kTls:
        return "TLS";
      case classify::kDns:
        return "DNS";
      case classify::kHttp:
        return "HTTP";
      case 92:
        return "SSH";
      case 212:
        return "Microsoft";
      default:
        return "Other";
    }
  }
  std::string_view category(std::uint16_t id) const noexcept override { return id == 5 ? "Web" : "Unspecified"; }
};

// Everything that makes a line of a record.
struct Bench {
  openssl::Digests digests;
  FakeNames names;
  Ring ring{1 << 18};
  Eve eve;

  explicit Bench(EveOptions options = {.pcap_filename = "a.pcap"}, CertificateReader* certificates = nullptr)
      : eve(std::move(options), digests, certificates, &names) {}

  template <class Body>
  std::string line(const Head& head, const Body& body, std::span<const Piece> pieces = {}) {
    CHECK(write_record(ring, head, body, pieces));
    std::string out;
    eve.write(read_record(ring.peek()), out);
    ring.release();
    return out;
  }
};

inline bool has(const std::string& line, std::string_view part) { return line.find(part) != std::string::npos; }

}  // namespace pellucid::exporter::sample
