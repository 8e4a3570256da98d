// Packet text: pcapng blocks with IP packets that are made here: a section, and TCP segments between the ends of a record.
// Functions over the text they append to.
#pragma once
#include <string>
#include <string_view>

#include "lib/export/record.h"

namespace pellucid::exporter {

inline constexpr std::uint8_t kTcpFin = 1, kTcpSyn = 2, kTcpPush = 8, kTcpAck = 16;

struct Segment {
  unsigned from;  // 0: the record's source sends it, 1: its destination
  std::uint8_t flags;
  std::uint32_t seq;
  std::uint32_t ack;
  std::uint64_t ts_ns;
};

inline constexpr std::size_t kMaxSegment = 1'440;  // octets of payload, with room for the headers of IPv6
inline constexpr std::size_t kMaxComment = 1024;   // octets of a comment

// A section of one interface that bears bare IP packets, its clock in nanoseconds.
void write_section(std::string_view comment, std::string& out);
void write_segment(const Head& ends, const Segment& segment, Bytes payload, std::string_view comment, std::string& out);

}  // namespace pellucid::exporter
