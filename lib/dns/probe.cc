#include "lib/dns/probe.h"

#include <algorithm>

#include "lib/base/cursor.h"
#include "lib/dns/codes.h"
#include "lib/dns/message.h"

namespace pellucid::dns {

namespace {

enum class Mode : std::uint8_t { lenient, strict };

constexpr unsigned kMaxQuestions = 64;   // mDNS asks many at once (RFC 6762 5.3); plain DNS one
constexpr std::size_t kMinQuestion = 5;  // root name, type, class
constexpr std::size_t kMinRecord = 11;   // root name, type, class, TTL, length
constexpr std::size_t kMaxMessage = 65535;
constexpr std::uint16_t kQueryZeros = 0x0680;  // AA, TC and RA mean nothing in a query
constexpr std::uint16_t kClassMask = 0x7fff;   // mDNS: the high bit asks for unicast or flushes caches (RFC 6762 18.12)

bool either(Ports p, std::uint16_t port) noexcept { return p.sport == port || p.dport == port; }
Mode mode_of(Ports p) noexcept {
  return either(p, kPortDns) || either(p, kPortMdns) || either(p, kPortLlmnr) ? Mode::lenient : Mode::strict;
}

bool good_opcode(unsigned opcode, Mode mode) noexcept {
  return opcode == 0 || (opcode >= 4 && opcode <= 6) || (mode == Mode::lenient && opcode <= 2);
}

bool good_header(const Header& h, Mode mode) noexcept {
  if (!good_opcode(h.opcode(), mode)) return false;
  const std::size_t records = std::size_t{h.count[1]} + h.count[2] + h.count[3];
  if (h.count[0] * kMinQuestion + records * kMinRecord > kMaxMessage - kHeaderSize) return false;
  if (mode == Mode::lenient) return h.count[0] <= kMaxQuestions;
  if (!h.zero() || h.count[0] != 1) return false;
  if (h.response()) return true;
  if (h.rcode() != 0 || (h.flags & kQueryZeros) != 0) return false;
  return h.opcode() != 0 || (h.count[1] == 0 && h.count[2] <= 1);  // IXFR brings one authority (RFC 1995 3)
}

bool good_type(std::uint16_t type, std::uint16_t klass) noexcept {
  return !type_name(type).empty() && (type == kOpt || !class_name(klass & kClassMask).empty());
}

bool host_like(char c) noexcept {
  const char lower = static_cast<char>(c | 0x20);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

// NetBIOS name service: a name of 32 letters A to P, type NB or NBSTAT (RFC 1001 14.1, RFC 1002 4.2.1).
bool netbios(const Name& name, std::uint16_t type) noexcept {
  if ((type != 0x20 && type != 0x21) || name.size < 32 || (name.size > 32 && name.text[32] != '.')) return false;
  return std::all_of(name.text, name.text + 32, [](char c) { return c >= 'A' && c <= 'P'; });
}

bool good_name(const Name& name, Mode mode) noexcept {
  if (mode == Mode::lenient) return true;
  const std::string_view text = name.view();
  return name.unprintable == 0 && std::all_of(text.begin(), text.end(), host_like);
}

// Every section is there and nothing stands behind the last: chance does not do that.
bool exact(const Message& m) noexcept {
  Records records(m);
  Record r{};
  while (records.next(r)) {
  }
  return records.err() == Err::none && records.at() == m.bytes.size();
}

// On its own ports a private type or class does no harm where everything else is right.
bool good_question(const Message& m, const Question& q, Mode mode) noexcept {
  Name name;
  if (!read_name(m.bytes, q.name_at, name)) return false;
  if (mode == Mode::lenient) return good_type(q.type, q.klass) || exact(m);
  return good_name(name, mode) && name.size != 0 && !netbios(name, q.type) && good_type(q.type, q.klass) && exact(m);
}

// A response may leave the question out: an mDNS answer, a further message of a zone transfer, or a bare refusal.
bool good_without_question(const Message& m, Mode mode) noexcept {
  if (mode == Mode::strict) return false;
  const Header& h = m.header;
  Records records(m);
  Record r{};
  if (!records.next(r)) return m.bytes.size() == kHeaderSize && h.response() && h.rcode() != 0 && exact(m);
  Name name;
  if (!read_name(m.bytes, r.name_at, name)) return false;
  return h.response() && good_type(r.type, r.klass);
}

// How far the first question of a stream's first message can be judged.
Probe judge_question(const Message& m, Mode mode, std::size_t announced) noexcept {
  const Probe shortage = m.bytes.size() < announced ? Probe::unsure : Probe::no;
  Name name;
  const Result<std::size_t> after = read_name(m.bytes, kHeaderSize, name);
  if (!good_name(name, mode)) return Probe::no;
  if (!after) return after.err() == Err::truncated ? shortage : Probe::no;
  Cursor in(m.bytes.subspan(*after));
  const std::uint16_t type = in.u16();
  const std::uint16_t klass = in.u16();
  if (!in.ok()) return shortage;
  if (!good_type(type, klass) || (mode == Mode::strict && name.size == 0)) return Probe::no;
  if (shortage == Probe::unsure || mode == Mode::lenient) return Probe::yes;
  return exact(m) ? Probe::yes : Probe::no;
}

}  // namespace

Probe probe(Bytes datagram, Ports ports) noexcept {
  if (either(ports, kPortNetbios)) return Probe::no;
  const Mode mode = mode_of(ports);
  const Result<Message> m = read_message(datagram);
  if (!m || !good_header(m->header, mode)) return Probe::no;
  Questions questions(*m);
  Question q{};
  if (!questions.next(q)) return m->header.count[0] == 0 && good_without_question(*m, mode) ? Probe::yes : Probe::no;
  return good_question(*m, q, mode) ? Probe::yes : Probe::no;
}

Probe probe_stream(Bytes first, Ports ports) noexcept {
  const Mode mode = mode_of(ports);
  if (first.size() < 2) return Probe::unsure;
  Cursor in(first);
  const std::size_t announced = in.u16();
  if (announced < kHeaderSize + kMinQuestion) return Probe::no;
  const Bytes seen = in.take(std::min(in.left(), announced));
  Cursor head(seen);
  head.skip(2);
  const Header early{0, head.u16(), {1, 0, 0, 0}};
  if (head.ok() && !good_header(early, mode)) return Probe::no;
  const Result<Message> m = read_message(seen);
  if (!m) return Probe::unsure;
  if (m->header.count[0] != 1 || !good_header(m->header, mode)) return Probe::no;
  return judge_question(*m, mode, announced);
}

}  // namespace pellucid::dns
