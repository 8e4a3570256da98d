// PcapReader: frames out of a capture's bytes: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng). It opens
// nothing: whoever owns it (one thread) brings the bytes, block by block, and the rows point into them.
#pragma once
#include <algorithm>
#include <array>
#include <bit>

#include "lib/base/check.h"
#include "lib/base/prefetch.h"
#include "lib/net/key.h"

namespace pellucid::net {

struct LinkType {  // a number of the LINKTYPE registry and what we make of it
  std::uint16_t number;
  Link link;
};
inline constexpr std::array kLinkTypes{
    LinkType{0, Link::null},    LinkType{1, Link::ethernet}, LinkType{9, Link::ppp},      LinkType{12, Link::raw_ip},
    LinkType{14, Link::raw_ip}, LinkType{50, Link::ppp},     LinkType{101, Link::raw_ip}, LinkType{108, Link::loop},
    LinkType{113, Link::sll},   LinkType{228, Link::raw_ip}, LinkType{229, Link::raw_ip}, LinkType{276, Link::sll2},
};
constexpr Link link_of(std::uint16_t number) noexcept {
  for (const LinkType& t : kLinkTypes) {
    if (t.number == number) return t.link;
  }
  return Link::unsupported;
}

struct Interface {                             // what a capture tells of an interface; Row::iface is its number
  static constexpr std::size_t kMaxName = 28;  // octets kept: Linux allows 15
  std::uint16_t link_type;
  Link link;
  std::uint8_t name_len;
  char name_text[kMaxName];  // as the file has it: not to be trusted on a terminal
  std::string_view name() const noexcept { return {name_text, name_len}; }
};

// How an interface counts time: ticks of `factor` ns, of 1/`factor` ns or of 2^-`bits` s, since 1970 plus `offset_ns`. Times
// beyond the range of 64 bits of nanoseconds (the year 2554) wrap.
struct TimeUnit {
  enum class Kind : std::uint8_t { multiply, divide, shift };
  std::uint64_t factor = 1000;
  std::uint64_t offset_ns = 0;
  Kind kind = Kind::multiply;
  std::uint8_t bits = 0;

  std::uint64_t ns(std::uint64_t ticks) const noexcept {
    if (kind == Kind::multiply) return ticks * factor + offset_ns;
    return fine_ns(ticks);
  }

 private:
  std::uint64_t fine_ns(std::uint64_t ticks) const noexcept;
};

// A part of a pcapng Decryption Secrets Block: what it holds comes in order, in parts as the capture's bytes do.
struct SecretsPiece {
  std::uint32_t type;    // of the secrets: kTlsKeylog, or another of the format's registry
  std::uint32_t offset;  // where this part begins
  std::uint32_t size;    // of all parts together
  Bytes bytes;
};
inline constexpr std::uint32_t kTlsKeylog = 0x544c534b;

class SecretsTaker {
 public:
  virtual ~SecretsTaker() = default;
  virtual void take(const SecretsPiece& piece) noexcept = 0;
};

class PcapReader {
 public:
  static constexpr std::uint32_t kMaxFrame = 256 * 1024;        // captured bytes of a frame
  static constexpr std::uint32_t kMaxBlock = 16 * 1024 * 1024;  // a pcapng block that is read; skipped ones may be larger
  static constexpr std::size_t kMaxWant = 512 * 1024;           // want() is never above: the room a caller needs
  static constexpr unsigned kMaxInterfaces = 512;               // in a section; told apart by name, in the whole capture
  static constexpr unsigned kMaxOptions = 64;                   // read of an interface description

  // Reads the file header: none, Err::more, or Err::not_mine where this is no capture. Needed before read().
  Err begin(Bytes& unread) noexcept;
  // Appends rows to the burst until it is full (none), more bytes are needed (more), or the capture is wrong at offset().
  // What was read is taken off the front of `unread`; what is left must come again, with more behind it.
  Err read(Bytes& unread, Burst& burst) noexcept;
  // What the end of the bytes means here: none, or truncated. `unread` is what read() left.
  Err end(Bytes unread) const noexcept { return unread.empty() && trailer_ == 0 && offset_ != 0 ? Err::none : Err::truncated; }

  void give_secrets_to(SecretsTaker* taker) noexcept { taker_ = taker; }  // null: to nobody

  std::size_t want() const noexcept { return want_; }            // after Err::more: how long `unread` must be
  std::uint64_t offset() const noexcept { return offset_; }      // where `unread` begins in the capture
  std::uint64_t secrets() const noexcept { return secrets_; }    // decryption secrets blocks
  std::uint64_t sections() const noexcept { return sections_; }  // pcapng section headers
  std::span<const Interface> interfaces() const noexcept { return {interfaces_.data(), interface_count_}; }

