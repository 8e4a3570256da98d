// Judge: whether a grant lets a session be opened, and if not, why. Pure: the clock, what is left of the quota and all that is
// known of the session are parameters. The keeper's; it allocates only when it is made.
#pragma once
#include <span>

#include "lib/keys/grant.h"
#include "lib/keys/reason.h"
#include "lib/keys/wish.h"
#include "lib/net/prefixes.h"
#include "lib/net/suffixes.h"

namespace pellucid::keys {

enum class Clock : std::uint8_t { sure, doubtful };  // doubtful: it stepped back, or its error is above a second
enum class Life : std::uint8_t { live, revoked };

struct Standing {  // of a grant, now
  std::int64_t now_s = 0;
  Clock clock = Clock::doubtful;
  Life life = Life::live;
  Quota left{0, 0};
};

enum class Naming : std::uint8_t {
  settled,  // the name is known, or there is none
  pending,  // only the handshake will tell it: names are judged again before anything further is opened
};

struct KeyPrints {
  std::array<std::uint8_t, 10> visibility{};  // first octets of SHA-256 of the key share (TS 103 523-3, 4.3.3)
  Sha256 public_key{};                        // SHA-256 of SubjectPublicKeyInfo
  std::int64_t since_s = 0;                   // it may have been in use; 0: nobody knows
};

struct Session {
  std::uint8_t family = 4;
  std::array<std::uint8_t, 16> server{};  // an IPv4 address in the first four
  std::array<std::uint8_t, 16> client{};
  std::uint16_t server_port = 0;
  std::string_view name;
  Naming naming = Naming::settled;
  Method method = Method::ets;
  const KeyPrints* key = nullptr;  // null: by key log, no key of ours
  std::int64_t captured_s = 0;
  Depth depth = Depth::metadata;                  // how far it shall be opened
  std::span<const std::string_view> protections;  // entries of `protect` that hold for it
  const Wish* wish = nullptr;                     // what policy asks for; null: as far as a grant allows
  Labels labels;
};

class Judge {
 public:
  // `good`: signatures of the grant's document that count. The grant outlives its judge.
  Judge(const Grant& grant, const AuthoritySet& set, unsigned good);

  Reason live(const Standing& standing) const noexcept;
  Reason opens(const Session& session, const Standing& standing) const noexcept;
  bool lifts() const noexcept { return lifts_; }  // whether it has signatures enough to lift a protection

 private:
  Reason scope(const Session& session) const noexcept;
  bool names_key(const KeyPrints& key) const noexcept;

  const Grant& grant_;
  const bool lifts_;
  net::Sets sets_{1};
  net::Prefixes servers_;
  net::Prefixes clients_;
  net::Suffixes names_;
};

}  // namespace pellucid::keys
