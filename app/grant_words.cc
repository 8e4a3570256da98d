#include "app/grant_words.h"

#include <algorithm>

#include "lib/base/when.h"

namespace pellucid::app {

namespace {

using keys::Grant;
using keys::Quota;
using Json = nlohmann::ordered_json;

// Who signed a text need not mean well: it must not steer the terminal, nor look like lines of ours.
std::string one_line(std::string text) {
  for (char& c : text) c = static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  return text;
}

std::string grouped(std::uint64_t n) {
  std::string out = std::to_string(n);
  for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, ",");
  return out;
}

template <class T, class F>
std::string joined(const std::vector<T>& list, F&& word) {
  constexpr std::size_t kShown = 20;
  std::string out;
  for (std::size_t i = 0; i < std::min(kShown, list.size()); ++i) out += (i == 0 ? "" : ", ") + std::string(word(list[i]));
  if (list.size() > kShown) out += " and " + std::to_string(list.size() - kShown) + " more";
  return out;
}
const auto kSame = [](const std::string& text) { return one_line(text); };
const auto kNetwork = [](const net::Network& n) { return net::text_of(n); };
const auto kPorts = [](const net::PortRange& p) { return net::text_of(p); };
const auto kSubject = [](const keys::Certificate& c) { return c.subject; };

std::string methods(const Grant& g) {
  std::vector<std::string> out;
  for (const auto m : {keys::Method::ets, keys::Method::keylog, keys::Method::rsa}) {
    if (allows(g, m)) out.emplace_back(label(m));
  }
  return joined(out, kSame);
}

const char* side(keys::Direction d) {
  if (d == keys::Direction::both) return "both directions";
  return d == keys::Direction::to_server ? "what goes to the server" : "what goes to the client";
}

std::string shows(const Grant& g) {
  std::string out = std::string(label(g.depth)) + ", " + side(g.direction);
  if (g.first_bytes != 0) out += ", of each the first " + grouped(g.first_bytes) + " bytes";
  return out + (g.client_certificates == keys::Rule::allowed ? ", client certificates too" : ", no client certificates");
}

std::string basis(const Grant& g) {
  const keys::LegalBasis& b = g.basis;
  std::string out = one_line(b.type + " " + b.reference);
  if (!b.jurisdiction.empty()) out += " (" + one_line(b.jurisdiction) + ")";
  return b.authorisation_id.empty() ? out : out + ", authorisation " + one_line(b.authorisation_id);
}

std::string quota(const Quota& q) {
  if (q.sessions == Quota::kUnbounded && q.bytes == Quota::kUnbounded) return "none";
  std::string out = q.sessions == Quota::kUnbounded ? "" : grouped(q.sessions) + " sessions";
  if (q.bytes != Quota::kUnbounded) out += (out.empty() ? "" : ", ") + grouped(q.bytes) + " bytes";
  return out;
}

void add_signers(std::vector<Line>& out, const keys::Signed& document) {
  if (document.signers.empty()) out.push_back({"signed by", "nobody"});
  for (const keys::Signer& s : document.signers) {
    out.push_back({"signed by", s.who + (s.how == keys::Signature::good ? "" : ": " + std::string(label(s.how)))});
  }
}

Json json_of(const keys::Signed& document) {
  Json list = Json::array();
  for (const keys::Signer& s : document.signers) list.push_back({{"who", s.who}, {"signature", label(s.how)}});
  return list;
}

template <class T, class F>
Json list_of(const std::vector<T>& list, F&& word) {
  Json out = Json::array();
  for (const T& entry : list) out.push_back(word(entry));
  return out;
}
Json list_of(const std::vector<keys::Certificate>& list) {
  return list_of(list, [](const keys::Certificate& c) {
    return Json{{"subject", c.subject},
                {"sha256", keys::hex_of(c.print)},
                {"not_before", write_moment(c.not_before_s)},
                {"not_after", write_moment(c.not_after_s)}};
  });
}

Json scope_of(const Grant& g) {
  return {{"server_networks", list_of(g.scope.servers, kNetwork)},
          {"client_networks", list_of(g.scope.clients, kNetwork)},
          {"ports", list_of(g.scope.ports, kPorts)},
          {"names", g.scope.names},
          {"captured_from", write_moment(g.scope.captured_from_s)},
          {"captured_until", write_moment(g.scope.captured_until_s)}};
}

bool lifts(const OpenedGrant& g, const keys::AuthoritySet& set) {
  return !g.grant.lifts.empty() && quorum_of(g.document) >= set.lift;
}

}  // namespace

std::string text_of(const std::vector<Line>& lines) {
  std::size_t width = 0;
  for (const Line& l : lines) width = std::max(width, l.key.size());
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool again = i != 0 && lines[i - 1].key == lines[i].key;
    std::string key = again ? "" : lines[i].key;
    key.resize(width, ' ');
    out += "  " + key + "  " + lines[i].value + "\n";
  }
  return out;
}