 private:
  struct Port {  // what the packets of one interface of this section need
    TimeUnit unit;
    std::uint32_t snap_len = 0;
    std::uint16_t number = 0;
    Link link = Link::unsupported;
    std::uint8_t fcs_len = 0;
  };
  struct Block {  // how a pcapng block begins
    std::uint32_t type;
    std::uint32_t stated;  // its size as the file has it, to be repeated at its end
    std::uint32_t size;    // the same with the padding that some writers do not count
  };
  struct Packet {      // a pcapng packet, before its frame is cut out
    std::size_t head;  // where the frame begins in the block
    std::uint64_t ts_ns;
    std::uint32_t port;
    std::uint32_t len;
    std::uint32_t wire_len;
  };
  enum class Format : std::uint8_t { none, pcap, pcapng };
  enum class Lengths : std::uint8_t {
    captured_first,
    unordered,  // pcap up to version 2.3 has them either way round: the smaller one is what was captured
  };

  Err need(std::size_t n) noexcept {
    want_ = n;
    return Err::more;
  }
  // A wire length below what was captured is a lie; an FCS, where the file says so, is on the wire's end and not for us.
  static void fill(Row& row, Bytes frame, std::uint64_t ts_ns, std::uint32_t wire_len, const Port& port) noexcept {
    const auto captured = static_cast<std::uint32_t>(frame.size());
    const std::uint32_t claimed = std::max(wire_len, captured);
    const std::uint32_t wire = claimed - std::min<std::uint32_t>(port.fcs_len, claimed);
    const std::uint32_t len = std::min(captured, wire);
    prefetch(frame.data() + kLine);  // where transport headers lie: 10 % off reading plus a first look at them
    row.frame = frame.data();
    row.ts_ns = ts_ns;
    row.len = len;
    row.wire_len = wire;
    row.iface = port.number;
    row.frames = 1;
    row.link = port.link;
    row.flags = wire > len ? kRowShort : std::uint8_t{0};
  }

  // pcap.cc
  template <std::endian kOrder>
  Err begin_pcap(Bytes& in, std::uint32_t magic) noexcept;
  template <std::endian kOrder>
  Err read_records(Bytes& in, Burst& burst) noexcept;
  Err read_some(Bytes& in, Burst& burst) noexcept;

  // pcapng.cc
  Err read_section(Bytes& in) noexcept;
  template <std::endian kOrder>
  Err open_section(Bytes& in) noexcept;
  template <std::endian kOrder>
  void read_packets(Bytes& in, Burst& burst) noexcept;
  template <std::endian kOrder>
  Err read_blocks(Bytes& in, Burst& burst) noexcept;
  template <std::endian kOrder>
  Err read_block(Bytes& in, Block block, Burst& burst) noexcept;
  template <std::endian kOrder>
  Err read_packet(Bytes in, Block block, Burst& burst) noexcept;
  template <std::endian kOrder>
  Err read_simple(Bytes in, Block block, Burst& burst) noexcept;
  Err push(Bytes in, Block block, const Packet& packet, Burst& burst) noexcept;
  template <std::endian kOrder>
  Err read_interface(Bytes body) noexcept;
  template <std::endian kOrder>
  static Err read_option(Port& port, Interface& seen, std::uint16_t code, Bytes value) noexcept;
  std::uint16_t enter(const Interface& seen) noexcept;
  void skip_rest(Bytes& in, Block block, std::size_t done) noexcept;
  template <std::endian kOrder>
  Err begin_secrets(Bytes& in, Block block) noexcept;
  void give_secrets(Bytes bytes) noexcept;
  template <std::endian kOrder>
  Err read_rest(Bytes& in) noexcept;

  Format format_ = Format::none;
  std::endian order_ = std::endian::little;
  Lengths lengths_ = Lengths::captured_first;
  std::uint8_t record_head_ = 16;  // pcap: octets before a frame
  std::uint16_t port_count_ = 0;   // pcapng: interfaces of this section
  std::uint16_t interface_count_ = 0;
  std::uint32_t trailer_ = 0;  // pcapng: the size that the block being skipped must repeat; 0: none is
  std::uint64_t skip_ = 0;     // pcapng: octets before that trailer
  std::uint64_t offset_ = 0;
  std::uint64_t last_ts_ns_ = 0;  // pcapng: for packets that have no time
  std::uint64_t secrets_ = 0;
  SecretsPiece piece_{};  // the next one of the block being skipped, without its bytes
  SecretsTaker* taker_ = nullptr;
  std::uint64_t sections_ = 0;
  std::size_t want_ = 0;
  std::array<Port, kMaxInterfaces> ports_{};
  std::array<Interface, kMaxInterfaces> interfaces_{};
};

// pcap with nanoseconds, little endian: what tests and tools write before the frames, and before each one.
inline constexpr std::size_t kPcapHeader = 24;
inline constexpr std::size_t kPcapRecordHeader = 16;
struct PcapRecord {
  std::uint64_t ts_ns;
  std::uint32_t len;
  std::uint32_t wire_len;
};
void write_pcap_header(std::span<std::uint8_t, kPcapHeader> out, std::uint16_t link_type) noexcept;
void write_pcap_record(std::span<std::uint8_t, kPcapRecordHeader> out, const PcapRecord& record) noexcept;

}  // namespace pellucid::net
