// Talk: one session as the keeper knows it: the handshake's messages, what was asked and answered, and no more secrets than
// the grant allows: those of the handshake first; those of its data when certificate, depth and names were judged (TS 103
// 523-3, RFC 8446 7.1, RFC 5246 8.1). The keeper's thread owns it; it wipes itself.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/crypto/dh.h"
#include "lib/crypto/rsa.h"
#include "lib/crypto/schedule.h"
#include "lib/keeper/guard.h"
#include "lib/keeper/tickets.h"
#include "lib/keeper/transcript.h"
#include "lib/keeper/warrants.h"
#include "lib/keys/lease.h"
#include "lib/x509/trust.h"

namespace pellucid::keeper {

class KeyFinder {  // the long-term keys; its owner decides where they live
 public:
  virtual ~KeyFinder() = default;
  // Null: there is no such key. `prints` tells what it is known by.
  virtual crypto::DhKey* find(crypto::Group group, Bytes share, keys::KeyPrints& prints) = 0;
  // Whether the key with this SHA-256 of its SubjectPublicKeyInfo is there for RSA key transport; and the premaster secret.
  virtual bool find_rsa(const keys::Sha256& key, keys::KeyPrints& prints) = 0;
  virtual bool holds(const keys::KeyPrints& prints) = 0;  // whether this key is still there
  virtual Err open_premaster(const keys::Sha256& key, Bytes encrypted, crypto::Premaster& premaster) = 0;
};

struct Tools {  // of the keeper, for all its talks
  const crypto::Hasher& hasher;
  KeyFinder* keys;          // null: there are none
  const keys::Keylog* log;  // likewise
  Warrants& warrants;
  Tickets& tickets;
  const x509::Trust* trust;  // null: nobody asks who the peers are
  Guard* guard;              // null: nothing is protected
};

class Talk {
 public:
  static constexpr std::size_t kMaxWaiting = 64 * 1024;  // octets of messages that come before their turn
  static constexpr unsigned kMaxNames = 1024;            // of a certificate that are asked for

  Talk(const Tools& tools, const keys::Ends& ends);

  void message(keys::Side from, std::uint8_t type, Bytes body);
  keys::Answer lease(const keys::Hellos& hellos, keys::Part part, keys::Side side, std::int64_t captured_s,
                     keys::DirectionKeys& keys);
  bool awaits_ticket(keys::Part part);
  const keys::Terms& terms() const noexcept { return terms_; }
  void more(std::uint64_t used);       // see keys::Keys
  void give_back(std::uint64_t used);  // of its quota, what it did not use
  void check_key();                    // whether its key is still there; without it, its permission has ended
  bool withdraw();  // true: its permission has ended, and nobody was told; every secret is wiped, the terms say why
  void has_told() noexcept { told_ = true; }

 private:
  using Hidden = Secret<crypto::kMaxShare>;
  struct Late {  // a message that came before its turn
    std::uint8_t type;
    std::vector<std::uint8_t> body;
  };
  struct Psk {  // what a ClientHello offers, and where its binders begin
    Bytes identity, binder;
    std::size_t behind = 0;
  };
  enum class Permit : std::uint8_t { unasked, given, refused };

  keys::Answer refuse(keys::Reason reason);
  keys::Session facts(const keys::Hellos& hellos, keys::Depth depth) const;
  keys::Reason ask(const keys::Session& session, keys::Terms& terms) const;
  bool permit(Permit& permit, const keys::Session& session);
  keys::Answer put(Err err);
  bool faces(keys::Side side) const noexcept {  // whether what this side says may be read
    return terms_.direction == keys::Direction::both ||
           (terms_.direction == keys::Direction::to_server) == (side == keys::Side::client);
  }
  bool wait(std::vector<Late>& list, std::uint8_t type, Bytes body);  // false: no room; the transcript has a hole
  void begin_in_order();
  void on_client_hello(Bytes body);
  void on_server_hello(Bytes body);
  void note_key(const keys::KeyPrints& prints);
  void keep(Tickets::Kind kind, Bytes identity, std::int64_t life_s, Bytes secret);
  void wipe_secrets(keys::Reason reason);

