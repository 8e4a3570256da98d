// Make: hellos, records, handshakes and certificates put together by hand, for the tests of lib/tls.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/bytes.h"

namespace pellucid::tls::make {

using Octets = std::vector<std::uint8_t>;

inline Octets octets(std::string_view text) { return {text.begin(), text.end()}; }
inline void add(Octets& to, const Octets& more) { to.insert(to.end(), more.begin(), more.end()); }
inline Octets join(std::initializer_list<Octets> parts) {
  Octets out;
  for (const Octets& p : parts) add(out, p);
  return out;
}
inline Octets number(std::uint64_t v, unsigned width) {
  Octets out;
  for (unsigned i = width; i-- > 0;) out.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
  return out;
}
inline Octets sized(unsigned width, const Octets& body) {
  return join({number(body.size(), width), body});
}  // length, then body
inline Octets numbers(std::initializer_list<std::uint16_t> list) {
  Octets out;
  for (const std::uint16_t v : list) add(out, number(v, 2));
  return out;
}

inline Octets extension(std::uint16_t type, const Octets& body) { return join({number(type, 2), sized(2, body)}); }
inline Octets sni(std::string_view name) { return extension(0, sized(2, join({{0}, sized(2, octets(name))}))); }
inline Octets alpn(std::initializer_list<std::string_view> names) {
  Octets list;
  for (const std::string_view n : names) add(list, sized(1, octets(n)));
  return extension(16, sized(2, list));
}
inline Octets key_share(std::uint16_t group, std::size_t size) {
  return join({number(group, 2), sized(2, Octets(size, 0x5a))});
}

inline Octets client_hello(std::uint16_t version, const Octets& ciphers, const Octets& extensions) {
  Octets out = join({number(version, 2), Octets(32, 0x11), sized(1, Octets(32, 0x22)), sized(2, ciphers), {1, 0}});
  if (!extensions.empty()) add(out, sized(2, extensions));
  return out;
}
inline Octets server_hello(std::uint16_t version, std::uint16_t cipher, const Octets& extensions,
                           const Octets& random = Octets(32, 0x33)) {
  Octets out = join({number(version, 2), random, sized(1, Octets(32, 0x22)), number(cipher, 2), {0}});
  if (!extensions.empty()) add(out, sized(2, extensions));
  return out;
}
// SHA-256("HelloRetryRequest"), RFC 8446 4.1.3.
inline Octets retry_random() {
  return {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
          0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
}

inline Octets message(std::uint8_t type, const Octets& body) { return join({{type}, sized(3, body)}); }
inline Octets record(std::uint8_t type, const Octets& body, std::uint16_t version = 0x0303) {
  return join({{type}, number(version, 2), sized(2, body)});
}
// A message cut into records of `step` octets.
inline Octets records(const Octets& handshake, std::size_t step) {
  Octets out;
  for (std::size_t at = 0; at < handshake.size(); at += step) {
    const std::size_t n = std::min(step, handshake.size() - at);
    add(out, record(22, {handshake.begin() + static_cast<std::ptrdiff_t>(at),
                         handshake.begin() + static_cast<std::ptrdiff_t>(at + n)}));
  }
  return out;
}
inline const Octets kCcs = record(20, {1});
inline Octets sealed(std::uint8_t type, std::size_t size) { return record(type, Octets(size, 0xee)); }

// What a browser of today sends: GREASE, hybrid ML-KEM share, more than 1,700 octets.
inline Octets hybrid_extensions(std::string_view name) {
  return join(
      {extension(0x3a3a, {}), sni(name), alpn({"h2", "http/1.1"}), extension(10, sized(2, numbers({0x4a4a, 0x11ec, 29, 23}))),
       extension(11, sized(1, {0})), extension(13, sized(2, numbers({0x0403, 0x0804, 0x0401}))),
       extension(43, sized(1, numbers({0x5a5a, 0x0304, 0x0303}))), extension(45, sized(1, {1})),
       extension(51, sized(2, join({key_share(0x4a4a, 1), key_share(0x11ec, 1216), key_share(29, 32)}))),
       extension(0xfe0d, join({{0}, number(1, 2), number(1, 2), {7}, sized(2, Octets(32, 1)), sized(2, Octets(208, 2))})),
       extension(0x6a6a, {0})});
}
inline Octets hybrid_hello(std::string_view name) {
  return client_hello(0x0303, numbers({0x2a2a, 0x1301, 0x1302, 0xc02b, 0xc02f}), hybrid_extensions(name));
}
inline Octets server_hello13(std::uint16_t group) {
  return server_hello(0x0303, 0x1301, join({extension(43, numbers({0x0304})), extension(51, key_share(group, 32))}));
}

// DER (X.690), definite lengths.
inline Octets der(std::uint8_t tag, const Octets& body) {
  if (body.size() < 128) return join({{tag}, sized(1, body)});
  if (body.size() < 256) return join({{tag, 0x81}, sized(1, body)});
  return join({{tag, 0x82}, sized(2, body)});
}
inline Octets common_name(std::string_view cn) {
  return der(0x30, der(0x31, der(0x30, join({der(6, {0x55, 4, 3}), der(0x0c, octets(cn))}))));
}
inline Octets certificate(std::string_view cn, std::initializer_list<std::string_view> names) {
  Octets alt;
  for (const std::string_view n : names) add(alt, der(0x82, octets(n)));
  add(alt, der(0x87, {192, 0, 2, 1}));
  const Octets san = der(0x30, join({der(6, {0x55, 0x1d, 0x11}), der(4, der(0x30, alt))}));
  const Octets usage = der(0x30, join({der(6, {0x55, 0x1d, 0x0f}), der(1, {0xff}), der(4, der(3, {7, 0x80}))}));
  const Octets algorithm = der(0x30, der(6, {0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2}));
  const Octets validity = der(0x30, join({der(0x17, octets("250101000000Z")), der(0x18, octets("20510101000000Z"))}));
  const Octets key = der(0x30, join({algorithm, der(3, Octets(34, 0))}));
  const Octets inner = join({der(0xa0, der(2, {2})), der(2, {0x00, 0xab, 0xcd}), algorithm, common_name("Issuing CA"), validity,
                             common_name(cn), key, der(0xa3, der(0x30, join({usage, san})))});
  return der(0x30, join({der(0x30, inner), algorithm, der(3, Octets(40, 0))}));
}
inline Octets chain12(std::initializer_list<Octets> certificates) {
  Octets list;
  for (const Octets& c : certificates) add(list, sized(3, c));
  return sized(3, list);
}
inline Octets chain13(std::initializer_list<Octets> certificates) {
  Octets list;
  for (const Octets& c : certificates) add(list, join({sized(3, c), sized(2, {})}));
  return join({{0}, sized(3, list)});
}

// Whole conversations, by direction in the order in which they are heard.
struct Said {
  unsigned dir;  // 0: the client
  Octets bytes;
};
using Talk = std::vector<Said>;

inline Octets old_hello(std::string_view name) {
  return client_hello(0x0303, numbers({0xc02f, 0x002f}),
                      join({sni(name), alpn({"http/1.1"}), extension(10, sized(2, numbers({29, 23}))), extension(23, {})}));
}
inline Octets curve_exchange(std::uint16_t curve) {
  return join({{3}, number(curve, 2), sized(1, Octets(32, 4)), Octets(70, 5)});
}
// TLS 1.2, full: the server's flight in records of `step` octets.
inline Talk full12(std::size_t step) {
  const Octets flight =
      join({message(2, server_hello(0x0303, 0xc02f, join({alpn({"http/1.1"}), extension(23, {})}))),
            message(11, chain12({certificate("www.example.org", {"www.example.org"}), certificate("CA", {})})),
            message(12, curve_exchange(29)), message(14, {})});
  return {{0, records(message(1, old_hello("www.example.org")), step)},
          {1, records(flight, step)},
          {0, join({records(message(16, Octets(33, 6)), step), kCcs, sealed(22, 40)})},
          {1, join({kCcs, sealed(22, 40)})},
          {0, sealed(23, 100)}};
}
inline Talk resumed12() {
  return {{0, record(22, message(1, old_hello("again.example")))},
          {1, join({record(22, message(2, server_hello(0x0303, 0xc02f, {}))), record(22, message(4, Octets(60, 9))), kCcs,
                    sealed(22, 40)})},
          {0, join({kCcs, sealed(22, 40)})}};
}
inline Talk full13(std::size_t step) {
  return {{0, records(message(1, hybrid_hello("pq.example.org")), step)},
          {1, join({records(message(2, server_hello13(0x11ec)), step), kCcs, sealed(23, 900)})},
          {0, join({kCcs, sealed(23, 53)})}};
}
inline Talk retry13() {
  const Octets retry =
      server_hello(0x0303, 0x1301, join({extension(43, numbers({0x0304})), extension(51, numbers({23}))}), retry_random());
  return {{0, record(22, message(1, hybrid_hello("retry.example")))},
          {1, join({record(22, message(2, retry)), kCcs})},
          {0, join({kCcs, record(22, message(1, hybrid_hello("retry.example")))})},
          {1, join({record(22, message(2, server_hello13(23))), sealed(23, 500)})},
          {0, sealed(23, 53)}};
}
inline Octets v2_hello() {
  const Octets ciphers{0, 0, 0x2f, 0, 0, 0x35, 7, 0, 0xc0};
  const Octets body =
      join({{1}, number(0x0301, 2), number(ciphers.size(), 2), number(0, 2), number(16, 2), ciphers, Octets(16, 8)});
  return join({number(0x8000u | body.size(), 2), body});
}

}  // namespace pellucid::tls::make
