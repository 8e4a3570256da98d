// Message: one DNS message as views: its header, and iterators over questions and resource records that stop at the first
// fault, so that a cut message gives what came before the cut (RFC 1035 4). Views into the caller's bytes; any thread.
#pragma once
#include "lib/dns/name.h"

namespace pellucid::dns {

inline constexpr std::size_t kHeaderSize = 12;
inline constexpr std::uint32_t kMaxRecords = 6000;  // 65,535 octets hold no more: a record has at least 11

enum Type : std::uint16_t {  // those whose data this version reads
  kA = 1,
  kNs = 2,
  kCname = 5,
  kSoa = 6,
  kNull = 10,
  kPtr = 12,
  kMx = 15,
  kTxt = 16,
  kAaaa = 28,
  kSrv = 33,
  kDname = 39,
  kOpt = 41,
  kSshfp = 44,
  kSvcb = 64,
  kHttps = 65,
  kAny = 255,
  kCaa = 257,
};

struct Header {
  std::uint16_t id;
  std::uint16_t flags;     // as on the wire; the parts below read it
  std::uint16_t count[4];  // questions, answers, authorities, additionals

  constexpr bool response() const noexcept { return (flags & 0x8000) != 0; }  // QR
  constexpr unsigned opcode() const noexcept { return (flags >> 11) & 15; }
  constexpr bool authoritative() const noexcept { return (flags & 0x0400) != 0; }  // AA
  constexpr bool truncated() const noexcept { return (flags & 0x0200) != 0; }      // TC
  constexpr bool recursion_desired() const noexcept { return (flags & 0x0100) != 0; }
  constexpr bool recursion_available() const noexcept { return (flags & 0x0080) != 0; }
  constexpr bool zero() const noexcept { return (flags & 0x0040) == 0; }  // Z is as it must be (RFC 6895 2)
  constexpr unsigned rcode() const noexcept { return flags & 15; }        // without the upper bits that OPT brings
};

struct Message {
  Header header;
  Bytes bytes;  // from the header on: names may point anywhere into it
};
Result<Message> read_message(Bytes bytes) noexcept;  // only the header can be at fault

enum class Section : std::uint8_t { answer, authority, additional };

struct Question {
  std::size_t name_at;
  std::uint16_t type;
  std::uint16_t klass;
};

struct Record {
  Section section;
  std::size_t name_at;
  std::uint16_t type;
  std::uint16_t klass;
  std::uint32_t ttl;
  std::size_t data_at;
  Bytes data;
};

class Questions {
 public:
  explicit Questions(const Message& m) noexcept : message_(m.bytes), left_(m.header.count[0]) {}
  bool next(Question& out) noexcept;
  Err err() const noexcept { return err_; }        // why next() said no before all were read; none where they were
  std::size_t at() const noexcept { return at_; }  // behind what was read

 private:
  Bytes message_;
  std::size_t at_ = kHeaderSize;
  unsigned left_;
  Err err_ = Err::none;
};

class Records {  // answers, authorities, additionals, in the order of the wire
 public:
  explicit Records(const Message& m) noexcept;
  bool next(Record& out) noexcept;
  Err err() const noexcept { return err_; }
  std::size_t at() const noexcept { return at_; }

 private:
  Bytes message_;
  std::size_t at_ = kHeaderSize;
  std::uint16_t left_[3];
  unsigned section_ = 0;
  unsigned total_ = 0;
  Err err_ = Err::none;
};

// What a worker needs of a message: cheap, no record is walked.
struct Glance {
  std::uint16_t id;
  std::uint16_t type;  // of the first question, 0: there is none
  std::uint8_t response;
  std::uint8_t rcode;
  Name name;  // of the first question; in a response without one, of the first record
};
Err glance(Bytes message, Glance& out) noexcept;  // filled as far as it was readable

}  // namespace pellucid::dns
