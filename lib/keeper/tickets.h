// Tickets: secrets by which sessions go on, found by what a client names them by: a ticket or PSK identity, or the id of a
// session of TLS 1.2. What was not read the first time has no entry. Bounded: the oldest makes room. The keeper's.
#pragma once
#include <list>
#include <map>

#include "lib/crypto/hasher.h"
#include "lib/keys/judge.h"
#include "lib/keys/terms.h"

namespace pellucid::keeper {

struct Resumed {                    // how a session goes on
  Secret<crypto::kMaxHash> secret;  // TLS 1.3: the PSK; before: the master secret
  std::uint8_t size = 0;
  std::uint16_t suite = 0;
  keys::Terms terms;  // of the first session
  keys::KeyPrints prints;
  bool has_prints = false;
};

class Tickets {
 public:
  static constexpr std::size_t kMaxTickets = 1u << 17;
  static constexpr std::int64_t kMaxLife = 7 * 86'400;  // seconds (RFC 8446 4.6.1)

  using Name = std::array<std::uint8_t, 32>;  // SHA-256 of kind and identity

  explicit Tickets(const crypto::Hasher& hasher, std::size_t most = kMaxTickets) : hasher_(hasher), most_(most) {}

  enum class Kind : std::uint8_t { psk, ticket, session_id };
  // Room for an entry under this name, one that had it is replaced; the caller fills it. `now_s`, `life_s` in seconds.
  Resumed& put(Kind kind, Bytes identity, std::int64_t now_s, std::int64_t life_s);
  const Resumed* find(Kind kind, Bytes identity, std::int64_t now_s);  // null: not known, or too old
  void clear() noexcept;                                               // wipes all
  std::size_t size() const noexcept { return by_name_.size(); }
  std::uint64_t pushed_out() const noexcept { return pushed_out_; }
  std::uint64_t put_in() const noexcept { return put_in_; }  // so that others see that some came

 private:
  struct Entry {
    Name name;
    std::int64_t until_s;
    Resumed resumed;
  };
  Name name_of(Kind kind, Bytes identity) const;

  const crypto::Hasher& hasher_;
  const std::size_t most_;
  std::list<Entry> by_age_;  // oldest first
  std::map<Name, std::list<Entry>::iterator> by_name_;
  std::uint64_t pushed_out_ = 0;
  std::uint64_t put_in_ = 0;
};

}  // namespace pellucid::keeper
