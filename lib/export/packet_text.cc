#include "lib/export/packet_text.h"

#include <algorithm>
#include <array>

#include "lib/base/check.h"
#include "lib/base/secret.h"

namespace pellucid::exporter {
namespace {

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a, kOrderMagic = 0x1a2b3c4d, kInterface = 1, kPacket = 6;
constexpr std::uint16_t kComment = 1, kProgram = 4, kResolution = 9;
constexpr std::uint16_t kRawIp = 101;  // LINKTYPE_RAW: the first octet tells IPv4 from IPv6
constexpr std::uint8_t kProtoTcp = 6, kHops = 64;
constexpr std::size_t kIpv4 = 20, kIpv6 = 40, kTcp = 20;

// The largest segment, and a window of 1 GiB, so that no reader takes what was missed for more than the window.
constexpr std::array<std::uint8_t, 8> kSynOptions{2, 4, kMaxSegment >> 8, kMaxSegment & 255, 3, 3, 14, 0};

struct Frame {
  std::array<std::uint8_t, kIpv6 + kTcp + kSynOptions.size() + kMaxSegment> octets;
  std::size_t size = 0;

  void add(std::uint64_t value, unsigned width) noexcept {  // as the wire has it: most significant first
    while (width-- != 0) octets[size++] = static_cast<std::uint8_t>(value >> (8 * width));
  }
  void add(Bytes bytes) noexcept {
    std::ranges::copy(bytes, octets.begin() + static_cast<std::ptrdiff_t>(size));
    size += bytes.size();
  }
  void set16(std::size_t at, std::uint16_t value) noexcept {
    octets[at] = static_cast<std::uint8_t>(value >> 8);
    octets[at + 1] = static_cast<std::uint8_t>(value);
  }
  Bytes from(std::size_t at) const noexcept { return Bytes{octets.data(), size}.subspan(at); }
};

std::uint32_t sum(Bytes bytes, std::uint32_t start) noexcept {  // RFC 1071
  for (std::size_t i = 0; i < bytes.size(); ++i) start += i % 2 == 0 ? std::uint32_t{bytes[i]} << 8 : bytes[i];
  return start;
}

std::uint16_t folded(std::uint32_t sum) noexcept {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

void add_ip(Frame& f, const Head& ends, bool back, std::size_t below) noexcept {
  const std::size_t width = ends.family == 6 ? 16 : 4;
  if (ends.family == 6) {
    f.add(0x60000000, 4);
    f.add(below, 2);
    f.add(kProtoTcp, 1);
    f.add(kHops, 1);
  } else {
    f.add(0x4500, 2);
    f.add(kIpv4 + below, 2);
    f.add(0x00004000, 4);  // never to be cut into fragments
    f.add(kHops, 1);
    f.add(kProtoTcp, 1);
    f.add(0, 2);
  }
  f.add({back ? ends.dst : ends.src, width});
  f.add({back ? ends.src : ends.dst, width});
  if (ends.family != 6) f.set16(10, folded(sum({f.octets.data(), f.size}, 0)));
}

void make_frame(Frame& f, const Head& ends, const Segment& s, Bytes payload) noexcept {
  const bool back = s.from != 0, syn = (s.flags & kTcpSyn) != 0;
  const std::size_t header = kTcp + (syn ? kSynOptions.size() : 0);
  add_ip(f, ends, back, header + payload.size());
  const std::size_t tcp = f.size, addresses = ends.family == 6 ? 32 : 8;
  f.add(back ? ends.dport : ends.sport, 2);
  f.add(back ? ends.sport : ends.dport, 2);
  f.add(s.seq, 4);
  f.add(s.ack, 4);
  f.add(header / 4 << 12 | s.flags, 2);
  f.add(0xffff, 2);  // window
  f.add(0, 4);       // checksum, urgent pointer
  if (syn) f.add(kSynOptions);
  f.add(payload);
  const Bytes covered = f.from(tcp);
  const std::uint32_t pseudo = sum(f.from(tcp - addresses).first(addresses), kProtoTcp);
  f.set16(tcp + 16, folded(sum(covered, pseudo + static_cast<std::uint32_t>(covered.size()))));
}

void put(std::string& out, std::uint64_t value, unsigned width) {  // as pcapng has it here: least significant first
  for (unsigned i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i) & 255);
}

void put_padded(std::string& out, std::string_view text) {
  out += text;
  out.append((4 - text.size() % 4) % 4, '\0');
}

void put_option(std::string& out, std::uint16_t code, std::string_view value) {
  value = value.substr(0, kMaxComment);
  if (value.empty()) return;
  put(out, code, 2);
  put(out, value.size(), 2);
  put_padded(out, value);
}

// A block's length stands at both ends of it, and is known when it is whole.
std::size_t open_block(std::string& out, std::uint32_t type) {
  const std::size_t at = out.size();
  put(out, type, 4);
  put(out, 0, 4);
  return at;
}

void close_block(std::string& out, std::size_t at) {
  put(out, 0, 4);  // end of options
  const std::size_t size = out.size() - at + 4;
  put(out, size, 4);
  for (unsigned i = 0; i < 4; ++i) out[at + 4 + i] = static_cast<char>(size >> (8 * i) & 255);
}

}  // namespace

void write_section(std::string_view comment, std::string& out) {
  const std::size_t section = open_block(out, kSectionHeader);
  put(out, kOrderMagic, 4);
  put(out, 1, 2);  // version 1.0
  put(out, 0, 2);
  put(out, ~std::uint64_t{0}, 8);  // of a length that nobody knows yet
  put_option(out, kComment, comment);
  put_option(out, kProgram, "pellucid");
  close_block(out, section);
  const std::size_t interface = open_block(out, kInterface);
  put(out, kRawIp, 2);
  put(out, 0, 2);
  put(out, 0, 4);  // packets of any length
  put_option(out, kResolution, "\x09");
  close_block(out, interface);
}

void write_segment(const Head& ends, const Segment& s, Bytes payload, std::string_view comment, std::string& out) {
  CHECK(payload.size() <= kMaxSegment);
  Frame frame;
  make_frame(frame, ends, s, payload);
  const std::size_t packet = open_block(out, kPacket);
  put(out, 0, 4);  // interface
  put(out, s.ts_ns >> 32, 4);
  put(out, s.ts_ns & 0xffffffff, 4);
  put(out, frame.size, 4);
  put(out, frame.size, 4);
  put_padded(out, as_text(frame.from(0)));
  put_option(out, kComment, comment);
  close_block(out, packet);
  wipe(frame.octets.data(), frame.size);
}

}  // namespace pellucid::exporter
