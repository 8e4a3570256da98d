#include "lib/net/pcap.h"

#include "lib/base/prefetch.h"
#include "lib/net/fields.h"

namespace pellucid::net {
namespace {

constexpr std::uint32_t kMicro = 0xa1b2c3d4;
constexpr std::uint32_t kNano = 0xa1b23c4d;
constexpr std::uint32_t kModified = 0xa1b2cd34;  // old patched libpcap: microseconds, eight octets more a record
constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint32_t kFcsKnown = 0x0400'0000;  // of the link type field: its upper four bits count two-octet words of FCS

void write_u32(std::span<std::uint8_t, 4> out, std::uint32_t v) noexcept {  // little endian
  for (std::uint8_t& octet : out) {
    octet = static_cast<std::uint8_t>(v);
    v >>= 8;
  }
}

}  // namespace

Err PcapReader::begin(Bytes& unread) noexcept {
  if (format_ != Format::none) return Err::none;
  if (unread.size() < sizeof(std::uint32_t)) return need(sizeof(std::uint32_t));
  Bytes in = unread;
  const std::uint32_t magic = Cursor(in).u32();
  const std::uint32_t swapped = __builtin_bswap32(magic);
  Err e = Err::not_mine;
  if (magic == kSectionHeader) {
    e = read_section(in);
  } else if (magic == kMicro || magic == kNano || magic == kModified) {
    e = begin_pcap<std::endian::big>(in, magic);
  } else if (swapped == kMicro || swapped == kNano || swapped == kModified) {
    e = begin_pcap<std::endian::little>(in, swapped);
  }
  if (e != Err::none) return e;
  format_ = magic == kSectionHeader ? Format::pcapng : Format::pcap;
  offset_ = unread.size() - in.size();
  unread = in;
  return Err::none;
}

template <std::endian kOrder>
Err PcapReader::begin_pcap(Bytes& in, std::uint32_t magic) noexcept {
  if (in.size() < kPcapHeader) return need(kPcapHeader);
  Fields<kOrder> f(in.first(kPcapHeader));
  f.skip(4);
  const std::uint16_t major = f.u16();
  const std::uint16_t minor = f.u16();
  if (major != 2) return Err::bad_version;
  f.skip(12);
  const std::uint32_t link_type = f.u32();
  Port& port = ports_[0];
  port.unit.factor = magic == kNano ? 1 : 1000;
  port.link = link_of(static_cast<std::uint16_t>(link_type));
  port.fcs_len = (link_type & kFcsKnown) != 0 ? static_cast<std::uint8_t>((link_type >> 28) * 2) : std::uint8_t{0};
  port_count_ = interface_count_ = 1;
  interfaces_[0].link_type = static_cast<std::uint16_t>(link_type);
  interfaces_[0].link = port.link;
  order_ = kOrder;
  lengths_ = minor <= 3 ? Lengths::unordered : Lengths::captured_first;
  record_head_ = magic == kModified ? 24 : 16;
  in = in.subspan(kPcapHeader);
  return Err::none;
}

Err PcapReader::read(Bytes& unread, Burst& burst) noexcept {
  CHECK(format_ != Format::none && burst.n <= kBurst);
  Bytes in = unread;
  Err e = Err::none;
  while (e == Err::none && burst.n < kBurst) e = read_some(in, burst);  // a new section may change the order
  offset_ += unread.size() - in.size();
  unread = in;
  return e;
}

Err PcapReader::read_some(Bytes& in, Burst& burst) noexcept {
  const bool little = order_ == std::endian::little;
  if (format_ == Format::pcapng) {
    return little ? read_blocks<std::endian::little>(in, burst) : read_blocks<std::endian::big>(in, burst);
  }
  return little ? read_records<std::endian::little>(in, burst) : read_records<std::endian::big>(in, burst);
}

template <std::endian kOrder>
Err PcapReader::read_records(Bytes& in, Burst& burst) noexcept {
  const std::size_t head = record_head_;
  const std::uint64_t factor = ports_[0].unit.factor;
  const Port port = ports_[0];
  const bool unordered = lengths_ == Lengths::unordered;
  Bytes rest = in;  // a local one stays in registers: rows are written between its uses
  Err e = Err::none;
  while (burst.n < kBurst) {
    if (rest.size() < head) {
      e = need(head);
      break;
    }
    Fields<kOrder> f(rest.first(kPcapRecordHeader));
    const std::uint64_t seconds = f.u32();
    const std::uint64_t fraction = f.u32();
    std::uint32_t len = f.u32();
    std::uint32_t wire_len = f.u32();
    if (unordered && len > wire_len) std::swap(len, wire_len);
    if (len > kMaxFrame) {
      e = Err::too_long;
      break;
    }
    if (rest.size() < head + len) {
      e = need(head + len);
      break;
    }
    fill(burst.row[burst.n], rest.subspan(head, len), seconds * kSecond + fraction * factor, wire_len, port);
    ++burst.n;
    rest = rest.subspan(head + len);
  }
  in = rest;
  return e;
}

void write_pcap_header(std::span<std::uint8_t, kPcapHeader> out, std::uint16_t link_type) noexcept {
  std::ranges::fill(out, std::uint8_t{0});
  write_u32(out.subspan<0, 4>(), kNano);
  out[4] = 2;  // version 2.4
  out[6] = 4;
  write_u32(out.subspan<16, 4>(), PcapReader::kMaxFrame);  // no frame is longer
  write_u32(out.subspan<20, 4>(), link_type);
}

void write_pcap_record(std::span<std::uint8_t, kPcapRecordHeader> out, const PcapRecord& record) noexcept {
  write_u32(out.subspan<0, 4>(), static_cast<std::uint32_t>(record.ts_ns / kSecond));
  write_u32(out.subspan<4, 4>(), static_cast<std::uint32_t>(record.ts_ns % kSecond));
  write_u32(out.subspan<8, 4>(), record.len);
  write_u32(out.subspan<12, 4>(), record.wire_len);
}

}  // namespace pellucid::net
