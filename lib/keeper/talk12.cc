#include <algorithm>
#include <utility>

#include "lib/crypto/prf.h"
#include "lib/crypto/suite.h"
#include "lib/keeper/talk.h"
#include "lib/tls/chain.h"
#include "lib/tls/handshake.h"
#include "lib/x509/certificate.h"

namespace pellucid::keeper {

using keys::Answer;
using keys::Reason;
using tls::Message;

// A renegotiation begins anew; its hellos are protected, and by then read. Messages count as they were said: the client's part
// of an exchange behind all of the server's, the rest of the server's behind it.
void Talk::message12(keys::Side from, std::uint8_t type, Bytes body) {
  const auto what = static_cast<Message>(type);
  if (what == Message::client_hello) {
    transcript_ = Transcript(tools_.hasher);
    version_ = 0;
    share_.clear();
    leaf_.clear();
    client_exchange_.clear();
    new_ticket_.clear();
    has_master_ = logged_ = server_done_ = proves_ = false;
    return message(from, type, body);
  }
  const bool server = from == keys::Side::server;
  if (!server && !server_done_ && what != Message::finished) return static_cast<void>(wait(late_, type, body));
  if (server && server_done_ && client_exchange_.empty()) return static_cast<void>(wait(behind_, type, body));
  take12(from, type, body);
  if (server && what == Message::server_hello_done) {
    server_done_ = true;
    take_what_waits();
  }
  if (!client_exchange_.empty()) take_what_waits();
}

// What was to come before it may have been lost.
void Talk::take_what_waits() {
  for (const Late& late : std::exchange(late_, {})) take12(keys::Side::client, late.type, late.body);
  for (const Late& late : std::exchange(behind_, {})) take12(keys::Side::server, late.type, late.body);
}

void Talk::take12(keys::Side from, std::uint8_t type, Bytes body) {
  const auto what = static_cast<Message>(type);
  if (what == Message::finished) prove_finished12(from, body);
  static_cast<void>(transcript_.add(type, body));
  if (what == Message::client_key_exchange && from == keys::Side::client) {
    client_exchange_.assign(body.begin(), body.end());
    at_exchange_ = transcript_.read();
  }
  if (from != keys::Side::server) return;
  if (what == Message::certificate) {
    Bytes leaf;
    if (tls::Chain(body, tls::ChainForm::tls12).next(leaf)) leaf_.assign(leaf.begin(), leaf.end());
  }
  if (what == Message::server_key_exchange) on_key_exchange(body);
  if (what == Message::new_session_ticket) {
    new_ticket_.assign(body.begin(), body.end());
    if (has_master_) keep_ticket12(new_ticket_);
  }
}

// RFC 8422 5.4: a named curve and a point. RFC 5246 7.4.3: a prime, a generator and a number, whose size tells the group.
void Talk::on_key_exchange(Bytes body) {
  const crypto::Suite* suite = crypto::find_suite(suite_);
  Cursor in(body);
  if (suite != nullptr && suite->exchange == crypto::Exchange::ecdhe) {
    constexpr std::uint8_t kNamedCurve = 3;
    const std::uint8_t kind = in.u8();
    group_ = in.u16();
    const Bytes point = in.take8();
    if (in.ok() && kind == kNamedCurve) share_.assign(point.begin(), point.end());
    return;
  }
  if (suite == nullptr || suite->exchange != crypto::Exchange::dhe) return;
  const Bytes prime = crypto::strip_zeros(in.take16());
  in.skip(in.u16());
  const Bytes number = crypto::strip_zeros(in.take16());
  if (!in.ok()) return;
  for (const crypto::Group g : {crypto::Group::ffdhe2048, crypto::Group::ffdhe3072, crypto::Group::ffdhe4096}) {
    if (crypto::share_size(g) != prime.size() || number.size() > prime.size()) continue;
    group_ = static_cast<std::uint16_t>(g);
    share_.assign(prime.size() - number.size(), 0);
    share_.insert(share_.end(), number.begin(), number.end());
  }
}

Answer Talk::lease12(const keys::Hellos& hellos, keys::Side side, keys::DirectionKeys& keys) {
  take_what_waits();
  if (application_ == Permit::refused) return Answer::refused;
  if (application_ == Permit::given && !faces(side)) return Answer::refused;
  if (logged_) return put(keys::lease_from(*tools_.log, tools_.hasher, hellos, keys::Part::application, side, keys));
  if (!has_master_) {
    const Reason reason = make_master(hellos);
    if (reason != Reason::none) {
      application_ = Permit::refused;
      return refuse(reason);
    }
    if (!faces(side)) return Answer::refused;
    if (logged_) return put(keys::lease_from(*tools_.log, tools_.hasher, hellos, keys::Part::application, side, keys));
  }
  return put(keys::keys_of_master(tools_.hasher, hellos, master_.bytes(), side, keys));
}

void Talk::keep_ticket12(Bytes body) {
  if (!session_id_.empty()) keep(Tickets::Kind::session_id, session_id_, Tickets::kMaxLife, master_.bytes());
  Cursor in(body);
  const std::uint32_t life = in.u32();
  const Bytes ticket = in.take16();
  if (!in.ok() || ticket.empty()) return;
  keep(Tickets::Kind::ticket, ticket, life == 0 ? Tickets::kMaxLife : life, master_.bytes());
}

Reason Talk::make_master(const keys::Hellos& hellos) {
  Reason reason = Reason::no_key;
  keys::DirectionKeys probe;
  if (tools_.log != nullptr &&
      keys::lease_from(*tools_.log, tools_.hasher, hellos, keys::Part::application, keys::Side::server, probe) == Err::none) {
    terms_.method = keys::Method::keylog;
    logged_ = true;
    const Bytes master =
        tools_.log->find(keys::LogId::of(keys::LogId::Kind::client_random, hellos.client_random), keys::Logged::master);
    proves_ = master.size() == master_.bytes().size();
    if (proves_) std::ranges::copy(master, master_.bytes().begin());
    take_name();
    return open_session(hellos);
  }
  reason = client_exchange_.empty() ? master_of_resumed(hellos) : master_of_exchange(hellos);
  if (reason != Reason::none) return reason;
  has_master_ = true;
  keep_ticket12(new_ticket_);
  return Reason::none;
}

Reason Talk::master_of_resumed(const keys::Hellos& hellos) {
  const bool same_id = !session_id_.empty() && session_id_ == offered_id_;
  const Resumed* r = same_id ? tools_.tickets.find(Tickets::Kind::session_id, session_id_, captured_s_) : nullptr;
  if (r == nullptr && !offered_ticket_.empty()) r = tools_.tickets.find(Tickets::Kind::ticket, offered_ticket_, captured_s_);
  if (r == nullptr || r->size != master_.bytes().size()) return why_not(hellos);
  terms_.method = r->terms.method;
  terms_.visibility = r->terms.method == keys::Method::ets ? keys::Visibility::inherited : keys::Visibility::unasked;
  if (r->has_prints) note_key(r->prints);
  take_name();
  std::ranges::copy(r->secret.bytes().first(r->size), master_.bytes().begin());
  return open_session(hellos);
}

crypto::Hash Talk::how12() const noexcept {
  const crypto::Suite* suite = crypto::find_suite(suite_);
  return version_ == 0x0303 && suite != nullptr ? suite->prf : crypto::Hash::md5_sha1;
}

// RFC 5246 7.4.9. SSL 3.0 makes it in another way.
void Talk::prove_finished12(keys::Side from, Bytes body) {
  if ((!has_master_ && !proves_) || version_ < 0x0301) return;
  std::uint8_t expected[crypto::kVerifySize];
  const bool client = from == keys::Side::client;
  crypto::finished(tools_.hasher, how12(), master_, client ? crypto::Finisher::client : crypto::Finisher::server,
                   transcript_.read().view(), expected);
  if (same_secret(expected, body))
    terms_.verified |= keys::bit(client ? keys::Proof::client_finished : keys::Proof::server_finished);
}

// RFC 5246 8.1, RFC 7627 4.
Reason Talk::master_of_premaster(const keys::Hellos& hellos, Bytes premaster) {
  const crypto::Hash how = how12();
  const crypto::Randoms randoms{hellos.client_random, hellos.server_random};
  if (extended_master_) {
    crypto::extended_master_secret(tools_.hasher, how, premaster, at_exchange_.view(), master_);
  } else {
    crypto::master_secret(tools_.hasher, how, premaster, randoms, master_);
  }
  return Reason::none;
}

Reason Talk::master_of_exchange(const keys::Hellos& hellos) {
  const crypto::Suite* suite = crypto::find_suite(suite_);
  if (suite == nullptr) return Reason::unsupported;
  take_name();
  Cursor in(client_exchange_);
  if (suite->exchange == crypto::Exchange::rsa) {
    const Bytes encrypted = version_ == 0x0300 ? Bytes(client_exchange_) : in.take16();
    if (tools_.log != nullptr) {
      const Bytes found =
          tools_.log->find(keys::LogId::of(keys::LogId::Kind::encrypted_premaster, encrypted), keys::Logged::premaster);
      if (!found.empty()) {
        terms_.method = keys::Method::keylog;
        if (const Reason r = open_session(hellos); r != Reason::none) return r;
        return master_of_premaster(hellos, found);
      }
    }
    terms_.method = keys::Method::rsa;
    const Result<x509::Certificate> leaf = x509::read_certificate(leaf_);
    if (tools_.keys == nullptr || !leaf) return why_not(hellos);
    keys::Sha256 name;
    tools_.hasher.digest(crypto::Hash::sha256, {leaf->public_key}, name);
    keys::KeyPrints prints;
    if (!tools_.keys->find_rsa(name, prints)) return why_not(hellos);
    note_key(prints);
    if (const Reason r = open_session(hellos); r != Reason::none) return r;
    crypto::Premaster premaster;
    if (tools_.keys->open_premaster(name, encrypted, premaster) != Err::none) return Reason::unsupported;
    return master_of_premaster(hellos, premaster.bytes());
  }
  keys::KeyPrints prints;
  const auto group = static_cast<crypto::Group>(group_);
  crypto::DhKey* key = tools_.keys == nullptr || share_.empty() ? nullptr : tools_.keys->find(group, share_, prints);
  terms_.method = keys::Method::ets;
  if (key == nullptr) return why_not(hellos);
  note_key(prints);
  if (const Reason r = judge_visibility(); r != Reason::none) return r;
  if (const Reason r = open_session(hellos); r != Reason::none) return r;
  const bool curve = suite->exchange == crypto::Exchange::ecdhe;
  const Bytes said = curve ? in.take8() : in.take16();
  std::vector<std::uint8_t> peer(curve ? 0 : crypto::share_size(group) - std::min(said.size(), crypto::share_size(group)), 0);
  peer.insert(peer.end(), said.begin(), said.end());
  Hidden shared;
  if (!in.ok() || key->derive(peer, shared) != Err::none) return Reason::unsupported;
  const Bytes whole = shared.bytes().first(crypto::shared_size(group));
  return master_of_premaster(hellos, curve ? whole : crypto::strip_zeros(whole));
}

}  // namespace pellucid::keeper
