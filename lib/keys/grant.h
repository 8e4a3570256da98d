// Grant: what may be opened, why, until when and for whom, as authorities signed it. Read from a signed document; immutable
// then, any thread.
#pragma once
#include "lib/base/tree.h"
#include "lib/keys/authority.h"
#include "lib/keys/terms.h"
#include "lib/net/written.h"

namespace pellucid::keys {

inline constexpr std::size_t kMaxScope = 10'000;  // networks, ports and names of one grant
inline constexpr std::size_t kMaxPrints = 1'000;  // keys that it names

enum class Files : std::uint8_t { none, encrypted, clear };

struct LegalBasis {
  std::string type, reference, jurisdiction, authorisation_id;
};

struct Scope {  // an empty list is no condition
  std::vector<net::Network> servers, clients;
  std::vector<net::PortRange> ports;  // the server's
  std::vector<std::string> names;     // … and its names, by suffix
  std::int64_t captured_from_s = 0;   // a packet's time is within
  std::int64_t captured_until_s = 0;  // … and before
};

struct Quota {
  static constexpr std::uint64_t kUnbounded = ~std::uint64_t{0};
  std::uint64_t sessions = kUnbounded;
  std::uint64_t bytes = kUnbounded;
};

struct Grant {
  std::string id, issuer, purpose;
  std::vector<std::string> audience;
  LegalBasis basis;
  Scope scope;
  std::uint8_t methods = 0;       // a bit each
  std::vector<std::string> keys;  // fingerprints in lower case, 20 or 64 digits; empty: any that fits the scope
  Depth depth = Depth::metadata;
  Direction direction = Direction::both;
  std::uint64_t first_bytes = 0;  // of each direction; 0: all
  Rule client_certificates = Rule::refused;
  Files files = Files::none;
  std::vector<Certificate> recipients;
  std::int64_t not_before_s = 0;
  std::int64_t not_after_s = 0;  // not live any more
  Quota quota;
  std::int64_t retention_s = 0;      // 0: nothing is said
  std::int64_t process_until_s = 0;  // likewise
  std::vector<std::string> lifts;    // entries of `protect`, as net::as_written() has them: override_protect
};
constexpr bool allows(const Grant& g, Method m) noexcept { return (g.methods >> static_cast<unsigned>(m) & 1) != 0; }

// A tree that fits the schema of grants. False: the fault says what is wrong and where.
bool read_grant(const Tree& tree, Cms& cms, Grant& grant, Fault& fault);

// What a set holds against a grant whose document has so many good signatures: empty, or why it gives no right. `appliance`
// empty: not asked.
std::string refuse_grant(const Grant& grant, const AuthoritySet& set, unsigned good, std::string_view appliance);

}  // namespace pellucid::keys
