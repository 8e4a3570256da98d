// read_headers over any frame: one octet for the link type, one for flags, two for l3 where reassembled, then the frame.
#include <algorithm>
#include <cstring>
#include <vector>

#include "lib/base/check.h"
#include "lib/base/cursor.h"
#include "lib/net/hash.h"
#include "lib/net/parse.h"

namespace {

using namespace pellucid;
using net::Fate;

constexpr std::uint8_t kUdp = 17;

struct Read {
  net::Row row{};
  net::Key key{};
};

Read read(Bytes frame, const net::Row& like, const net::ParseOptions& options, net::Layers* layers) {
  Read r;
  std::memset(&r.key, 0xee, sizeof r.key);
  r.row = like;
  r.row.frame = frame.data();
  r.row.len = static_cast<std::uint32_t>(frame.size());
  net::read_headers(r.row, r.key, options, layers);
  return r;
}

void check_key(const net::Key& key, const net::Row& row) {
  const bool v6 = (row.flags & net::kRowV6) != 0;
  CHECK(key.family == (v6 ? 6 : 4) && key.proto == row.proto && key.zero == 0 && key.space >> 61 == 0);
  const int order = std::memcmp(key.a, key.b, 16);
  const bool by_spi = key.proto == 50 || key.proto == 51;
  CHECK(order < 0 || (order == 0 && (by_spi || key.port_a <= key.port_b)));
  if (!v6) CHECK(std::all_of(key.a + 4, key.a + 16, [](std::uint8_t o) { return o == 0; }));
  net::HashSecret secret;
  for (unsigned i = 0; i < sizeof secret.bytes; ++i) secret.bytes[i] = static_cast<std::uint8_t>(i * 29 + row.len);
  std::uint64_t plain = 0;
  std::uint64_t chosen = 0;
  net::flow_hash_plain(secret, &key, 1, &plain);
  net::choose_flow_hash()(secret, &key, 1, &chosen);
  CHECK(plain == chosen && net::flow_id(net::choose_flow_hash(), secret, key, row.len) >> 51 == 0);
  const std::uint32_t queue = net::queue_hash(key);
  CHECK(queue >> 16 == (queue & 0xffff));
}

bool is_tunnel_port(std::uint16_t port) {
  return port == 2152 || port == 4754 || port == 6635 || port == 3544 || port == 4789 || port == 6081 || port == 8472;
}

// The same packet from the other end has the same key. Only where the transport header is easy to find.
void check_answer(const Read& sent, Bytes frame, const net::Row& like, const net::ParseOptions& options) {
  const net::Key& key = sent.key;
  const bool v6 = key.family == 6;
  std::vector<std::uint8_t> back(frame.begin(), frame.end());
  std::uint8_t* const l3 = back.data() + sent.row.l3;
  const std::size_t transport = v6 ? 40 : (l3[0] & 15u) * 4;
  if (v6 && l3[6] != key.proto) return;
  if (key.proto == kUdp && (is_tunnel_port(key.port_a) || is_tunnel_port(key.port_b))) return;
  const std::size_t at = v6 ? 8 : 12;
  const std::size_t width = v6 ? 16 : 4;
  std::swap_ranges(l3 + at, l3 + at + width, l3 + at + width);
  const bool has_ports = key.proto == 6 || key.proto == kUdp || key.proto == 132;
  if (has_ports) std::swap_ranges(l3 + transport, l3 + transport + 2, l3 + transport + 2);
  const Read answer = read(back, like, options, nullptr);
  CHECK(answer.row.fate == Fate::flow && answer.key == key);
  const bool same_ends = std::memcmp(key.a, key.b, 16) == 0 && (!has_ports || key.port_a == key.port_b);
  const bool flipped = ((answer.row.flags ^ sent.row.flags) & net::kRowSwapped) != 0;
  CHECK(flipped != same_ends);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Cursor in(Bytes(data, size));
  net::Row like{};
  like.link = static_cast<net::Link>(in.u8() % 8);
  const std::uint8_t flags = in.u8();
  like.l3 = in.u16();
  if (!in.ok()) return 0;
  const Bytes frame = in.rest();
  net::ParseOptions options;
  options.ignore_vlan = (flags & 1) != 0;
  like.frames = 1;
  like.flags = (flags & 2) != 0 ? net::kRowReassembled : 0;
  like.wire_len = static_cast<std::uint32_t>(frame.size()) + ((flags & 4) != 0 ? 100 : 0);
  net::Layers layers;
  const Read told = read(frame, like, options, &layers);
  net::Layers again;
  net::Trail trail;
  Read traced = told;
  traced.row = like;
  traced.row.frame = frame.data();
  traced.row.len = told.row.len;
  net::trace_headers(traced.row, traced.key, options, again, trail);
  CHECK(trail.size <= net::kMaxMarks && std::memcmp(&told.row, &traced.row, sizeof told.row) == 0 && told.key == traced.key);
  const Read plain = read(frame, like, options, nullptr);
  CHECK(std::memcmp(&told.row, &plain.row, sizeof told.row) == 0 && told.key == plain.key);
  CHECK(layers.tags <= net::kMaxTags && layers.outers <= net::kMaxOuters && layers.labels <= net::kMaxLabels);
  const net::Row& row = plain.row;
  CHECK((row.err != Err::none) == (row.fate == Fate::error));
  CHECK((row.flags & net::kRowReassembled) == like.flags);
  if (row.fate != Fate::flow && row.fate != Fate::fragment) return 0;
  CHECK(row.l3 < row.payload && std::size_t{row.payload} + row.payload_len <= frame.size());
  CHECK((layers.outers == 0) || (row.flags & net::kRowTunnelled) != 0);
  if (row.fate == Fate::fragment) return 0;
  check_key(plain.key, row);
  // What a pseudo-wire carries is guessed from all octets behind the labels, the addresses too.
  const bool guessed = layers.labels > 0 && (row.flags & net::kRowTunnelled) != 0;
  if (!guessed) check_answer(plain, frame, like, options);
  return 0;
}
