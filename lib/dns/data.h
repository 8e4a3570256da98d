// Data: what stands in a resource record, by type. Views into the message and names filled in place; any thread.
#pragma once
#include "lib/dns/message.h"

namespace pellucid::dns {

// How a record's data is shown.
enum class Form : std::uint8_t {
  none,     // by its type alone
  address,  // A, AAAA: 4 or 16 octets
  text,     // write_data() makes it
  soa,
  srv,
  sshfp,
};
Form form_of(const Record& r) noexcept;  // none too where the data has not the length its type wants

struct Soa {  // RFC 1035 3.3.13
  Name mname, rname;
  std::uint32_t serial, refresh, retry, expire, minimum;
};
Err read_soa(const Message& m, const Record& r, Soa& out) noexcept;

struct Srv {  // RFC 2782
  std::uint16_t priority, weight, port;
  Name target;
};
Err read_srv(const Message& m, const Record& r, Srv& out) noexcept;

struct Sshfp {  // RFC 4255 3.1
  std::uint8_t algorithm, type;
  Bytes fingerprint;
};
Result<Sshfp> read_sshfp(const Record& r) noexcept;

struct Service {           // SVCB and HTTPS: RFC 9460 2.2
  std::uint16_t priority;  // 0: an alias
  Name target;             // the root: the record's own name
  Bytes parameters;
};
Err read_service(const Message& m, const Record& r, Service& out) noexcept;

struct Caa {  // RFC 8659 4.1
  std::uint8_t flags;
  std::string_view tag, value;
};
Result<Caa> read_caa(const Record& r) noexcept;

// The name that the data is or, behind a preference, ends in: CNAME, NS, PTR, DNAME, MX.
Err read_target(const Message& m, const Record& r, Name& out) noexcept;

// The upper eight bits of the response code that OPT carries (RFC 6891 6.1.3), put above the header's four.
unsigned full_rcode(const Message& m) noexcept;

}  // namespace pellucid::dns