std::vector<Line> words_of(const OpenedSet& opened) {
  const keys::AuthoritySet& s = opened.set;
  const auto rule = [](keys::Rule r) { return r == keys::Rule::allowed ? "allowed" : "refused"; };
  std::vector<Line> out;
  for (const keys::Certificate& c : s.authorities) {
    out.push_back({"authorities", c.subject + ", until " + write_moment(c.not_after_s) + ", " + keys::hex_of(c.print)});
  }
  out.push_back({"a grant needs", std::to_string(s.sign) + " signatures, to lift a protection " + std::to_string(s.lift)});
  out.push_back({"a grant lives", "at most " + std::to_string(s.max_grant_days) + " days"});
  out.push_back({"static keys live", "at most " + std::to_string(s.max_static_key_days) + " days"});
  out.push_back({"annex A", rule(s.annex_a)});
  out.push_back({"keys in memory", rule(s.software_custody)});
  out.push_back({"content goes to", s.recipients.empty() ? "whom a grant names" : joined(s.recipients, kSubject)});
  out.push_back({"digest", opened.digest});
  add_signers(out, opened.document);
  return out;
}

std::vector<Line> words_of(const OpenedGrant& opened, const keys::AuthoritySet& set) {
  const Grant& g = opened.grant;
  std::vector<Line> out{{"issued by", one_line(g.issuer)},
                        {"for", one_line(g.purpose)},
                        {"legal basis", basis(g)},
                        {"appliances", joined(g.audience, kSame)},
                        {"from", write_moment(g.not_before_s)},
                        {"until", write_moment(g.not_after_s)}};
  const auto add = [&](const char* key, std::string value) {
    if (!value.empty()) out.push_back({key, std::move(value)});
  };
  add("servers", joined(g.scope.servers, kNetwork));
  add("ports", joined(g.scope.ports, kPorts));
  add("names", joined(g.scope.names, kSame));
  add("clients", joined(g.scope.clients, kNetwork));
  add("captured", write_moment(g.scope.captured_from_s) + " to " + write_moment(g.scope.captured_until_s));
  add("opened by", methods(g));
  add("keys", joined(g.keys, kSame));
  add("shown", shows(g));
  if (g.files == keys::Files::clear) add("goes to", "files in the clear");
  if (g.files == keys::Files::encrypted) add("goes to", joined(g.recipients, kSubject));
  add("quota", quota(g.quota));
  if (g.retention_s != 0) add("kept for", write_span(g.retention_s));
  if (g.process_until_s != 0) add("processed until", write_moment(g.process_until_s));
  if (!g.lifts.empty()) {
    const std::string held = ": not in force, " + std::to_string(set.lift) + " signatures are needed for it";
    add("lifts protection", joined(g.lifts, kSame) + (lifts(opened, set) ? "" : held));
  }
  add("digest", opened.digest);
  add_signers(out, opened.document);
  return out;
}

nlohmann::ordered_json json_of(const OpenedSet& o) {
  const keys::AuthoritySet& s = o.set;
  return {{"id", s.id},
          {"generation", s.generation},
          {"digest", o.digest},
          {"authorities", list_of(s.authorities)},
          {"thresholds", {{"sign", s.sign}, {"override", s.lift}}},
          {"limits", {{"max_grant_days", s.max_grant_days}, {"max_static_key_days", s.max_static_key_days}}},
          {"allow",
           {{"annex_a", s.annex_a == keys::Rule::allowed}, {"software_custody", s.software_custody == keys::Rule::allowed}}},
          {"recipients", list_of(s.recipients)},
          {"signers", json_of(o.document)},
          {"signatures", quorum_of(o.document)}};
}

nlohmann::ordered_json json_of(const OpenedGrant& o, const keys::AuthoritySet& set) {
  const Grant& g = o.grant;
  Json j{{"id", g.id},
         {"digest", o.digest},
         {"issuer", g.issuer},
         {"audience", g.audience},
         {"purpose", g.purpose},
         {"legal_basis",
          {{"type", g.basis.type},
           {"reference", g.basis.reference},
           {"jurisdiction", g.basis.jurisdiction},
           {"authorisation_id", g.basis.authorisation_id}}},
         {"scope", scope_of(g)},
         {"method", methods(g)},
         {"keys", g.keys},
         {"depth", label(g.depth)},
         {"direction", label(g.direction)},
         {"client_certificates", g.client_certificates == keys::Rule::allowed},
         {"clear", g.files == keys::Files::clear},
         {"recipients", list_of(g.recipients)},
         {"not_before", write_moment(g.not_before_s)},
         {"not_after", write_moment(g.not_after_s)},
         {"override_protect", g.lifts},
         {"override_in_force", lifts(o, set)},
         {"signers", json_of(o.document)},
         {"signatures", quorum_of(o.document)},
         {"needed", set.sign}};
  if (g.first_bytes != 0) j["first_bytes"] = g.first_bytes;
  if (g.quota.sessions != Quota::kUnbounded) j["quota"]["sessions"] = g.quota.sessions;
  if (g.quota.bytes != Quota::kUnbounded) j["quota"]["bytes"] = g.quota.bytes;
  if (g.retention_s != 0) j["retention"] = write_span(g.retention_s);
  if (g.process_until_s != 0) j["process_until"] = write_moment(g.process_until_s);
  return j;
}

}  // namespace pellucid::app
