#include "lib/net/fields.h"
#include "lib/net/pcap.h"

namespace pellucid::net {
namespace {

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;  // the same in both byte orders
constexpr std::uint32_t kInterface = 1;
constexpr std::uint32_t kOldPacket = 2;
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kSecrets = 10;

constexpr std::uint32_t kOrderMagic = 0x1a2b3c4d;
constexpr std::uint32_t kSectionHead = 24;  // up to the section header's options
constexpr std::uint32_t kPacketHead = 28;   // up to the frame of an enhanced or old packet
constexpr std::uint32_t kSecretsHead = 16;  // up to the secrets
constexpr std::uint32_t kSimpleHead = 12;   // up to the frame of a simple packet
constexpr std::uint32_t kMinBlock = 12;     // type, size and size again

constexpr std::uint16_t kOptionEnd = 0;
constexpr std::uint16_t kOptionName = 2;
constexpr std::uint16_t kOptionResolution = 9;
constexpr std::uint16_t kOptionFcs = 13;
constexpr std::uint16_t kOptionOffset = 14;

constexpr unsigned kMaxTenths = 19;    // 10^-19 s is the finest decimal tick whose divisor has 64 bits
constexpr unsigned kMaxHalvings = 63;  // and 2^-63 s the finest binary one that leaves a 64-bit time any meaning

constexpr std::uint64_t kSecond = 1'000'000'000;

constexpr std::uint64_t power_of_ten(unsigned n) noexcept {
  std::uint64_t v = 1;
  for (unsigned i = 0; i < n; ++i) v *= 10;
  return v;
}

// Tick lengths as if_tsresol writes them: the upper bit chooses between powers of two and of ten.
Err read_resolution(TimeUnit& unit, std::uint8_t value) noexcept {
  const unsigned power = value & 0x7f;
  if ((value & 0x80) != 0) {
    if (power > kMaxHalvings) return Err::unsupported;
    unit.kind = TimeUnit::Kind::shift;
    unit.bits = static_cast<std::uint8_t>(power);
    return Err::none;
  }
  if (power > kMaxTenths) return Err::unsupported;
  unit.kind = power <= 9 ? TimeUnit::Kind::multiply : TimeUnit::Kind::divide;
  unit.factor = power_of_ten(power <= 9 ? 9 - power : power - 9);
  return Err::none;
}

}  // namespace

std::uint64_t TimeUnit::fine_ns(std::uint64_t ticks) const noexcept {
  if (kind == Kind::divide) return ticks / factor + offset_ns;
  const auto scaled = static_cast<unsigned __int128>(ticks) * kSecond;
  return static_cast<std::uint64_t>(scaled >> bits) + offset_ns;
}

Err PcapReader::read_section(Bytes& in) noexcept {
  if (in.size() < kSectionHead) return need(kSectionHead);
  const std::uint32_t magic = Cursor(in.subspan(8)).u32();
  if (magic == kOrderMagic) return open_section<std::endian::big>(in);
  if (magic == __builtin_bswap32(kOrderMagic)) return open_section<std::endian::little>(in);
  return Err::bad_value;
}

template <std::endian kOrder>
Err PcapReader::open_section(Bytes& in) noexcept {
  Fields<kOrder> f(in.first(kSectionHead));
  f.skip(4);
  const std::uint32_t stated = f.u32();
  f.skip(4);
  if (f.u16() != 1) return Err::bad_version;
  if (stated > kMaxBlock) return Err::too_long;
  if (stated < kSectionHead + 4) return Err::bad_length;
  order_ = kOrder;
  port_count_ = 0;
  ++sections_;
  skip_rest(in, {kSectionHeader, stated, (stated + 3) & ~3u}, kSectionHead);
  return Err::none;
}

// The common case: enhanced packets in a row, whole and right. It stops at anything else, which read_block judges.
template <std::endian kOrder>
void PcapReader::read_packets(Bytes& in, Burst& burst) noexcept {
  Bytes rest = in;  // a local one stays in registers: rows are written between its uses
  while (burst.n < kBurst && rest.size() >= kPacketHead + 4) {
    Fields<kOrder> f(rest.first(kPacketHead));
    const std::uint32_t type = f.u32();
    const std::uint32_t size = f.u32();
    const std::uint32_t port = f.u32();
    const std::uint64_t high = f.u32();
    const std::uint64_t low = f.u32();
    const std::uint32_t len = f.u32();
    const std::uint32_t wire_len = f.u32();
    if (type != kEnhancedPacket || size % 4 != 0 || size > kMaxWant || size > rest.size() || size < kPacketHead + 4) break;
    if (port >= port_count_ || len > kMaxFrame || len > size - kPacketHead - 4) break;
    if (Fields<kOrder>(rest.subspan(size - 4, 4)).u32() != size) break;
    last_ts_ns_ = ports_[port].unit.ns(high << 32 | low);
    fill(burst.row[burst.n++], rest.subspan(kPacketHead, len), last_ts_ns_, wire_len, ports_[port]);
    rest = rest.subspan(size);
  }
  in = rest;
}

template <std::endian kOrder>
Err PcapReader::read_blocks(Bytes& in, Burst& burst) noexcept {
  while (burst.n < kBurst && order_ == kOrder) {
    Err e;
    if (trailer_ != 0) {
      e = read_rest<kOrder>(in);
    } else {
      read_packets<kOrder>(in, burst);
      if (burst.n == kBurst) break;
      if (in.size() < kMinBlock) return need(kMinBlock);
      Fields<kOrder> f(in.first(kMinBlock));
      const std::uint32_t type = f.u32();
      const std::uint32_t stated = f.u32();
      e = type == kSectionHeader ? read_section(in) : read_block<kOrder>(in, {type, stated, (stated + 3) & ~3u}, burst);
    }
    if (e != Err::none) return e;
  }
  return Err::none;
}

// A block that is read must be in view; of one above kMaxWant its beginning must, which holds all that is read of it.
template <std::endian kOrder>
Err PcapReader::read_block(Bytes& in, Block block, Burst& burst) noexcept {
  if (block.size < kMinBlock) return Err::bad_length;
  const bool packet = block.type == kEnhancedPacket || block.type == kOldPacket;
  if (!packet && block.type != kSimplePacket && block.type != kInterface) {
    if (block.type == kSecrets) return begin_secrets<kOrder>(in, block);
    skip_rest(in, block, 8);
    return Err::none;
  }
  if (block.size > kMaxBlock) return Err::too_long;
  const std::size_t view = std::min<std::size_t>(block.size, kMaxWant);
  if (in.size() < view) return need(view);
  const bool whole = view == block.size;
  if (whole && Fields<kOrder>(in.subspan(view - 4, 4)).u32() != block.stated) return Err::bad_length;
  Err e;
  if (packet) {
    e = read_packet<kOrder>(in, block, burst);
  } else if (block.type == kSimplePacket) {
    e = read_simple<kOrder>(in, block, burst);
  } else {
    e = read_interface<kOrder>(in.subspan(8, std::min<std::size_t>(view, block.size - 4) - 8));
  }
  if (e != Err::none) return e;
  if (whole) {
    in = in.subspan(view);
  } else {
    skip_rest(in, block, std::min<std::size_t>(view, block.size - 4));
  }
  return Err::none;
}

template <std::endian kOrder>
Err PcapReader::read_packet(Bytes in, Block block, Burst& burst) noexcept {
  if (block.size < kPacketHead + 4) return Err::bad_length;
  Fields<kOrder> f(in.first(kPacketHead));
  f.skip(8);
  Packet packet;
  packet.head = kPacketHead;
  if (block.type == kEnhancedPacket) {
    packet.port = f.u32();
  } else {
    packet.port = f.u16();
    f.skip(2);  // how many were dropped before it
  }
  const std::uint64_t high = f.u32();
  const std::uint64_t low = f.u32();
  packet.len = f.u32();
  packet.wire_len = f.u32();
  if (packet.port >= port_count_) return Err::bad_value;
  packet.ts_ns = ports_[packet.port].unit.ns(high << 32 | low);
  return push(in, block, packet, burst);
}

// A simple packet is of the first interface, cut at that one's snap length, and has no time: the one before lends its own.
template <std::endian kOrder>
Err PcapReader::read_simple(Bytes in, Block block, Burst& burst) noexcept {
  if (block.size < kSimpleHead + 4) return Err::bad_length;
  if (port_count_ == 0) return Err::bad_value;
  Fields<kOrder> f(in.first(kSimpleHead));
  f.skip(8);
  Packet packet;
  packet.head = kSimpleHead;
  packet.port = 0;
  packet.ts_ns = last_ts_ns_;
  packet.wire_len = f.u32();
  const std::uint32_t snap = ports_[0].snap_len == 0 ? packet.wire_len : ports_[0].snap_len;
  packet.len = std::min({packet.wire_len, snap, block.size - kSimpleHead - 4});
  return push(in, block, packet, burst);
}

Err PcapReader::push(Bytes in, Block block, const Packet& packet, Burst& burst) noexcept {
  if (packet.len > kMaxFrame) return Err::too_long;
  if (packet.len > block.size - 4 - packet.head) return Err::bad_length;
  fill(burst.row[burst.n], in.subspan(packet.head, packet.len), packet.ts_ns, packet.wire_len, ports_[packet.port]);
  ++burst.n;
  last_ts_ns_ = packet.ts_ns;
  return Err::none;
}

template <std::endian kOrder>
Err PcapReader::read_interface(Bytes body) noexcept {
  if (port_count_ == kMaxInterfaces) return Err::full;
  Fields<kOrder> f(body);
  Interface seen{};
  Port port;
  seen.link_type = f.u16();
  seen.link = port.link = link_of(seen.link_type);
  f.skip(2);
  port.snap_len = f.u32();
  if (!f.ok()) return Err::bad_length;
  for (unsigned i = 0; f.left() >= 4; ++i) {
    if (i == kMaxOptions) return Err::too_long;
    const std::uint16_t code = f.u16();
    const std::uint16_t size = f.u16();
    if (code == kOptionEnd) break;
    const Bytes value = f.take(size);
    f.skip(std::min<std::size_t>((4 - size % 4) % 4, f.left()));
    if (!f.ok()) return Err::bad_length;
    const Err e = read_option<kOrder>(port, seen, code, value);
    if (e != Err::none) return e;
  }
  port.number = enter(seen);
  ports_[port_count_++] = port;
  return Err::none;
}

template <std::endian kOrder>
Err PcapReader::read_option(Port& port, Interface& seen, std::uint16_t code, Bytes value) noexcept {
  Fields<kOrder> f(value);
  if (code == kOptionName) {
    seen.name_len = static_cast<std::uint8_t>(std::min(value.size(), Interface::kMaxName));
    std::ranges::copy(as_text(value.first(seen.name_len)), seen.name_text);
    return Err::none;
  }
  if (code == kOptionResolution) {
    const Err e = read_resolution(port.unit, f.u8());
    return f.ok() ? e : Err::bad_length;
  }
  if (code == kOptionOffset) {
    port.unit.offset_ns = f.u64() * kSecond;  // a signed number of seconds: arithmetic modulo 2^64 adds it rightly
    return f.ok() ? Err::none : Err::bad_length;
  }
  if (code == kOptionFcs) {  // the drafts disagree whether this counts bits or octets; no FCS has 16 octets or one bit
    const std::uint8_t n = f.u8();
    port.fcs_len = n >= 16 ? n / 8 : n;
    return f.ok() ? Err::none : Err::bad_length;
  }
  return Err::none;
}

// The number under which rows name an interface. Sections of joined captures often describe the same ones again: these keep
// their numbers. Once the table is full, new ones share the last.
std::uint16_t PcapReader::enter(const Interface& seen) noexcept {
  static_assert(std::has_unique_object_representations_v<Interface>);
  const auto first = static_cast<std::uint16_t>(port_count_ == 0 ? 0 : ports_[port_count_ - 1u].number + 1);
  for (std::uint16_t i = first; i < interface_count_; ++i) {
    if (std::memcmp(&interfaces_[i], &seen, sizeof seen) == 0) return i;
  }
  if (interface_count_ == kMaxInterfaces) return kMaxInterfaces - 1;
  interfaces_[interface_count_] = seen;
  return interface_count_++;
}

void PcapReader::skip_rest(Bytes& in, Block block, std::size_t done) noexcept {
  in = in.subspan(done);
  skip_ = block.size - 4 - done;
  trailer_ = block.stated;
}

// Skipped like a block of no interest, but what it holds is given away on the way. One whose lengths do not agree gives
// nothing.
template <std::endian kOrder>
Err PcapReader::begin_secrets(Bytes& in, Block block) noexcept {
  const bool fits = block.size >= kSecretsHead + 4;
  if (fits && in.size() < kSecretsHead) return need(kSecretsHead);
  ++secrets_;
  piece_ = {};
  if (fits) {
    Fields<kOrder> f(in.first(kSecretsHead));
    f.skip(8);
    piece_.type = f.u32();
    const std::uint32_t size = f.u32();
    if (size <= block.size - kSecretsHead - 4) piece_.size = size;
  }
  skip_rest(in, block, fits ? kSecretsHead : 8);
  return Err::none;
}

void PcapReader::give_secrets(Bytes bytes) noexcept {
  piece_.bytes = bytes.first(std::min<std::size_t>(bytes.size(), piece_.size - piece_.offset));
  if (piece_.bytes.empty()) return;
  if (taker_ != nullptr) taker_->take(piece_);
  piece_.offset += static_cast<std::uint32_t>(piece_.bytes.size());
}

template <std::endian kOrder>
Err PcapReader::read_rest(Bytes& in) noexcept {
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, in.size()));
  give_secrets(in.first(n));
  in = in.subspan(n);
  skip_ -= n;
  if (skip_ != 0) return need(1);
  if (in.size() < 4) return need(4);
  if (Fields<kOrder>(in.first(4)).u32() != trailer_) return Err::bad_length;
  in = in.subspan(4);
  trailer_ = 0;
  return Err::none;
}

template Err PcapReader::read_blocks<std::endian::little>(Bytes& in, Burst& burst) noexcept;
template Err PcapReader::read_blocks<std::endian::big>(Bytes& in, Burst& burst) noexcept;

}  // namespace pellucid::net
