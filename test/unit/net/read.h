// What tests of the parser share: a frame read with its layers and, as a worker reads it, without; both have to agree.
#pragma once
#include <gtest/gtest.h>

#include "lib/net/parse.h"
#include "test/unit/net/build.h"

namespace pellucid::build {

struct Read {
  net::Row row{};
  net::Key key{};
  net::Layers layers{};

  std::string payload() const { return std::string(as_text(row.payload_bytes())); }
};

inline Read read(const net::Row& filled, net::ParseOptions options = {}) {
  Read r;
  r.row = filled;
  net::read_headers(r.row, r.key, options, &r.layers);
  net::Row row = filled;
  net::Key key{};
  net::read_headers(row, key, options);
  EXPECT_EQ(std::memcmp(&row, &r.row, sizeof row), 0);
  EXPECT_TRUE(key == r.key);
  return r;
}

inline Read read(const Octets& frame, net::Link link = net::Link::ethernet, net::ParseOptions options = {}) {
  return read(row_of(frame, link), options);
}

inline void expect_error(const Read& r, net::Layer layer, Err err) {
  EXPECT_EQ(r.row.fate, net::Fate::error);
  EXPECT_EQ(net::kLayerLabels[static_cast<unsigned>(r.row.layer)], net::kLayerLabels[static_cast<unsigned>(layer)]);
  EXPECT_EQ(label(r.row.err), label(err));
}

inline const Part kHello = ip4({}, tcp({.sport = 40000, .dport = 443, .seq = 77, .flags = 24}, as_octets("hello")));
inline const Part kHello6 = ip6({}, udp({.sport = 40000, .dport = 53}, as_octets("hello")));

}  // namespace pellucid::build
