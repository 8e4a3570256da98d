#include "lib/keeper/talk.h"

#include <algorithm>
#include <utility>

#include "lib/crypto/suite.h"
#include "lib/tls/handshake.h"
#include "lib/x509/certificate.h"

namespace pellucid::keeper {

using keys::Answer;
using keys::Reason;

Talk::Talk(const Tools& tools, const keys::Ends& ends) : tools_(tools), family_(ends.family), transcript_(tools.hasher) {
  for (unsigned d = 0; d < 2; ++d) {
    std::copy_n(ends.address[d], address_[d].size(), address_[d].begin());
    port_[d] = ends.port[d];
  }
}

Answer Talk::refuse(Reason reason) {
  if (terms_.reason == Reason::none) terms_.reason = reason;
  return Answer::refused;
}

Answer Talk::put(Err err) {
  if (err == Err::none) return Answer::granted;
  return refuse(err == Err::not_mine ? Reason::no_key : Reason::unsupported);
}

void Talk::note_key(const keys::KeyPrints& prints) {
  prints_ = prints;
  has_prints_ = true;
  const bool rsa = terms_.method == keys::Method::rsa;
  std::copy_n(rsa ? prints.public_key.begin() : prints.visibility.begin(), keys::kKeyId, terms_.key_id);
  terms_.has_key_id = 1;
}

keys::Session Talk::facts(const keys::Hellos& hellos, keys::Depth depth) const {
  keys::Session session;
  const unsigned client = index(hellos.client), server = index(other(hellos.client));
  session.family = family_;
  session.client = address_[client];
  session.server = address_[server];
  session.server_port = port_[server];
  session.name = name_;
  session.naming = naming_;
  session.method = terms_.method;
  session.key = has_prints_ ? &prints_ : nullptr;
  session.captured_s = captured_s_;
  session.depth = depth;
  session.wish = hellos.asked.wish;
  session.labels = hellos.asked.labels;
  return session;
}

// Every name that the certificate has may be one that is protected.
Reason Talk::ask(const keys::Session& session, keys::Terms& terms) const {
  if (tools_.guard == nullptr) return tools_.warrants.ask(session, terms);
  std::vector<std::string> entries;
  tools_.guard->protections(session, name_, entries);
  if (const Result<x509::Certificate> leaf = x509::read_certificate(leaf_)) {
    x509::DnsNames names(*leaf);
    unsigned count = 0;
    for (Bytes name; count < kMaxNames && names.next(name); ++count) tools_.guard->protections(session, as_text(name), entries);
  }
  const std::vector<std::string_view> views(entries.begin(), entries.end());
  keys::Session guarded = session;
  guarded.protections = views;
  return tools_.warrants.ask(guarded, terms);
}

bool Talk::permit(Permit& permit, const keys::Session& session) {
  if (permit == Permit::unasked) {
    const Reason reason = ask(session, terms_);
    if (reason != Reason::none && terms_.reason == Reason::none) terms_.reason = reason;
    permit = reason == Reason::none ? Permit::given : Permit::refused;
  }
  return permit == Permit::given;
}

bool Talk::wait(std::vector<Late>& list, std::uint8_t type, Bytes body) {
  waiting_ += body.size() + sizeof(Late);
  if (waiting_ > kMaxWaiting) {
    whole_ = false;
    return false;
  }
  list.push_back({type, {body.begin(), body.end()}});
  return true;
}

void Talk::message(keys::Side from, std::uint8_t type, Bytes body) {
  if (transcript_.begun()) {
    if (version_ == 0x0304) return message13(from, type, body);
    return message12(from, type, body);
  }
  const tls::Message first = from == keys::Side::client ? tls::Message::client_hello : tls::Message::server_hello;
  std::vector<Late>& list = early_[static_cast<std::size_t>(from)];
  if (list.empty() && static_cast<tls::Message>(type) != first) return;
  if (wait(list, type, body)) begin_in_order();
}

// Hellos are counted as they were said, however the two directions were captured: the client's, perhaps a HelloRetryRequest and
// the client's second one, the server's.
void Talk::begin_in_order() {
  std::vector<Late>& client = early_[static_cast<std::size_t>(keys::Side::client)];
  std::vector<Late>& server = early_[static_cast<std::size_t>(keys::Side::server)];
  if (client.empty() || server.empty()) return;
  const Result<tls::ServerHello> hello = tls::read_server_hello(server[0].body);
  const std::size_t hellos = hello && hello->retry ? 2 : 1;
  if (client.size() < hellos || server.size() < hellos) return;
  const std::vector<Late> said[2] = {std::exchange(client, {}), std::exchange(server, {})};
  for (std::size_t i = 0; i < hellos; ++i) {
    on_client_hello(said[0][i].body);
    on_server_hello(said[1][i].body);
  }
  if (!transcript_.begun()) return;
  for (std::size_t i = hellos; i < said[1].size(); ++i) message(keys::Side::server, said[1][i].type, said[1][i].body);
  for (std::size_t i = hellos; i < said[0].size(); ++i) message(keys::Side::client, said[0][i].type, said[0][i].body);
}

void Talk::on_client_hello(Bytes body) {
  const Result<tls::ClientHello> hello = tls::read_client_hello(body);
  if (!hello || !transcript_.add(static_cast<std::uint8_t>(tls::Message::client_hello), body)) {
    whole_ = false;
    return;
  }
  // An outer name says nothing of the server that is meant, and whether a hello is sealed cannot be told.
  if (name_.empty() && hello->ech_body.empty() && !hello->sni.empty()) {
    name_ = as_text(hello->sni);
    naming_ = keys::Naming::settled;
  }
  offered_extended_ = (hello->has & tls::kHasExtendedMasterSecret) != 0;
  offered_id_.assign(hello->session_id.begin(), hello->session_id.end());
  tls::Extensions extensions(hello->extensions);
  for (tls::Extension e; extensions.next(e);) {
    constexpr std::uint16_t kSessionTicket = 35;
    if (e.type == kSessionTicket) offered_ticket_.assign(e.body.begin(), e.body.end());
  }
}

void Talk::on_server_hello(Bytes body) {
  constexpr auto kType = static_cast<std::uint8_t>(tls::Message::server_hello);
  const Result<tls::ServerHello> hello = tls::read_server_hello(body);
  if (!hello) {
    whole_ = false;
    return;
  }
  if (hello->retry) {
    retried_ = true;
    whole_ &= transcript_.add(kType, body);
    return;
  }
  version_ = hello->real_version();
  suite_ = hello->cipher;
  const crypto::Suite* suite = crypto::find_suite(suite_);
  crypto::Hash how = suite == nullptr ? crypto::Hash::sha256 : suite->prf;
  if (version_ < 0x0303) how = crypto::Hash::md5_sha1;
  transcript_.begin(how, retried_ ? Transcript::First::replaced : Transcript::First::counts);
  static_cast<void>(transcript_.add(kType, body));
  at_hello_ = transcript_.read();
  session_id_.assign(hello->session_id.begin(), hello->session_id.end());
  extended_master_ = offered_extended_ && (hello->has & tls::kHasExtendedMasterSecret) != 0;
  if ((hello->has & tls::kHasPsk) != 0) chosen_psk_ = hello->psk;
  tls::Extensions extensions(hello->extensions);
  for (tls::Extension e; extensions.next(e);) {
    constexpr std::uint16_t kKeyShare = 51;
    if (e.type != kKeyShare) continue;
    Cursor in(e.body);
    group_ = in.u16();
    const Bytes share = in.take16();
    if (in.ok()) share_.assign(share.begin(), share.end());
  }
}

Answer Talk::lease(const keys::Hellos& hellos, keys::Part part, keys::Side side, std::int64_t captured_s,
                   keys::DirectionKeys& keys) {
  if (!whole_ || version_ == 0) return refuse(Reason::lost);
  captured_s_ = captured_s;
  if (version_ == 0x0304) return lease13(hellos, part, side, keys);
  return part == keys::Part::application ? lease12(hellos, side, keys) : refuse(Reason::unsupported);
}

// Whatever can be known of the server's name is known now: where the client named none, its certificate does.
void Talk::take_name() {
  const Result<x509::Certificate> leaf = x509::read_certificate(leaf_);
  Bytes name;
  if (name_.empty() && leaf && x509::DnsNames(*leaf).next(name)) name_ = as_text(name);
  naming_ = keys::Naming::settled;
}

// There is no key. If there is no grant either, that is the reason.
Reason Talk::why_not(const keys::Hellos& hellos) {
  keys::Terms terms = terms_;
  const Reason reason = ask(facts(hellos, keys::Depth::handshake), terms);
  return reason == Reason::none ? Reason::no_key : reason;
}

// What a session of this kind may be resumed by.
void Talk::keep(Tickets::Kind kind, Bytes identity, std::int64_t life_s, Bytes secret) {
  Resumed& r = tools_.tickets.put(kind, identity, captured_s_, life_s);
  std::ranges::copy(secret, r.secret.bytes().begin());
  r.size = static_cast<std::uint8_t>(secret.size());
  r.suite = suite_;
  r.terms = terms_;
  r.prints = prints_;
  r.has_prints = has_prints_;
}

void Talk::more(std::uint64_t used) {
  if (!begun_ || terms_.allowance == keys::kAllAllowed) return;
  const std::uint64_t before = terms_.allowance;
  if (application_ == Permit::given) tools_.warrants.more(terms_);
  if (terms_.allowance == before && used >= before) wipe_secrets(Reason::quota);
}

void Talk::give_back(std::uint64_t used) {
  if (!begun_ || terms_.allowance == keys::kAllAllowed || used >= terms_.allowance) return;
  tools_.warrants.give_back(terms_, terms_.allowance - used);
}

void Talk::check_key() {
  const bool permitted = handshake_ == Permit::given || application_ == Permit::given;
  if (!permitted || !has_prints_ || tools_.keys->holds(prints_)) return;
  wipe_secrets(Reason::no_key);
  told_ = false;
}

bool Talk::withdraw() {
  if (handshake_ != Permit::given && application_ != Permit::given) return !told_;
  const Reason reason = tools_.warrants.still(terms_);
  if (reason == Reason::none) return false;
  wipe_secrets(reason);
  told_ = false;
  return true;
}

void Talk::wipe_secrets(Reason reason) {
  terms_.reason = reason;
  handshake_ = application_ = Permit::refused;
  schedule_.reset();
  client_base_.reset();
  server_base_.reset();
  resumption_.reset();
  master_.clear();
  has_master_ = false;
}

// The last gate before anything that was meant for both ends alone is opened.
Reason Talk::open_session(const keys::Hellos& hellos) {
  if (application_ != Permit::unasked) return application_ == Permit::given ? Reason::none : terms_.reason;
  const keys::Session session = facts(hellos, keys::Depth::headers);
  if (!permit(application_, session)) return terms_.reason;
  const Reason reason = begun_ ? Reason::none : tools_.warrants.begin(session, terms_);
  begun_ = true;
  if (reason != Reason::none) application_ = Permit::refused;
  return reason;
}

}  // namespace pellucid::keeper
