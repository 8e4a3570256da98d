// Keylog: session secrets that an endpoint wrote down (the NSS key log format, RFC 9850), found by what was sent in the clear
// beside them. One thread owns it. Its texts are secrets: a line that cannot be read is counted and never repeated.
#pragma once
#include <array>
#include <map>

#include "lib/base/secret.h"

namespace pellucid::keys {

enum class Logged : std::uint8_t {
  master,        // TLS 1.2 and before
  premaster,     // … from which the master secret is made
  client_early,  // TLS 1.3 traffic secrets
  client_handshake,
  server_handshake,
  client_application,
  server_application,
  kCount,
};

// What a session is found by.
struct LogId {
  enum class Kind : std::uint8_t { client_random, session_id, encrypted_premaster };  // of the last one the first 8 octets
  static constexpr std::size_t kMaxBytes = 32;

  Kind kind = Kind::client_random;
  std::uint8_t size = 0;
  std::array<std::uint8_t, kMaxBytes> bytes{};

  static LogId of(Kind kind, Bytes bytes) noexcept;  // longer ones are cut
  friend auto operator<=>(const LogId&, const LogId&) = default;
};

class Keylog {
 public:
  static constexpr std::size_t kMaxSessions = 1u << 17;
  static constexpr std::size_t kMaxLine = 1024;
  static constexpr std::size_t kMaxSecret = 64;

  struct Stats {
    std::uint64_t secrets = 0;    // taken
    std::uint64_t unknown = 0;    // lines with a label that is not ours
    std::uint64_t malformed = 0;  // lines that cannot be read
    std::uint64_t refused = 0;    // secrets for which there was no room
  };

  // Takes in whole lines; gives how many octets those were. What is left comes again with more behind it.
  std::size_t read(Bytes text);
  void read_last(Bytes line);  // one line without an end
  void read_all(Bytes text) { read_last(text.subspan(read(text))); }
  // Empty: not known. Valid as long as the key log is.
  Bytes find(const LogId& id, Logged which) const noexcept;
  std::size_t sessions() const noexcept { return sessions_.size(); }
  const Stats& stats() const noexcept { return stats_; }

 private:
  struct Session {
    Secret<kMaxSecret> secret[static_cast<std::size_t>(Logged::kCount)];
    std::uint8_t size[static_cast<std::size_t>(Logged::kCount)] = {};
  };
  void read_line(std::string_view line);
  void keep(const LogId& id, Logged which, std::string_view hex);

  std::map<LogId, Session> sessions_;  // ordered: no choice of ids makes it slow
  Stats stats_;
};

}  // namespace pellucid::keys
