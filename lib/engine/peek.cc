#include "lib/engine/peek.h"

#include "lib/engine/judge.h"
#include "lib/engine/label.h"
#include "lib/tls/chain.h"
#include "lib/x509/certificate.h"

namespace pellucid::engine {

bool begin_peek(State& s, std::uint32_t flow, Opened& o) noexcept {
  if (s.program == nullptr || o.clear == kNone) return false;
  const tls::Session& t = s.tls[o.clear];
  const bool named = t.sni_size != 0 && !tls::hides_name(t);
  if (named || t.version != 0x0304) return false;  // before TLS 1.3 the certificate stands in the clear
  o.peek = rule_to_peek(s, flow);
  o.peek_epoch = s.epoch;
  return o.peek != policy::kNoRule;
}

bool peeks(const State& s, const Opened& o) noexcept { return o.peek != policy::kNoRule && o.peek_epoch == s.epoch; }

void end_peek(State& s, std::uint32_t flow, Opened& o, Bytes message) noexcept {
  Bytes leaf, name;
  if (!tls::Chain(message, tls::ChainForm::tls13).next(leaf)) return;
  const Result<x509::Certificate> certificate = x509::read_certificate(leaf);
  if (!certificate || !x509::DnsNames(*certificate).next(name)) return;
  unlearn_name(s, flow);
  name_flow(s, flow, classify::kTls, as_text(name));
  if (level_of(s.table.hot(flow)) == policy::Level::decrypt) o.peek = policy::kNoRule;
}

}  // namespace pellucid::engine
