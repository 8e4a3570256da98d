// What tests of captures share: a maker of files in either byte order, and a reader that takes them in pieces.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lib/net/pcap.h"

namespace pellucid::net {

inline constexpr std::uint64_t kSecond = 1'000'000'000;

// Writes a file's fields in either byte order.
class Maker {
 public:
  explicit Maker(std::endian order) : order_(order) {}
  std::string bytes;

  Maker& u16(std::uint16_t v) { return number(v, 2); }
  Maker& u32(std::uint32_t v) { return number(v, 4); }
  Maker& u64(std::uint64_t v) { return number(v, 8); }
  Maker& text(std::string_view t) {
    bytes += t;
    return *this;
  }
  Maker& option(std::uint16_t code, std::string_view value) {
    u16(code).u16(static_cast<std::uint16_t>(value.size())).text(value);
    return pad();
  }
  Maker& pad() {
    bytes.resize((bytes.size() + 3) & ~std::size_t{3});
    return *this;
  }

  Maker& pcap(std::uint32_t magic, std::uint32_t link_type, std::uint16_t minor = 4) {
    return u32(magic).u16(2).u16(minor).u32(0).u32(0).u32(65535).u32(link_type);
  }
  Maker& record(std::uint32_t s, std::uint32_t fraction, std::string_view frame, std::uint32_t wire_len) {
    return u32(s).u32(fraction).u32(static_cast<std::uint32_t>(frame.size())).u32(wire_len).text(frame);
  }
  Maker& block(std::uint32_t type, const std::string& body) {
    const auto padded = static_cast<std::uint32_t>((body.size() + 3) & ~std::size_t{3});
    return u32(type).u32(padded + 12).text(body).pad().u32(padded + 12);
  }
  Maker& section() { return block(0x0a0d0d0a, Maker(order_).u32(0x1a2b3c4d).u16(1).u16(0).u64(~0ull).bytes); }
  Maker& interface(std::uint16_t link_type, std::uint32_t snap, const std::string& options = {}) {
    return block(1, Maker(order_).u16(link_type).u16(0).u32(snap).text(options).bytes);
  }
  Maker& enhanced(std::uint32_t port, std::uint64_t ticks, std::string_view frame, std::uint32_t wire_len) {
    return block(6, Maker(order_)
                        .u32(port)
                        .u32(static_cast<std::uint32_t>(ticks >> 32))
                        .u32(static_cast<std::uint32_t>(ticks))
                        .u32(static_cast<std::uint32_t>(frame.size()))
                        .u32(wire_len)
                        .text(frame)
                        .bytes);
  }
  Maker& old(std::uint16_t port, std::uint64_t ticks, std::string_view frame) {
    const auto size = static_cast<std::uint32_t>(frame.size());
    return block(2, Maker(order_)
                        .u16(port)
                        .u16(7)
                        .u32(static_cast<std::uint32_t>(ticks >> 32))
                        .u32(static_cast<std::uint32_t>(ticks))
                        .u32(size)
                        .u32(size)
                        .text(frame)
                        .bytes);
  }
  Maker& secrets(std::uint32_t type, std::string_view text) {
    return block(10, Maker(order_).u32(type).u32(static_cast<std::uint32_t>(text.size())).text(text).bytes);
  }
  Maker& simple(std::string_view frame, std::uint32_t wire_len) {
    return block(3, Maker(order_).u32(wire_len).text(frame).bytes);
  }

 private:
  Maker& number(std::uint64_t v, unsigned width) {
    for (unsigned i = 0; i < width; ++i) {
      const unsigned shift = 8 * (order_ == std::endian::little ? i : width - 1 - i);
      bytes += static_cast<char>(v >> shift);
    }
    return *this;
  }
  std::endian order_;
};

struct Seen {
  std::string bytes;
  std::uint64_t ts_ns;
  std::uint32_t wire_len;
  std::uint16_t iface;
  Link link;
  std::uint8_t flags;
  friend bool operator==(const Seen&, const Seen&) = default;
};

struct Gathered final : SecretsTaker {  // what a capture's secrets blocks hold, each behind its type
  std::vector<std::pair<std::uint32_t, std::string>> blocks;
  void take(const SecretsPiece& piece) noexcept override {
    if (piece.offset == 0) blocks.emplace_back(piece.type, "");
    EXPECT_EQ(blocks.back().second.size(), piece.offset);
    blocks.back().second += as_text(piece.bytes);
    EXPECT_LE(blocks.back().second.size(), piece.size);
  }
};

struct Outcome {
  std::vector<Seen> frames;
  Gathered gathered;
  Err err = Err::none;  // why it ended
  std::uint64_t offset = 0;
  std::uint64_t secrets = 0;
  std::vector<Interface> interfaces;
};

// Reads a capture that arrives `step` octets at a time, in memory of its own that ends where the view ends.
inline Outcome read_all(std::string_view file, std::size_t step = ~std::size_t{0}) {
  const auto reader = std::make_unique<PcapReader>();
  const auto burst = std::make_unique<Burst>();
  Outcome out;
  reader->give_secrets_to(&out.gathered);
  std::size_t begin = 0;
  std::size_t end = 0;
  bool begun = false;
  for (;;) {
    const std::vector<std::uint8_t> view(file.begin() + static_cast<std::ptrdiff_t>(begin),
                                         file.begin() + static_cast<std::ptrdiff_t>(end));
    Bytes unread(view);
    burst->n = 0;
    Err e = begun ? Err::none : reader->begin(unread);
    begun = begun || e == Err::none;
    if (begun) e = reader->read(unread, *burst);
    for (std::uint32_t i = 0; i < burst->n; ++i) {
      const Row& r = burst->row[i];
      EXPECT_EQ(r.frames, 1);
      out.frames.push_back({std::string(as_text(r.bytes())), r.ts_ns, r.wire_len, r.iface, r.link, r.flags});
    }
    begin = end - unread.size();
    EXPECT_TRUE(!begun || reader->offset() == begin);
    EXPECT_TRUE(e != Err::more || reader->want() > unread.size());
    if (e == Err::more && end == file.size()) e = reader->end(unread) == Err::none ? Err::kCount : Err::truncated;
    if (e != Err::more && e != Err::none) {
      out.err = e == Err::kCount ? Err::none : e;
      break;
    }
    if (e == Err::more) end += std::min(step, file.size() - end);
  }
  out.offset = reader->offset();
  out.secrets = reader->secrets();
  out.interfaces.assign(reader->interfaces().begin(), reader->interfaces().end());
  return out;
}

}  // namespace pellucid::net