  // TLS 1.3, in talk13.cc
  void message13(keys::Side from, std::uint8_t type, Bytes body);
  void on_server_flight(std::uint8_t type, Bytes body);
  void on_client_flight(std::uint8_t type, Bytes body);
  void on_certificate13(Bytes body);
  void on_ticket13(Bytes body);
  void keep_ticket13(Bytes body);
  void prove_chain(Bytes certificates);
  void prove_peer(Bytes body);
  bool prove_finished(const crypto::HashSecret& base, Bytes body) const;
  void take_name();
  keys::Reason why_not(const keys::Hellos& hellos);
  bool find_psk(unsigned which, Psk& psk) const;
  const Resumed* resumed13(unsigned which);
  keys::Answer lease13(const keys::Hellos& hellos, keys::Part part, keys::Side side, keys::DirectionKeys& keys);
  keys::Answer lease_early(const keys::Hellos& hellos, keys::DirectionKeys& keys);
  keys::Reason make_handshake(const keys::Hellos& hellos);
  void take_logged(const keys::Hellos& hellos);
  keys::Reason share_secret(crypto::DhKey& key, Hidden& shared);
  keys::Reason make_application(const keys::Hellos& hellos);
  keys::Reason judge_visibility();

  // TLS 1.2 and before, in talk12.cc
  void message12(keys::Side from, std::uint8_t type, Bytes body);
  void take12(keys::Side from, std::uint8_t type, Bytes body);
  void take_what_waits();
  crypto::Hash how12() const noexcept;
  void prove_finished12(keys::Side from, Bytes body);
  void on_key_exchange(Bytes body);
  void keep_ticket12(Bytes body);
  keys::Answer lease12(const keys::Hellos& hellos, keys::Side side, keys::DirectionKeys& keys);
  keys::Reason make_master(const keys::Hellos& hellos);
  keys::Reason master_of_resumed(const keys::Hellos& hellos);
  keys::Reason master_of_premaster(const keys::Hellos& hellos, Bytes premaster);
  keys::Reason master_of_exchange(const keys::Hellos& hellos);
  keys::Reason open_session(const keys::Hellos& hellos);

  Tools tools_;
  std::uint8_t family_;
  std::array<std::uint8_t, 16> address_[2];
  std::uint16_t port_[2];
  std::string name_;  // of the server, as its certificate or the ClientHello tells
  keys::Naming naming_ = keys::Naming::pending;
  std::int64_t captured_s_ = 0;

  Transcript transcript_;
  // What came before its turn: of each side until both hellos are there; of the client until the server's flight is over.
  std::vector<Late> early_[2], late_;
  std::size_t waiting_ = 0;  // octets of these, and of tickets_
  bool retried_ = false;
  std::uint16_t version_ = 0;
  std::uint16_t suite_ = 0;
  std::uint16_t group_ = 0;
  std::vector<std::uint8_t> share_;  // the server's
  std::optional<std::uint16_t> chosen_psk_;
  keys::Terms terms_;
  keys::KeyPrints prints_;
  bool has_prints_ = false;
  bool logged_ = false;  // by key log: nothing is derived here
  bool peeked_ = false;  // the handshake was opened for the name; whether more may be is asked anew
  bool begun_ = false;   // it was counted, and written down
  bool told_ = true;     // that its permission has ended
  Permit handshake_ = Permit::unasked, application_ = Permit::unasked;
  std::vector<std::uint8_t> leaf_;  // the server's certificate

  // TLS 1.3
  std::optional<crypto::Schedule> schedule_;
  std::optional<crypto::HashSecret> client_base_, server_base_;  // handshake traffic secrets
  std::optional<crypto::HashSecret> resumption_;
  Transcript::Digest at_hello_, at_server_finished_, at_client_finished_;
  bool server_finished_ = false, client_finished_ = false, whole_ = true;
  std::vector<Late> tickets_;

  // TLS 1.2 and before
  bool extended_master_ = false, offered_extended_ = false;
  std::vector<std::uint8_t> session_id_, offered_id_, offered_ticket_, new_ticket_, client_exchange_;
  std::vector<Late> behind_;  // of the server, until the client has sent its part of the exchange
  bool server_done_ = false;
  Transcript::Digest at_exchange_;
  Secret<48> master_;
  bool has_master_ = false;
  bool proves_ = false;  // master_ is of a key log, and used for nothing but proofs
};

}  // namespace pellucid::keeper
