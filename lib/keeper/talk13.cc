#include <algorithm>
#include <utility>

#include "lib/crypto/suite.h"
#include "lib/keeper/talk.h"
#include "lib/tls/chain.h"
#include "lib/tls/handshake.h"
#include "lib/x509/visibility.h"

namespace pellucid::keeper {

using keys::Answer;
using keys::Part;
using keys::Reason;
using tls::Message;

// The server's flight comes first in the transcript, however the two directions were captured.
void Talk::message13(keys::Side from, std::uint8_t type, Bytes body) {
  if (from == keys::Side::server) return on_server_flight(type, body);
  if (server_finished_) return on_client_flight(type, body);
  static_cast<void>(wait(late_, type, body));
}

void Talk::on_server_flight(std::uint8_t type, Bytes body) {
  const auto what = static_cast<Message>(type);
  if (server_finished_) {  // what comes later stands outside the transcript
    if (what == Message::new_session_ticket) on_ticket13(body);
    return;
  }
  if (what == Message::finished && server_base_ && prove_finished(*server_base_, body)) {
    terms_.verified |= keys::bit(keys::Proof::server_finished);
  }
  if (what == Message::certificate_verify) prove_peer(body);
  static_cast<void>(transcript_.add(type, body));
  if (what == Message::certificate) on_certificate13(body);
  if (what != Message::finished) return;
  at_server_finished_ = transcript_.read();
  server_finished_ = true;
  for (const Late& late : std::exchange(late_, {})) on_client_flight(late.type, late.body);
}

void Talk::on_client_flight(std::uint8_t type, Bytes body) {
  if (client_finished_) return;
  const auto what = static_cast<Message>(type);
  if (what == Message::finished && client_base_ && prove_finished(*client_base_, body)) {
    terms_.verified |= keys::bit(keys::Proof::client_finished);
  }
  static_cast<void>(transcript_.add(type, body));
  if (what != Message::finished) return;
  at_client_finished_ = transcript_.read();
  client_finished_ = true;
  transcript_.forget_hellos();
  client_base_.reset();
  server_base_.reset();
  for (const Late& ticket : std::exchange(tickets_, {})) keep_ticket13(ticket.body);
}

bool Talk::prove_finished(const crypto::HashSecret& base, Bytes body) const {
  std::uint8_t expected[crypto::kMaxHash];
  const MutBytes out(expected, crypto::hash_size(base.hash()));
  crypto::finished(tools_.hasher, base, transcript_.read().view(), out);
  return same_secret(out, body);
}

void Talk::on_certificate13(Bytes body) {
  Bytes leaf;
  if (tls::Chain(body, tls::ChainForm::tls13).next(leaf)) leaf_.assign(leaf.begin(), leaf.end());
  prove_chain(body);
}

// That the certificate is in force is asked for the time of the capture: whoever reads old ones would find none that still is.
void Talk::prove_chain(Bytes certificates) {
  if (tools_.trust == nullptr) return;
  tls::Chain walk(certificates, tls::ChainForm::tls13);
  std::array<Bytes, tls::kMaxChain> chain;
  std::size_t count = 0;
  while (count < chain.size() && walk.next(chain[count])) ++count;
  const x509::Claim claim{x509::Peer::server, std::span(chain).first(count), name_, captured_s_};
  if (walk.ok() && tools_.trust->follows(claim) == x509::Chained::good) terms_.verified |= keys::bit(keys::Proof::chain);
}

void Talk::prove_peer(Bytes body) {
  if (tools_.trust == nullptr) return;
  const Transcript::Digest before = transcript_.read();
  if (tools_.trust->proves({x509::Peer::server, leaf_, before.view(), body}) == x509::Proof::good) {
    terms_.verified |= keys::bit(keys::Proof::certificate_verify);
  }
}

// A ticket's secret is made of the whole handshake (RFC 8446 4.6.1), and only where the session itself may be read.
void Talk::on_ticket13(Bytes body) {
  if (client_finished_) return keep_ticket13(body);
  static_cast<void>(wait(tickets_, static_cast<std::uint8_t>(Message::new_session_ticket), body));
}

void Talk::keep_ticket13(Bytes body) {
  if (!schedule_ || application_ != Permit::given) return;
  if (!resumption_) {
    resumption_.emplace(transcript_.how());
    schedule_->derive(crypto::label::kResumption, at_client_finished_.view(), *resumption_);
  }
  Cursor in(body);
  const std::uint32_t life = in.u32();
  in.skip(4);  // ticket_age_add
  const Bytes nonce = in.take8(), ticket = in.take16();
  if (!in.ok() || ticket.empty()) return;
  crypto::HashSecret psk(transcript_.how());
  crypto::resumption_psk(tools_.hasher, *resumption_, nonce, psk);
  keep(Tickets::Kind::psk, ticket, life, psk.bytes());
}

// RFC 8446 4.2.11: identities, then as many binders; they stand at the end of the hello.
bool Talk::find_psk(unsigned which, Psk& psk) const {
  const Result<tls::ClientHello> hello = tls::read_client_hello(transcript_.last_hello());
  if (!hello) return false;
  tls::Extensions extensions(hello->extensions);
  for (tls::Extension e; extensions.next(e);) {
    constexpr std::uint16_t kPreSharedKey = 41;
    if (e.type != kPreSharedKey) continue;
    Cursor in(e.body);
    Cursor identities(in.take16());
    psk.behind = in.left();
    Cursor binders(in.take16());
    for (unsigned i = 0; i <= which && identities.left() != 0; ++i) {
      psk.identity = identities.take16();
      identities.skip(4);  // obfuscated_ticket_age
      psk.binder = binders.take8();
      if (i == which) return in.ok() && identities.ok() && binders.ok();
    }
  }
  return false;
}

// A PSK counts when the client's binder proves that it is the one (RFC 8446 4.2.11.2).
const Resumed* Talk::resumed13(unsigned which) {
  Psk psk;
  if (!find_psk(which, psk)) return nullptr;
  const Resumed* r = tools_.tickets.find(Tickets::Kind::psk, psk.identity, captured_s_);
  const crypto::Suite* suite = r == nullptr ? nullptr : crypto::find_suite(r->suite);
  if (suite == nullptr || suite->prf != transcript_.how()) return nullptr;
  const crypto::Schedule early(tools_.hasher, suite->prf, r->secret.bytes().first(r->size));
  crypto::HashSecret key(suite->prf);
  early.derive(crypto::label::kResumptionBinder, key);
  std::uint8_t expected[crypto::kMaxHash];
  const MutBytes out(expected, crypto::hash_size(suite->prf));
  crypto::finished(tools_.hasher, key, transcript_.until_binders(suite->prf, psk.behind).view(), out);
  if (!same_secret(out, psk.binder)) return nullptr;
  return r;
}

bool Talk::awaits_ticket(keys::Part part) {
  if (!whole_ || version_ != 0x0304 || tools_.log != nullptr) return false;
  if (part == Part::early) return resumed13(0) == nullptr;
  return handshake_ == Permit::unasked && chosen_psk_ && resumed13(*chosen_psk_) == nullptr;
}

Answer Talk::lease13(const keys::Hellos& hellos, Part part, keys::Side side, keys::DirectionKeys& keys) {
  if (part == Part::early) return lease_early(hellos, keys);
  if (handshake_ == Permit::unasked) {
    const Reason reason = make_handshake(hellos);
    if (reason != Reason::none) handshake_ = Permit::refused;
    if (reason != Reason::none) return refuse(reason);
  }
  if (handshake_ != Permit::given) return Answer::refused;
  if (part == Part::application) {
    const Reason reason = make_application(hellos);
    if (reason != Reason::none || application_ != Permit::given)
      return reason == Reason::none ? Answer::refused : refuse(reason);
  }
  if (part == Part::application && !faces(side)) return Answer::refused;
  if (logged_) return put(keys::lease_from(*tools_.log, tools_.hasher, hellos, part, side, keys));
  if (part == Part::handshake) {
    const std::optional<crypto::HashSecret>& base = side == keys::Side::client ? client_base_ : server_base_;
    return base ? put(keys::keys_of_traffic(tools_.hasher, suite_, base->bytes(), keys)) : refuse(Reason::lost);
  }
  crypto::HashSecret traffic(transcript_.how());
  schedule_->derive(side == keys::Side::client ? crypto::label::kClient : crypto::label::kServer, at_server_finished_.view(),
                    traffic);
  return put(keys::keys_of_traffic(tools_.hasher, suite_, traffic.bytes(), keys));
}

// Early data is under the first identity's PSK alone (RFC 8446 4.2.10), and it is data: all gates stand before it, those of the
// session that it goes on from. It may be refused while what follows is opened, so the session's own terms stay
// as they are, but for the grant and its quota.
Answer Talk::lease_early(const keys::Hellos& hellos, keys::DirectionKeys& keys) {
  const Resumed* r = resumed13(0);
  keys::Terms terms = r == nullptr ? keys::Terms{} : r->terms;
  if (terms_.grant != keys::kNoGrant) terms.grant = terms_.grant;
  keys::Session session = facts(hellos, keys::Depth::headers);
  session.naming = keys::Naming::settled;
  session.method = terms.method;
  session.key = r != nullptr && r->has_prints ? &r->prints : nullptr;
  if (r == nullptr && (tools_.log == nullptr || keys::lease_from(*tools_.log, tools_.hasher, hellos, Part::early,
                                                                 keys::Side::client, keys) != Err::none)) {
    return Answer::refused;
  }
  if (ask(session, terms) != Reason::none || terms.direction == keys::Direction::to_client) return Answer::refused;
  if (!begun_) {
    if (tools_.warrants.begin(session, terms) != Reason::none) return Answer::refused;
    begun_ = true;
    terms_.grant = terms.grant;
    terms_.allowance = terms.allowance;
  }
  if (r == nullptr) return Answer::granted;
  const crypto::Schedule early(tools_.hasher, transcript_.how(), r->secret.bytes().first(r->size));
  crypto::HashSecret traffic(transcript_.how());
  early.derive(crypto::label::kEarly, transcript_.first(transcript_.how()).view(), traffic);
  return keys::keys_of_traffic(tools_.hasher, suite_, traffic.bytes(), keys) == Err::none ? Answer::granted : Answer::refused;
}

// The secret that both shares make.
Reason Talk::share_secret(crypto::DhKey& key, Hidden& shared) {
  const Result<tls::ClientHello> hello = tls::read_client_hello(transcript_.last_hello());
  if (!hello) return Reason::lost;
  tls::KeyShares shares(hello->key_shares);
  for (tls::KeyShare share; shares.next(share);) {
    if (share.group == group_) return key.derive(share.key, shared) == Err::none ? Reason::none : Reason::unsupported;
  }
  return Reason::lost;
}

// A key log has the secrets that both Finished are made with.
void Talk::take_logged(const keys::Hellos& hellos) {
  for (const keys::Side side : {keys::Side::client, keys::Side::server}) {
    keys::DirectionKeys d;
    if (keys::lease_from(*tools_.log, tools_.hasher, hellos, Part::handshake, side, d) != Err::none) continue;
    crypto::HashSecret& base = (side == keys::Side::client ? client_base_ : server_base_).emplace(transcript_.how());
    std::ranges::copy(d.traffic.bytes().first(base.bytes().size()), base.bytes().begin());
  }
}

Reason Talk::make_handshake(const keys::Hellos& hellos) {
  if (crypto::find_suite(suite_) == nullptr) return Reason::unsupported;
  const auto group = static_cast<crypto::Group>(group_);
  const Resumed* resumed = chosen_psk_ ? resumed13(*chosen_psk_) : nullptr;
  terms_.method = keys::Method::ets;
  // The server's share tells whether the key is ours. That is public; the key is used only once a grant was found.
  keys::KeyPrints prints;
  const bool shares = !share_.empty();  // none: psk_ke
  crypto::DhKey* const key = shares && tools_.keys != nullptr ? tools_.keys->find(group, share_, prints) : nullptr;
  if (key != nullptr) note_key(prints);
  if (!shares && resumed != nullptr && resumed->has_prints) note_key(resumed->prints);
  if ((shares && key == nullptr) || (chosen_psk_ && resumed == nullptr)) {
    keys::DirectionKeys probe;
    if (tools_.log == nullptr ||
        keys::lease_from(*tools_.log, tools_.hasher, hellos, Part::handshake, keys::Side::server, probe) != Err::none) {
      return why_not(hellos);
    }
    terms_.method = keys::Method::keylog;
    terms_.has_key_id = 0;
    has_prints_ = false;
    logged_ = true;
    take_logged(hellos);
  }
  if (resumed != nullptr && !logged_) {
    terms_.visibility = keys::Visibility::inherited;
    terms_.verified |= keys::bit(keys::Proof::binder);
  }
  if (!permit(handshake_, facts(hellos, keys::Depth::handshake))) return terms_.reason;
  peeked_ = hellos.asked.reach == keys::Reach::handshake;
  if (peeked_) terms_.depth = std::min(terms_.depth, keys::Depth::handshake);
  if (logged_) return Reason::none;
  Hidden shared;
  const Reason reason = shares ? share_secret(*key, shared) : Reason::none;
  if (reason != Reason::none) return reason;
  schedule_.emplace(tools_.hasher, transcript_.how(),
                    resumed == nullptr ? Bytes{} : resumed->secret.bytes().first(resumed->size));
  schedule_->step(shared.bytes().first(shares ? crypto::shared_size(group) : 0));
  client_base_.emplace(transcript_.how());
  server_base_.emplace(transcript_.how());
  schedule_->derive(crypto::label::kClientHandshake, at_hello_.view(), *client_base_);
  schedule_->derive(crypto::label::kServerHandshake, at_hello_.view(), *server_base_);
  return Reason::none;
}

// The verdict (TS 103 523-3, 4.3.3): the certificate names the key that was used, or nothing further is opened. A session that
// goes on inherits that of its first.
Reason Talk::judge_visibility() {
  if (terms_.method != keys::Method::ets || terms_.visibility == keys::Visibility::inherited) return Reason::none;
  const Result<x509::Certificate> leaf = x509::read_certificate(leaf_);
  const x509::Visible seen = leaf ? x509::visible(*leaf, prints_.visibility) : x509::Visible::absent;
  if (seen == x509::Visible::match) {
    terms_.visibility = keys::Visibility::match;
    return Reason::none;
  }
  terms_.visibility = seen == x509::Visible::absent ? keys::Visibility::absent : keys::Visibility::mismatch;
  if (!tools_.warrants.allows_annex_a()) return Reason::no_visibility;
  terms_.visibility = keys::Visibility::annex_a;
  return Reason::none;
}

Reason Talk::make_application(const keys::Hellos& hellos) {
  if (application_ != Permit::unasked) return Reason::none;
  const bool goes_on = peeked_ && hellos.asked.reach == keys::Reach::wish;
  if (terms_.depth <= keys::Depth::handshake && !goes_on) {  // as far as the grant goes: nothing was refused
    application_ = Permit::refused;
    return Reason::none;
  }
  if (!logged_ && !server_finished_) return Reason::lost;
  Reason reason = judge_visibility();
  if (reason == Reason::none) {
    take_name();
    reason = open_session(hellos);
  }
  if (reason != Reason::none) {
    application_ = Permit::refused;
    return reason;
  }
  if (!logged_ && !schedule_->is_master()) schedule_->step({});
  return Reason::none;
}

}  // namespace pellucid::keeper
